//! Names of fields, each known once, with its canonical field.
//!
//! Records of one source have the same fields in the same order; the name that stood at the same place in the record
//! before is looked at first, which spares the hash of almost all names.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use palisade_record::canonical::{FIELDS, canonical};

/// Names known at once. A source that invents names must not fill the memory; past it all are forgotten.
const NAMES_MAX: usize = 16_384;

/// A name by its number. The canonical fields have the numbers of their places in [`FIELDS`].
pub(crate) type NameId = usize;

pub(crate) const TIMESTAMP: NameId = position_of("timestamp");
pub(crate) const LEVEL: NameId = position_of("level");
pub(crate) const SERVICE: NameId = position_of("service");
pub(crate) const MESSAGE: NameId = position_of("message");

const fn position_of(name: &str) -> NameId {
    let mut position = 0;
    while position < FIELDS.len() {
        let (field, mut same) = (FIELDS[position].as_bytes(), FIELDS[position].len() == name.len());
        let mut byte = 0;
        while same && byte < field.len() {
            same = field[byte] == name.as_bytes()[byte];
            byte += 1;
        }
        if same {
            return position;
        }
        position += 1;
    }
    panic!("not a canonical field")
}

struct Name {
    text: Box<str>,
    canonical: Option<NameId>,
    /// In which record it was used last; see [`Names::mark`].
    mark: u64,
}

/// The names that were met.
pub(crate) struct Names {
    known: Vec<Name>,
    by_text: HashMap<Box<str>, NameId, FixedState>,
    by_place: Vec<NameId>,
    record: u64,
}

impl Default for Names {
    fn default() -> Self {
        Self::new()
    }
}

impl Names {
    pub(crate) fn new() -> Self {
        let mut names =
            Self { known: Vec::new(), by_text: HashMap::default(), by_place: Vec::new(), record: 1 };
        names.forget();
        names
    }

    fn forget(&mut self) {
        self.known.clear();
        self.by_text.clear();
        self.by_place.clear();
        for field in FIELDS {
            self.insert(field);
        }
    }

    fn insert(&mut self, text: &str) -> NameId {
        let id = self.known.len();
        let target = canonical(text);
        let canonical = FIELDS.iter().position(|field| *field == target);
        self.known.push(Name { text: text.into(), canonical, mark: 0 });
        self.by_text.insert(text.into(), id);
        id
    }

    /// Begins the next record; says whether the numbers from before may mean other names now.
    pub(crate) fn begin_record(&mut self) -> bool {
        self.record += 1;
        let is_full = self.known.len() > NAMES_MAX;
        if is_full {
            self.forget();
        }
        is_full
    }

    /// The number of the name that stands at a place in the record.
    pub(crate) fn id(&mut self, place: usize, text: &str) -> NameId {
        if let Some(guess) = self.by_place.get(place).copied()
            && *self.known[guess].text == *text
        {
            return guess;
        }
        let id = match self.by_text.get(text) {
            Some(id) => *id,
            None => self.insert(text),
        };
        if place >= self.by_place.len() {
            self.by_place.resize(place + 1, id);
        }
        self.by_place[place] = id;
        id
    }

    pub(crate) fn text(&self, id: NameId) -> &str {
        &self.known[id].text
    }

    /// The canonical field a name stands for.
    pub(crate) fn canonical(&self, id: NameId) -> Option<NameId> {
        self.known[id].canonical
    }

    /// Notes that the record has this field: itself, or only inside of its message.
    pub(crate) fn mark(&mut self, id: NameId, is_inner: bool) {
        self.known[id].mark = self.record * 2 + u64::from(is_inner);
    }

    /// Whether the record itself has the field.
    pub(crate) fn is_outer(&self, id: NameId) -> bool {
        self.known[id].mark == self.record * 2
    }

    /// Whether the record has the field, itself or inside of its message.
    pub(crate) fn is_present(&self, id: NameId) -> bool {
        self.known[id].mark / 2 == self.record
    }

    /// Whether the record has a field of this name.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.by_text.get(text).is_some_and(|id| self.is_present(*id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_wherever_it_stands() {
        let mut names = Names::new();
        let custom = names.id(0, "custom");
        assert_eq!(names.id(3, "custom"), custom);
        assert_eq!(names.id(0, "message"), MESSAGE);
        assert_eq!(names.text(LEVEL), "level");
        let alias = names.id(1, "log.level");
        assert_eq!(names.canonical(alias), Some(LEVEL));
        assert_eq!(names.canonical(custom), None);
    }

    #[test]
    fn a_source_that_invents_names_is_forgotten() {
        let mut names = Names::new();
        for number in 0..NAMES_MAX + 10 {
            names.begin_record();
            names.id(0, &format!("name-{number}"));
        }
        assert!(names.known.len() < NAMES_MAX / 2);
    }

    #[test]
    fn fields_of_the_record_before_are_not_this_ones() {
        let mut names = Names::new();
        names.begin_record();
        names.mark(LEVEL, false);
        assert!(names.has("level") && names.is_outer(LEVEL));
        names.begin_record();
        assert!(!names.has("level"));
    }
}
