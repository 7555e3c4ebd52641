//! Reviews of who opened whose data: questions without a query language, what nothing explains, and signatures.

mod questions;
mod ranked;
mod routes;

use std::sync::Arc;

use palisade_access::ApiError;
use palisade_index::Index;
use palisade_lifecycle::Term;
use palisade_query::Engine;
use palisade_record::{Clock, TimeRange, Timestamp};
use palisade_report::monthly::Month;
use palisade_review::{Finding, Ranked, Review, Signature, State};
use serde_json::json;

use self::questions::Questions;
use self::ranked::RANKED_DAYS_MAX;
use super::alarm::Alarm;
use super::papers::{Paper, Papers};
use super::trail::ITSELF;
use crate::configuration::Configuration;

/// Items of a review: what a person looks into in some days.
const ITEMS_MAX: usize = 100;

/// What answers questions about accesses, and keeps reviews. Clones share it.
#[derive(Clone)]
pub(super) struct Reviews(Arc<Inner>);

struct Inner {
    questions: Questions,
    kept: Papers<Review>,
    clock: Arc<dyn Clock>,
    due: Term,
    /// The name of the zone in which months begin.
    zone: String,
}

impl Reviews {
    /// Nothing when no stream says whose data was opened.
    pub(super) fn of(
        configuration: &Configuration,
        engine: Engine,
        index: Index,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Option<Self>> {
        let Some(of) = configuration.review.of(&configuration.streams) else { return Ok(None) };
        let zone = configuration.reports.zone.clone();
        let facts = configuration.review.facts.clone();
        let questions = Questions { engine, of, facts, zone: jiff::tz::TimeZone::get(&zone)? };
        let (kept, due) = (Papers::of(index), configuration.review.due);
        Ok(Some(Self(Arc::new(Inner { questions, kept, clock, due, zone }))))
    }

    /// Opens a review of a span. Waits for answers.
    fn open(&self, range: TimeRange, due_at: Option<Timestamp>, by: &str) -> Result<Review, ApiError> {
        let Inner { questions, kept, clock, due, .. } = &*self.0;
        check_span(range)?;
        let known = questions.known(range, None)?;
        let ranked = questions.ranked(range, &known, ITEMS_MAX)?;
        let now = clock.now();
        let due_at = due_at.unwrap_or_else(|| due.after(now));
        if due_at <= now {
            return Err(ApiError::invalid(
                "`due` is not in the future",
                "name a moment after now, or leave it out",
            ));
        }
        let stream = questions.of.stream.to_string();
        kept.open(now, by, |id| Review::open(id, stream, (range.from, range.to), ranked, by, now, due_at))
    }

    /// Says what was found about an item.
    fn find(&self, id: &str, item: usize, finding: Finding) -> Result<Review, ApiError> {
        let by = finding.by.clone();
        self.0.kept.change(id, "found", &by, |review| review.find(item, finding))
    }

    /// Ends a review.
    fn sign(&self, id: &str, signature: Signature) -> Result<Review, ApiError> {
        let by = signature.by.clone();
        self.0.kept.change(id, "signed", &by, |review| review.sign(signature))
    }

    /// What nothing explains in a span; nothing when no facts are told. Waits for answers.
    pub(super) fn unexplained(&self, range: TimeRange, most: usize) -> Result<Option<Ranked>, ApiError> {
        let questions = &self.0.questions;
        if questions.facts.is_none() {
            return Ok(None);
        }
        let known = questions.known(range, None)?;
        questions.ranked(range, &known, most).map(Some)
    }

    /// The stream whose accesses are reviewed.
    pub(super) fn stream(&self) -> &str {
        self.0.questions.of.stream.as_str()
    }

    /// Opens the review of the last month that is over, unless there is one.
    pub(super) fn open_what_is_due(&self) -> Result<(), String> {
        let zone = &self.0.zone;
        let period = Month::last_before(self.0.clock.now(), zone)?.period(zone)?;
        let reviews = self.list().map_err(|error| error.message)?;
        if reviews.iter().any(|review| (review.from, review.to) == (period.from, period.to)) {
            return Ok(());
        }
        let range = TimeRange { from: period.from, to: period.to };
        let review = self.open(range, None, ITSELF).map_err(|error| error.message)?;
        tracing::info!(review = review.id, "the review of the last month is open");
        Ok(())
    }

    /// Reviews that should have been signed.
    pub(super) fn alarms(&self) -> Result<Vec<Alarm>, String> {
        let now = self.0.clock.now();
        let reviews = self.list().map_err(|error| error.message)?;
        let overdue = reviews.iter().filter(|review| review.state(now) == State::Overdue);
        Ok(overdue.map(alarm).collect())
    }

    /// All reviews, the newest first. Waits for the catalog.
    pub(super) fn list(&self) -> Result<Vec<Review>, ApiError> {
        self.0.kept.list()
    }
}

impl Paper for Review {
    const KIND: &str = "review";
    const HINT: &str = "GET /api/v1/reviews/ID shows its items and what was found about them";

    fn id(&self) -> &str {
        &self.id
    }

    fn opened_at(&self) -> Timestamp {
        self.opened_at
    }
}

fn alarm(review: &Review) -> Alarm {
    let Review { id, from, to, due_at, opened_by, .. } = review;
    let event = json!({
        "action": "review.overdue", "outcome": "failure", "user_id": ITSELF, "review": id, "due": due_at, "opened_by": opened_by,
        "message": format!("the review {id} of {from} to {to} was due at {due_at} and is not signed"),
    });
    Alarm { key: format!("review.overdue-{id}"), event }
}

fn check_span(range: TimeRange) -> Result<(), ApiError> {
    let hint = "name `from` and `to`, for example the first of two months";
    if range.from == Timestamp::MIN || range.to == Timestamp::MAX {
        return Err(ApiError::invalid("a span is needed", hint));
    }
    let days = range.to.since(range.from).as_secs() / 86_400;
    if days > RANKED_DAYS_MAX {
        let message = format!("{days} days are too many; at most {RANKED_DAYS_MAX} are looked at at once");
        return Err(ApiError::invalid(message, hint));
    }
    Ok(())
}
