//! Which rows have a value in a column that passes.

use std::sync::Arc;

use super::predicate::text_of;
use super::texts::{self, TextsView};
use super::{Buffers, Certainty, Codes, ColumnView, Content, Criterion, RowBitmap, Shared, TemplatesView};

/// When fewer than one in so many texts matter, these are gathered instead of searching all.
const SPARSE: u32 = 8;

/// Adds the rows among `within` of which a value passes; `is_message` as for `Predicate::holds`.
pub(super) fn add_rows<C: ColumnView>(
    column: &C,
    criterion: &Criterion,
    is_message: bool,
    within: &RowBitmap,
    passed: &mut RowBitmap,
    buffers: &mut Buffers,
) {
    let Some(rows) = column.rows() else {
        let entries = entries_of(column, criterion, is_message, within, buffers);
        passed.add(&entries);
        return;
    };
    let wanted = RowBitmap::with_values(within, rows);
    if !wanted.is_empty() {
        let entries = entries_of(column, criterion, is_message, &wanted, buffers);
        entries.iter().for_each(|entry| passed.insert(rows[entry as usize]));
    }
}

/// The entries among `wanted` whose values pass.
fn entries_of<C: ColumnView>(
    column: &C,
    criterion: &Criterion,
    is_message: bool,
    wanted: &RowBitmap,
    buffers: &mut Buffers,
) -> RowBitmap {
    let count = column.entry_count();
    match column.codes() {
        Codes::Own => {
            let mut entries = positions_of(column, criterion, is_message, wanted, buffers);
            entries.keep(wanted);
            entries
        }
        Codes::One => {
            let one = RowBitmap::from_fn(1, |_| true);
            if positions_of(column, criterion, is_message, &one, buffers).is_empty() {
                RowBitmap::from_fn(count, |_| false)
            } else {
                wanted.clone()
            }
        }
        Codes::Of(codes) => {
            let passing = match column.content() {
                Content::Shared(shared) => {
                    of_shared(&shared, column.value_count(), criterion, is_message, buffers)
                }
                _ => {
                    let used = used_values(column.value_count(), codes, wanted);
                    Arc::new(positions_of(column, criterion, is_message, &used, buffers))
                }
            };
            if passing.is_empty() {
                return RowBitmap::from_fn(count, |_| false);
            }
            let mut entries = RowBitmap::with_values(&passing, codes);
            entries.keep(wanted);
            entries
        }
    }
}

/// The positions of the values of some entries: all, when that is simpler.
fn used_values(values: usize, codes: &[u32], wanted: &RowBitmap) -> RowBitmap {
    if wanted.count() as usize >= values.min(codes.len()) {
        return RowBitmap::from_fn(values, |_| true);
    }
    let mut used = RowBitmap::from_fn(values, |_| false);
    wanted.iter().for_each(|entry| used.insert(codes[entry as usize]));
    used
}

/// The values of a dictionary that blocks share: judged once for all of them.
fn of_shared(
    shared: &Shared<'_>,
    value_count: usize,
    criterion: &Criterion,
    is_message: bool,
    buffers: &mut Buffers,
) -> Arc<RowBitmap> {
    let dictionary = shared.dictionary;
    let all = || {
        if let Some((keyword, whole)) = criterion.predicate.only_keyword(is_message)
            && dictionary.is_folded()
            // A value with a space is a text, in which the keyword may stand as a word.
            && (whole || !dictionary.texts().has_spaces())
        {
            let found = dictionary.find(keyword);
            return RowBitmap::from_fn(value_count, |position| Some(position) == found);
        }
        criterion.count_dictionary_values(value_count);
        of_texts(dictionary.texts(), criterion, is_message, buffers)
    };
    criterion.of_dictionary(&shared.owner, all)
}

/// The positions whose values pass: all of them among `wanted`, and perhaps others.
fn positions_of<C: ColumnView>(
    column: &C,
    criterion: &Criterion,
    is_message: bool,
    wanted: &RowBitmap,
    buffers: &mut Buffers,
) -> RowBitmap {
    match column.content() {
        Content::Shared(shared) => {
            (*of_shared(&shared, column.value_count(), criterion, is_message, buffers)).clone()
        }
        Content::Integers(numbers) => match criterion.predicate.numbers(is_message) {
            Some(passing) => RowBitmap::from_fn(numbers.len(), |position| passing.has(numbers[position])),
            None => one_by_one(column, criterion, is_message, wanted, buffers),
        },
        Content::Texts(texts) if wanted.count() > column_count(texts) / SPARSE => {
            criterion.count_verified(texts.len());
            let mut passed = of_texts(texts, criterion, is_message, buffers);
            passed.keep(wanted);
            passed
        }
        Content::Templates(templates) => of_templates(templates, criterion, is_message, wanted, buffers),
        Content::Texts(_) | Content::Values => one_by_one(column, criterion, is_message, wanted, buffers),
    }
}

fn column_count(texts: TextsView<'_>) -> u32 {
    u32::try_from(texts.len()).unwrap_or(u32::MAX)
}

fn of_texts(
    texts: TextsView<'_>,
    criterion: &Criterion,
    is_message: bool,
    buffers: &mut Buffers,
) -> RowBitmap {
    let mut passed = RowBitmap::from_fn(texts.len(), |_| false);
    let mut pass = |number: usize| passed.insert(u32::try_from(number).unwrap_or(u32::MAX));
    texts::search(criterion, texts, is_message, buffers, &mut pass);
    passed
}

/// Asks each value that is wanted: texts together, when they have something to look for.
fn one_by_one<C: ColumnView>(
    column: &C,
    criterion: &Criterion,
    is_message: bool,
    wanted: &RowBitmap,
    buffers: &mut Buffers,
) -> RowBitmap {
    let mut passed = RowBitmap::from_fn(column.value_count(), |_| false);
    criterion.count_verified(wanted.count() as usize);
    if criterion.needle(is_message).is_none() {
        for position in wanted.iter() {
            if criterion.predicate.holds(column.value(position as usize), is_message, buffers) {
                passed.insert(position);
            }
        }
        return passed;
    }
    let mut gathered = std::mem::take(&mut buffers.gathered);
    let mut number = String::new();
    for position in wanted.iter() {
        let value = column.value(position as usize);
        gathered.push(position, |text| text.push_str(text_of(value, &mut number)));
        if gathered.is_full() {
            gathered.search(criterion, is_message, buffers, |position| passed.insert(position));
        }
    }
    gathered.search(criterion, is_message, buffers, |position| passed.insert(position));
    buffers.gathered = gathered;
    passed
}

/// Judges each template once; only the texts of those that decide nothing are made and looked at.
fn of_templates(
    column: &impl TemplatesView,
    criterion: &Criterion,
    is_message: bool,
    wanted: &RowBitmap,
    buffers: &mut Buffers,
) -> RowBitmap {
    let (ids, distinct) = (column.ids(), column.distinct());
    let templates = distinct.iter().filter(|id| **id != 0);
    let answers = criterion.of_templates(templates.clone().map(|id| column.template(*id)), is_message);
    let has_kept = distinct.first() == Some(&0);
    match Certainty::of_equal(answers.iter().copied()).filter(|_| !has_kept) {
        Some(Certainty::Always) => return wanted.clone(),
        Some(Certainty::Never) => return RowBitmap::from_fn(ids.len(), |_| false),
        Some(Certainty::Maybe) | None => {}
    }
    let last = distinct.last().map_or(0, |last| *last as usize);
    let mut table = vec![Certainty::Never; last + 1];
    table[0] = Certainty::Maybe;
    templates.zip(answers).for_each(|(id, answer)| table[*id as usize] = answer);
    let with = |wanted_answer: Certainty| {
        let mut entries = RowBitmap::from_fn(ids.len(), |entry| table[ids[entry] as usize] == wanted_answer);
        entries.keep(wanted);
        entries
    };
    let mut passed = with(Certainty::Always);
    let unclear = with(Certainty::Maybe);
    criterion.count_verified(unclear.count() as usize);
    let mut gathered = std::mem::take(&mut buffers.gathered);
    for entry in unclear.iter() {
        gathered.push(entry, |text| column.render(entry as usize, text));
        if gathered.is_full() {
            gathered.search(criterion, is_message, buffers, |entry| passed.insert(entry));
        }
    }
    gathered.search(criterion, is_message, buffers, |entry| passed.insert(entry));
    buffers.gathered = gathered;
    passed
}
