//! Which kinds of messages there are: the matches, grouped by what remains of their messages without numbers and ids.
//!
//! Blocks whose messages are stored by template are grouped by the templates' numbers, and no text is made; the texts
//! of others are cut here by the same rule.

mod block; // the kinds of one block
mod kinds; // the kind of each message

use std::collections::HashMap;
use std::time::Duration;

use foldhash::fast::FixedState;
use palisade_record::{RecordId, Timestamp};
use serde::Serialize;

use self::block::{Group, Spans, of_block};
use super::{Budget, Failure, Inner, Question, Scan};
use crate::filter::ColumnView;

/// Kinds of messages that are counted apart; records of others are counted together. So many kinds are none.
const GROUPS_MAX: usize = 50_000;
/// Levels that are named for one kind of messages, which has seldom more than one.
const LEVELS_MAX: usize = 8;
/// Longest example.
const EXAMPLE_CHARACTERS_MAX: usize = 1_000;
/// Memory of one group beside its counts.
const GROUP_BYTES: usize = 400;
/// The field whose values are messages.
const MESSAGE: &str = "message";

/// The kinds of messages among the matches.
#[derive(Serialize, Debug)]
pub(crate) struct Patterns {
    /// The most frequent ones.
    pub(crate) patterns: Vec<Pattern>,
    /// How many kinds were told apart.
    pub(crate) distinct: u64,
    /// Messages of kinds that are not shown.
    pub(crate) others: u64,
    /// Records without a message.
    pub(crate) missing: u64,
    /// Messages in all.
    pub(crate) total: u64,
    /// When the first bar of every sparkline begins.
    pub(crate) from: Timestamp,
    /// When the last one ends.
    pub(crate) to: Timestamp,
    /// How long a bar is.
    pub(crate) step_ms: f64,
}

/// One kind of messages.
#[derive(Serialize, Debug)]
pub(crate) struct Pattern {
    /// The message with `<number>`, `<hex>` and `<uuid>` for what differs.
    pub(crate) pattern: String,
    pub(crate) count: u64,
    /// Of all messages, from 0 to 1.
    pub(crate) share: f64,
    /// Counts over time.
    pub(crate) sparkline: Vec<u64>,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) levels: Vec<String>,
    /// The newest one.
    pub(crate) example: Example,
}

/// A record that stands for others.
#[derive(Serialize, Debug)]
pub(crate) struct Example {
    pub(crate) id: String,
    pub(crate) message: String,
}

/// Groups the matches by the kind of their messages, and counts each kind in `spans` spans of time.
pub(crate) fn patterns(
    inner: &Inner,
    budget: &Budget,
    question: &Question,
    limit: usize,
    spans: usize,
) -> Result<Patterns, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    let candidates = scan.candidates()?;
    let infos = || candidates.iter().map(|candidate| candidate.block.info());
    let range = question.range;
    let from = match range.from {
        Timestamp::MIN => infos().map(|info| info.oldest).min().unwrap_or_default(),
        from => from,
    };
    let to = match range.to {
        Timestamp::MAX => {
            let newest = infos().map(|info| info.newest).max().unwrap_or(from);
            Timestamp::from_nanos(newest.as_nanos().saturating_add(1))
        }
        to => to,
    };
    let to = to.max(from);
    let spans = Spans::new(from, to, spans);
    let mut groups: HashMap<String, Group, FixedState> = HashMap::default();
    let (mut total, mut others, mut missing) = (0, 0, 0);
    scan.each_shared(
        &candidates,
        |block, rows| of_block(block, rows, spans),
        |part| {
            missing += part.missing;
            for (pattern, group) in part.groups {
                total += group.count;
                if let Some(known) = groups.get_mut(&pattern) {
                    known.add(group);
                } else if groups.len() < GROUPS_MAX {
                    budget.charge(GROUP_BYTES + pattern.len() + size_of_val(group.sparkline.as_slice()))?;
                    groups.insert(pattern, group);
                } else {
                    others += group.count;
                }
            }
            Ok(())
        },
    )?;
    let distinct = groups.len() as u64;
    let mut groups: Vec<(String, Group)> = groups.into_iter().collect();
    groups
        .sort_unstable_by(|left, right| right.1.count.cmp(&left.1.count).then_with(|| left.0.cmp(&right.0)));
    others += groups.iter().skip(limit).map(|(_, group)| group.count).sum::<u64>();
    groups.truncate(limit);
    let pattern = |(pattern, group): (String, Group)| group.told(pattern, total);
    let patterns = groups.into_iter().map(pattern).collect::<Result<_, Failure>>()?;
    let step_ms = Duration::from_nanos(spans.nanos).as_secs_f64() * 1_000.0;
    Ok(Patterns { patterns, distinct, others, missing, total, from, to, step_ms })
}

impl Group {
    fn told(self, pattern: String, total: u64) -> Result<Pattern, Failure> {
        let example = match self.example {
            None => Example { id: String::new(), message: String::new() },
            Some((block, row, entry)) => {
                let id: RecordId = block.record(row)?.id;
                let mut message = String::new();
                let column = block.column(MESSAGE)?;
                if let Some((column, (_, position))) = column
                    .as_deref()
                    .and_then(|column| Some((column, ColumnView::entries(column).nth(entry as usize)?)))
                {
                    kinds::render(column, entry, position, &mut message);
                }
                let message = message.chars().take(EXAMPLE_CHARACTERS_MAX).collect();
                Example { id: id.to_string(), message }
            }
        };
        Ok(Pattern {
            pattern,
            count: self.count,
            share: share(self.count, total),
            sparkline: self.sparkline,
            first_seen: Timestamp::from_nanos(self.first),
            last_seen: Timestamp::from_nanos(self.last),
            levels: self.levels.into_iter().collect(),
            example,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown with a few digits")]
fn share(count: u64, total: u64) -> f64 {
    count as f64 / total.max(1) as f64
}
