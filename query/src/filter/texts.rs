//! Finds the texts that pass among many that lie one after the other.

use palisade_record::Value;

use super::needle::Finding;
use super::{Buffers, Criterion};

/// Texts one after the other. Text `n` ends at `ends[n] - base` and begins where the one before it ends.
#[derive(Clone, Copy)]
pub(crate) struct TextsView<'a> {
    text: &'a str,
    ends: &'a [u32],
    base: u32,
}

/// Texts are searched in portions that stay in the processor's cache while they are folded and looked through.
const PORTION_BYTES: usize = 64 * 1024;

impl<'a> TextsView<'a> {
    /// Of a buffer and the end of each text in it.
    pub(crate) fn new(text: &'a str, ends: &'a [u32]) -> Self {
        Self { text, ends, base: 0 }
    }

    /// How many there are.
    pub(crate) fn len(self) -> usize {
        self.ends.len()
    }

    fn start(self, number: usize) -> usize {
        number.checked_sub(1).map_or(0, |before| self.end(before))
    }

    fn end(self, number: usize) -> usize {
        (self.ends[number] - self.base) as usize
    }

    /// One of them.
    pub(crate) fn get(self, number: usize) -> &'a str {
        &self.text[self.start(number)..self.end(number)]
    }

    /// Whether any of them has a space.
    pub(crate) fn has_spaces(self) -> bool {
        if self.text.is_ascii() {
            // A vertical tab is a space, too.
            return self.text.bytes().any(|byte| byte == b' ' || (b'\t'..=b'\r').contains(&byte));
        }
        self.text.contains(char::is_whitespace)
    }

    /// The first texts up to about a portion, and the others.
    fn split(self) -> (Self, Self) {
        let fitting = self.ends.partition_point(|end| (end - self.base) as usize <= PORTION_BYTES);
        let (first, others) = self.ends.split_at(fitting.clamp(1.min(self.len()), self.len()));
        let base = first.last().copied().unwrap_or(self.base);
        let (text, rest) = self.text.split_at((base - self.base) as usize);
        (Self { text, ends: first, ..self }, Self { text: rest, ends: others, base })
    }
}

/// Texts that are gathered from where they lie, and searched when there are enough.
#[derive(Default)]
pub(super) struct Gathered {
    text: String,
    ends: Vec<u32>,
    /// What stands for each text in the answer.
    places: Vec<u32>,
}

impl Gathered {
    /// Adds a text; `write` appends it.
    pub(super) fn push(&mut self, place: u32, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.places.push(place);
    }

    /// Whether it is time to search.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= PORTION_BYTES
    }

    /// Tells the places of the texts that pass, and forgets all.
    pub(super) fn search(
        &mut self,
        criterion: &Criterion,
        is_message: bool,
        buffers: &mut Buffers,
        mut pass: impl FnMut(u32),
    ) {
        let texts = TextsView::new(&self.text, &self.ends);
        search_portion(criterion, texts, is_message, buffers, |number| pass(self.places[number]));
        self.text.clear();
        self.ends.clear();
        self.places.clear();
    }
}

/// Tells the numbers of the texts that pass, growing.
pub(super) fn search(
    criterion: &Criterion,
    texts: TextsView<'_>,
    is_message: bool,
    buffers: &mut Buffers,
    mut pass: impl FnMut(usize),
) {
    let (mut rest, mut done) = (texts, 0);
    while rest.len() > 0 {
        let (portion, others) = rest.split();
        search_portion(criterion, portion, is_message, buffers, |number| pass(done + number));
        done += portion.len();
        rest = others;
    }
}

fn search_portion(
    criterion: &Criterion,
    texts: TextsView<'_>,
    is_message: bool,
    buffers: &mut Buffers,
    mut pass: impl FnMut(usize),
) {
    let Some(needle) = criterion.needle(is_message) else {
        for number in 0..texts.len() {
            if criterion.predicate.holds(Value::Text(texts.get(number)), is_message, buffers) {
                pass(number);
            }
        }
        return;
    };
    let mut folded = std::mem::take(&mut buffers.portion);
    let searched = if needle.is_folded { folded.fold(texts) } else { texts };
    let (mut from, mut number) = (0, 0);
    while let Some(found) = needle.find(searched.text, from) {
        while searched.end(number) <= found {
            number += 1;
        }
        let (start, end) = (searched.start(number), searched.end(number));
        if found + needle.len() > end {
            // It reaches into the next text.
            from = found + needle.step();
            continue;
        }
        let finding = needle.judge(&searched.text[start..end], found - start);
        if finding == Finding::Next {
            from = found + needle.step();
            continue;
        }
        let passes = finding == Finding::Passes
            || criterion.predicate.holds(Value::Text(texts.get(number)), is_message, buffers);
        if passes {
            pass(number);
        }
        from = end;
    }
    buffers.portion = folded;
}

/// A portion of texts, folded.
#[derive(Default)]
pub(super) struct FoldedPortion {
    text: String,
    ends: Vec<u32>,
}

impl FoldedPortion {
    fn fold<'a>(&'a mut self, texts: TextsView<'a>) -> TextsView<'a> {
        self.text.clear();
        if texts.text.is_ascii() {
            self.text.push_str(texts.text);
            self.text.make_ascii_lowercase();
            return TextsView { text: &self.text, ..texts };
        }
        self.ends.clear();
        for number in 0..texts.len() {
            let text = texts.get(number);
            if text.is_ascii() {
                let start = self.text.len();
                self.text.push_str(text);
                self.text[start..].make_ascii_lowercase();
            } else {
                self.text.extend(text.chars().map(palisade_record::words::fold_char));
            }
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
        TextsView::new(&self.text, &self.ends)
    }
}

#[cfg(test)]
mod tests {
    use palisade_record::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::filter::{Node, compile};
    use crate::language::parse;

    proptest! {
        #[test]
        fn texts_are_found_together_as_they_are_one_by_one(
            parts in proptest::collection::vec("[aAbéK. -]{0,6}", 1..40),
            repeat in prop::sample::select(vec![1usize, 3, 2_000]),
            query in prop::sample::select(vec![
                "ab", "\"a b\"", "*ab*", "*é*", "a*b", "/a.b/", "/(?i)AB/", "/b$/", "/^$/", "\"-\"", "f:a", "f=ab", "/k+a/",
            ]),
        ) {
            // Many texts, so that some end where a portion does.
            let texts: Vec<String> = parts.iter().map(|part| part.repeat(repeat.min(300))).collect();
            let texts: Vec<&String> = texts.iter().cycle().take(parts.len() * repeat.min(20)).collect();
            let (mut text, mut ends) = (String::new(), Vec::new());
            for part in &texts {
                text.push_str(part);
                ends.push(u32::try_from(text.len()).unwrap());
            }
            let criterion = match compile(&parse(query).unwrap().filter, Timestamp::default()).unwrap() {
                Node::Field(test) => test.criterion,
                Node::Anywhere(criterion) => criterion,
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            for is_message in [false, true] {
                let mut buffers = Buffers::default();
                let mut found = Vec::new();
                search(&criterion, TextsView::new(&text, &ends), is_message, &mut buffers, |number| found.push(number));
                let holds = |number: &usize| {
                    criterion.predicate.holds(Value::Text(texts[*number]), is_message, &mut Buffers::default())
                };
                let expected: Vec<usize> = (0..texts.len()).filter(holds).collect();
                prop_assert_eq!(found, expected, "{}", query);
            }
        }
    }
}
