//! From columns to rows to matches.

use std::ops::Range;

use palisade_record::Value;

use super::atom::{AtomId, Lazy, LazyKind, SlotId};
use super::column::Column;
use super::probe::{folded, lies, text_of};
use super::questions::Questions;
use super::{ColumnQuestions, CompiledRule, Match, Matcher};
use crate::Events;
use crate::pipeline::without_spaces;

impl Matcher {
    /// Every record for which a detection holds, in rising order of rows and then of detections.
    pub fn matches(&self, events: &dyn Events) -> Vec<Match> {
        let rows = events.len();
        let mut column = Column::default();
        let columns = self.columns(events);
        let held = self.held(events, &columns, &mut column);
        let asked = self.asked(events.stream());
        let mut truth = Truth::new(self.witnessed.len());
        let mut candidates = Candidates::new(self.rules.len());
        let mut matches = Vec::new();
        for row in 0..rows {
            candidates.next();
            self.always.iter().for_each(|rule| candidates.add(*rule));
            for range in held.of(row) {
                for atom in column.hits(range.clone()) {
                    truth.set(*atom);
                    self.witnessed[*atom as usize].iter().for_each(|rule| candidates.add(*rule));
                }
            }
            let first = matches.len();
            for rule in candidates.all.iter().map(|rule| *rule as usize) {
                let find_out = |atom: AtomId| self.find_out(atom, events, &columns, row);
                if asked[rule] && self.rules[rule].expression.evaluate(&|atom| truth.holds(atom), &find_out) {
                    matches.push(Match { row, detection: rule });
                }
            }
            matches[first..].sort_unstable();
            for range in held.of(row) {
                column.hits(range.clone()).iter().for_each(|atom| truth.unset(*atom));
            }
        }
        matches
    }

    /// The fields of which anything is asked, and what.
    fn columns(&self, events: &dyn Events) -> Vec<(String, Vec<&ColumnQuestions>)> {
        let mut columns = Vec::new();
        events.fields(&mut |name| {
            let own = self.routes.get(&*without_spaces(name)).map(|column| &self.columns[*column]);
            let asked: Vec<&ColumnQuestions> = own.into_iter().chain(&self.anywhere).collect();
            if !asked.is_empty() {
                columns.push((name.to_owned(), asked));
            }
        });
        columns
    }

    /// Which atoms hold for which rows.
    fn held(
        &self,
        events: &dyn Events,
        columns: &[(String, Vec<&ColumnQuestions>)],
        column: &mut Column,
    ) -> Held {
        let mut pairs = Vec::new();
        column.reset();
        for (name, asked) in columns {
            let questions: Vec<&Questions> = asked.iter().map(|asked| &asked.questions).collect();
            column.next();
            events.values(name, &mut |row, value| {
                let range = column.find(&value, &questions);
                if !range.is_empty() {
                    pairs.push((row, range));
                }
            });
        }
        Held::new(pairs, events.len())
    }

    /// Which rules are about a stream.
    fn asked(&self, stream: &str) -> Vec<bool> {
        let about =
            |rule: &CompiledRule| rule.stream.as_ref().is_none_or(|pattern| pattern.matches_folded(stream));
        self.rules.iter().map(about).collect()
    }

    /// Whether a lazy atom holds for a row.
    fn find_out(
        &self,
        atom: AtomId,
        events: &dyn Events,
        columns: &[(String, Vec<&ColumnQuestions>)],
        row: usize,
    ) -> bool {
        let Some(Lazy { slot, kind }) = self.lazy.get(&atom) else { return false };
        let values = |slot: SlotId, take: &mut dyn FnMut(Value<'_>)| {
            let own =
                columns.iter().filter(|(_, asked)| asked.iter().any(|asked| asked.slots.contains(&slot)));
            own.for_each(|(name, _)| events.value(name, row, take));
        };
        let mut holds = false;
        match kind {
            LazyKind::Regex(regex) => {
                let mut digits = String::new();
                values(*slot, &mut |value| holds = holds || regex.is_match(text_of(&value, &mut digits)));
            }
            LazyKind::Field { other, place, cased } => {
                let mut others = Vec::new();
                values(*other, &mut |value| others.push(folded(value.as_text(), *cased).into_owned()));
                values(*slot, &mut |value| {
                    let text = folded(value.as_text(), *cased);
                    holds = holds || others.iter().any(|other| lies(*place, &text, other));
                });
            }
        }
        holds
    }
}

/// Ranges of atoms that hold, by row.
struct Held {
    ranges: Vec<Range<usize>>,
    /// Where the ranges of each row begin, and at last where they end.
    starts: Vec<usize>,
}

impl Held {
    /// Sorts pairs by their rows, by counting.
    fn new(pairs: Vec<(usize, Range<usize>)>, rows: usize) -> Self {
        let mut starts = vec![0; rows + 1];
        for (row, _) in &pairs {
            starts[row + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut ranges = vec![0..0; pairs.len()];
        for (row, range) in pairs {
            ranges[next[row]] = range;
            next[row] += 1;
        }
        Self { ranges, starts }
    }

    fn of(&self, row: usize) -> &[Range<usize>] {
        &self.ranges[self.starts[row]..self.starts[row + 1]]
    }
}

/// A bit for each atom.
struct Truth(Vec<u64>);

impl Truth {
    fn new(atoms: usize) -> Self {
        Self(vec![0; atoms.div_ceil(64)])
    }

    fn set(&mut self, atom: AtomId) {
        self.0[(atom / 64) as usize] |= 1 << (atom % 64);
    }

    fn unset(&mut self, atom: AtomId) {
        self.0[(atom / 64) as usize] &= !(1 << (atom % 64));
    }

    fn holds(&self, atom: AtomId) -> bool {
        self.0[(atom / 64) as usize] & 1 << (atom % 64) != 0
    }
}

/// Rules to look at for a row, each once.
struct Candidates {
    all: Vec<u32>,
    seen_in: Vec<u32>,
    row: u32,
}

impl Candidates {
    fn new(rules: usize) -> Self {
        Self { all: Vec::new(), seen_in: vec![0; rules], row: 0 }
    }

    fn next(&mut self) {
        self.all.clear();
        self.row = self.row.wrapping_add(1);
    }

    fn add(&mut self, rule: u32) {
        let seen_in = &mut self.seen_in[rule as usize];
        if *seen_in != self.row {
            *seen_in = self.row;
            self.all.push(rule);
        }
    }
}
