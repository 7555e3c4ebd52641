//! The blocks of a scan in an order, found as they are wanted: a split is opened when the next block may be in it, and a
//! needle index is asked when its splits come near. What nobody comes to is not read, which far away is what counts.

use std::collections::{BTreeMap, VecDeque};

use palisade_index::Probe;

use super::order::{Key, Order};
use super::scan::{Candidate, SPLITS_AHEAD};
use super::{Failure, Scan};

/// Splits whose needle indexes are asked first: those of a day or some.
const ASKED_FIRST: usize = 16;

/// So many times more are asked in each further step, so that a word that is nowhere is soon known to be so.
const ASKED_GROWTH: usize = 4;

/// Most that are asked in a step; between two steps it is looked whether anybody still wants the answer.
const ASKED_MAX: usize = 1_024;

/// Most splits that are opened in a step; the first step opens one, each further one twice as many as the one before.
const OPENED_MAX: usize = 32;

/// A way through the blocks that can hold a match.
pub(crate) struct Walk<'s, 'a> {
    scan: &'s Scan<'a>,
    order: Order,
    /// Splits whose needle indexes were not asked, by the first key that can be in them; the next one is the last.
    unasked: Vec<(Key, usize)>,
    /// Splits that were not opened; the next one is the first.
    unopened: VecDeque<(Key, usize)>,
    /// Blocks that were found, by the first key that can be in them and in the order in which they were found.
    found: BTreeMap<(Key, usize), Candidate>,
    found_so_far: usize,
    asked_next: usize,
    opened_next: usize,
}

impl<'s, 'a> Walk<'s, 'a> {
    /// Begins; nothing is read.
    pub(crate) fn new(scan: &'s Scan<'a>, order: Order) -> Self {
        let splits = &scan.snapshot.splits;
        let with_key = |number: usize| (order.first_possible_of_split(&splits[number]), number);
        let mut unasked: Vec<(Key, usize)> = scan.left_by_summaries().into_iter().map(with_key).collect();
        unasked.sort_unstable_by(|left, right| right.cmp(left));
        scan.progress().begin(unasked.len());
        let asked_next = if scan.probe == Probe::Any { unasked.len() } else { ASKED_FIRST };
        let (unopened, found) = (VecDeque::new(), BTreeMap::new());
        let mut walk =
            Self { scan, order, unasked, unopened, found, found_so_far: 0, asked_next, opened_next: 1 };
        walk.add(scan.candidates_of_tail());
        walk
    }

    /// The next blocks that the indexes name, at most `count`, and none of which all keys come after `until`.
    pub(crate) fn next(&mut self, count: usize, until: Option<Key>) -> Result<Vec<Candidate>, Failure> {
        let mut named = Vec::with_capacity(count);
        while named.len() < count && self.first_possible(until)?.is_some() {
            let Some((_, candidate)) = self.found.pop_first() else { break };
            if self.scan.is_named(&candidate, self.found.values(), SPLITS_AHEAD)? {
                named.push(candidate);
            }
        }
        Ok(named)
    }

    /// The first key that can be in the next block, unless it comes after `until`.
    pub(crate) fn first_possible(&mut self, until: Option<Key>) -> Result<Option<Key>, Failure> {
        loop {
            let first = self.found.first_key_value().map(|((key, _), _)| *key);
            let first = first.filter(|key| until.is_none_or(|until| *key <= until));
            let is_before = |split: Key| first.or(until).is_none_or(|limit| split <= limit);
            // What begins with the same key as a block that was found can wait.
            let is_wanted = |split: &&(Key, usize)| is_before(split.0) && first != Some(split.0);
            if self.unopened.front().is_some_and(|split| is_wanted(&split)) {
                self.open_next()?;
            } else if self.unopened.is_empty() && self.unasked.last().is_some_and(|split| is_wanted(&split)) {
                self.ask_next()?;
            } else {
                return Ok(first);
            }
        }
    }

    fn ask_next(&mut self) -> Result<(), Failure> {
        let next = self.unasked.split_off(self.unasked.len().saturating_sub(self.asked_next));
        self.asked_next = self.asked_next.saturating_mul(ASKED_GROWTH).min(ASKED_MAX);
        let mut numbers: Vec<usize> = next.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        let named = self.scan.named_by_needles(&numbers)?;
        let is_named = |split: &(Key, usize)| named.binary_search(&split.1).is_ok();
        self.unopened.extend(next.into_iter().rev().filter(is_named));
        Ok(())
    }

    fn open_next(&mut self) -> Result<(), Failure> {
        let count = self.opened_next.min(self.unopened.len());
        self.opened_next = (self.opened_next * 2).min(OPENED_MAX);
        let numbers: Vec<usize> = self.unopened.drain(..count).map(|(_, number)| number).collect();
        let candidates = self.scan.open(&numbers)?;
        self.add(candidates);
        Ok(())
    }

    fn add(&mut self, candidates: Vec<Candidate>) {
        for candidate in candidates {
            let key = self.order.first_possible(&candidate.block);
            self.found.insert((key, self.found_so_far), candidate);
            self.found_so_far += 1;
        }
    }
}
