//! A number that rises by one between two restarts, and what is missing of it.

use std::collections::VecDeque;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use crate::window::Entry;

/// Holes of one counter that wait to be filled. More are one large one.
pub(super) const HOLES_MAX: usize = 1_024;

/// Numbers that came already, of which a restart may yet tell that they are new ones: as many as overtake each other on their way.
const REPEATED_MAX: usize = 64;

/// Numbers that are missing.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Hole {
    pub(super) first: u64,
    pub(super) last: u64,
    /// The event behind it.
    pub(super) behind: Entry,
}

/// A counter between two restarts.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Counter {
    /// The time of its first record.
    pub(super) since: Timestamp,
    highest: u64,
    /// The time of the latest record that was the highest when it came.
    pub(super) risen_at: Timestamp,
    /// In the order of their numbers.
    pub(super) holes: Vec<Hole>,
    /// Numbers that came already, later than the highest.
    repeated: VecDeque<(u64, Entry)>,
}

impl Counter {
    pub(super) fn new(since: Timestamp, highest: u64) -> Self {
        Self { since, highest, risen_at: since, holes: Vec::new(), repeated: VecDeque::new() }
    }

    /// Counts a number, which is not the last there is. Whether it was missing or is higher than all.
    pub(super) fn take(&mut self, number: u64, entry: Entry) -> bool {
        if number > self.highest {
            self.rise(number, entry);
            return true;
        }
        let is_filled = self.fill(number);
        if !is_filled && entry.time > self.risen_at {
            self.repeated.push_back((number, entry));
            let surplus = self.repeated.len().saturating_sub(REPEATED_MAX);
            self.repeated.drain(..surplus);
        }
        is_filled
    }

    /// The numbers that came already, from a time on, in their order. They were not repetitions.
    pub(super) fn take_repeated(&mut self, from: Timestamp) -> Vec<(u64, Entry)> {
        let repeated = std::mem::take(&mut self.repeated).into_iter();
        let mut repeated: Vec<_> = repeated.filter(|(_, entry)| entry.time >= from).collect();
        repeated.sort_by_key(|(number, entry)| (*number, entry.time));
        repeated
    }

    fn fill(&mut self, number: u64) -> bool {
        let within = |hole: &Hole| (hole.first..=hole.last).contains(&number);
        let Some(at) = self.holes.iter().position(within) else { return false };
        let hole = self.holes.remove(at);
        if number < hole.last {
            self.holes.insert(at, Hole { first: number + 1, ..hole.clone() });
        }
        if hole.first < number {
            self.holes.insert(at, Hole { last: number - 1, ..hole });
        }
        self.join_surplus();
        true
    }

    fn rise(&mut self, number: u64, behind: Entry) {
        if number > self.highest + 1 {
            self.holes.push(Hole { first: self.highest + 1, last: number - 1, behind });
            self.join_surplus();
        }
        self.highest = number;
        self.risen_at = self.risen_at.max(behind.time);
    }

    /// Past the bound the two oldest holes are one, and what came between them is forgotten.
    fn join_surplus(&mut self) {
        if self.holes.len() > HOLES_MAX {
            let first = self.holes.remove(0).first;
            self.holes[0].first = first;
        }
    }

    /// How much it takes, in numbers of sixteen bytes.
    pub(super) fn items(&self) -> usize {
        3 + 5 * (self.holes.len() + self.repeated.len())
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.signed(self.since.as_nanos());
        writer.varint(self.highest);
        writer.signed(self.risen_at.as_nanos());
        encode_holes(&self.holes, writer);
        writer.varint(self.repeated.len() as u64);
        for (number, entry) in &self.repeated {
            writer.varint(*number);
            entry.encode(writer);
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (since, highest) = (Timestamp::from_nanos(reader.signed()?), reader.varint()?);
        let risen_at = Timestamp::from_nanos(reader.signed()?);
        let holes = decode_holes(reader)?;
        let is_rising = holes.is_sorted_by(|hole, next| hole.last < next.first);
        let is_below = holes.last().is_none_or(|hole| hole.last < highest);
        let mut repeated = VecDeque::new();
        for _ in 0..reader.count(REPEATED_MAX)? {
            repeated.push_back((reader.varint()?, Entry::decode(reader)?));
        }
        let is_repeated = repeated.iter().all(|(number, _)| *number <= highest);
        if highest == u64::MAX || !is_rising || !is_below || !is_repeated {
            return Err(reader.malformed("numbers of a counter that are not below its highest"));
        }
        Ok(Self { since, highest, risen_at, holes, repeated })
    }
}

pub(super) fn encode_holes(holes: &[Hole], writer: &mut Writer) {
    writer.varint(holes.len() as u64);
    for hole in holes {
        writer.varint(hole.first);
        writer.varint(hole.last);
        hole.behind.encode(writer);
    }
}

pub(super) fn decode_holes(reader: &mut Reader<'_>) -> Result<Vec<Hole>, Malformed> {
    let mut holes = Vec::new();
    for _ in 0..reader.count(HOLES_MAX)? {
        let (first, last) = (reader.varint()?, reader.varint()?);
        if first > last {
            return Err(reader.malformed("a hole that ends before it begins"));
        }
        holes.push(Hole { first, last, behind: Entry::decode(reader)? });
    }
    Ok(holes)
}
