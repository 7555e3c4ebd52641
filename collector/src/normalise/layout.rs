//! Records of one program are written alike: the same names in the same order, with the same blanks. Such a record is read
//! by comparing what stands between its values with that of one before it, which spares tokens, paths and names.

use super::fields::{Field, Fields, Kind, Origin};
use super::json::end_of_number;
use super::json_text::{Text, end_of_text};
use super::names::NameId;

/// Layouts known at once: a batch is of one file, and a program writes few kinds of records.
const LAYOUTS_MAX: usize = 8;

/// Bytes between the values of a layout; longer ones are not met twice.
const LITERAL_BYTES_MAX: usize = 16 << 10;

/// What stands between the values of a record, and whose values these are.
#[derive(Default)]
struct Layout {
    literals: Vec<u8>,
    values: Vec<Expected>,
    /// Where the literal after the last value begins.
    last_literal: usize,
}

/// A value that is expected behind a literal.
struct Expected {
    name: NameId,
    kind: Kind,
    /// Where the literal before it ends.
    literal_end: usize,
}

/// The layouts that were met last.
#[derive(Default)]
pub(crate) struct Layouts {
    /// The one that was met last is the first one.
    known: Vec<Layout>,
}

impl Layouts {
    /// Forgets all, as the numbers of names mean others now.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
    }

    /// Reads the fields of a JSON object into `fields`, which is empty, when it is written like one before; says whether
    /// it is. `before` is how many bytes of the record come before its text.
    pub(crate) fn read(&mut self, text: &str, before: usize, fields: &mut Fields) -> bool {
        for position in 0..self.known.len() {
            if self.known[position].read(text, before, fields).is_some() {
                self.known[..=position].rotate_right(1);
                return true;
            }
            fields.clear();
        }
        false
    }

    /// Learns how a record is written whose fields were read from its text.
    pub(crate) fn learn(&mut self, text: &str, before: usize, fields: &Fields) {
        let mut layout =
            if self.known.len() < LAYOUTS_MAX { None } else { self.known.pop() }.unwrap_or_default();
        if layout.learn(text, before, fields).is_some() {
            self.known.insert(0, layout);
        }
    }
}

impl Layout {
    fn read(&self, text: &str, before: usize, fields: &mut Fields) -> Option<()> {
        let bytes = text.as_bytes();
        let (mut at, mut literal_start) = (0, 0);
        for expected in &self.values {
            let literal = &self.literals[literal_start..expected.literal_end];
            if !bytes.get(at..)?.starts_with(literal) {
                return None;
            }
            at += literal.len();
            literal_start = expected.literal_end;
            let (end, is_escaped) = match expected.kind {
                Kind::Text => end_of_text(bytes, at).ok()?,
                Kind::Number => (end_of_number(bytes, at).ok()?, false),
                Kind::Boolean if bytes[at..].starts_with(b"true") => (at + 4, false),
                Kind::Boolean if bytes[at..].starts_with(b"false") => (at + 5, false),
                Kind::Boolean | Kind::Container => return None,
            };
            let value = Text { raw: text.get(at..end)?, is_escaped };
            fields.push_value(expected.name, Origin::Record(before), end, value, expected.kind);
            at = end;
        }
        (bytes[at..] == self.literals[self.last_literal..]).then_some(())
    }

    fn learn(&mut self, text: &str, before: usize, fields: &Fields) -> Option<()> {
        self.literals.clear();
        self.values.clear();
        if fields.is_full() {
            return None;
        }
        let mut at = 0;
        for field in fields.iter() {
            let Field { name, kind, .. } = field;
            let (start, end) = field.range()?;
            let (start, end) = (start.checked_sub(before)?, end.checked_sub(before)?);
            self.literals.extend_from_slice(text.as_bytes().get(at..start)?);
            if kind == Kind::Container || self.literals.len() > LITERAL_BYTES_MAX {
                return None;
            }
            self.values.push(Expected { name, kind, literal_end: self.literals.len() });
            at = end;
        }
        self.last_literal = self.literals.len();
        self.literals.extend_from_slice(&text.as_bytes()[at..]);
        (self.literals.len() <= LITERAL_BYTES_MAX).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::Names;
    use super::*;

    /// Each field's name, kind, value and place, and whether the record was written like one before.
    fn read(records: &[&str]) -> Vec<(bool, Vec<String>)> {
        let (mut names, mut layouts, mut fields) = (Names::new(), Layouts::default(), Fields::default());
        let mut all = Vec::new();
        for text in records {
            fields.clear();
            let is_known = layouts.read(text, 3, &mut fields);
            if !is_known {
                fields.read(text, Origin::Record(3), &mut names).unwrap();
                layouts.learn(text, 3, &fields);
            }
            let show = |field: Field| {
                let value = fields.value(field, text);
                format!("{} {:?} {value:?} {:?}", names.text(field.name), field.kind, field.standing)
            };
            all.push((is_known, fields.iter().map(show).collect()));
        }
        all
    }

    /// Reads the record after another one, and alone.
    #[track_caller]
    fn check(before: &str, record: &str, is_known: bool) {
        let (after, alone) = (read(&[before, record]), read(&[record]));
        assert_eq!(after[1].0, is_known, "{record}");
        assert_eq!(after[1].1, alone[0].1, "{record}");
    }

    #[test]
    fn what_is_written_alike_is_read_as_if_it_stood_alone() {
        let like = r#"{"a":"x","b":{"c":12,"d":[true,"y"]},"n":null}"#;
        check(like, r#"{"a":"","b":{"c":-0.5e3,"d":[false,"\"\u00e9"]},"n":null}"#, true);
        check(like, r#"{"a":"x\\","b":{"c":9223372036854775808,"d":[true,"\\\""]},"n":null}"#, true);
        check("{}", "{}", true);
    }

    #[test]
    fn what_is_written_differently_is_not_taken_for_the_same() {
        let like = r#"{"a":"x","b":{"c":12,"d":[true,"y"]},"n":null}"#;
        for other in [
            r#"{"a":"x","b":{"c":12,"d":[true,"y"]},"n":null} "#,
            r#"{"a":"x","b":{"c":12,"d":[true,"y"]},"n":1}"#,
            r#"{"a":"x","b":{"c":"12","d":[true,"y"]},"n":null}"#,
            r#"{"a":"x","b":{"c":12,"d":[true,"y","z"]},"n":null}"#,
            r#"{"a":"x","b":{"c":12,"d":[null,"y"]},"n":null}"#,
            r#"{"a":"x","b":{"c":12,"e":[true,"y"]},"n":null}"#,
            r#"{"a":"x"}"#,
            "{}",
        ] {
            check(like, other, false);
            check(other, like, false);
        }
    }

    #[test]
    fn what_is_not_json_is_left_to_those_who_tell_why() {
        let (mut layouts, mut fields, mut names) = (Layouts::default(), Fields::default(), Names::new());
        let like = r#"{"a":"x","b":12,"c":true}"#;
        fields.read(like, Origin::Record(0), &mut names).unwrap();
        layouts.learn(like, 0, &fields);
        for broken in [
            r#"{"a":"x","b":012,"c":true}"#,
            r#"{"a":"x","b":,"c":true}"#,
            r#"{"a":"x","b":12,"c":tru}"#,
            r#"{"a":"\x","b":12,"c":true}"#,
            r#"{"a":"x","b":12,"c":true"#,
            r#"{"a":"x"#,
            r#"{"a":"#,
        ] {
            fields.clear();
            assert!(!layouts.read(broken, 0, &mut fields), "{broken}");
            assert_eq!(fields.len(), 0);
        }
    }

    #[test]
    fn the_layouts_that_were_not_met_for_long_are_forgotten() {
        let records: Vec<String> = (0..=LAYOUTS_MAX).map(|number| format!("{{\"f{number}\":1}}")).collect();
        let mut order: Vec<&str> = records.iter().map(String::as_str).collect();
        order.extend([records[LAYOUTS_MAX].as_str(), &records[0]]);
        let known: Vec<bool> = read(&order).into_iter().map(|(is_known, _)| is_known).collect();
        assert_eq!(known[LAYOUTS_MAX + 1..], [true, false]);
    }
}
