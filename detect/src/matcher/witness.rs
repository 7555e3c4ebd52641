//! Which atoms a rule cannot do without.
//!
//! If a rule holds for a record, one of its witnesses does: so only rules with a witness in a record need to be looked at. A
//! conjunction has the witnesses of one of its parts, a disjunction needs those of all of them, and what is negated has none.

use super::atom::{Atom, AtomId, Question};
use super::expression::Expression;
use crate::rule::Shape;

/// Atoms of which at least one holds whenever the expression does, and about how often one of them does.
pub(super) struct Witnesses {
    pub(super) atoms: Vec<AtomId>,
    cost: u64,
}

/// The witnesses of an expression that promise the fewest looks in vain; none if it can hold without any.
pub(super) fn witnesses(expression: &Expression, atoms: &[Atom]) -> Option<Witnesses> {
    match expression {
        Expression::Atom(atom) => {
            Some(Witnesses { atoms: vec![*atom], cost: cost(&atoms[*atom as usize].question) })
        }
        Expression::AnyAtom(many) => Some(Witnesses {
            atoms: many.to_vec(),
            cost: many.iter().map(|atom| cost(&atoms[*atom as usize].question)).sum(),
        }),
        Expression::Lazy(_) | Expression::Not(_) => None,
        Expression::All(parts) => {
            parts.iter().filter_map(|part| witnesses(part, atoms)).min_by_key(|found| found.cost)
        }
        Expression::Any(parts) => {
            let mut all = Witnesses { atoms: Vec::new(), cost: 0 };
            for part in parts {
                let found = witnesses(part, atoms)?;
                all.atoms.extend(found.atoms);
                all.cost += found.cost;
            }
            Some(all)
        }
    }
}

/// About how often an atom holds. Only the order matters: long texts are rarer than short ones, numbers are mostly the kind of an
/// event, and that a field is there says next to nothing.
fn cost(question: &Question) -> u64 {
    let text = |text: &str| 10_000 / (text.len() as u64 + 1);
    match question {
        Question::Text(pattern) => match pattern.shape() {
            Shape::Anything => 1_000_000,
            Shape::Whole(whole) => text(whole),
            Shape::Start(part) | Shape::End(part) | Shape::Anywhere(part) => 2 * text(part),
            Shape::Pieces(longest) => 2 * text(longest.unwrap_or_default()),
        },
        Question::Regex(_) => 2_000,
        Question::Network(_) | Question::Part(..) | Question::Field { .. } => 20_000,
        Question::Equal(_) | Question::Compare(..) => 50_000,
        Question::Present => 1_000_000,
    }
}
