//! Walks over the blocks of a snapshot that can hold a match.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use palisade_index::{Block, Probe, Snapshot, Split};
use rayon::prelude::*;

use super::explain::{Counter, Explanation, Stage, Tally};
use super::{Budget, Failure, Inner, Question};
use crate::filter::{Effort, Node, RowBitmap, rows_of};
use crate::plan::{Certainty, SpanOnly, SplitDescription, certainty, probe};

/// A snapshot and a question about it.
pub(crate) struct Scan<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) budget: &'a Budget,
    pub(crate) snapshot: Snapshot,
    node: Node,
    probe: Probe,
    /// What the index of each split said, once it was asked: for each block whether it can hold a match.
    answers: Vec<OnceLock<Vec<bool>>>,
    tally: Tally,
}

/// How much was read for an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub(crate) struct Scanned {
    pub(crate) splits: u64,
    pub(crate) blocks: u64,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// A block that can hold a match, as far as its description says.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub(crate) block: Arc<Block>,
    certainty: Certainty,
    /// Its split and its place there; `None` for the tail.
    place: Option<(usize, usize)>,
}

/// Blocks whose partial answers are held at once: enough to keep threads busy, few enough to stay small.
const WAVE_BLOCKS: usize = 32;

/// Splits whose indexes are asked at once, before it is known whether all of them are needed.
const SPLITS_AHEAD: usize = 8;

impl<'a> Scan<'a> {
    /// Takes a snapshot for a question.
    pub(crate) fn new(inner: &'a Inner, budget: &'a Budget, question: &Question) -> Result<Self, Failure> {
        let tally = Tally::default();
        let snapshot = tally.time(Stage::Snapshot, || inner.index.snapshot())?;
        let answers = snapshot.splits.iter().map(|_| OnceLock::new()).collect();
        let (node, probe) = (question.node.clone(), probe(&question.node));
        Ok(Self { inner, budget, snapshot, node, probe, answers, tally })
    }

    /// The blocks that can hold a match, in the order in which they were written.
    pub(crate) fn candidates(&self) -> Result<Vec<Candidate>, Failure> {
        self.tally.time(Stage::Describe, || {
            let mut candidates = Vec::new();
            let left = self.left_by_summaries();
            // The needle indexes of past days spare the opening of most splits.
            let named = self.snapshot.candidates(&self.probe, &left);
            self.tally.add(Counter::SplitsByIndex, (left.len() - named.len()) as u64);
            for number in named {
                self.budget.check()?;
                self.tally.add(Counter::SplitsRead, 1);
                for (at, block) in self.snapshot.splits[number].blocks()?.iter().enumerate() {
                    candidates.extend(self.describe(block, Some((number, at))));
                }
            }
            self.tally.add(Counter::BlocksInTail, self.snapshot.tail.len() as u64);
            candidates.extend(self.snapshot.tail.iter().filter_map(|block| self.describe(block, None)));
            Ok(candidates)
        })
    }

    /// The splits that can hold a match as far as the catalog knows, by their numbers.
    fn left_by_summaries(&self) -> Vec<usize> {
        let can_match = |(_, split): &(usize, &Arc<Split>)| {
            let is_out = certainty(&self.node, &SplitDescription(split)) == Certainty::Never;
            if is_out {
                let is_late = certainty(&self.node, &SpanOnly(split.span())) == Certainty::Never;
                self.tally.add(if is_late { Counter::SplitsByTime } else { Counter::SplitsByStream }, 1);
            }
            !is_out
        };
        self.snapshot.splits.iter().enumerate().filter(can_match).map(|(number, _)| number).collect()
    }

    /// A block, unless its description says that it holds no match.
    fn describe(&self, block: &Arc<Block>, place: Option<(usize, usize)>) -> Option<Candidate> {
        let certainty = certainty(&self.node, &**block);
        if certainty != Certainty::Never {
            return Some(Candidate { block: Arc::clone(block), certainty, place });
        }
        let info = block.info();
        let is_late = self::certainty(&self.node, &SpanOnly((info.oldest, info.newest))) == Certainty::Never;
        self.tally.add(if is_late { Counter::BlocksByTime } else { Counter::BlocksByDescription }, 1);
        self.inner.metrics.pruned(1);
        None
    }

    /// Whether the index of the split thinks that a block can hold a match. When the split was not asked yet, those of
    /// `upcoming` candidates are asked with it.
    fn is_named<'c>(
        &self,
        candidate: &Candidate,
        upcoming: impl Iterator<Item = &'c Candidate>,
    ) -> Result<bool, Failure> {
        let Some((split, at)) = self.place_to_ask(candidate) else { return Ok(true) };
        if self.answers[split].get().is_none() {
            let mut unasked = BTreeSet::from([split]);
            let others = upcoming.filter_map(|candidate| self.place_to_ask(candidate)).map(|place| place.0);
            let others = others.filter(|split| self.answers[*split].get().is_none());
            for other in others {
                unasked.insert(other);
                if unasked.len() >= SPLITS_AHEAD {
                    break;
                }
            }
            let unasked: Vec<usize> = unasked.into_iter().collect();
            unasked.par_iter().try_for_each(|split| self.ask(*split))?;
        }
        let answer = self.answers[split].get();
        Ok(answer.and_then(|answer| answer.get(at)).copied().unwrap_or(true))
    }

    /// The split and the place of a candidate of which its index may know more.
    fn place_to_ask(&self, candidate: &Candidate) -> Option<(usize, usize)> {
        let is_open = self.probe != Probe::Any && candidate.certainty == Certainty::Maybe;
        candidate.place.filter(|_| is_open)
    }

    fn ask(&self, split: usize) -> Result<(), Failure> {
        self.budget.check()?;
        let answer = self.tally.time(Stage::Index, || self.snapshot.splits[split].candidates(&self.probe))?;
        self.tally.add(Counter::SplitsByIndex, u64::from(!answer.contains(&true)));
        _ = self.answers[split].set(answer);
        Ok(())
    }

    /// The next candidates from `at` on that the indexes name, as long as `is_useful` says so, and where to go on.
    pub(crate) fn next<'c>(
        &self,
        candidates: &'c [Candidate],
        mut at: usize,
        count: usize,
        is_useful: impl Fn(&Candidate) -> bool,
    ) -> Result<(Vec<&'c Candidate>, usize), Failure> {
        let mut named = Vec::with_capacity(count);
        while let Some(candidate) = candidates.get(at)
            && named.len() < count
            && is_useful(candidate)
        {
            at += 1;
            if self.is_named(candidate, candidates[at..].iter())? {
                named.push(candidate);
            } else {
                self.tally.add(Counter::BlocksByIndex, 1);
                self.inner.metrics.pruned(1);
            }
        }
        Ok((named, at))
    }

    /// The rows of a named block that pass; `None` when there are none.
    pub(crate) fn rows(&self, candidate: &Candidate) -> Result<Option<RowBitmap>, Failure> {
        self.budget.check()?;
        let info = candidate.block.info();
        let all = RowBitmap::full(info.rows);
        let is_whole = candidate.certainty == Certainty::Always;
        self.tally.add(if is_whole { Counter::BlocksWhole } else { Counter::BlocksRead }, 1);
        self.tally.add(Counter::RowsRead, u64::from(info.rows));
        self.tally.add(Counter::BytesRead, info.raw_bytes);
        self.tally.add(Counter::BytesPacked, candidate.block.packed_bytes());
        self.inner.metrics.read(1);
        let rows = if is_whole {
            all
        } else {
            self.tally.time(Stage::Filter, || rows_of(&self.node, &*candidate.block, &all))?
        };
        self.tally.add(Counter::RowsPassed, u64::from(rows.count()));
        Ok((!rows.is_empty()).then_some(rows))
    }

    /// Works on every block with matches, in parallel, and hands over what came out, in the order of the blocks.
    pub(crate) fn each<T: Send>(
        &self,
        candidates: &[Candidate],
        work: impl Fn(&Block, &RowBitmap) -> Result<T, Failure> + Sync,
        take: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.each_shared(candidates, |block, rows| work(block, rows), take)
    }

    /// Like [`Scan::each`], for work that keeps blocks.
    pub(crate) fn each_shared<T: Send>(
        &self,
        candidates: &[Candidate],
        work: impl Fn(&Arc<Block>, &RowBitmap) -> Result<T, Failure> + Sync,
        mut take: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut at = 0;
        while at < candidates.len() {
            let (wave, next) = self.next(candidates, at, WAVE_BLOCKS, |_| true)?;
            at = next;
            let results: Vec<Result<Option<T>, Failure>> = wave
                .par_iter()
                .map(|candidate| {
                    let rows = self.rows(candidate)?;
                    let answer = |rows| self.answer(|| work(&candidate.block, &rows));
                    rows.map(answer).transpose()
                })
                .collect();
            for result in results {
                if let Some(part) = result? {
                    take(part)?;
                }
            }
        }
        Ok(())
    }

    /// Does work that makes the answer of rows that passed.
    pub(crate) fn answer<T>(&self, work: impl FnOnce() -> T) -> T {
        self.tally.time(Stage::Answer, work)
    }

    /// How much was read.
    pub(crate) fn scanned(&self) -> Scanned {
        Scanned {
            splits: self.tally.get(Counter::SplitsRead),
            blocks: self.tally.get(Counter::BlocksRead) + self.tally.get(Counter::BlocksWhole),
            rows: self.tally.get(Counter::RowsRead),
            bytes: self.tally.get(Counter::BytesRead),
        }
    }

    /// How the answer came about, so far.
    pub(crate) fn explanation(&self) -> Explanation {
        let mut effort = Effort::default();
        self.node.each_criterion(&mut |criterion| effort = effort.plus(criterion.effort()));
        self.tally.explanation(self.snapshot.splits.len() as u64, effort)
    }
}
