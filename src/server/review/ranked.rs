//! What nothing explains, ranked: a span is asked about in pieces, and the next one is asked about while one is looked at.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use axum::http::StatusCode;
use palisade_access::ApiError;
use palisade_query::Coded;
use palisade_record::{TimeRange, Timestamp};
use palisade_report::monthly::is_after_hours;
use palisade_review::{Access, Ranked, Ranking};

use super::questions::{Known, Questions, UNIT, USER, is_refused};

/// Longest span that is ranked: each of its days is asked about.
pub(super) const RANKED_DAYS_MAX: u64 = 400;

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);

impl Questions {
    /// Accesses of a span, as they lie.
    fn opened(&self, range: TimeRange) -> Result<Vec<Coded>, ApiError> {
        let fields = [USER, &self.of.person, "role", UNIT, "outcome"];
        self.engine.coded("*", Some(&self.of.stream), range, &fields)
    }

    /// What nothing explains in a span, the most striking first. Asks about each of its days.
    pub(super) fn ranked(&self, range: TimeRange, known: &Known, most: usize) -> Result<Ranked, ApiError> {
        let (mut ranking, mut access) = (Ranking::default(), nothing());
        std::thread::scope(|scope| {
            // The next day is asked about while one is looked at.
            let (send, days) = sync_channel(1);
            scope.spawn(move || {
                for day in pieces_of(range, DAY) {
                    // What is too much for one answer is asked for by the hour.
                    let goes_on = match self.opened(day) {
                        Err(error) if error.status == StatusCode::PAYLOAD_TOO_LARGE => {
                            pieces_of(day, HOUR).all(|hour| send.send(self.opened(hour)).is_ok())
                        }
                        Err(error) => {
                            _ = send.send(Err(error));
                            false
                        }
                        Ok(opened) => send.send(Ok(opened)).is_ok(),
                    };
                    if !goes_on {
                        return;
                    }
                }
            });
            for opened in days {
                for coded in opened? {
                    for record in 0..coded.times.len() {
                        if is_access(&coded, record, &mut access) {
                            let is_explained = known.explanations.explains(&access);
                            ranking.add(&access, is_explained, is_after_hours(access.at, &self.zone));
                        }
                    }
                }
            }
            Ok::<_, ApiError>(())
        })?;
        let mut ranked = ranking.finish(most);
        ranked.is_cut |= known.is_cut;
        Ok(ranked)
    }
}

/// A span in pieces, of which the last may be shorter.
fn pieces_of(range: TimeRange, length: Duration) -> impl Iterator<Item = TimeRange> {
    let next = move |from: &Timestamp| Some(from.plus(length)).filter(|next| *next < range.to);
    let begins = std::iter::successors(Some(range.from).filter(|from| *from < range.to), next);
    begins.map(move |from| TimeRange { from, to: from.plus(length).min(range.to) })
}

/// An access of which nothing is told yet.
fn nothing() -> Access {
    let (user, person) = (String::new(), String::new());
    Access { at: Timestamp::MIN, user, person, role: None, unit: None, is_refused: false }
}

/// Makes `access` that of a record; the next one takes its place, as a million of them need no memory of their own. Whoever is not named
/// opened nothing, and a record without a person is about nobody.
fn is_access(coded: &Coded, record: usize, access: &mut Access) -> bool {
    let field = |place: usize| coded.value(record, place);
    let (Some(user), Some(person)) = (field(0), field(1)) else { return false };
    access.at = coded.times[record];
    user.clone_into(&mut access.user);
    person.clone_into(&mut access.person);
    put(&mut access.role, field(2));
    put(&mut access.unit, field(3));
    access.is_refused = field(4).is_some_and(is_refused);
    true
}

fn put(place: &mut Option<String>, value: Option<&str>) {
    match (place.as_mut(), value) {
        (Some(known), Some(value)) => value.clone_into(known),
        (_, value) => *place = value.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_span_are_the_span_and_meet() {
        let time = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let span = |from: &str, to: &str| TimeRange { from: time(from), to: time(to) };
        let pieces: Vec<TimeRange> =
            pieces_of(span("2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z"), DAY).collect();
        assert_eq!(
            pieces,
            [
                span("2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z"),
                span("2026-10-25T22:00:00Z", "2026-10-26T22:00:00Z"),
                span("2026-10-26T22:00:00Z", "2026-10-26T23:00:00Z"),
            ]
        );
        let hours = pieces_of(span("2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z"), HOUR);
        assert_eq!(hours.count(), 24);
        assert_eq!(pieces_of(span("2026-10-24T22:00:00Z", "2026-10-24T22:00:00Z"), DAY).count(), 0);
    }
}
