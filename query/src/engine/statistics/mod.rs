//! Answers queries with pipes: groups of records, or records, as a table.
//!
//! A query is first made into a [`Plan`]. Its source is read block by block: what a block contributes to the groups is
//! computed on positions of its columns, several blocks at once, and merged in the order of the blocks. All further
//! pipes work on the table that comes of it.

mod aggregation;
mod cell;
mod distinct;
mod finish;
mod grouped;
mod groups;
mod key;
mod key_table;
mod number;
mod part;
mod plan;
mod quantiles;
mod records;
mod row_filter;
mod spans;
mod state;
mod steps;
mod table;
mod values_of_block;
mod word_set;

#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::aggregation::Aggregation;
pub(crate) use self::cell::Cell;
use self::groups::{GROUPS_MAX, Groups};
use self::part::{Part, part_of};
pub(crate) use self::plan::{Plan, plan};
use self::plan::{Source, TableStep};
pub(crate) use self::records::rows_of;
use self::spans::Span;
pub(crate) use self::table::Table;
use self::values_of_block::Field;
use super::explain::Explanation;
use super::scan::Candidate;
use super::{Budget, Failure, Inner, Order, Progress, Question, Scan, Scanned};

/// A table, and whether it has rows that are not told.
pub(crate) struct Answer {
    pub(crate) table: Table,
    pub(crate) truncated: bool,
    pub(crate) scanned: Scanned,
    pub(crate) explanation: Explanation,
}

/// Blocks whose contributions are merged at once.
const PARTS_MAX: usize = 32;

/// Answers a query with pipes. `order` is the order of records where no pipe sorts them; `limit` is how many rows are
/// told.
pub(crate) fn statistics(
    inner: &Inner,
    budget: &Budget,
    question: &Question,
    plan: &Plan,
    order: Order,
    limit: usize,
    progress: Arc<Progress>,
) -> Result<Answer, Failure> {
    let scan = Scan::watched(inner, budget, question, progress)?;
    let table = match &plan.source {
        Source::Groups(aggregation) => {
            let candidates = scan.candidates()?;
            let infos = candidates.iter().map(|candidate| candidate.block.info());
            let times = infos.flat_map(|info| [info.oldest.as_nanos(), info.newest.as_nanos()]);
            let span = Span::new(question.range, times);
            groups(&scan, &candidates, aggregation, span, &plan.steps)?
        }
        Source::Records(selection) => {
            let wanted = if plan.steps.is_empty() { Some(limit as u64 + 1) } else { None };
            records::table(&scan, selection, order, wanted)?
        }
    };
    let mut table = steps::run(table, &plan.steps, question.range, budget)?;
    let truncated = table.rows.len() > limit;
    table.rows.truncate(limit);
    Ok(Answer { table, truncated, scanned: scan.scanned(), explanation: scan.explanation() })
}

/// The table of the groups of all records.
fn groups(
    scan: &Scan<'_>,
    candidates: &[Candidate],
    aggregation: &Aggregation<Field>,
    span: Span,
    next: &[TableStep],
) -> Result<Table, Failure> {
    let mut aggregation = aggregation.clone();
    span.choose_step(&mut aggregation);
    let mut groups = Groups::new(&aggregation);
    let mut parts: Vec<Part> = Vec::new();
    let mut merge = |parts: &mut Vec<Part>| {
        groups.merge(parts, scan.budget)?;
        parts.clear();
        if groups.len() > GROUPS_MAX {
            if !aggregation.may_forget {
                return Err(too_many_groups(&aggregation.columns[..aggregation.keys.len()]));
            }
            groups.forget_rare();
        }
        Ok(())
    };
    scan.each(
        candidates,
        |block, rows| Ok(part_of(&aggregation, block, rows)?),
        |part| {
            parts.push(part);
            if parts.len() >= PARTS_MAX { merge(&mut parts) } else { Ok(()) }
        },
    )?;
    merge(&mut parts)?;
    finish::table(&groups, &aggregation, span, next, scan.budget)
}

fn too_many_groups(keys: &[String]) -> Failure {
    let message = format!("`by {}` makes more than {GROUPS_MAX} groups", keys.join(", "));
    let hint = "ask about a shorter time, narrow the query, group by fewer fields, or use `top`, which keeps the most \
                frequent ones";
    Failure::TooMuch(message, hint.into())
}
