//! What frameworks ask for, and which evidence of a report answers it. The frameworks are data: another one is another file.
//!
//! Whether an organisation does what a framework wants, people judge. Here stands which evidence there is.

mod evidence;
mod read;

use std::collections::BTreeMap;

pub use evidence::{Evidence, State};
pub use read::{Control, Framework, all};

use crate::document::{Cell, ColumnKind, Table};

/// The table of all frameworks: each control, what it asks for, whether there is evidence, and in which parts of the report.
/// Evidence that is not named in `states` is a gap.
pub fn table(frameworks: &[Framework], states: &BTreeMap<Evidence, State>) -> Table {
    use ColumnKind::{Narrow, Text};
    let columns =
        [("framework", Text), ("clause", Narrow), ("asks for", Text), ("evidence", Text), ("where", Narrow)];
    let mut table = Table::new("controls", "What controls ask for, and which evidence there is", &columns);
    for framework in frameworks {
        for control in &framework.controls {
            let (status, is_shown) = status(control, states);
            let sections = control.sections.join(", ");
            table.row([
                Cell::from(framework.name.as_str()),
                Cell::from(control.clause.as_str()),
                Cell::from(control.asks.as_str()),
                Cell::from(status),
                if is_shown { Cell::from(sections) } else { Cell::Missing },
            ]);
        }
    }
    table
}

/// In words, and whether any of it stands in the report.
fn status(control: &Control, states: &BTreeMap<Evidence, State>) -> (String, bool) {
    let mut gaps = Vec::new();
    let mut reasons = Vec::new();
    let mut available = 0;
    for evidence in &control.evidence {
        match states.get(evidence) {
            Some(State::Available) => available += 1,
            Some(State::Gap(reason)) => gaps.push(format!("{}: {reason}", evidence.name())),
            Some(State::NotApplicable(reason)) => reasons.push(reason.clone()),
            None => gaps.push(format!("{}: not looked at", evidence.name())),
        }
    }
    match (available, gaps.is_empty()) {
        (_, false) => (format!("gap ({})", gaps.join("; ")), available > 0),
        (0, true) => (format!("not applicable ({})", reasons.join("; ")), false),
        (_, true) => ("evidence available".to_owned(), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_has_evidence_a_gap_or_nothing_that_it_is_about() {
        let control = |evidence: &[Evidence]| Control {
            clause: "1".to_owned(),
            asks: "something".to_owned(),
            evidence: evidence.to_vec(),
            sections: vec!["R3".to_owned()],
        };
        let states = BTreeMap::from([
            (Evidence::AccessRecords, State::Available),
            (Evidence::Holds, State::NotApplicable("no hold was placed".to_owned())),
            (Evidence::Reviews, State::Gap("nobody reviewed".to_owned())),
        ]);
        let of = |evidence: &[Evidence]| status(&control(evidence), &states);
        assert_eq!(of(&[Evidence::AccessRecords]), ("evidence available".to_owned(), true));
        assert_eq!(of(&[Evidence::AccessRecords, Evidence::Holds]), ("evidence available".to_owned(), true));
        assert_eq!(of(&[Evidence::Holds]).0, "not applicable (no hold was placed)");
        assert_eq!(
            of(&[Evidence::Reviews, Evidence::AccessRecords]),
            ("gap (reviews: nobody reviewed)".to_owned(), true)
        );
        assert_eq!(of(&[Evidence::Integrity]), ("gap (integrity: not looked at)".to_owned(), false));
    }

    #[test]
    fn nothing_claims_that_a_framework_is_fulfilled() {
        let frameworks = all();
        assert_eq!(frameworks.len(), 8);
        let states = Evidence::ALL.into_iter().map(|evidence| (evidence, State::Available)).collect();
        let text = format!("{:?}", table(&frameworks, &states)).to_lowercase();
        let template = include_str!("../typeset/report.typ").to_lowercase();
        for word in ["compliant", "compliance", "certified", "fulfil", "conforms"] {
            assert!(!text.contains(word) && !template.contains(word), "{word}");
        }
    }
}
