//! One predicate on texts of which nothing but the templates is known.

use super::texts;
use super::{Buffers, Certainty, Criterion, RowBitmap, TemplateIdsView};

/// Adds the rows among `within` of which a text passes, if the templates tell; otherwise adds nothing and is `false`.
/// `is_message` as for `Predicate::holds`.
pub(super) fn add_rows(
    column: &impl TemplateIdsView,
    criterion: &Criterion,
    is_message: bool,
    within: &RowBitmap,
    passed: &mut RowBitmap,
    buffers: &mut Buffers,
) -> bool {
    let distinct = column.distinct();
    let has_standing = distinct.first() == Some(&0);
    let templates = distinct.iter().filter(|id| **id != 0).map(|id| column.template(*id));
    let answers = criterion.of_shared_templates(templates, is_message);
    let marks = |wanted: Certainty| {
        let of_templates = answers.iter().map(|answer| *answer == wanted);
        has_standing.then_some(false).into_iter().chain(of_templates).collect::<Vec<bool>>()
    };
    let is_wanted = |entry: u32| within.contains(column.rows().map_or(entry, |rows| rows[entry as usize]));
    if answers.contains(&Certainty::Maybe)
        && column.entries_with(&marks(Certainty::Maybe)).iter().any(is_wanted)
    {
        return false;
    }
    let mut add = |entries: &RowBitmap| match column.rows() {
        None => {
            let mut entries = entries.clone();
            entries.keep(within);
            passed.add(&entries);
        }
        Some(rows) => {
            let rows = entries.iter().map(|entry| rows[entry as usize]);
            rows.filter(|row| within.contains(*row)).for_each(|row| passed.insert(row));
        }
    };
    if answers.contains(&Certainty::Always) {
        add(&column.entries_with(&marks(Certainty::Always)));
    }
    if has_standing {
        let mut hits = Vec::new();
        criterion.count_verified(column.standing().len());
        texts::search(criterion, column.standing(), is_message, buffers, &mut |number| hits.push(number));
        if !hits.is_empty() {
            let mut standing = vec![false; distinct.len()];
            standing[0] = true;
            let mut entries = column.entries_with(&standing);
            let places: Vec<u32> = entries.iter().collect();
            places.iter().for_each(|entry| entries.remove_row(*entry));
            hits.iter().for_each(|number| entries.insert(places[*number]));
            add(&entries);
        }
    }
    true
}
