//! Walks over the blocks of a snapshot that can hold a match.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use palisade_index::{Block, Probe, READS_AT_ONCE, Snapshot, Split, Wanted, fetch, side_by_side};
use rayon::prelude::*;

use super::explain::{Counter, Explanation, Stage, Tally};
use super::progress::Progress;
use super::search::Hit;
use super::{Budget, Failure, Inner, Question};
use crate::filter::{Effort, RowBitmap, rows_of};
use crate::plan::{Certainty, Needed, SpanOnly, SplitDescription, certainty, needed, probe};

/// A snapshot and a question about it.
pub(crate) struct Scan<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) budget: &'a Budget,
    pub(crate) snapshot: Snapshot,
    question: Question,
    pub(crate) probe: Probe,
    /// What the index of each split said, once it was asked: for each block whether it can hold a match.
    answers: Vec<OnceLock<Vec<bool>>>,
    tally: Tally,
    progress: Arc<Progress>,
}

/// How much was read for an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub(crate) struct Scanned {
    pub(crate) splits: u64,
    pub(crate) blocks: u64,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// Requests to far storages.
    pub(crate) far_requests: u64,
    /// Bytes read from far storages.
    pub(crate) far_bytes: u64,
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
pub(crate) const SPLITS_AHEAD: usize = 8;

/// The same where all of them are needed, and far away, where most of the time is spent waiting.
const SPLITS_AHEAD_FAR: usize = 32;

impl<'a> Scan<'a> {
    /// Takes a snapshot for a question.
    pub(crate) fn new(inner: &'a Inner, budget: &'a Budget, question: &Question) -> Result<Self, Failure> {
        Self::watched(inner, budget, question, Arc::default())
    }

    /// The same, for somebody who is told how far it comes.
    pub(crate) fn watched(
        inner: &'a Inner,
        budget: &'a Budget,
        question: &Question,
        progress: Arc<Progress>,
    ) -> Result<Self, Failure> {
        let tally = Tally::default();
        let snapshot = tally.time(Stage::Snapshot, || inner.index.snapshot())?;
        let answers = snapshot.splits.iter().map(|_| OnceLock::new()).collect();
        let (question, probe) = (question.clone(), probe(&question.node));
        Ok(Self { inner, budget, snapshot, question, probe, answers, tally, progress })
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The blocks that can hold a match, in the order in which they were written. For who needs all of them; who may stop
    /// early walks ([`super::walk`]).
    pub(crate) fn candidates(&self) -> Result<Vec<Candidate>, Failure> {
        let left = self.left_by_summaries();
        self.progress.begin(left.len());
        let mut candidates = Vec::new();
        for step in self.named_by_needles(&left)?.chunks(SPLITS_AHEAD_FAR) {
            candidates.extend(self.open(step)?);
        }
        candidates.extend(self.candidates_of_tail());
        Ok(candidates)
    }

    /// Those of some splits, told by growing numbers, that the needle indexes of past days name: they spare the opening of
    /// most.
    pub(crate) fn named_by_needles(&self, splits: &[usize]) -> Result<Vec<usize>, Failure> {
        self.budget.check()?;
        let ask = || self.progress.far.count(|| self.snapshot.candidates(&self.probe, splits));
        let named = self.tally.time(Stage::Describe, ask);
        let left_out = splits.len() - named.len();
        self.tally.add(Counter::SplitsByIndex, left_out as u64);
        self.progress.splits_done(left_out);
        Ok(named)
    }

    /// The blocks of some splits that can hold a match.
    pub(crate) fn open(&self, splits: &[usize]) -> Result<Vec<Candidate>, Failure> {
        self.budget.check()?;
        self.tally.time(Stage::Describe, || {
            let all = &self.snapshot.splits;
            let far: Vec<usize> = splits.iter().copied().filter(|number| all[*number].is_far()).collect();
            // What is read here is kept by the split.
            let open = |number: &usize| all[*number].blocks().map(|_| ());
            let opened = self.progress.far.count(|| side_by_side(&far, READS_AT_ONCE, open));
            opened.into_iter().collect::<Result<(), _>>()?;
            let mut candidates = Vec::new();
            for number in splits {
                self.tally.add(Counter::SplitsRead, 1);
                for (at, block) in all[*number].blocks()?.iter().enumerate() {
                    candidates.extend(self.describe(block, Some((*number, at))));
                }
                self.progress.splits_done(1);
            }
            Ok(candidates)
        })
    }

    /// The blocks of the tail that can hold a match.
    pub(crate) fn candidates_of_tail(&self) -> Vec<Candidate> {
        self.tally.add(Counter::BlocksInTail, self.snapshot.tail.len() as u64);
        self.snapshot.tail.iter().filter_map(|block| self.describe(block, None)).collect()
    }

    /// The splits that can hold a match as far as the catalog knows, by their numbers.
    pub(crate) fn left_by_summaries(&self) -> Vec<usize> {
        let can_match = |(_, split): &(usize, &Arc<Split>)| {
            let is_out = certainty(&self.question.node, &SplitDescription(split)) == Certainty::Never;
            if is_out {
                let is_late = certainty(&self.question.node, &SpanOnly(split.span())) == Certainty::Never;
                self.tally.add(if is_late { Counter::SplitsByTime } else { Counter::SplitsByStream }, 1);
            }
            !is_out
        };
        self.snapshot.splits.iter().enumerate().filter(can_match).map(|(number, _)| number).collect()
    }

    /// A block, unless its description says that it holds no match.
    fn describe(&self, block: &Arc<Block>, place: Option<(usize, usize)>) -> Option<Candidate> {
        let block = self.question.shown(block);
        let certainty = certainty(&self.question.node, &*block);
        if certainty != Certainty::Never {
            return Some(Candidate { block, certainty, place });
        }
        let info = block.info();
        let is_late =
            self::certainty(&self.question.node, &SpanOnly((info.oldest, info.newest))) == Certainty::Never;
        self.tally.add(if is_late { Counter::BlocksByTime } else { Counter::BlocksByDescription }, 1);
        self.inner.metrics.pruned(1);
        None
    }

    /// Whether the index of the split thinks that a block can hold a match. When the split was not asked yet, those of
    /// `upcoming` candidates are asked with it, up to `ahead`.
    pub(crate) fn is_named<'c>(
        &self,
        candidate: &Candidate,
        upcoming: impl Iterator<Item = &'c Candidate>,
        ahead: usize,
    ) -> Result<bool, Failure> {
        let Some((split, at)) = self.place_to_ask(candidate) else { return Ok(true) };
        if self.answers[split].get().is_none() {
            let mut unasked = BTreeSet::from([split]);
            let others = upcoming.filter_map(|candidate| self.place_to_ask(candidate)).map(|place| place.0);
            let others = others.filter(|split| self.answers[*split].get().is_none());
            for other in others {
                unasked.insert(other);
                if unasked.len() >= ahead {
                    break;
                }
            }
            let (far, near): (Vec<usize>, Vec<usize>) =
                unasked.into_iter().partition(|split| self.snapshot.splits[*split].is_far());
            near.par_iter().try_for_each(|split| self.ask(*split))?;
            side_by_side(&far, READS_AT_ONCE, |split| self.ask(*split))
                .into_iter()
                .collect::<Result<(), _>>()?;
        }
        let answer = self.answers[split].get();
        let is_named = answer.and_then(|answer| answer.get(at)).copied().unwrap_or(true);
        if !is_named {
            self.tally.add(Counter::BlocksByIndex, 1);
            self.inner.metrics.pruned(1);
        }
        Ok(is_named)
    }

    /// The split and the place of a candidate of which its index may know more.
    fn place_to_ask(&self, candidate: &Candidate) -> Option<(usize, usize)> {
        let is_open = self.probe != Probe::Any && candidate.certainty == Certainty::Maybe;
        candidate.place.filter(|_| is_open)
    }

    fn ask(&self, split: usize) -> Result<(), Failure> {
        self.budget.check()?;
        let ask = || self.progress.far.count(|| self.snapshot.splits[split].candidates(&self.probe));
        let answer = self.tally.time(Stage::Index, ask)?;
        self.tally.add(Counter::SplitsByIndex, u64::from(!answer.contains(&true)));
        _ = self.answers[split].set(answer);
        Ok(())
    }

    /// The next candidates from `at` on that the indexes name, and where to go on.
    fn next<'c>(
        &self,
        candidates: &'c [Candidate],
        mut at: usize,
        count: usize,
    ) -> Result<(Vec<&'c Candidate>, usize), Failure> {
        let mut named = Vec::with_capacity(count);
        while let Some(candidate) = candidates.get(at)
            && named.len() < count
        {
            at += 1;
            let is_far = candidate.block.is_far();
            let ahead = if is_far { SPLITS_AHEAD_FAR } else { SPLITS_AHEAD };
            if self.is_named(candidate, candidates[at..].iter(), ahead)? {
                named.push(candidate);
            }
        }
        Ok((named, at))
    }

    /// Reads from far away what is about to be looked at in some blocks, and with `with_order` what places their rows in
    /// an order; of near blocks nothing.
    pub(crate) fn bring_near<'c>(
        &'c self,
        candidates: impl Iterator<Item = &'c Candidate>,
        with_order: bool,
    ) -> Result<(), Failure> {
        let far: Vec<(&Arc<Block>, Needed<'_>)> = candidates
            .filter(|candidate| candidate.block.is_far())
            .map(|candidate| match candidate.certainty {
                Certainty::Always => (&candidate.block, Needed::default()),
                _ => (&candidate.block, needed(&self.question.node, &candidate.block)),
            })
            .collect();
        if far.is_empty() {
            return Ok(());
        }
        self.budget.check()?;
        let parts = far.iter().map(|(block, needed)| {
            let (times, places) = (needed.times || with_order, needed.places || with_order);
            (*block, Wanted::Fields { names: &needed.fields, times, places })
        });
        Ok(self.tally.time(Stage::Index, || self.progress.far.count(|| fetch(parts)))?)
    }

    /// Reads from far away all of the blocks of some hits.
    pub(crate) fn bring_records_near(&self, hits: &[Hit]) -> Result<(), Failure> {
        let blocks: BTreeMap<_, _> = hits
            .iter()
            .filter(|hit| hit.block.is_far())
            .map(|hit| (Arc::as_ptr(&hit.block), &hit.block))
            .collect();
        let parts = blocks.into_values().map(|block| (block, Wanted::Everything));
        Ok(self.progress.far.count(|| fetch(parts))?)
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
        self.progress.looked_at(info.raw_bytes);
        self.tally.add(Counter::BytesPacked, candidate.block.packed_bytes());
        self.inner.metrics.read(1);
        let rows = if is_whole {
            all
        } else {
            let filter = || self.progress.far.count(|| rows_of(&self.question.node, &*candidate.block, &all));
            self.tally.time(Stage::Filter, filter)?
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
            let (wave, next) = self.next(candidates, at, WAVE_BLOCKS)?;
            at = next;
            self.bring_near(wave.iter().copied(), false)?;
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
        self.tally.time(Stage::Answer, || self.progress.far.count(work))
    }

    /// How much was read.
    pub(crate) fn scanned(&self) -> Scanned {
        Scanned {
            splits: self.tally.get(Counter::SplitsRead),
            blocks: self.tally.get(Counter::BlocksRead) + self.tally.get(Counter::BlocksWhole),
            rows: self.tally.get(Counter::RowsRead),
            bytes: self.tally.get(Counter::BytesRead),
            far_requests: self.progress.far.requests(),
            far_bytes: self.progress.far.bytes(),
        }
    }

    /// How the answer came about, so far.
    pub(crate) fn explanation(&self) -> Explanation {
        let mut effort = Effort::default();
        self.question.node.each_criterion(&mut |criterion| effort = effort.plus(criterion.effort()));
        self.tally.explanation(self.snapshot.splits.len() as u64, effort)
    }
}
