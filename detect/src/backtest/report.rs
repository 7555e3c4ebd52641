//! What a rule would have told.

use palisade_record::Timestamp;
use serde::Serialize;

use crate::rule::Header;

/// What a rule would have told.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// The rule.
    pub rule: Header,
    /// From when on episodes were looked for.
    pub from: Timestamp,
    /// Up to when.
    pub to: Timestamp,
    /// Records that were looked at.
    pub records: u64,
    /// Records that the rule found.
    pub found: u64,
    /// Episodes that began.
    pub began: u64,
    /// The first of them.
    pub episodes: Vec<EpisodeReport>,
    /// Whether there was more to look at than is allowed.
    pub is_cut: bool,
}

/// An episode.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EpisodeReport {
    /// The fields of its group, and their values.
    pub group: Vec<(String, String)>,
    /// When it began.
    pub from: Timestamp,
    /// When it was over.
    pub to: Option<Timestamp>,
    /// The most that was measured.
    pub peak: f64,
    #[serde(skip)]
    pub(super) number: Timestamp,
}

impl Report {
    pub(super) fn new(rule: Header, from: Timestamp, to: Timestamp) -> Self {
        Self { rule, from, to, records: 0, found: 0, began: 0, episodes: Vec::new(), is_cut: false }
    }

    /// How many people would have been told a week.
    pub fn per_week(&self) -> f64 {
        const WEEK: f64 = 7.0 * 86_400.0;
        #[expect(clippy::cast_precision_loss, reason = "nobody is told 2^53 times")]
        let began = self.began as f64;
        began * WEEK / self.to.since(self.from).as_secs_f64()
    }

    /// Episodes that only this report has, and those that only the other one has. Episodes of one group at one time are the same, whenever
    /// each of the rules noticed.
    pub fn differences(&self, earlier: &Self) -> (Vec<EpisodeReport>, Vec<EpisodeReport>) {
        let only = |report: &Self, other: &Self| -> Vec<EpisodeReport> {
            let is_new =
                |episode: &&EpisodeReport| !other.episodes.iter().any(|known| known.is_same(episode));
            report.episodes.iter().filter(is_new).cloned().collect()
        };
        (only(self, earlier), only(earlier, self))
    }
}

impl EpisodeReport {
    fn is_same(&self, other: &Self) -> bool {
        let ends = |episode: &Self| episode.to.unwrap_or(Timestamp::MAX);
        self.group == other.group && self.from <= ends(other) && other.from <= ends(self)
    }
}
