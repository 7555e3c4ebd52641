//! Automata for what queries look for.

use regex_syntax::hir::{Class as RegexClass, Hir, HirKind, Look as RegexLook};

use super::automaton::{Automaton, Builder, State, StateId};
use super::glob::{Glob, Mark};
use super::look::{Class, Look};

/// A folded word or phrase with free ends.
pub(super) fn of_phrase(folded: &str) -> Option<Automaton> {
    let mut builder = Builder::new();
    let end = builder.add(State::Look(Look::OutsideWord, FOUND))?;
    let first = characters(&mut builder, folded, end)?;
    let start = builder.add(State::Look(Look::OutsideWord, first))?;
    Some(builder.finish(start))
}

/// A folded text and nothing else.
pub(super) fn of_whole(folded: &str) -> Option<Automaton> {
    let mut builder = Builder::new();
    let end = builder.add(State::Look(Look::Regex(RegexLook::End), FOUND))?;
    let first = characters(&mut builder, folded, end)?;
    let start = builder.add(State::Look(Look::Regex(RegexLook::Start), first))?;
    Some(builder.finish(start))
}

/// A pattern that covers a whole keyword, or stands in a text.
pub(super) fn of_glob(glob: &Glob, covers: bool) -> Option<Automaton> {
    let look = |end: RegexLook| if covers { Look::Regex(end) } else { Look::OutsideWord };
    let marks = glob.marks();
    let mut builder = Builder::new();
    let mut next = FOUND;
    if covers || marks.last() != Some(&Mark::Many) {
        next = builder.add(State::Look(look(RegexLook::End), next))?;
    }
    for mark in marks.iter().rev() {
        next = match mark {
            Mark::One => builder.add(State::Take(Class::Any, next))?,
            Mark::Known(character) => builder.add(State::Take(Class::One(*character), next))?,
            Mark::Many => {
                let fork = builder.add(State::Found)?;
                let take = builder.add(State::Take(Class::Any, fork))?;
                builder.set(fork, State::Fork(next, take));
                fork
            }
        };
    }
    if covers || marks.first() != Some(&Mark::Many) {
        next = builder.add(State::Look(look(RegexLook::Start), next))?;
    }
    Some(builder.finish(next))
}

/// A regular expression; `None` when it is too large, or about bytes.
pub(super) fn of_regex(pattern: &str) -> Option<Automaton> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut builder = Builder::new();
    let start = expression(&mut builder, &hir, FOUND)?;
    Some(builder.finish(start))
}

/// The state that every builder begins with.
const FOUND: StateId = 0;

fn characters(builder: &mut Builder, text: &str, next: StateId) -> Option<StateId> {
    text.chars().rev().try_fold(next, |next, known| builder.add(State::Take(Class::One(known), next)))
}

fn expression(builder: &mut Builder, hir: &Hir, next: StateId) -> Option<StateId> {
    match hir.kind() {
        HirKind::Empty => Some(next),
        HirKind::Literal(literal) => characters(builder, std::str::from_utf8(&literal.0).ok()?, next),
        HirKind::Class(RegexClass::Unicode(class)) => {
            let ranges = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
            builder.add(State::Take(Class::Ranges(ranges), next))
        }
        HirKind::Class(RegexClass::Bytes(class)) => {
            let is_ascii = class.ranges().iter().all(|range| range.end().is_ascii());
            let ranges = class.ranges().iter().map(|range| (range.start().into(), range.end().into()));
            let ranges = is_ascii.then(|| ranges.collect())?;
            builder.add(State::Take(Class::Ranges(ranges), next))
        }
        HirKind::Look(look) => builder.add(State::Look(Look::Regex(*look), next)),
        HirKind::Capture(capture) => expression(builder, &capture.sub, next),
        HirKind::Concat(parts) => {
            parts.iter().rev().try_fold(next, |next, part| expression(builder, part, next))
        }
        HirKind::Alternation(branches) => {
            let (last, others) = branches.split_last()?;
            let last = expression(builder, last, next)?;
            others.iter().rev().try_fold(last, |known, branch| {
                let branch = expression(builder, branch, next)?;
                builder.add(State::Fork(branch, known))
            })
        }
        HirKind::Repetition(repetition) => {
            let mut start = next;
            match repetition.max {
                None => {
                    let fork = builder.add(State::Found)?;
                    let again = expression(builder, &repetition.sub, fork)?;
                    builder.set(fork, State::Fork(again, next));
                    start = fork;
                }
                Some(max) => {
                    for _ in repetition.min..max {
                        let once = expression(builder, &repetition.sub, start)?;
                        start = builder.add(State::Fork(once, next))?;
                    }
                }
            }
            (0..repetition.min).try_fold(start, |start, _| expression(builder, &repetition.sub, start))
        }
    }
}
