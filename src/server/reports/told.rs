//! What other parts of the program know, as reports tell it.

use palisade_detect::store::{AlertRow, AlertState};
use palisade_report::monthly::facts as told;
use palisade_review::Conclusion;

pub(super) fn hold(hold: palisade_lifecycle::Hold) -> told::Hold {
    told::Hold {
        id: hold.id,
        matter: hold.matter,
        by: hold.author,
        placed_at: hold.created_at,
        released_at: hold.released.map(|release| release.at),
    }
}

pub(super) fn erasure(row: palisade_seal::store::ErasureRow) -> told::Erasure {
    told::Erasure { subject: row.subject.to_string(), at: row.erased_at, reason: row.reason, by: row.by }
}

pub(super) fn alert(row: &AlertRow) -> told::Alert {
    told::Alert {
        rule: row.notice.rule.title.clone(),
        severity: row.notice.severity.as_str().to_owned(),
        happened_at: row.notice.events.to,
        found_at: row.told_at,
        acknowledged_at: row.acknowledged.as_ref().map(|said| said.at),
        note: row.acknowledged.as_ref().map(|said| said.note.clone()),
        is_over: row.state == AlertState::Over,
    }
}

pub(super) fn pair(pair: palisade_review::Pair) -> told::Pair {
    told::Pair {
        user: pair.user,
        person: pair.person,
        accesses: pair.accesses,
        points: pair.points,
        reasons: pair.reasons.join("; "),
    }
}

pub(super) fn review(review: &palisade_review::Review) -> told::Review {
    let found = || review.items.iter().filter_map(|item| item.finding.as_ref());
    let violations = found().filter(|finding| finding.conclusion == Conclusion::Violation);
    told::Review {
        id: review.id.clone(),
        from: review.from,
        to: review.to,
        due_at: review.due_at,
        items: review.items.len() as u64,
        found: found().count() as u64,
        violations: violations.count() as u64,
        signed_by: review.signature.as_ref().map(|signature| signature.by.clone()),
        signed_at: review.signature.as_ref().map(|signature| signature.at),
    }
}
