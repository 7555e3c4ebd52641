//! What a question will read from far away, before it is asked.

use palisade_index::Estimate;

use super::{Budget, Failure, Inner, Question, Scan};

/// Says what an answer will take; reads nothing from far away.
pub(crate) fn estimate(inner: &Inner, budget: &Budget, question: &Question) -> Result<Estimate, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    Ok(scan.snapshot.estimate(&scan.probe, question.range, &scan.left_by_summaries()))
}
