//! A line as the query language sees it, read by the rules of `docs/query-language.md` and by nothing of the program.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;

/// Names of other schemas that lines or questions use, with the canonical ones.
pub(super) const ALIASES: [(&str, &str); 5] = [
    ("severity", "level"),
    ("log.level", "level"),
    ("client.ip", "source_ip"),
    ("trace_id", "correlation_id"),
    ("msg", "message"),
];

/// The name under which a field's values are kept.
pub(super) fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, canonical)| canonical)
}

/// Numbers for names, which are faster to compare.
#[derive(Clone, Default)]
pub(super) struct Names {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
}

impl Names {
    pub(super) fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    pub(super) fn name(&self, number: usize) -> &str {
        &self.names[number]
    }
}

/// One value of one field.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) field: usize,
    /// Whether it is looked at when no field is named.
    pub(super) is_searched: bool,
    pub(super) text: String,
    pub(super) folded: String,
    pub(super) number: Option<f64>,
    /// Whether words are looked for in it, wherever it stands.
    pub(super) has_space: bool,
}

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The event time in UTC, in one notation: times are in order when their texts are.
    pub(super) time: String,
    pub(super) values: Vec<Found>,
}

/// Makes upper and lower case the same.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = |character: char| {
        let mut lower = character.to_lowercase();
        if lower.len() == 1 { lower.next().unwrap_or(character) } else { character }
    };
    text.chars().map(lower).collect()
}

/// A text that is nothing but a number, as a number.
pub(super) fn number_of(text: &str) -> Option<f64> {
    let first = text.bytes().next()?;
    let is_numeric = first.is_ascii_digit() || b"+-.".contains(&first);
    if is_numeric { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

impl Seen {
    /// Reads a line: JSON, or text that begins with a time and a level.
    pub(super) fn read(raw: &str, names: &mut Names) -> Self {
        let mut seen = Self { time: String::new(), values: Vec::new() };
        if raw.starts_with('{') {
            seen.object(raw, "", names);
            return seen;
        }
        let mut words = raw.split(' ');
        let (date, time) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        seen.time = format!("{date}T{}Z", time.replace(',', "."));
        seen.push("message", raw.to_owned(), names);
        let level = words.next().unwrap_or_default().to_ascii_lowercase();
        seen.push("level", level, names);
        seen
    }

    fn object(&mut self, text: &str, path: &str, names: &mut Names) {
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"));
        for (name, value) in members {
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            self.value(value.get(), &path, names);
        }
    }

    fn value(&mut self, text: &str, path: &str, names: &mut Names) {
        match text.bytes().next() {
            Some(b'{') => self.object(text, path, names),
            Some(b'[') => {
                let parts: Vec<&RawValue> = serde_json::from_str(text).expect("a list");
                parts.iter().for_each(|part| self.value(part.get(), path, names));
            }
            Some(b'"') => {
                let value: String = serde_json::from_str(text).expect("a text");
                if path == "timestamp" {
                    self.time = value;
                } else {
                    self.push(path, value, names);
                }
            }
            Some(b'n') => {}
            _ => self.push(path, text.to_owned(), names),
        }
    }

    fn push(&mut self, name: &str, text: String, names: &mut Names) {
        let name = canonical(name);
        self.values.push(Found {
            field: names.number(name),
            is_searched: !name.starts_with("kubernetes."),
            folded: fold(&text),
            // `true` and `false` are none either.
            number: number_of(&text),
            has_space: text.contains(char::is_whitespace),
            text,
        });
    }

    /// The values of a field.
    pub(super) fn of(&self, field: usize) -> impl Iterator<Item = &Found> {
        self.values.iter().filter(move |found| found.field == field)
    }
}
