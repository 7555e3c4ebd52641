//! A review: what was striking, what somebody found out about each, and that they signed.

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Pair, Ranked};

/// Longest text that a reviewer writes.
const TEXT_BYTES_MAX: usize = 4_096;

/// Shortest finding or statement that says anything.
const TEXT_BYTES_MIN: usize = 10;

/// A review of the accesses of a span.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Review {
    /// By which it is told from others.
    pub id: String,
    /// The stream whose accesses are reviewed.
    pub stream: String,
    /// From when on.
    pub from: Timestamp,
    /// Until when, which does not belong to it.
    pub to: Timestamp,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// Until when it is to be signed.
    pub due_at: Timestamp,
    /// All accesses of the span.
    pub accesses: u64,
    /// Those that something explained when it was opened.
    pub explained: u64,
    /// Whether not all could be looked at.
    pub is_cut: bool,
    /// What is to be looked into.
    pub items: Vec<Item>,
    /// That it is done.
    pub signature: Option<Signature>,
}

/// One thing to look into.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// What was striking.
    #[serde(flatten)]
    pub pair: Pair,
    /// What was found out about it.
    pub finding: Option<Finding>,
}

/// What a reviewer found out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// In a word.
    pub conclusion: Conclusion,
    /// In sentences.
    pub text: String,
    /// Who says so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What an access was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// It was right, for a reason that no fact told.
    Justified,
    /// It was not right.
    Violation,
    /// It could not be found out.
    Unclear,
}

/// A reviewer's signature.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they say.
    pub statement: String,
}

/// How far a review has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It goes on.
    Open,
    /// It goes on, and should be over.
    Overdue,
    /// It is over.
    Signed,
}

/// Why something cannot be done to a review.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReviewError {
    /// It is signed: nothing in it changes any more.
    Signed {
        /// By whom.
        by: String,
    },
    /// It has no such item.
    NoItem {
        /// How many it has.
        items: usize,
    },
    /// What was written is too short or too long.
    Text {
        /// Its bytes.
        bytes: usize,
    },
    /// Something in it was not looked into.
    Unfinished {
        /// The items without a finding, counted from 1.
        items: Vec<usize>,
    },
}

impl std::fmt::Display for ReviewError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signed { by } => write!(formatter, "it is signed by {by}; nothing in it changes any more"),
            Self::NoItem { items } => write!(formatter, "it has {items} items, counted from 1"),
            Self::Text { bytes } => write!(
                formatter,
                "what was found takes {TEXT_BYTES_MIN} to {TEXT_BYTES_MAX} bytes; this has {bytes}"
            ),
            Self::Unfinished { items } => {
                let first: Vec<String> = items.iter().take(10).map(usize::to_string).collect();
                write!(formatter, "{} items have no finding yet: {}", items.len(), first.join(", "))?;
                if items.len() > first.len() { formatter.write_str(", …") } else { Ok(()) }
            }
        }
    }
}

impl Review {
    /// A review of what a ranking found.
    pub fn open(
        id: String,
        stream: String,
        (from, to): (Timestamp, Timestamp),
        ranked: Ranked,
        by: &str,
        at: Timestamp,
        due_at: Timestamp,
    ) -> Self {
        let items = ranked.pairs.into_iter().map(|pair| Item { pair, finding: None }).collect();
        Self {
            id,
            stream,
            from,
            to,
            opened_at: at,
            opened_by: by.to_owned(),
            due_at,
            accesses: ranked.accesses,
            explained: ranked.explained,
            is_cut: ranked.is_cut,
            items,
            signature: None,
        }
    }

    /// How far it has come.
    pub fn state(&self, now: Timestamp) -> State {
        match &self.signature {
            Some(_) => State::Signed,
            None if now > self.due_at => State::Overdue,
            None => State::Open,
        }
    }

    /// Says what was found about an item, counted from 1. What was said before is replaced.
    ///
    /// # Errors
    /// When it is signed, has no such item, or nothing was said.
    pub fn find(&mut self, number: usize, finding: Finding) -> Result<(), ReviewError> {
        self.check_open()?;
        check_text(&finding.text)?;
        let items = self.items.len();
        let item = number.checked_sub(1).and_then(|at| self.items.get_mut(at));
        item.ok_or(ReviewError::NoItem { items })?.finding = Some(finding);
        Ok(())
    }

    /// Ends it. Everything in it must have been looked into.
    ///
    /// # Errors
    /// When it is signed already, or something was not looked into.
    pub fn sign(&mut self, signature: Signature) -> Result<(), ReviewError> {
        self.check_open()?;
        check_text(&signature.statement)?;
        let unfinished = |(at, item): (usize, &Item)| item.finding.is_none().then_some(at + 1);
        let items: Vec<usize> = self.items.iter().enumerate().filter_map(unfinished).collect();
        if !items.is_empty() {
            return Err(ReviewError::Unfinished { items });
        }
        self.signature = Some(signature);
        Ok(())
    }

    fn check_open(&self) -> Result<(), ReviewError> {
        match &self.signature {
            Some(signature) => Err(ReviewError::Signed { by: signature.by.clone() }),
            None => Ok(()),
        }
    }
}

fn check_text(text: &str) -> Result<(), ReviewError> {
    let bytes = text.trim().len();
    if (TEXT_BYTES_MIN..=TEXT_BYTES_MAX).contains(&bytes) { Ok(()) } else { Err(ReviewError::Text { bytes }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, Ranking};

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn review() -> Review {
        let at = time("2026-10-05T12:00:00Z");
        let mut ranking = Ranking::default();
        for person in ["p-1", "p-2"] {
            let access = Access {
                at,
                user: "nu-1".to_owned(),
                person: person.to_owned(),
                role: None,
                unit: None,
                is_refused: false,
            };
            ranking.add(&access, false, false);
        }
        let (from, to) = (time("2026-10-01T00:00:00Z"), time("2026-11-01T00:00:00Z"));
        let due = time("2026-11-15T00:00:00Z");
        Review::open("r".to_owned(), "audit".to_owned(), (from, to), ranking.finish(10), "ada", to, due)
    }

    fn finding(text: &str) -> Finding {
        let at = time("2026-11-02T00:00:00Z");
        Finding { conclusion: Conclusion::Justified, text: text.to_owned(), by: "ada".to_owned(), at }
    }

    fn signature(statement: &str) -> Signature {
        Signature { by: "ada".to_owned(), at: time("2026-11-03T00:00:00Z"), statement: statement.to_owned() }
    }

    #[test]
    fn a_review_is_signed_when_everything_in_it_was_looked_into_and_never_changes_then() {
        let mut review = review();
        assert_eq!(
            review.sign(signature("all is well, I looked")),
            Err(ReviewError::Unfinished { items: vec![1, 2] })
        );
        assert_eq!(review.find(3, finding("asked the ward")), Err(ReviewError::NoItem { items: 2 }));
        assert_eq!(review.find(0, finding("asked the ward")), Err(ReviewError::NoItem { items: 2 }));
        assert_eq!(review.find(1, finding("ok   ")), Err(ReviewError::Text { bytes: 2 }));
        review.find(1, finding("asked the ward")).unwrap();
        review.find(2, finding("asked the ward, too")).unwrap();
        review.sign(signature("all is well, I looked")).unwrap();
        let signed = ReviewError::Signed { by: "ada".to_owned() };
        assert_eq!(review.find(1, finding("changed my mind")), Err(signed.clone()));
        assert_eq!(review.sign(signature("again, all is well")), Err(signed));
    }

    #[test]
    fn a_review_that_is_not_signed_in_time_is_overdue() {
        let mut review = review();
        assert_eq!(review.state(time("2026-11-15T00:00:00Z")), State::Open);
        assert_eq!(review.state(time("2026-11-15T00:00:01Z")), State::Overdue);
        review.items.clear();
        review.sign(signature("nothing to look into")).unwrap();
        assert_eq!(review.state(time("2027-01-01T00:00:00Z")), State::Signed);
    }
}
