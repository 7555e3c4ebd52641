//! The monthly report: who had access to what, what was found, and whether the evidence holds.
//!
//! It asks the same questions that anybody may ask, and prints them. What cannot be answered is a gap in the report, which comes out
//! all the same.

mod access;
mod ask;
mod coverage;
mod deeds;
mod detections;
pub mod facts;
mod failures;
mod hours;
mod identity;
mod integrity;
mod keys;
mod own_use;
mod period;
mod retention;
mod reviews;
mod summary;
mod unexplained;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use palisade_record::Timestamp;

pub use ask::{Answer, Ask};
pub use facts::Facts;
pub use hours::is_after_hours;
pub use period::Month;

use self::ask::Questions;
use crate::controls::{self, Evidence, State};
use crate::document::{Document, Period, Section};
use crate::zoned::zone;

/// Months before, whose numbers stand beside those of this one.
const MONTHS_BEFORE: usize = 3;

/// The stream of what people do with Palisade.
const AUDIT_TRAIL: &str = "palisade.audit";
/// The stream of what could not be shipped.
const GAPS: &str = "palisade.gaps";

/// What a report is about.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which month.
    pub month: Month,
    /// In which zone.
    pub zone: String,
    /// Whose.
    pub tenant: String,
    /// When it is made.
    pub now: Timestamp,
    /// The program that makes it.
    pub generator: String,
}

/// What the parts of a report are made of.
struct Making<'a> {
    questions: Questions<'a>,
    facts: &'a Facts,
    period: &'a Period,
    zone: TimeZone,
    before: Vec<(Timestamp, Timestamp)>,
    states: BTreeMap<Evidence, State>,
}

impl Making<'_> {
    fn has(&mut self, evidence: Evidence) {
        self.states.insert(evidence, State::Available);
    }

    fn lacks(&mut self, evidence: Evidence, why: impl Into<String>) {
        self.states.insert(evidence, State::Gap(why.into()));
    }

    fn needs_no(&mut self, evidence: Evidence, why: impl Into<String>) {
        self.states.insert(evidence, State::NotApplicable(why.into()));
    }

    /// Streams with protected fields: where access to people's data stands.
    fn sensitive(&self) -> Vec<facts::Stream> {
        let is_meant = |stream: &&facts::Stream| !stream.protected.is_empty() && !stream.explains;
        self.facts.streams.iter().filter(is_meant).cloned().collect()
    }
}

/// Makes the report.
///
/// # Errors
/// When the zone is not known.
pub fn compose(order: &Order, asked: &dyn Ask, facts: &Facts) -> Result<Document, String> {
    let (period, zone) = (order.month.period(&order.zone)?, zone(&order.zone)?);
    let (mut before, mut month) = (Vec::new(), order.month);
    for _ in 0..MONTHS_BEFORE {
        month = month.before();
        let earlier = month.period(&order.zone)?;
        before.push((earlier.from, earlier.to));
    }
    let questions = Questions::new(asked, period.from, period.to);
    let mut making = Making { questions, facts, period: &period, zone, before, states: BTreeMap::new() };
    let mut sections = vec![
        summary::section(&mut making),
        coverage::section(&mut making),
        access::section(&mut making),
        identity::section(&mut making),
        detections::section(&mut making),
        own_use::section(&mut making),
        retention::section(&mut making),
        keys::section(&mut making),
        integrity::section(&mut making),
        reviews::section(&mut making),
        failures::section(&mut making),
    ];
    sections.push(controls_section(&making.states));
    sections.push(method_section(order));
    // One is made at a time and takes longer than a millisecond: no other has this name.
    let id = format!("{}-{}-{}", order.tenant, order.month, order.now.as_millis());
    Ok(Document {
        id,
        title: format!("Evidence report, {}", period.name),
        tenant: order.tenant.clone(),
        generated_at: order.now,
        generator: order.generator.clone(),
        checkpoint: facts.checkpoint.clone(),
        sections,
        queries: making.questions.into_queries(),
        period,
    })
}

fn controls_section(states: &BTreeMap<Evidence, State>) -> Section {
    let mut section = Section::new("A", "What controls ask for");
    section.say(
        "Which evidence of this report answers which control. Whether an organisation does what a framework wants, people judge.",
    );
    section.table(controls::table(&controls::all(), states));
    section
}

fn method_section(order: &Order) -> Section {
    let mut section = Section::new("B", "Method, and how to check this report");
    section.say(format!(
        "Counts are those of records whose event time lies in the period, in the streams that are named. Times are told in {}. \
         A record is counted as often as it was sent and acknowledged, which is once.",
        order.zone
    ));
    section.say(
        "Values that are encrypted are told as they are stored: as tokens by which equal ones are equal. Who may reveal them finds \
         them with `palisade reveal`, which is recorded.",
    );
    section.say(
        "From a number to its records: take the question in brackets from part Q, and ask it again without what follows the first `|` \
         to see the records; `palisade export --evidence` gives them with the proof of each.",
    );
    section.say(
        "To check the report itself: its SHA-256 stands in the log. `palisade verify --report FILE --key KEY`, with the proof \
         beside the file and the public key of the log, says whether the log tells of this file, to the byte.",
    );
    section.say(
        "Limits: what sources did not send is not known here; part R2 tells which sent nothing, and how far clocks of agents were off. \
         Clocks of other sources are not known.",
    );
    section
}
