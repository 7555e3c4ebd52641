//! The report of a drill: a backup was restored, and what came back was compared.
//!
//! A backup that was never restored is a hope. HIPAA 164.308(a)(7)(ii)(D) asks that contingency plans are tested, NIST
//! AU-11(1) that old records can be retrieved; this is the paper they want.

use std::fmt;
use std::time::Duration;

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Term;
use crate::words::{self, TextError};

/// Most comparisons: some counts and roots for each of a few hundred streams.
pub const COMPARISONS_MAX: usize = 10_000;
/// Longest compared value and its name: a root or a name of a stream, with room.
pub const VALUE_BYTES_MAX: usize = 512;

/// A report that cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum DrillError {
    /// A text is wrong.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It ended before it began.
    #[error("the drill ended at {finished_at}, before it began at {started_at}; check the clock")]
    Backwards {
        /// The beginning.
        started_at: Timestamp,
        /// The end.
        finished_at: Timestamp,
    },
    /// Nothing was compared, so nothing is known.
    #[error("nothing was compared; a drill compares at least the number of records")]
    NothingCompared,
    /// Too much was compared.
    #[error("{0} comparisons are more than {COMPARISONS_MAX}; compare roots instead of parts")]
    TooMany(usize),
}

/// One value before the loss and after the recovery: a number of records, a Merkle root, a size of the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What was compared: `records of audit`, `root of the log`.
    pub what: String,
    /// As it was.
    pub expected: String,
    /// As it came back.
    pub found: String,
}

/// How long a recovery may take, and how much may be missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// The longest time from the beginning to the first answered search.
    pub recovery_time: Option<Term>,
    /// The longest span of acknowledged records that may be missing at the end.
    pub recovery_point: Option<Term>,
}

/// What was measured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// What was restored: the name of a backup, a bucket.
    pub source: String,
    /// When the recovery began.
    pub started_at: Timestamp,
    /// When the recovered program answered its first search.
    pub finished_at: Timestamp,
    /// The receipt of the newest record that was acknowledged before the loss.
    pub newest_before: Timestamp,
    /// The receipt of the newest record that came back.
    pub newest_after: Timestamp,
    /// What was asked of it.
    pub targets: Targets,
    /// What was compared.
    pub comparisons: Vec<Comparison>,
}

/// The report of a drill.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DrillReport {
    kind: &'static str,
    passed: bool,
    recovery_time_seconds: u64,
    recovery_point_seconds: u64,
    problems: Vec<String>,
    drill: Drill,
}

impl DrillReport {
    /// Judges a drill.
    pub fn of(drill: Drill) -> Result<Self, DrillError> {
        words::line("the source of the drill", &drill.source, VALUE_BYTES_MAX)?;
        let (started_at, finished_at) = (drill.started_at, drill.finished_at);
        if finished_at < started_at {
            return Err(DrillError::Backwards { started_at, finished_at });
        }
        match drill.comparisons.len() {
            0 => return Err(DrillError::NothingCompared),
            count if count > COMPARISONS_MAX => return Err(DrillError::TooMany(count)),
            _ => {}
        }
        for comparison in &drill.comparisons {
            words::line("what was compared", &comparison.what, VALUE_BYTES_MAX)?;
            words::line("an expected value", &comparison.expected, VALUE_BYTES_MAX)?;
            words::at_most("a found value", &comparison.found, VALUE_BYTES_MAX)?;
        }
        let recovery_time_seconds = seconds_rounded_up(finished_at.since(started_at));
        let recovery_point_seconds = seconds_rounded_up(drill.newest_before.since(drill.newest_after));
        let mut problems = Vec::new();
        for (what, seconds, target) in [
            ("recovery took", recovery_time_seconds, drill.targets.recovery_time),
            ("records are missing for", recovery_point_seconds, drill.targets.recovery_point),
        ] {
            if let Some(target) = target.filter(|target| seconds > target.as_seconds()) {
                problems.push(format!("{what} {seconds} s, more than {target}"));
            }
        }
        let differ = drill.comparisons.iter().filter(|comparison| comparison.expected != comparison.found);
        problems.extend(differ.map(|comparison| {
            let Comparison { what, expected, found } = comparison;
            format!("{what}: {expected} before, {} after", if found.is_empty() { "nothing" } else { found })
        }));
        let (kind, passed) = ("palisade-drill/v1", problems.is_empty());
        Ok(Self { kind, passed, recovery_time_seconds, recovery_point_seconds, problems, drill })
    }

    /// Whether all came back, in time.
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// Seconds from the beginning to the first answered search, rounded up.
    pub fn recovery_time_seconds(&self) -> u64 {
        self.recovery_time_seconds
    }

    /// Seconds of acknowledged records that are missing at the end, rounded up.
    pub fn recovery_point_seconds(&self) -> u64 {
        self.recovery_point_seconds
    }

    /// What is wrong.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The report as JSON on one line; equal drills give equal bytes.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a report is texts, numbers and times, which JSON can hold")
    }
}

fn seconds_rounded_up(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

impl fmt::Display for DrillReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drill = &self.drill;
        let target =
            |target: Option<Term>| target.map(|target| format!(" (at most {target})")).unwrap_or_default();
        let (time, point) = (self.recovery_time_seconds, self.recovery_point_seconds);
        writeln!(formatter, "Recovery drill: {}", if self.passed { "passed" } else { "FAILED" })?;
        writeln!(formatter)?;
        writeln!(formatter, "source          {}", drill.source)?;
        writeln!(formatter, "from            {}", drill.started_at)?;
        writeln!(formatter, "to              {}", drill.finished_at)?;
        writeln!(formatter, "recovery time   {time} s{}", target(drill.targets.recovery_time))?;
        writeln!(formatter, "recovery point  {point} s{}", target(drill.targets.recovery_point))?;
        writeln!(formatter)?;
        for Comparison { what, expected, found } in &drill.comparisons {
            if expected == found {
                writeln!(formatter, "same    {what}: {found}")?;
            } else {
                writeln!(formatter, "DIFFER  {what}: {expected} before, {found} after")?;
            }
        }
        for problem in &self.problems {
            writeln!(formatter, "problem: {problem}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
