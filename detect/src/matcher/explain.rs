//! Why a detection holds for a record, or why not.

use serde::Serialize;

use super::naive::Record;
use crate::Events;
use crate::pipeline::Pipeline;
use crate::rule::{Detection, Group, Search};

/// The most values of a field that an explanation shows, and the most bytes of each.
const VALUES_MAX: usize = 10;
const VALUE_BYTES_MAX: usize = 512;

/// Why a detection holds for a record, or why not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Explanation {
    /// Whether it holds.
    pub holds: bool,
    /// Whether the record is one of the rule's log source at all.
    pub is_of_source: bool,
    /// Whether the condition holds, and what its selections say.
    pub search: SearchOutcome,
    /// The same for each filter.
    pub filters: Vec<SearchOutcome>,
}

/// What came of selections and their condition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SearchOutcome {
    /// Whether the condition holds.
    pub holds: bool,
    /// What its selections say.
    pub selections: Vec<SelectionOutcome>,
}

/// What came of a selection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SelectionOutcome {
    /// Its name.
    pub name: String,
    /// Whether it holds.
    pub holds: bool,
    /// What came of its items.
    pub items: Vec<ItemOutcome>,
}

/// What came of an item.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ItemOutcome {
    /// The field, as the rule calls it; none for keywords.
    pub field: Option<String>,
    /// The line of its key.
    pub line: u32,
    /// Whether it holds.
    pub holds: bool,
    /// The values that the field has in the record, the first of them, cut where they are long. None for keywords, which look
    /// at all values.
    pub values: Vec<String>,
}

/// Tells why a detection holds for a record, or why not.
pub fn explain(detection: &Detection, pipeline: &Pipeline, events: &dyn Events, row: usize) -> Explanation {
    let record = Record::new(events, row, pipeline, &detection.source);
    let is_of_source = record.is_of_source();
    let search = explain_search(&record, &detection.search);
    let filters: Vec<SearchOutcome> =
        detection.filters.iter().map(|filter| explain_search(&record, filter)).collect();
    let holds = is_of_source && search.holds && filters.iter().all(|filter| filter.holds);
    Explanation { holds, is_of_source, search, filters }
}

fn explain_search(record: &Record<'_>, search: &Search) -> SearchOutcome {
    let selections = search.selections.iter().map(|selection| {
        let mut items = Vec::new();
        explain_items(record, &selection.group, &mut items);
        SelectionOutcome { name: selection.name.clone(), holds: record.group(&selection.group), items }
    });
    SearchOutcome { holds: record.search(search), selections: selections.collect() }
}

fn explain_items(record: &Record<'_>, group: &Group, items: &mut Vec<ItemOutcome>) {
    match group {
        Group::All(parts) | Group::Any(parts) => {
            parts.iter().for_each(|part| explain_items(record, part, items));
        }
        Group::Item(item) => {
            let values = item.field.as_deref().map(|field| record.values(Some(field)));
            items.push(ItemOutcome {
                field: item.field.clone(),
                line: item.line,
                holds: record.item(item),
                values: values.unwrap_or_default().into_iter().take(VALUES_MAX).map(cut).collect(),
            });
        }
    }
}

fn cut(text: &str) -> String {
    if text.len() <= VALUE_BYTES_MAX {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(VALUE_BYTES_MAX)])
}
