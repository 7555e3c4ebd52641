//! How far every lane is stored, and what that means for a batch that arrives.

use std::collections::{HashMap, HashSet};

use palisade_record::{Batch, Lane};

use crate::{Mark, Outcome};

/// The positions of all lanes.
#[derive(Default)]
pub(crate) struct Marks {
    known: HashMap<Lane, Position>,
    /// Lanes that moved since the catalog last heard of them.
    moved: HashSet<Lane>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Position {
    incarnation: u64,
    identity: Vec<u8>,
    mark: u64,
}

/// What was there before a change, to take it back.
pub(crate) struct Undo {
    lane: Lane,
    before: Option<Position>,
}

/// What to do with a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Store what begins at `from` or later.
    Accept { from: u64 },
    /// Everything in it is stored; acknowledge.
    Known { mark: u64 },
    /// Refuse.
    Refuse(Outcome),
}

impl Marks {
    /// The marks that the catalog holds.
    pub(crate) fn new(marks: Vec<Mark>) -> Self {
        let position = |mark: Mark| {
            (mark.lane, Position { incarnation: mark.incarnation, identity: mark.identity, mark: mark.mark })
        };
        Self { known: marks.into_iter().map(position).collect(), moved: HashSet::new() }
    }

    /// What to do with a batch. A lane that is not known may begin anywhere: its agent was told to start late, or this
    /// collector is new.
    pub(crate) fn judge(&self, batch: &Batch) -> Verdict {
        let Some(position) = self.known.get(&batch.lane) else { return Verdict::Accept { from: batch.from } };
        let mark = position.mark;
        if position.incarnation != batch.incarnation {
            Verdict::Refuse(Outcome::Incarnation { mark })
        } else if batch.from > mark {
            Verdict::Refuse(Outcome::Gap { mark })
        } else if batch.to <= mark {
            Verdict::Known { mark }
        } else if batch.gap.is_some() && batch.from < mark {
            // Part of what is called lost is stored; the gap must be told again, from where it really begins.
            Verdict::Refuse(Outcome::Gap { mark })
        } else {
            Verdict::Accept { from: mark }
        }
    }

    /// Moves a lane to the end of a batch that is stored.
    pub(crate) fn advance(&mut self, batch: &Batch) -> Undo {
        let position =
            Position { incarnation: batch.incarnation, identity: batch.identity.clone(), mark: batch.to };
        let before = self.known.insert(batch.lane.clone(), position);
        self.moved.insert(batch.lane.clone());
        Undo { lane: batch.lane.clone(), before }
    }

    /// Takes changes back, which must be the last ones, in the order in which they were made.
    pub(crate) fn undo(&mut self, changes: Vec<Undo>) {
        for change in changes.into_iter().rev() {
            match change.before {
                Some(position) => self.known.insert(change.lane, position),
                None => self.known.remove(&change.lane),
            };
        }
    }

    /// The positions of an agent's lanes.
    pub(crate) fn of_agent(&self, agent: &str) -> Vec<Mark> {
        self.known.iter().filter(|(lane, _)| &*lane.agent == agent).map(to_mark).collect()
    }

    /// The lanes that moved since the last call, where they are now.
    pub(crate) fn take_moved(&mut self) -> Vec<Mark> {
        let moved = std::mem::take(&mut self.moved);
        moved.iter().filter_map(|lane| self.known.get_key_value(lane)).map(to_mark).collect()
    }
}

fn to_mark((lane, position): (&Lane, &Position)) -> Mark {
    Mark {
        lane: lane.clone(),
        incarnation: position.incarnation,
        identity: position.identity.clone(),
        mark: position.mark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_record::Origin;

    fn batch(from: u64, to: u64, incarnation: u64) -> Batch {
        let lane = Lane { agent: "a".into(), origin: Origin::default().into(), generation: 1 };
        let mut batch = Batch::new(lane, incarnation, Vec::new(), "app".parse().unwrap(), from);
        batch.to = to;
        batch
    }

    #[test]
    fn a_batch_is_stored_trimmed_known_or_refused_by_its_position() {
        let mut marks = Marks::default();
        assert_eq!(marks.judge(&batch(50, 60, 1)), Verdict::Accept { from: 50 });
        _ = marks.advance(&batch(50, 100, 1));

        assert_eq!(marks.judge(&batch(100, 120, 1)), Verdict::Accept { from: 100 });
        assert_eq!(marks.judge(&batch(80, 120, 1)), Verdict::Accept { from: 100 });
        assert_eq!(marks.judge(&batch(50, 100, 1)), Verdict::Known { mark: 100 });
        assert_eq!(marks.judge(&batch(101, 120, 1)), Verdict::Refuse(Outcome::Gap { mark: 100 }));
        assert_eq!(marks.judge(&batch(100, 120, 2)), Verdict::Refuse(Outcome::Incarnation { mark: 100 }));
    }

    #[test]
    fn a_gap_that_covers_what_is_stored_is_told_where_it_begins() {
        let mut marks = Marks::default();
        _ = marks.advance(&batch(0, 100, 1));
        let gap = |from, to| Batch { gap: Some("lost".to_owned()), ..batch(from, to, 1) };

        assert_eq!(marks.judge(&gap(50, 150)), Verdict::Refuse(Outcome::Gap { mark: 100 }));
        assert_eq!(marks.judge(&gap(100, 150)), Verdict::Accept { from: 100 });
        assert_eq!(marks.judge(&gap(0, 100)), Verdict::Known { mark: 100 });
    }

    #[test]
    fn changes_are_taken_back_in_the_right_order() {
        let mut marks = Marks::default();
        _ = marks.advance(&batch(0, 10, 1));
        let changes = vec![marks.advance(&batch(10, 20, 1)), marks.advance(&batch(20, 30, 1))];

        marks.undo(changes);

        assert_eq!(marks.of_agent("a")[0].mark, 10);
        assert_eq!(marks.take_moved().len(), 1);
        assert!(marks.take_moved().is_empty());
    }
}
