//! Walks over the blocks of a snapshot that can hold a match.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use palisade_index::{Block, Probe, Snapshot};
use rayon::prelude::*;

use super::{Budget, Failure, Inner, Question};
use crate::filter::{Node, RowBitmap, rows_of};
use crate::plan::{Certainty, SplitDescription, certainty, probe};

/// A snapshot and a question about it.
pub(crate) struct Scan<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) budget: &'a Budget,
    pub(crate) snapshot: Snapshot,
    node: Node,
    probe: Probe,
    /// What the index of each split said, once it was asked.
    answers: Vec<Mutex<Option<Arc<Vec<bool>>>>>,
    splits: AtomicU64,
    blocks: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
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

impl<'a> Scan<'a> {
    /// Takes a snapshot for a question.
    pub(crate) fn new(inner: &'a Inner, budget: &'a Budget, question: &Question) -> Result<Self, Failure> {
        let snapshot = inner.index.snapshot()?;
        let answers = snapshot.splits.iter().map(|_| Mutex::default()).collect();
        let (node, probe) = (question.node.clone(), probe(&question.node));
        let (splits, blocks, rows, bytes) = Default::default();
        Ok(Self { inner, budget, snapshot, node, probe, answers, splits, blocks, rows, bytes })
    }

    /// The blocks that can hold a match, in the order in which they were written.
    pub(crate) fn candidates(&self) -> Result<Vec<Candidate>, Failure> {
        let mut candidates = Vec::new();
        let mut add = |block: &Arc<Block>, place| {
            let certainty = certainty(&self.node, &**block);
            if certainty == Certainty::Never {
                self.inner.metrics.pruned(1);
            } else {
                candidates.push(Candidate { block: Arc::clone(block), certainty, place });
            }
        };
        for (number, split) in self.snapshot.splits.iter().enumerate() {
            if certainty(&self.node, &SplitDescription(split)) == Certainty::Never {
                continue;
            }
            self.budget.check()?;
            self.splits.fetch_add(1, Ordering::Relaxed);
            for (at, block) in split.blocks()?.iter().enumerate() {
                add(block, Some((number, at)));
            }
        }
        self.snapshot.tail.iter().for_each(|block| add(block, None));
        Ok(candidates)
    }

    /// Whether the index of the split thinks that a block can hold a match.
    pub(crate) fn is_named(&self, candidate: &Candidate) -> Result<bool, Failure> {
        let (Some((split, at)), false) = (candidate.place, self.probe == Probe::Any) else { return Ok(true) };
        let mut answer = self.answers[split].lock().unwrap_or_else(PoisonError::into_inner);
        let known = match answer.as_ref() {
            Some(known) => Arc::clone(known),
            None => {
                let known = Arc::new(self.snapshot.splits[split].candidates(&self.probe)?);
                *answer = Some(Arc::clone(&known));
                known
            }
        };
        Ok(known.get(at).copied().unwrap_or(true))
    }

    /// The rows of a block that pass; `None` when there are none.
    pub(crate) fn rows(&self, candidate: &Candidate) -> Result<Option<RowBitmap>, Failure> {
        self.budget.check()?;
        if !self.is_named(candidate)? {
            self.inner.metrics.pruned(1);
            return Ok(None);
        }
        let info = candidate.block.info();
        let all = RowBitmap::full(info.rows);
        self.blocks.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(u64::from(info.rows), Ordering::Relaxed);
        self.bytes.fetch_add(info.raw_bytes, Ordering::Relaxed);
        self.inner.metrics.read(1);
        let rows = match candidate.certainty {
            Certainty::Always => all,
            _ => rows_of(&self.node, &*candidate.block, &all)?,
        };
        Ok((!rows.is_empty()).then_some(rows))
    }

    /// Works on every block with matches, in parallel, and hands over what came out, in the order of the blocks.
    pub(crate) fn each<T: Send>(
        &self,
        candidates: &[Candidate],
        work: impl Fn(&Block, &RowBitmap) -> Result<T, Failure> + Sync,
        mut take: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for wave in candidates.chunks(WAVE_BLOCKS) {
            let results: Vec<Result<Option<T>, Failure>> = wave
                .par_iter()
                .map(|candidate| {
                    let rows = self.rows(candidate)?;
                    rows.map(|rows| work(&candidate.block, &rows)).transpose()
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

    /// How much was read.
    pub(crate) fn scanned(&self) -> Scanned {
        Scanned {
            splits: self.splits.load(Ordering::Relaxed),
            blocks: self.blocks.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }
}
