//! What the evaluation needs of a block, so that tests can make blocks of their own.

use std::collections::HashMap;
use std::sync::Arc;

use palisade_index::{Block, Column, ColumnInfo, Error, Record};
use palisade_record::{Lane, RecordId, StreamName, Timestamp, Value};

/// A block.
pub(crate) trait BlockView {
    /// Its columns.
    type Column: ColumnView;
    /// How many rows.
    fn rows(&self) -> u32;
    /// The stream of all rows.
    fn stream(&self) -> &StreamName;
    /// The earliest and the latest event time.
    fn span(&self) -> (Timestamp, Timestamp);
    /// The fields that any row has.
    fn fields(&self) -> impl Iterator<Item = (&str, FieldInfo)>;
    /// What is known of a field.
    fn field(&self, name: &str) -> Option<FieldInfo>;
    /// See [`Block::times`].
    fn times(&self) -> Result<Arc<Vec<i64>>, Error>;
    /// See [`Block::column`].
    fn column(&self, name: &str) -> Result<Option<Arc<Self::Column>>, Error>;
    /// See [`Block::records`].
    fn records(&self, rows: &[u32]) -> Result<Vec<Record>, Error>;
    /// See [`Block::ids`].
    fn ids(&self) -> Result<Arc<Vec<RecordId>>, Error>;
}

/// What is known of a field without reading it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldInfo {
    /// How many rows have it.
    pub(crate) rows: u32,
    /// See [`ColumnInfo::numbers`].
    pub(crate) numbers: Option<(f64, f64)>,
}

impl From<&ColumnInfo> for FieldInfo {
    fn from(info: &ColumnInfo) -> Self {
        Self { rows: info.rows, numbers: info.numbers }
    }
}

/// A column.
pub(crate) trait ColumnView {
    /// See [`Column::value_count`].
    fn value_count(&self) -> usize;
    /// See [`Column::value`].
    fn value(&self, position: usize) -> Value<'_>;
    /// See [`Column::entries`].
    fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_;
}

impl BlockView for Block {
    type Column = Column;

    fn rows(&self) -> u32 {
        self.info().rows
    }
    fn stream(&self) -> &StreamName {
        &self.info().stream
    }
    fn span(&self) -> (Timestamp, Timestamp) {
        (self.info().oldest, self.info().newest)
    }
    fn fields(&self) -> impl Iterator<Item = (&str, FieldInfo)> {
        self.info().columns.iter().map(|column| (&*column.name, column.into()))
    }
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let columns = &self.info().columns;
        let found = columns.binary_search_by(|column| (*column.name).cmp(name)).ok()?;
        Some((&columns[found]).into())
    }
    fn times(&self) -> Result<Arc<Vec<i64>>, Error> {
        self.times()
    }
    fn column(&self, name: &str) -> Result<Option<Arc<Column>>, Error> {
        self.column(name)
    }
    fn records(&self, rows: &[u32]) -> Result<Vec<Record>, Error> {
        self.records(rows)
    }
    fn ids(&self) -> Result<Arc<Vec<RecordId>>, Error> {
        self.ids()
    }
}

impl ColumnView for Column {
    fn value_count(&self) -> usize {
        self.value_count()
    }
    fn value(&self, position: usize) -> Value<'_> {
        self.value(position)
    }
    fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.entries()
    }
}

/// The values of a field: of a column, or of what a row is apart from its columns.
pub(crate) enum FieldView<C> {
    /// A column.
    Stored(Arc<C>),
    /// The stream or a part of the origin.
    Derived(Derived),
}

/// Values that are not stored as a column.
pub(crate) struct Derived {
    values: Vec<String>,
    /// The position of each row's value; `None` when the row has none.
    positions: Vec<Option<u32>>,
}

impl<C: ColumnView> ColumnView for FieldView<C> {
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

    fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (stored, derived) = match self {
            Self::Stored(column) => (Some(column.entries()), None),
            Self::Derived(derived) => (None, Some(&derived.positions)),
        };
        let derived = derived.into_iter().flat_map(|positions| (0u32..).zip(positions));
        let derived = derived.filter_map(|(row, position)| position.map(|position| (row, position)));
        stored.into_iter().flatten().chain(derived)
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
            let positions = vec![Some(0); block.rows() as usize];
            let values = vec![block.stream().to_string()];
            views.push(FieldView::Derived(Derived { values, positions }));
            continue;
        }
        if let Some(part) = name.strip_prefix("origin.").and_then(origin_part) {
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

type Part = fn(&Lane) -> String;

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

/// Whether a name is that of a part of the origin.
pub(crate) fn is_origin_part(name: &str) -> bool {
    name.strip_prefix("origin.").and_then(origin_part).is_some()
}

fn derive<B: BlockView>(block: &B, part: Part) -> Result<Derived, Error> {
    let mut derived = Derived { values: Vec::new(), positions: Vec::new() };
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut last: Option<(Arc<Lane>, Option<u32>)> = None;
    let rows: Vec<u32> = (0..block.rows()).collect();
    for record in block.records(&rows)? {
        let lane = record.lane;
        // Rows of one lane stand together: most of the time the lane is the one before.
        if let Some((known_lane, position)) = &last
            && Arc::ptr_eq(known_lane, &lane)
        {
            derived.positions.push(*position);
            continue;
        }
        let value = part(&lane);
        let position = (!value.is_empty()).then(|| {
            *known.entry(value).or_insert_with_key(|value| {
                derived.values.push(value.clone());
                u32::try_from(derived.values.len() - 1).unwrap_or(u32::MAX)
            })
        });
        derived.positions.push(position);
        last = Some((lane, position));
    }
    Ok(derived)
}
