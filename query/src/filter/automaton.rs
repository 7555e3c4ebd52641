//! A small automaton that tells what all texts of a template have in common: whether something stands in none of them,
//! or in every one.
//!
//! It reads a text place by place ([`Cell`]) and follows all ways at once. Asked what *can* be, it goes on when one of
//! the characters of a place fits; asked what *must* be, only when all of them do.

use super::cells::Cell;
use super::look::{Class, Look, Place};

/// Most states of an automaton: what needs more is verified on texts instead.
const STATES_MAX: usize = 1_000;

/// Digits of a run that are followed one by one when asked what must be. Past so many the states repeat, or the
/// question counts digits, and then a run of unknown length decides nothing.
const DIGITS_MAX: usize = 24;

/// The number of a state.
pub(super) type StateId = u16;

/// Where an automaton is.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// Takes a character of a class.
    Take(Class, StateId),
    /// Goes both ways.
    Fork(StateId, StateId),
    /// Goes on where a condition holds.
    Look(Look, StateId),
    /// Has found it.
    Found,
}

/// The automaton. It looks for a match anywhere; one that is bound to the ends says so with looks.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    states: Vec<State>,
    start: StateId,
}

/// Makes an automaton from its end to its beginning.
pub(super) struct Builder {
    states: Vec<State>,
}

impl Builder {
    /// With one state, number 0: found.
    pub(super) fn new() -> Self {
        Self { states: vec![State::Found] }
    }

    /// Adds a state; `None` when there are too many.
    pub(super) fn add(&mut self, state: State) -> Option<StateId> {
        if self.states.len() >= STATES_MAX {
            return None;
        }
        self.states.push(state);
        StateId::try_from(self.states.len() - 1).ok()
    }

    /// Replaces a state.
    pub(super) fn set(&mut self, id: StateId, state: State) {
        self.states[usize::from(id)] = state;
    }

    pub(super) fn finish(self, start: StateId) -> Automaton {
        Automaton { states: self.states, start }
    }
}

/// States without duplicates, in the order in which they came.
#[derive(Clone, Default)]
struct States {
    is_in: Vec<bool>,
    list: Vec<StateId>,
    has_found: bool,
}

impl States {
    fn new(count: usize) -> Self {
        Self { is_in: vec![false; count], list: Vec::new(), has_found: false }
    }

    fn clear(&mut self) {
        self.list.drain(..).for_each(|state| self.is_in[usize::from(state)] = false);
        self.has_found = false;
    }

    /// Whether it is new.
    fn insert(&mut self, state: StateId) -> bool {
        let is_new = !std::mem::replace(&mut self.is_in[usize::from(state)], true);
        if is_new {
            self.list.push(state);
        }
        is_new
    }

    fn has(&self, state: StateId) -> bool {
        self.is_in[usize::from(state)]
    }
}

impl Automaton {
    /// Whether some text with these places can have a match; with `certain` whether every one has.
    pub(crate) fn finds(&self, cells: &[Cell], certain: bool) -> bool {
        let mut current = States::new(self.states.len());
        let mut next = current.clone();
        let first = Place { before: None, after: cells.first().copied().map(Cell::as_one) };
        self.enter(&mut current, self.start, first);
        for (at, cell) in cells.iter().enumerate() {
            if current.has_found {
                return true;
            }
            let after = cells.get(at + 1).copied().map(Cell::as_one);
            match cell {
                Cell::Digits if certain => {
                    let Some(states) = self.digits_certainly(current, after) else { return true };
                    current = states;
                }
                Cell::Digits => {
                    let Some(states) = self.digits_perhaps(current, after) else { return true };
                    current = states;
                }
                cell => {
                    self.step(&current, *cell, Place { before: Some(*cell), after }, certain, &mut next);
                    std::mem::swap(&mut current, &mut next);
                }
            }
        }
        current.has_found
    }

    /// Takes one place. A match may begin behind it, too.
    fn step(&self, from: &States, cell: Cell, place: Place, certain: bool, into: &mut States) {
        into.clear();
        for state in &from.list {
            if let State::Take(class, next) = &self.states[usize::from(*state)]
                && cell.fits(class, certain)
            {
                self.enter(into, *next, place);
            }
        }
        self.enter(into, self.start, place);
    }

    /// Adds a state and all that are reached from it without a character.
    fn enter(&self, states: &mut States, state: StateId, place: Place) {
        let mut waiting = vec![state];
        while let Some(state) = waiting.pop() {
            if !states.insert(state) {
                continue;
            }
            match &self.states[usize::from(state)] {
                State::Take(..) => {}
                State::Fork(one, other) => waiting.extend([*other, *one]),
                State::Look(look, next) => waiting.extend(look.holds(place).then_some(*next)),
                State::Found => states.has_found = true,
            }
        }
    }

    /// Where it can be behind a run of digits; `None` when it can have found it.
    fn digits_perhaps(&self, before: States, after: Option<Cell>) -> Option<States> {
        let within = Place { before: Some(Cell::Digit), after: Some(Cell::Digit) };
        let last = Place { before: Some(Cell::Digit), after };
        let (mut inner, mut next, mut end) = (before, States::new(self.states.len()), None::<States>);
        loop {
            self.step(&inner, Cell::Digit, last, false, &mut next);
            let end = end.get_or_insert_with(|| States::new(self.states.len()));
            next.list.iter().for_each(|state| _ = end.insert(*state));
            end.has_found |= next.has_found;
            self.step(&inner, Cell::Digit, within, false, &mut next);
            if end.has_found || next.has_found {
                return None;
            }
            let known = inner.list.len();
            next.list.iter().for_each(|state| _ = inner.insert(*state));
            if inner.list.len() == known {
                break;
            }
        }
        end
    }

    /// Where it is behind every run of digits, however long; `None` when it has found it in all of them.
    fn digits_certainly(&self, before: States, after: Option<Cell>) -> Option<States> {
        let within = Place { before: Some(Cell::Digit), after: Some(Cell::Digit) };
        let last = Place { before: Some(Cell::Digit), after };
        let (mut inner, mut next) = (before, States::new(self.states.len()));
        // The states that every length has led to so far.
        let mut common: Option<Vec<StateId>> = None;
        for _ in 0..DIGITS_MAX {
            self.step(&inner, Cell::Digit, last, true, &mut next);
            if !next.has_found {
                match &mut common {
                    None => common = Some(next.list.clone()),
                    Some(common) => common.retain(|state| next.has(*state)),
                }
            }
            self.step(&inner, Cell::Digit, within, true, &mut next);
            if next.has_found {
                // Every longer run has found it, too.
                return common.map(|common| self.of(&common));
            }
            let is_same =
                next.list.len() == inner.list.len() && next.list.iter().all(|state| inner.has(*state));
            if is_same {
                return common.map(|common| self.of(&common));
            }
            std::mem::swap(&mut inner, &mut next);
        }
        let mut fresh = States::new(self.states.len());
        self.enter(&mut fresh, self.start, last);
        Some(fresh)
    }

    fn of(&self, list: &[StateId]) -> States {
        let mut states = States::new(self.states.len());
        list.iter().for_each(|state| _ = states.insert(*state));
        states
    }
}
