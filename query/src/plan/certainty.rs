//! What the description of a block says about a condition.

use palisade_index::Split;
use palisade_record::Timestamp;

use crate::filter::{BlockView, Certainty, FieldTest, Instants, Node};

/// Something whose description says which rows can pass.
pub(crate) trait Described {
    /// The earliest and the latest event time.
    fn span(&self) -> (Timestamp, Timestamp);
    /// What is known about a test on the field with one of its names.
    fn of_name(&self, test: &FieldTest, name: &str) -> Certainty;
}

impl<B: BlockView> Described for B {
    fn span(&self) -> (Timestamp, Timestamp) {
        BlockView::span(self)
    }

    fn of_name(&self, test: &FieldTest, name: &str) -> Certainty {
        test.of_name(name, self)
    }
}

/// A split, before any of its objects is read.
pub(crate) struct SplitDescription<'a>(pub(crate) &'a Split);

impl Described for SplitDescription<'_> {
    fn span(&self) -> (Timestamp, Timestamp) {
        self.0.span()
    }

    fn of_name(&self, test: &FieldTest, name: &str) -> Certainty {
        if name != "stream" {
            return Certainty::Maybe;
        }
        let streams = self.0.streams().iter();
        let of_each = streams.map(|share| test.criterion.of_text(share.stream.as_str()));
        Certainty::of_equal(of_each).unwrap_or(Certainty::Maybe)
    }
}

/// Nothing but a time from one to another.
pub(crate) struct SpanOnly(pub(crate) (Timestamp, Timestamp));

impl Described for SpanOnly {
    fn span(&self) -> (Timestamp, Timestamp) {
        self.0
    }

    fn of_name(&self, _test: &FieldTest, _name: &str) -> Certainty {
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
        Node::Field(test) => {
            let of_names = test.names.iter().map(|name| described.of_name(test, name));
            of_names.max().unwrap_or(Certainty::Never)
        }
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
