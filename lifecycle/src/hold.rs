//! Legal holds: what may not be disposed of or erased while a matter is open.

use palisade_record::{TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::words::{self, TextError};

/// Longest id: the program makes them, and they become parts of keys.
pub const ID_BYTES_MAX: usize = 64;
/// Longest name of a matter: it stands in lists.
pub const MATTER_BYTES_MAX: usize = 200;
/// Longest reason: a page.
pub const REASON_BYTES_MAX: usize = 4_000;
/// Longest query; holds are asked for every split.
pub const QUERY_BYTES_MAX: usize = 10_000;
/// Longest name of a person.
pub const PERSON_BYTES_MAX: usize = 200;

/// A hold that cannot be, or cannot be changed like this.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum HoldError {
    /// A text is wrong.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The span is empty.
    #[error("the hold is from {from} to {to}, which holds nothing; give an end after its beginning, or none")]
    EmptySpan {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
    /// It was released before it was placed.
    #[error("hold {0} was released before it was placed; check the clock")]
    ReleasedEarly(String),
    /// There is none of that id.
    #[error("there is no hold {0}")]
    Unknown(String),
    /// There is another one of that id.
    #[error("there is another hold {0}; holds are not changed: release it, and place a new one")]
    Taken(String),
    /// It was released already, which stands.
    #[error("hold {id} was released by {by} at {at}; place a new one to hold again")]
    AlreadyReleased {
        /// The hold.
        id: String,
        /// Who released it.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// Too many.
    #[error("there are {0} holds, the most there can be; join matters into one query")]
    TooMany(usize),
}

/// Who ended a hold, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A legal hold. It has no end: somebody has to release it. `from` and `to` say which records it is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Its id.
    pub id: String,
    /// The case it belongs to.
    pub matter: String,
    /// Why these records are needed.
    pub reason: String,
    /// Which records, in the query language; empty for all in the span. Protected values are in it only sealed.
    pub query: String,
    /// The first instant it is about; `None` for the beginning.
    pub from: Option<Timestamp>,
    /// The first instant it is no longer about; `None` for everything still to come too.
    pub to: Option<Timestamp>,
    /// Who placed it.
    pub author: String,
    /// When it was placed.
    pub created_at: Timestamp,
    /// Its release; `None` while it stands.
    pub released: Option<Release>,
}

/// The times of a split's records. A hold asks for both kinds, because an event time can be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SplitSpan {
    /// The earliest event.
    pub oldest_event: Timestamp,
    /// The latest event.
    pub newest_event: Timestamp,
    /// The earliest receipt.
    pub oldest_receipt: Timestamp,
    /// The latest receipt.
    pub newest_receipt: Timestamp,
}

impl Hold {
    /// Whether it stands.
    pub fn stands(&self) -> bool {
        self.released.is_none()
    }

    /// Whether it can be about records of a split with these times, be it by their event or by their receipt.
    pub fn touches(&self, span: SplitSpan) -> bool {
        let from = self.from.unwrap_or(Timestamp::MIN);
        let range = TimeRange { from, to: self.to.unwrap_or(Timestamp::MAX) };
        range.touches(span.oldest_event, span.newest_event)
            || range.touches(span.oldest_receipt, span.newest_receipt)
    }

    /// Whether it can be placed.
    pub fn check(&self) -> Result<(), HoldError> {
        words::line("the id of a hold", &self.id, ID_BYTES_MAX)?;
        words::line("the matter of a hold", &self.matter, MATTER_BYTES_MAX)?;
        words::paragraph("the reason of a hold", &self.reason, REASON_BYTES_MAX)?;
        words::at_most("the query of a hold", &self.query, QUERY_BYTES_MAX)?;
        words::line("the author of a hold", &self.author, PERSON_BYTES_MAX)?;
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to <= from
        {
            return Err(HoldError::EmptySpan { from, to });
        }
        self.released.as_ref().map_or(Ok(()), |release| self.check_release(release))
    }

    /// Whether it can be released like this.
    pub fn check_release(&self, release: &Release) -> Result<(), HoldError> {
        words::line("the name of who releases a hold", &release.by, PERSON_BYTES_MAX)?;
        words::paragraph("the reason of a release", &release.reason, REASON_BYTES_MAX)?;
        if release.at < self.created_at {
            return Err(HoldError::ReleasedEarly(self.id.clone()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds, 0).unwrap()
    }

    fn hold() -> Hold {
        Hold {
            id: "h1".to_owned(),
            matter: "Doe v. Clinic, 26-1841".to_owned(),
            reason: "asked for by counsel".to_owned(),
            query: "service:billing".to_owned(),
            from: Some(at(1_000)),
            to: Some(at(2_000)),
            author: "ada".to_owned(),
            created_at: at(5_000),
            released: None,
        }
    }

    #[test]
    fn a_hold_needs_a_matter_a_reason_and_an_author() {
        assert_eq!(hold().check(), Ok(()));
        let check = |change: fn(&mut Hold)| {
            let mut hold = hold();
            change(&mut hold);
            hold.check().unwrap_err().to_string()
        };
        assert_eq!(check(|hold| hold.matter = "  ".to_owned()), "the matter of a hold is missing; give one");
        assert_eq!(check(|hold| hold.reason.clear()), "the reason of a hold is missing; give one");
        assert_eq!(check(|hold| hold.author.clear()), "the author of a hold is missing; give one");
        assert!(check(|hold| hold.matter = "a\nb".to_owned()).contains("on one line"));
        assert!(check(|hold| hold.query = "x".repeat(QUERY_BYTES_MAX + 1)).contains("may have 10000"));
        assert!(check(|hold| hold.to = hold.from).contains("holds nothing"));
    }

    #[test]
    fn a_hold_is_about_events_and_receipts_in_its_span() {
        let span = |event: (i64, i64), receipt: (i64, i64)| SplitSpan {
            oldest_event: at(event.0),
            newest_event: at(event.1),
            oldest_receipt: at(receipt.0),
            newest_receipt: at(receipt.1),
        };
        assert!(hold().touches(span((1_999, 3_000), (3_000, 4_000))));
        assert!(hold().touches(span((0, 1), (900, 1_000))), "its events have a wrong clock");
        assert!(!hold().touches(span((2_000, 3_000), (2_000, 3_000))));
        let open = Hold { from: None, to: None, ..hold() };
        assert!(open.touches(SplitSpan { newest_event: Timestamp::MAX, ..span((9, 9), (9, 9)) }));
    }
}
