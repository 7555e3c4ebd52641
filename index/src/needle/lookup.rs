//! Asks needle indexes, those of many days at once.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use tracing::warn;

use super::days::{Day, Days};
use super::geometry::Batches;
use crate::error::Result;
use crate::side_by_side::{READS_AT_ONCE, side_by_side};
use crate::split::Probe;
use crate::split::words::{cut, head, word_hash};
use crate::storages::Storages;

/// Shorter words are counters, ports and parts of addresses: every day has them in most splits.
const WORD_BYTES_MIN: usize = 6;

/// Fewer near splits of a day than this are asked themselves; it costs no more.
const NEAR_SPLITS_MIN: usize = 2;

/// Answers that are remembered: six words in seven years. The next page of an answer, and the search after its estimate,
/// read none of them again.
const ANSWERS_MAX: NonZeroUsize = NonZeroUsize::new(16_384).expect("it is not zero");

/// Near days asked at once: what reads from a disk, or the page cache, waits for little but the processor.
const NEAR_AT_ONCE: usize = 2;

/// A split, as far as needle indexes are asked for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Asked {
    pub(crate) batches: Batches,
    /// Whether its data is read from far away.
    pub(crate) is_far: bool,
}

/// Which needle indexes are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reach {
    Everywhere,
    /// Only those that are near, and what is remembered of the others.
    Near,
}

/// The splits of days, by their last batches, that have a word, by its hash.
type Answers = LruCache<(u64, u64), Arc<[Batches]>>;

/// All needle indexes, near and far.
pub(crate) struct Needles {
    days: Days,
    answers: Arc<Mutex<Answers>>,
    /// How many lookups found nothing they could read.
    unreadable: Arc<AtomicU64>,
}

impl Needles {
    /// Lists the needle indexes that are whole; reads none. A far storage that cannot be listed leaves its days to
    /// [`Needles::listed_again`].
    pub(crate) fn list(storages: &Storages) -> Result<Self> {
        let answers = Arc::new(Mutex::new(LruCache::new(ANSWERS_MAX)));
        Ok(Self { days: Days::list(storages)?, answers, unreadable: Arc::default() })
    }

    /// Those that are known, and those that came into being near since then; far ones are listed when they were not yet.
    pub(crate) fn listed_again(&self) -> Result<Self> {
        let (answers, unreadable) = (Arc::clone(&self.answers), Arc::clone(&self.unreadable));
        Ok(Self { days: self.days.listed_again()?, answers, unreadable })
    }

    /// Whether all storages were listed: only then a day that is not there has no needle index.
    pub(crate) fn is_complete(&self) -> bool {
        self.days.is_complete()
    }

    /// How many lookups failed since the start; the splits of their days were asked instead.
    pub(crate) fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// The batches that needle indexes speak for, of each from the first to the last.
    pub(crate) fn covered(&self) -> impl Iterator<Item = Batches> {
        self.days.covered()
    }

    /// For each of these splits whether it can hold what is asked for. Reads once for each word with digits and day of
    /// which there are several splits or a far one, twice where the word is found. What cannot be read rules out nothing.
    pub(crate) fn candidates(&self, probe: &Probe, splits: &[Asked]) -> Vec<bool> {
        self.candidates_by(probe, splits, Reach::Everywhere)
    }

    /// The same, as far as it is known without reading from far away.
    pub(crate) fn near_candidates(&self, probe: &Probe, splits: &[Asked]) -> Vec<bool> {
        self.candidates_by(probe, splits, Reach::Near)
    }

    fn candidates_by(&self, probe: &Probe, splits: &[Asked], reach: Reach) -> Vec<bool> {
        match probe {
            Probe::None => vec![false; splits.len()],
            Probe::Word(word) => self.having(cut(word), splits, reach),
            Probe::Any | Probe::Prefix(_) => vec![true; splits.len()],
            Probe::All(probes) => {
                let mut all = vec![true; splits.len()];
                for probe in probes {
                    // What one word rules out is not asked for the next.
                    let left: Vec<usize> = (0..splits.len()).filter(|split| all[*split]).collect();
                    let asked: Vec<Asked> = left.iter().map(|split| splits[*split]).collect();
                    let found = self.candidates_by(probe, &asked, reach);
                    left.iter().zip(found).for_each(|(split, found)| all[*split] = found);
                }
                all
            }
            Probe::OneOf(probes) => {
                let mut any = vec![false; splits.len()];
                for probe in probes {
                    // What one word names is not asked for the next.
                    let left: Vec<usize> = (0..splits.len()).filter(|split| !any[*split]).collect();
                    let asked: Vec<Asked> = left.iter().map(|split| splits[*split]).collect();
                    let found = self.candidates_by(probe, &asked, reach);
                    left.iter().zip(found).for_each(|(split, found)| any[*split] = found);
                }
                any
            }
        }
    }

    /// How many requests to far storages [`Needles::candidates`] would make at least, by what is remembered.
    pub(crate) fn far_requests(&self, probe: &Probe, splits: &[Asked]) -> u64 {
        match probe {
            Probe::Word(word) if is_asked(cut(word)) => {
                let hash = word_hash(cut(word).as_bytes());
                let days = self.days_of(splits).into_iter().filter(|(day, positions)| {
                    !day.is_near() && is_worth_it(positions, splits) && self.remembered(day, hash).is_none()
                });
                days.count() as u64
            }
            Probe::None | Probe::Any | Probe::Prefix(_) | Probe::Word(_) => 0,
            // The first word rules out nearly all, and the others are asked of the rest.
            Probe::All(probes) => {
                probes.iter().map(|probe| self.far_requests(probe, splits)).max().unwrap_or(0)
            }
            Probe::OneOf(probes) => probes.iter().map(|probe| self.far_requests(probe, splits)).sum(),
        }
    }

    fn having(&self, word: &str, splits: &[Asked], reach: Reach) -> Vec<bool> {
        let mut found = vec![true; splits.len()];
        if !is_asked(word) {
            return found;
        }
        let hash = word_hash(word.as_bytes());
        let mut days = self.days_of(splits);
        days.retain(|(day, positions)| {
            let is_reached =
                reach == Reach::Everywhere || day.is_near() || self.remembered(day, hash).is_some();
            is_reached && is_worth_it(positions, splits)
        });
        let is_any_far = days.iter().any(|(day, _)| !day.is_near());
        let at_once = if is_any_far { READS_AT_ONCE } else { NEAR_AT_ONCE };
        let answers = side_by_side(&days, at_once, |(day, _)| self.splits_with(day, hash));
        let (mut failures, mut first_problem) = (0, None);
        for ((_, positions), having) in days.into_iter().zip(answers) {
            let having = match having {
                Ok(having) => having,
                Err(problem) => {
                    failures += 1;
                    first_problem.get_or_insert(problem);
                    continue;
                }
            };
            for position in positions {
                // Splits that were joined since then overlap those that were listed.
                let (first, last) = splits[position].batches;
                found[position] = having.iter().any(|(start, end)| *start <= last && first <= *end);
            }
        }
        if let Some(problem) = first_problem {
            self.unreadable.fetch_add(failures, Ordering::Relaxed);
            warn!(days = failures, %problem, "needle indexes cannot be read; every split of their days is asked instead");
        }
        found
    }

    /// The days whose needle indexes speak for some splits, with the positions of these.
    fn days_of(&self, splits: &[Asked]) -> Vec<(&Day, Vec<usize>)> {
        let mut of_day: BTreeMap<u64, (&Day, Vec<usize>)> = BTreeMap::new();
        for (position, split) in splits.iter().enumerate() {
            if let Some(day) = self.days.of(split.batches) {
                of_day.entry(day.batches().1).or_insert_with(|| (day, Vec::new())).1.push(position);
            }
        }
        of_day.into_values().collect()
    }

    fn remembered(&self, day: &Day, hash: u64) -> Option<Arc<[Batches]>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(&(day.batches().1, hash)).cloned()
    }

    fn splits_with(&self, day: &Day, hash: u64) -> Result<Arc<[Batches]>> {
        if let Some(answer) = self.remembered(day, hash) {
            return Ok(answer);
        }
        let answer: Arc<[Batches]> = self.days.splits_with(day, hash)?.into();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.put((day.batches().1, hash), Arc::clone(&answer));
        Ok(answer)
    }
}

/// Whether needle indexes know a word.
fn is_asked(word: &str) -> bool {
    head(word).is_some() && word.len() >= WORD_BYTES_MIN
}

/// Whether to ask a day of which these splits are left.
fn is_worth_it(positions: &[usize], splits: &[Asked]) -> bool {
    positions.len() >= NEAR_SPLITS_MIN || positions.iter().any(|position| splits[*position].is_far)
}
