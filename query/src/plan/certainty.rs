//! What the description of a block says about a condition.

use palisade_index::Split;
use palisade_record::{Timestamp, Value};

use crate::filter::{BlockView, Buffers, FieldInfo, FieldTest, Instants, Node, Predicate, is_origin_part};

/// Which rows of a block can pass.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Certainty {
    /// None.
    Never,
    /// Some, perhaps.
    Maybe,
    /// All.
    Always,
}

/// Something whose description says which rows can pass.
pub(crate) trait Described {
    /// The earliest and the latest event time.
    fn span(&self) -> (Timestamp, Timestamp);
    /// What the streams say about a predicate on their names.
    fn of_streams(&self, predicate: &Predicate) -> Certainty;
    /// What a field's description says about a predicate on its values.
    fn of_field(&self, name: &str, predicate: &Predicate) -> Certainty;
}

impl<B: BlockView> Described for B {
    fn span(&self) -> (Timestamp, Timestamp) {
        BlockView::span(self)
    }

    fn of_streams(&self, predicate: &Predicate) -> Certainty {
        of_stream(self.stream().as_str(), predicate)
    }

    fn of_field(&self, name: &str, predicate: &Predicate) -> Certainty {
        self.field(name).map_or(Certainty::Never, |field| of_column(field, predicate, self.rows()))
    }
}

/// A split, before any of its objects is read.
pub(crate) struct SplitDescription<'a>(pub(crate) &'a Split);

impl Described for SplitDescription<'_> {
    fn span(&self) -> (Timestamp, Timestamp) {
        self.0.span()
    }

    fn of_streams(&self, predicate: &Predicate) -> Certainty {
        let streams = || self.0.streams().iter().map(|share| of_stream(share.stream.as_str(), predicate));
        match (streams().min(), streams().max()) {
            (Some(least), Some(most)) if least == most => least,
            _ => Certainty::Maybe,
        }
    }

    fn of_field(&self, _name: &str, _predicate: &Predicate) -> Certainty {
        Certainty::Maybe
    }
}

/// Which rows can pass, as far as the description tells.
pub(crate) fn certainty(node: &Node, described: &impl Described) -> Certainty {
    let of_parts = |parts: &[Node]| parts.iter().map(|part| certainty(part, described)).collect::<Vec<_>>();
    match node {
        Node::All => Certainty::Always,
        Node::And(parts) => of_parts(parts).into_iter().min().unwrap_or(Certainty::Always),
        Node::Or(parts) => of_parts(parts).into_iter().max().unwrap_or(Certainty::Never),
        Node::Not(inner) => match certainty(inner, described) {
            Certainty::Never => Certainty::Always,
            Certainty::Maybe => Certainty::Maybe,
            Certainty::Always => Certainty::Never,
        },
        Node::Time(instants) => of_times(*instants, described.span()),
        Node::Field(test) => of_fields(test, described),
        Node::Anywhere(_) | Node::Received(_) | Node::Id(_) => Certainty::Maybe,
    }
}

fn of_times(instants: Instants, (oldest, newest): (Timestamp, Timestamp)) -> Certainty {
    let (oldest, newest) = (oldest.as_nanos(), newest.as_nanos());
    if instants.low > instants.high || instants.high < oldest || newest < instants.low {
        Certainty::Never
    } else if instants.low <= oldest && newest <= instants.high {
        Certainty::Always
    } else {
        Certainty::Maybe
    }
}

fn of_fields(test: &FieldTest, described: &impl Described) -> Certainty {
    let of_name = |name: &String| match name.as_str() {
        "stream" => described.of_streams(&test.predicate),
        name if is_origin_part(name) => Certainty::Maybe,
        name => described.of_field(name, &test.predicate),
    };
    test.names.iter().map(of_name).max().unwrap_or(Certainty::Never)
}

fn of_stream(stream: &str, predicate: &Predicate) -> Certainty {
    let holds = predicate.holds(Value::Text(stream), false, &mut Buffers::default());
    if holds { Certainty::Always } else { Certainty::Never }
}

fn of_column(field: FieldInfo, predicate: &Predicate, rows: u32) -> Certainty {
    match (predicate, field.numbers) {
        (Predicate::Anything, _) if field.rows == rows => Certainty::Always,
        (Predicate::Between(low, high), Some((smallest, largest))) => {
            let below = low.as_ref().is_some_and(|end| end.excludes_above(largest));
            let above = high.as_ref().is_some_and(|end| end.excludes_below(smallest));
            if below || above { Certainty::Never } else { Certainty::Maybe }
        }
        _ => Certainty::Maybe,
    }
}
