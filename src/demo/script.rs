//! What is going to be written: lines with their times, in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use palisade_record::Timestamp;
use rand::rngs::StdRng;

/// A container of a pod of a namespace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub(super) namespace: &'static str,
    pub(super) pod: &'static str,
    pub(super) container: &'static str,
}

/// Where a container writes a line to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Channel {
    Stdout,
    Stderr,
}

/// A line and its time. Lines of one time keep the order in which they were planned.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Line {
    pub(super) at: Timestamp,
    number: u64,
    pub(super) place: Place,
    pub(super) channel: Channel,
    pub(super) text: String,
}

/// Lines that are planned and not yet written.
#[derive(Default)]
pub(super) struct Script {
    planned: BinaryHeap<Reverse<Line>>,
    count: u64,
    pub(super) highlights: Highlights,
}

/// Things that are known to be in the logs, for the queries that are proposed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Highlights {
    /// A transfer that went through all services of the bank.
    pub(crate) transfer: String,
    /// A viewer's session with a stall in it.
    pub(crate) session: String,
    /// An address that tried many passwords.
    pub(crate) attacker: String,
    /// A patient whose record was opened by somebody who had nothing to do with it.
    pub(crate) patient: String,
    /// Who did that, and opened those of others.
    pub(crate) insider: String,
}

impl Script {
    /// Plans a JSON line on standard output.
    pub(super) fn json(&mut self, place: Place, at: Timestamp, fields: serde_json::Value) {
        self.plan(place, at, Channel::Stdout, fields.to_string());
    }

    /// Plans any line.
    pub(super) fn plan(&mut self, place: Place, at: Timestamp, channel: Channel, text: String) {
        self.count += 1;
        self.planned.push(Reverse(Line { at, number: self.count, place, channel, text }));
    }

    /// How many lines were planned so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The next line whose time has come.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Line> {
        if self.planned.peek().is_some_and(|Reverse(line)| line.at <= now) {
            return self.planned.pop().map(|Reverse(line)| line);
        }
        None
    }
}

/// A part of the world that plans what happens in the step of time that begins at `now`.
pub(super) trait Scene {
    /// Which part of all lines it writes, in percent.
    fn share(&self) -> f64;

    /// Lets one thing happen: a payment, a play, a look into a record.
    fn act(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script);

    /// Lets happen what happens at its time whatever the rate of lines is.
    fn happen(&mut self, _now: Timestamp, _random: &mut StdRng, _script: &mut Script) {}
}

/// So many milliseconds.
pub(super) fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}
