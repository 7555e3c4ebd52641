//! A condition over atoms.

use super::atom::AtomId;
use crate::rule::single;

/// A condition over atoms. Parts stand in the order in which they are worth looking at.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    /// The atom holds.
    Atom(AtomId),
    /// The atom holds, which is found out only now.
    Lazy(AtomId),
    Not(Box<Expression>),
    All(Box<[Expression]>),
    Any(Box<[Expression]>),
    /// One of many atoms holds: long lists of values.
    AnyAtom(Box<[AtomId]>),
}

impl Expression {
    pub(super) fn not(inner: Self) -> Self {
        match inner {
            Self::Not(twice) => *twice,
            inner => Self::Not(Box::new(inner)),
        }
    }

    /// All of these, cheap ones first.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        flat.sort_by_key(Self::cost);
        single(flat, |parts| Self::All(parts.into_boxed_slice()))
    }

    /// One of these, cheap ones first.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        let mut atoms = Vec::new();
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                Self::Atom(atom) => atoms.push(atom),
                Self::AnyAtom(inner) => atoms.extend(inner),
                part => flat.push(part),
            }
        }
        atoms.sort_unstable();
        atoms.dedup();
        match atoms.as_slice() {
            [] => {}
            [only] => flat.push(Self::Atom(*only)),
            _ => flat.push(Self::AnyAtom(atoms.into_boxed_slice())),
        }
        flat.sort_by_key(Self::cost);
        single(flat, |parts| Self::Any(parts.into_boxed_slice()))
    }

    /// About how much work it is to look at it.
    fn cost(&self) -> u64 {
        match self {
            Self::Atom(_) => 1,
            Self::AnyAtom(atoms) => atoms.len() as u64,
            // Fetches values and runs a regular expression over them.
            Self::Lazy(_) => 1_000,
            Self::Not(inner) => inner.cost(),
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::cost).sum(),
        }
    }

    /// Whether it holds, where `holds` tells of atoms and `find_out` of lazy ones.
    pub(super) fn evaluate(
        &self,
        holds: &impl Fn(AtomId) -> bool,
        find_out: &impl Fn(AtomId) -> bool,
    ) -> bool {
        match self {
            Self::Atom(atom) => holds(*atom),
            Self::Lazy(atom) => find_out(*atom),
            Self::Not(inner) => !inner.evaluate(holds, find_out),
            Self::All(parts) => parts.iter().all(|part| part.evaluate(holds, find_out)),
            Self::Any(parts) => parts.iter().any(|part| part.evaluate(holds, find_out)),
            Self::AnyAtom(atoms) => atoms.iter().any(|atom| holds(*atom)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cheap_parts_come_first_and_what_is_nested_for_nothing_is_flat() {
        let all = Expression::all(vec![
            Expression::Lazy(9),
            Expression::all(vec![Expression::Atom(1), Expression::Atom(2)]),
        ]);
        let Expression::All(parts) = &all else { panic!("{all:?}") };
        assert!(matches!(parts[..], [Expression::Atom(1), Expression::Atom(2), Expression::Lazy(9)]));
        let any = Expression::any(vec![
            Expression::any(vec![Expression::Atom(2), Expression::Atom(1)]),
            Expression::Atom(2),
        ]);
        assert!(matches!(any, Expression::AnyAtom(ref atoms) if **atoms == [1, 2]));
    }

    #[test]
    fn nothing_of_all_holds_and_nothing_of_any_does_not() {
        let nothing = |_| false;
        assert!(Expression::all(Vec::new()).evaluate(&nothing, &nothing));
        assert!(!Expression::any(Vec::new()).evaluate(&nothing, &nothing));
        assert!(Expression::not(Expression::Atom(0)).evaluate(&nothing, &nothing));
    }
}
