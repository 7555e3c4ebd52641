//! What was sent, and whether it was acknowledged.

use std::collections::BTreeMap;

use crate::world::Random;

/// What the sender of a record knows of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It has to be there, once.
    Acknowledged,
    /// The request was cut off: it may be there, once.
    Cut,
}

/// Every record by its stream and its mark, a word that no other record has.
#[derive(Default)]
pub(super) struct Ledger {
    records: BTreeMap<&'static str, BTreeMap<String, Fate>>,
    next: u64,
}

/// Records that are about to be sent.
pub(super) struct Parcel {
    pub(super) stream: &'static str,
    pub(super) marks: Vec<String>,
    pub(super) body: String,
}

/// Most records of a request.
const RECORDS_MAX: u64 = 6;

impl Ledger {
    /// Draws some records for a stream.
    pub(super) fn draw(&mut self, stream: &'static str, random: &mut Random) -> Parcel {
        let (mut marks, mut body) = (Vec::new(), String::new());
        for _ in 0..=random.below(RECORDS_MAX) {
            let mark = format!("m{:06}{}", self.next, random.letters(4));
            let letters = usize::try_from(random.below(300)).expect("a few");
            body.push_str(&format!(
                "{{\"level\":\"info\",\"mark\":\"{mark}\",\"n\":{},\"message\":\"step {} of {stream} {}\"}}\n",
                self.next,
                random.below(9),
                random.letters(letters)
            ));
            marks.push(mark);
            self.next += 1;
        }
        Parcel { stream, marks, body }
    }

    /// Notes how sending went.
    pub(super) fn note(&mut self, parcel: Parcel, fate: Fate) {
        let records = self.records.entry(parcel.stream).or_default();
        records.extend(parcel.marks.into_iter().map(|mark| (mark, fate)));
    }

    /// The records of a stream.
    pub(super) fn of(&self, stream: &str) -> impl Iterator<Item = (&str, Fate)> {
        self.records.get(stream).into_iter().flatten().map(|(mark, fate)| (mark.as_str(), *fate))
    }

    /// A stream and the mark of one of its acknowledged records.
    pub(super) fn pick(&self, random: &mut Random) -> Option<(&'static str, String)> {
        let known: Vec<_> = self
            .records
            .iter()
            .flat_map(|(stream, records)| records.iter().map(move |(mark, fate)| (*stream, mark, *fate)))
            .filter(|(_, _, fate)| *fate == Fate::Acknowledged)
            .collect();
        if known.is_empty() {
            return None;
        }
        let (stream, mark, _) = random.pick(&known);
        Some((stream, (*mark).clone()))
    }

    /// Compares marks that were found in a stream with what was sent to it.
    #[track_caller]
    pub(super) fn compare(&self, stream: &str, how: &str, found: &[String]) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        found.iter().for_each(|mark| *counts.entry(mark).or_default() += 1);
        let of = |mark: &str| counts.get(mark).copied().unwrap_or(0);
        let is_wrong = |(mark, fate): &(&str, Fate)| match fate {
            Fate::Acknowledged => of(mark) != 1,
            Fate::Cut => of(mark) > 1,
        };
        let wrong: Vec<_> =
            self.of(stream).filter(is_wrong).map(|(mark, fate)| (mark, fate, of(mark))).collect();
        let strange: Vec<_> =
            counts.keys().filter(|mark| self.of(stream).all(|(known, _)| known != **mark)).collect();
        assert!(
            wrong.is_empty() && strange.is_empty(),
            "{how} of {stream}: {wrong:?}, not sent: {strange:?}"
        );
    }

    /// How many records were acknowledged.
    pub(super) fn acknowledged(&self) -> usize {
        self.count(Fate::Acknowledged)
    }

    /// How many records were in requests that were cut off.
    pub(super) fn cut(&self) -> usize {
        self.count(Fate::Cut)
    }

    fn count(&self, wanted: Fate) -> usize {
        self.records.values().flat_map(BTreeMap::values).filter(|fate| **fate == wanted).count()
    }
}
