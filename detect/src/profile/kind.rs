//! What every kind of profile does.

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::{AfterHours, Bulk, Dormant, FirstSeen, ImpossibleTravel, Place, SequenceGap};
use crate::correlate::Limits;
use crate::profile::groups::{Groups, Profiles};
use crate::window::Entry;

/// A record as a profile sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct Observed {
    /// The event that it becomes when it is let through. Its value is the fingerprint of the texts.
    pub entry: Entry,
    /// The values of the fields that the rule names; the country where it asks for that.
    pub texts: Vec<String>,
    /// Where the address is, if the rule asks for that.
    pub place: Option<Place>,
}

/// What a profile says of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Nothing, and nothing was learnt from it that would have to be stored.
    Known,
    /// Nothing: it is usual, or too little is known.
    Usual,
    /// It is unusual, and why.
    Unusual(String),
    /// Nothing, for want of room.
    Full,
}

/// A kind of profile: its settings, and what it does with what it remembers of a group.
pub(crate) trait Kind: Send {
    /// What it remembers of a group.
    type Memory: Send;

    /// Of a group that was never seen.
    fn begin(&self) -> Self::Memory;

    /// Learns from a record, and judges it. Records come in any order.
    fn observe(&self, memory: &mut Self::Memory, observed: &Observed) -> Verdict;

    /// What is unusual now that nothing earlier comes in time any more.
    fn settle(&self, _memory: &mut Self::Memory, _watermark: Timestamp) -> Vec<(Entry, String)> {
        Vec::new()
    }

    /// Whether settling can still find something.
    fn waits(&self, _memory: &Self::Memory) -> bool {
        false
    }

    /// Forgets what says nothing any more at a time. Whether nothing is left.
    fn forget(&self, memory: &mut Self::Memory, now: Timestamp) -> bool;

    /// How many things are remembered; each takes some sixteen bytes.
    fn items(&self, memory: &Self::Memory) -> usize;

    /// Writes down what is remembered.
    fn encode(&self, memory: &Self::Memory, writer: &mut Writer);

    /// Reads what [`Kind::encode`] wrote.
    fn decode(&self, reader: &mut Reader<'_>) -> Result<Self::Memory, Malformed>;
}

/// A kind of profile with its settings.
#[derive(Clone, PartialEq, Debug)]
pub enum ProfileKind {
    /// A value that the group never had.
    FirstSeen(FirstSeen),
    /// A group that was silent for long.
    Dormant(Dormant),
    /// Outside of the hours of work.
    AfterHours(AfterHours),
    /// Far more different values than ever.
    Bulk(Bulk),
    /// A hole in numbers that rise by one.
    SequenceGap(SequenceGap),
    /// One record here and the next one there, faster than anybody travels.
    ImpossibleTravel(ImpossibleTravel),
}

/// What must be known of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Its country, which takes its place.
    Country,
    /// Where on earth it is.
    Place,
}

impl ProfileKind {
    /// No groups yet.
    pub fn profiles(&self, limits: Limits) -> Box<dyn Profiles> {
        match self.clone() {
            Self::FirstSeen(kind) => Box::new(Groups::new(kind, limits)),
            Self::Dormant(kind) => Box::new(Groups::new(kind, limits)),
            Self::AfterHours(kind) => Box::new(Groups::new(kind, limits)),
            Self::Bulk(kind) => Box::new(Groups::new(kind, limits)),
            Self::SequenceGap(kind) => Box::new(Groups::new(kind, limits)),
            Self::ImpossibleTravel(kind) => Box::new(Groups::new(kind, limits)),
        }
    }

    /// What is remembered, apart from what is made of it: profiles outlive a rule that is tuned.
    pub(crate) fn remembers(&self) -> String {
        match self {
            Self::FirstSeen(kind) if kind.is_country => "country".to_owned(),
            Self::FirstSeen(_) => "first_seen".to_owned(),
            Self::Dormant(_) => "dormant".to_owned(),
            Self::AfterHours(kind) => format!("after_hours {}", kind.hours.zone_name()),
            Self::Bulk(kind) => format!("bulk {}", kind.per.as_secs()),
            Self::SequenceGap(_) => "sequence_gap".to_owned(),
            Self::ImpossibleTravel(_) => "impossible_travel".to_owned(),
        }
    }

    /// Whether records are told to be unusual only when nothing earlier comes in time any more.
    pub(crate) fn waits(&self) -> bool {
        matches!(self, Self::SequenceGap(_))
    }

    /// What must be known of the address that the rule names, if it names one.
    pub fn needs(&self) -> Option<Needs> {
        match self {
            Self::FirstSeen(kind) => kind.is_country.then_some(Needs::Country),
            Self::ImpossibleTravel(_) => Some(Needs::Place),
            Self::Dormant(_) | Self::AfterHours(_) | Self::Bulk(_) | Self::SequenceGap(_) => None,
        }
    }

    /// What it lets through, as people say it.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::FirstSeen(kind) => kind.in_words(),
            Self::Dormant(kind) => kind.in_words(),
            Self::AfterHours(kind) => kind.in_words(),
            Self::Bulk(kind) => kind.in_words(),
            Self::SequenceGap(kind) => kind.in_words(),
            Self::ImpossibleTravel(kind) => kind.in_words(),
        }
    }
}
