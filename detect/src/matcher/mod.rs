//! Many detections against many records at once.
//!
//! What a rule asks of a value is an atom; rules that ask the same share it. Each field has one automaton for all literals that
//! any rule looks for in it, and each different value of a batch goes through it once. A rule is only looked at for a record that
//! has one of the rule's witnesses: atoms of which the rule needs at least one.
//!
//! | file | holds |
//! |---|---|
//! | `compile` | from detections to expressions over atoms |
//! | `expression` | a condition over atoms, cheap ones first |
//! | `witness` | which atoms a rule cannot do without |
//! | `questions`, `literals`, `regex_literal` | everything that is asked of one column, as one automaton and a few maps |
//! | `column` | the different values of a column and what holds for them |
//! | `scan` | from columns to rows to matches |
//! | `probe`, `time_part` | what is asked of one value |
//! | `naive`, `explain` | the same without any of this, to compare with and to tell why |

mod atom;
mod column;
mod compile;
mod explain;
mod expression;
mod literals;
mod naive;
mod probe;
mod questions;
mod regex_literal;
mod scan;
mod time_part;
mod witness;

use foldhash::HashMap;

use atom::{AtomId, SlotId};
use expression::Expression;
use questions::Questions;

use crate::pipeline::Pipeline;
use crate::rule::{Detection, Pattern};

pub use explain::{Explanation, ItemOutcome, SearchOutcome, SelectionOutcome, explain};
pub use naive::matches_naively;

/// A record for which a detection holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Match {
    /// The record's row.
    pub row: usize,
    /// The detection's number, in the order in which the matcher was given them.
    pub detection: usize,
}

/// Why detections could not be compiled together.
#[derive(Debug, thiserror::Error)]
#[error("the rules look for more texts in `{field}` than one automaton can hold; load fewer rules: {source}")]
pub struct TooManyTexts {
    /// The field.
    pub field: String,
    /// What the automaton says.
    pub source: aho_corasick::BuildError,
}

/// Many detections, compiled together.
pub struct Matcher {
    rules: Vec<CompiledRule>,
    /// What each atom is the witness of.
    witnessed: Vec<Box<[u32]>>,
    /// Rules without a witness, which are looked at for every record.
    always: Vec<u32>,
    columns: Vec<ColumnQuestions>,
    /// Which of them is about a field of records.
    routes: HashMap<String, usize>,
    /// What is asked of all of them: keywords.
    anywhere: Option<ColumnQuestions>,
    /// What is only asked when an expression comes to it.
    lazy: HashMap<AtomId, atom::Lazy>,
}

/// What is asked of the values of a column.
struct ColumnQuestions {
    questions: Questions,
    /// The fields of rules that the column belongs to.
    slots: Box<[SlotId]>,
}

struct CompiledRule {
    expression: Expression,
    /// Streams it is about.
    stream: Option<Pattern>,
}

impl Matcher {
    /// Compiles detections together.
    pub fn new<'a>(
        detections: impl IntoIterator<Item = &'a Detection>,
        pipeline: &Pipeline,
    ) -> Result<Self, TooManyTexts> {
        compile::compile(detections, pipeline)
    }

    /// How many detections there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// How much memory the automata take, which is most of what a matcher takes.
    pub fn automata_bytes(&self) -> usize {
        self.columns.iter().chain(&self.anywhere).map(|column| column.questions.automata_bytes()).sum()
    }

    /// The detections that have no witness, and so are looked at for every record.
    pub fn unwitnessed(&self) -> impl Iterator<Item = usize> {
        self.always.iter().map(|rule| *rule as usize)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
