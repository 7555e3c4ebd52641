//! Messages that are JSON objects themselves: what is protected inside of them.

use std::ops::Range;

use palisade_seal::policy::Policy;

use super::edit::Edit;
use super::find::protection_of;
use crate::normalise::{Fields, Kind, Names, Origin};

/// Reads messages.
#[derive(Default)]
pub(super) struct Inner {
    names: Names,
    fields: Fields,
}

impl Inner {
    /// What is protected in a message, the text of which is `message` and which stands between quotes in the record, as
    /// `raw` from `start` on. `None` when it is no object.
    ///
    /// Texts are sealed where they stand. Other values cannot be, for an envelope is a text: then the whole message is
    /// sealed, and so is one that looks like an object and is none.
    pub(super) fn find<'p>(
        &mut self,
        policy: &'p Policy,
        message: &str,
        raw: &[u8],
        start: usize,
    ) -> Option<Vec<Edit<'p>>> {
        let text = message.trim_ascii();
        if !(text.starts_with('{') && text.ends_with('}')) {
            return None;
        }
        _ = self.names.begin_record();
        self.fields.clear();
        let is_read =
            self.fields.read(text, Origin::Record(0), &mut self.names).is_ok() && !self.fields.is_full();
        let before = message.len() - message.trim_ascii_start().len();
        let places = Places::of(raw, message);
        let (mut edits, mut found, mut whole) = (Vec::new(), Vec::new(), None);
        for field in self.fields.iter() {
            let Some(name) = protection_of(policy, &self.names, field) else {
                whole = whole.or((field.kind == Kind::Container).then_some((None, String::new())));
                continue;
            };
            let value = self.fields.value(field, text).as_text().into_owned();
            let range = field.range().filter(|_| field.kind == Kind::Text);
            let place = range.and_then(|(from, to)| places.as_ref()?.range(before + from..before + to));
            match place {
                Some(place) => {
                    let range = start + place.start..start + place.end;
                    edits.push(Edit { range, name, is_value: false, value });
                }
                None => whole = whole.or(Some((Some(name), value))),
            }
        }
        if let Some(places) = &places {
            policy.detectors().find(message, &mut found);
            for found in &found {
                let Some(place) = places.range(found.range.clone()) else { continue };
                let range = start + place.start..start + place.end;
                let is_known = |edit: &Edit<'_>| edit.range.start < range.end && range.start < edit.range.end;
                if !edits.iter().any(is_known) {
                    let value = message[found.range.clone()].to_owned();
                    edits.push(Edit { range, name: found.name, is_value: false, value });
                }
            }
        }
        if let Some((name, value)) = whole.or((!is_read || places.is_none()).then_some((None, String::new())))
        {
            let name = name.or_else(|| policy.protection_names().next())?;
            let range = start - 1..start + raw.len() + 1;
            return Some(vec![Edit { range, name, is_value: true, value }]);
        }
        Some(edits)
    }
}

/// Where each byte of a text stands in its JSON form.
struct Places(Vec<u32>);

impl Places {
    /// `None` when the form is not that of the text.
    fn of(raw: &[u8], text: &str) -> Option<Self> {
        let mut places = Vec::with_capacity(text.len() + 1);
        let mut at = 0;
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let length = if raw.get(at) == Some(&b'\\') { escape_bytes(raw, at)? } else { letter.len_utf8() };
            for _ in 0..letter.len_utf8() {
                places.push(u32::try_from(at).ok()?);
            }
            at += length;
            rest = &rest[letter.len_utf8()..];
        }
        places.push(u32::try_from(at).ok()?);
        (at == raw.len()).then_some(Self(places))
    }

    fn range(&self, range: Range<usize>) -> Option<Range<usize>> {
        Some(*self.0.get(range.start)? as usize..*self.0.get(range.end)? as usize)
    }
}

/// How long the escape at a place is: `\n`, `\u00e9`, or two of the latter for one letter.
fn escape_bytes(raw: &[u8], at: usize) -> Option<usize> {
    if raw.get(at + 1)? != &b'u' {
        return Some(2);
    }
    let is_first_half =
        matches!(raw.get(at + 2..at + 4)?, [b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B']);
    let has_second = raw.get(at + 6..at + 8) == Some(b"\\u");
    Some(if is_first_half && has_second { 12 } else { 6 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_piece_of_a_text_is_found_in_its_json_form(text in "[a\"\\\\\n\u{1}é€😀]{0,12}", from in 0usize..12, length in 0usize..12) {
            let json = serde_json::to_string(&text).unwrap();
            let raw = &json.as_bytes()[1..json.len() - 1];
            let places = Places::of(raw, &text).unwrap();
            let from = text.floor_char_boundary(from.min(text.len()));
            let to = text.floor_char_boundary((from + length).min(text.len()));
            let found = &raw[places.range(from..to).unwrap()];
            let again: String = serde_json::from_str(&format!("\"{}\"", std::str::from_utf8(found).unwrap())).unwrap();
            prop_assert_eq!(again, &text[from..to]);
        }
    }

    #[test]
    fn two_escapes_of_one_letter_belong_together() {
        let places = Places::of(br"a\ud83d\ude00b\u0041", "a😀bA").unwrap();
        assert_eq!(places.range(0..1), Some(0..1));
        assert_eq!(places.range(1..5), Some(1..13));
        assert_eq!(places.range(5..7), Some(13..20));
    }
}
