//! What somebody may read: which streams, as a condition on records, and which fields of a block. The one place where both are made.

use std::sync::Arc;

use palisade_access::Caller;
use palisade_index::Block;
use palisade_record::StreamName;

use crate::language::{Comparison, Expr, Name, RegexFlags, Span, Term, Test};

/// The field that tells the stream of a record.
pub(super) const STREAM: &str = "stream";

/// The condition; none when there is nothing that `reader` may not read. An open question, which names no stream, is not about what
/// Palisade writes down about people, unless its reader may read nothing else.
pub(super) fn readable(reader: &Caller, is_open: bool) -> Option<Expr> {
    let trail = || of_stream(&StreamName::audit_trail());
    let without_trail = |condition: Expr| condition.and(Expr::Not(Box::new(trail())));
    let reads_trail = reader.reads_audit_trail();
    match (reader.reads_records(), reads_trail) {
        (false, false) => Some(Expr::Not(Box::new(Expr::All))),
        (false, true) => Some(trail()),
        (true, reads_trail) => {
            let patterns = || reader.grants.streams().map(of_pattern).collect();
            let records = if reader.grants.is_all() { Expr::All } else { Expr::Or(patterns()) };
            match (reads_trail && !is_open, records) {
                (true, Expr::All) => None,
                (true, records) => Some(Expr::Or(vec![without_trail(records), trail()])),
                (false, records) => Some(without_trail(records)),
            }
        }
    }
}

/// A block as `reader` may see it.
pub(crate) fn shown(reader: &Caller, block: &Arc<Block>) -> Arc<Block> {
    let stream = block.info().stream.as_str();
    match reader.reads_whole(stream) {
        true => Arc::clone(block),
        false => Arc::new(block.showing(|field| reader.sees(stream, field))),
    }
}

pub(super) fn of_stream(stream: &StreamName) -> Expr {
    of_test(Test::Compare { comparison: Comparison::Equal, value: stream.to_string() })
}

fn of_pattern(pattern: &str) -> Expr {
    let parts: Vec<String> = pattern.split('*').map(regex_syntax::escape).collect();
    of_test(Test::Regex { pattern: format!("^{}$", parts.join(".*")), flags: RegexFlags::default() })
}

fn of_test(test: Test) -> Expr {
    let field = Some(Name { text: STREAM.to_owned(), span: Span::default() });
    Expr::Term(Term { field, test, span: Span::default() })
}
