//! All holds there are and were.

use serde::{Deserialize, Serialize};

use crate::hold::{Hold, HoldError, Release, SplitSpan};

/// Most holds, released ones included: each is asked about each split.
pub const HOLDS_MAX: usize = 10_000;

/// All holds in the order in which they were placed. None is ever taken out or changed but by its release: the book is
/// evidence too.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Hold>", into = "Vec<Hold>")]
pub struct HoldBook {
    holds: Vec<Hold>,
}

impl HoldBook {
    /// Places a hold. Placing the same one again does nothing.
    pub fn place(&mut self, hold: Hold) -> Result<(), HoldError> {
        hold.check()?;
        match self.get(&hold.id) {
            Some(known) if *known == hold => return Ok(()),
            Some(_) => return Err(HoldError::Taken(hold.id)),
            None if self.holds.len() == HOLDS_MAX => return Err(HoldError::TooMany(HOLDS_MAX)),
            None => self.holds.push(hold),
        }
        Ok(())
    }

    /// Ends a hold. Doing the same again does nothing; another release of a released hold is refused.
    pub fn release(&mut self, id: &str, release: Release) -> Result<(), HoldError> {
        let hold = self.holds.iter_mut().find(|hold| hold.id == id);
        let hold = hold.ok_or_else(|| HoldError::Unknown(id.chars().take(64).collect()))?;
        match &hold.released {
            Some(known) if *known == release => return Ok(()),
            Some(known) => {
                let (id, by, at) = (hold.id.clone(), known.by.clone(), known.at);
                return Err(HoldError::AlreadyReleased { id, by, at });
            }
            None => hold.check_release(&release)?,
        }
        hold.released = Some(release);
        Ok(())
    }

    /// One hold.
    pub fn get(&self, id: &str) -> Option<&Hold> {
        self.holds.iter().find(|hold| hold.id == id)
    }

    /// All, released ones too.
    pub fn iter(&self) -> impl Iterator<Item = &Hold> {
        self.holds.iter()
    }

    /// Those that stand.
    pub fn standing(&self) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(|hold| hold.stands())
    }

    /// The holds that cover a split: those that stand, touch its times, and of which `may_match` says that the split can
    /// hold what their query asks for. It must say yes when in doubt; a yes for every hold is always right.
    pub fn covering<'a>(
        &'a self,
        span: SplitSpan,
        may_match: impl Fn(&Hold) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Hold> {
        self.standing().filter(move |hold| hold.touches(span) && may_match(hold))
    }

    /// How many holds cover a split: what [`crate::SplitState::holds`] wants.
    pub fn count(&self, span: SplitSpan, may_match: impl Fn(&Hold) -> bool) -> u32 {
        u32::try_from(self.covering(span, may_match).count()).unwrap_or(u32::MAX)
    }
}

impl TryFrom<Vec<Hold>> for HoldBook {
    type Error = HoldError;

    fn try_from(holds: Vec<Hold>) -> Result<Self, HoldError> {
        let mut book = Self::default();
        for hold in holds {
            if book.get(&hold.id).is_some() {
                return Err(HoldError::Taken(hold.id));
            }
            book.place(hold)?;
        }
        Ok(book)
    }
}

impl From<HoldBook> for Vec<Hold> {
    fn from(book: HoldBook) -> Self {
        book.holds
    }
}

#[cfg(test)]
mod tests {
    use palisade_record::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds, 0).unwrap()
    }

    fn hold(id: &str, from: Option<i64>, to: Option<i64>) -> Hold {
        Hold {
            id: id.to_owned(),
            matter: "26-1841".to_owned(),
            reason: "asked for by counsel".to_owned(),
            query: String::new(),
            from: from.map(at),
            to: to.map(at),
            author: "ada".to_owned(),
            created_at: at(0),
            released: None,
        }
    }

    fn release(by: &str) -> Release {
        Release { by: by.to_owned(), reason: "settled".to_owned(), at: at(10) }
    }

    fn span(oldest: i64, newest: i64) -> SplitSpan {
        let (oldest, newest) = (at(oldest), at(newest));
        SplitSpan {
            oldest_event: oldest,
            newest_event: newest,
            oldest_receipt: oldest,
            newest_receipt: newest,
        }
    }

    #[test]
    fn a_hold_covers_until_it_is_released_and_stays_in_the_book() {
        let mut book = HoldBook::default();
        book.place(hold("a", Some(100), None)).unwrap();
        book.place(hold("b", None, None)).unwrap();
        assert_eq!(book.count(span(0, 99), |_| true), 1);
        assert_eq!(book.count(span(0, 100), |_| true), 2);
        assert_eq!(book.count(span(0, 100), |hold| hold.id != "b"), 1);

        book.release("b", release("grace")).unwrap();
        assert_eq!(book.count(span(0, 99), |_| true), 0);
        assert_eq!(book.iter().count(), 2);
        assert_eq!(book.get("b").unwrap().released, Some(release("grace")));
    }

    #[test]
    fn what_is_done_twice_is_done_once_and_what_is_done_differently_is_refused() {
        let mut book = HoldBook::default();
        book.place(hold("a", None, None)).unwrap();
        assert_eq!(book.place(hold("a", None, None)), Ok(()));
        assert_eq!(book.place(hold("a", Some(1), None)), Err(HoldError::Taken("a".to_owned())));
        assert_eq!(book.release("z", release("grace")), Err(HoldError::Unknown("z".to_owned())));
        assert!(book.release("a", release(" ")).unwrap_err().to_string().contains("is missing"));
        book.release("a", release("grace")).unwrap();
        assert_eq!(book.release("a", release("grace")), Ok(()));
        let message = book.release("a", release("mallory")).unwrap_err().to_string();
        assert!(message.starts_with("hold a was released by grace at 1970-"), "{message}");
    }

    #[test]
    fn a_stored_book_with_a_hold_that_cannot_be_is_refused() {
        let mut bad = hold("a", None, None);
        bad.reason.clear();
        for holds in [vec![bad], vec![hold("a", None, None), hold("a", None, None)]] {
            let text = serde_json::to_string(&holds).unwrap();
            assert!(serde_json::from_str::<HoldBook>(&text).is_err());
        }
    }

    proptest! {
        #[test]
        fn a_book_comes_back_and_a_hold_never_ends_by_itself(
            spans in prop::collection::vec((prop::option::of(0..50_i64), prop::option::of(50..99_i64)), 0..8),
            released in prop::collection::vec(any::<bool>(), 8), oldest in 0..99_i64, length in 0..50_i64,
        ) {
            let mut book = HoldBook::default();
            for (number, (from, to)) in spans.iter().enumerate() {
                book.place(hold(&number.to_string(), *from, *to)).unwrap();
                if released[number] {
                    book.release(&number.to_string(), release("grace")).unwrap();
                }
            }
            let stored = serde_json::to_string(&book).unwrap();
            prop_assert_eq!(&serde_json::from_str::<HoldBook>(&stored).unwrap(), &book);

            let newest = oldest + length;
            let expected = spans.iter().zip(&released).filter(|((from, to), is_released)| {
                !**is_released && from.is_none_or(|from| from <= newest) && to.is_none_or(|to| oldest < to)
            });
            prop_assert_eq!(book.count(span(oldest, newest), |_| true) as usize, expected.count());
        }
    }
}
