//! The values of a field, wherever they come from.

use std::collections::HashMap;
use std::sync::Arc;

use palisade_index::Error;
use palisade_record::{Lane, Value};

use super::{BlockView, Codes, ColumnView, Content};

/// The values of a field: of a column, or of what a row is apart from its columns.
pub(crate) enum FieldView<C> {
    /// A column.
    Stored(Arc<C>),
    /// The stream or a part of the origin.
    Derived(Derived),
}

/// Values that are not stored as a column.
#[derive(Default)]
pub(crate) struct Derived {
    values: Vec<String>,
    entries: usize,
    /// The rows that have a value; `None` when all have.
    rows: Option<Vec<u32>>,
    /// The value of each entry; `None` when all have the first.
    codes: Option<Vec<u32>>,
}

impl<C: ColumnView> ColumnView for FieldView<C> {
    type Templates = C::Templates;

    fn value_count(&self) -> usize {
        match self {
            Self::Stored(column) => column.value_count(),
            Self::Derived(derived) => derived.values.len(),
        }
    }
    fn value(&self, position: usize) -> Value<'_> {
        match self {
            Self::Stored(column) => column.value(position),
            Self::Derived(derived) => Value::Text(&derived.values[position]),
        }
    }
    fn entry_count(&self) -> usize {
        match self {
            Self::Stored(column) => column.entry_count(),
            Self::Derived(derived) => derived.entries,
        }
    }
    fn rows(&self) -> Option<&[u32]> {
        match self {
            Self::Stored(column) => column.rows(),
            Self::Derived(derived) => derived.rows.as_deref(),
        }
    }
    fn codes(&self) -> Codes<'_> {
        match self {
            Self::Stored(column) => column.codes(),
            Self::Derived(derived) => derived.codes.as_deref().map_or(Codes::One, Codes::Of),
        }
    }
    fn content(&self) -> Content<'_, C::Templates> {
        match self {
            Self::Stored(column) => column.content(),
            Self::Derived(_) => Content::Values,
        }
    }
}

/// The values of the fields with these names.
pub(crate) fn field_views<B: BlockView>(
    block: &B,
    names: &[String],
) -> Result<Vec<FieldView<B::Column>>, Error> {
    let mut views = Vec::new();
    for name in names {
        if name == "stream" {
            let (values, entries) = (vec![block.stream().to_string()], block.rows() as usize);
            views.push(FieldView::Derived(Derived { values, entries, ..Derived::default() }));
            continue;
        }
        if let Some(part) = origin_part_of(name) {
            views.push(FieldView::Derived(derive(block, part)?));
        }
        if block.field(name).is_some()
            && let Some(column) = block.column(name)?
        {
            views.push(FieldView::Stored(column));
        }
    }
    Ok(views)
}

/// Reads a part of an origin.
pub(crate) type Part = fn(&Lane) -> String;

fn origin_part(name: &str) -> Option<Part> {
    Some(match name {
        "agent" => |lane| lane.agent.to_string(),
        "cluster" => |lane| lane.origin.cluster.clone(),
        "node" => |lane| lane.origin.node.clone(),
        "namespace" => |lane| lane.origin.namespace.clone(),
        "pod" => |lane| lane.origin.pod.clone(),
        "pod_uid" => |lane| lane.origin.pod_uid.clone(),
        "container" => |lane| lane.origin.container.clone(),
        "file" => |lane| lane.origin.file.clone(),
        "channel" => |lane| lane.origin.channel.as_str().to_owned(),
        "generation" => |lane| lane.generation.to_string(),
        _ => return None,
    })
}

/// The part of the origin that a name is of, if it is one.
pub(crate) fn origin_part_of(name: &str) -> Option<Part> {
    name.strip_prefix("origin.").and_then(origin_part)
}

/// Whether a name is that of a part of the origin.
pub(crate) fn is_origin_part(name: &str) -> bool {
    origin_part_of(name).is_some()
}

fn derive<B: BlockView>(block: &B, part: Part) -> Result<Derived, Error> {
    let (mut values, mut rows, mut codes) = (Vec::<String>::new(), Vec::new(), Vec::new());
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut last: Option<(Arc<Lane>, Option<u32>)> = None;
    let all: Vec<u32> = (0..block.rows()).collect();
    for (row, record) in (0u32..).zip(block.records(&all)?) {
        let lane = record.lane;
        // Rows of one lane stand together: most of the time the lane is the one before.
        let position = match &last {
            Some((known_lane, position)) if Arc::ptr_eq(known_lane, &lane) => *position,
            _ => {
                let value = part(&lane);
                (!value.is_empty()).then(|| {
                    *known.entry(value).or_insert_with_key(|value| {
                        values.push(value.clone());
                        u32::try_from(values.len() - 1).unwrap_or(u32::MAX)
                    })
                })
            }
        };
        if let Some(position) = position {
            rows.push(row);
            codes.push(position);
        }
        last = Some((lane, position));
    }
    Ok(Derived { values, entries: rows.len(), rows: Some(rows), codes: Some(codes) })
}
