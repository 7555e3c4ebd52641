//! R1: the numbers that matter most.

use super::{AUDIT_TRAIL, Making};
use crate::document::{Block, Cell, Figure, Section};

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R1", "Summary");
    let (mut figures, mut gaps) = (Vec::new(), Vec::new());
    let mut count = |label: &str, query: &str, stream: Option<&str>| {
        let (told, before) = making.questions.number(query, stream, &making.before);
        gaps.extend(told.problem.iter().map(|problem| format!("{label} could not be counted: {problem}")));
        figures.push(Figure { label: label.to_owned(), value: told.first(), before, query: Some(told.id) });
    };
    count("records received", "* | stats count()", None);
    for stream in making.sensitive() {
        count(&format!("accesses in `{}`", stream.name), "* | stats count()", Some(&stream.name));
    }
    count("failed sign-ins", "action:login outcome:failure | stats count()", None);
    count("exports from Palisade", "action:export outcome:success | stats count()", Some(AUDIT_TRAIL));
    count("reveals of protected values", "action:reveal outcome:success | stats count()", Some(AUDIT_TRAIL));
    let alerts = Cell::count(making.facts.alerts.len() as u64);
    figures.push(Figure { label: "alerts".to_owned(), value: alerts, before: Vec::new(), query: None });
    let verdict = making.facts.verification.as_ref().map(|verification| verification.verdict.clone());
    figures.push(Figure {
        label: "last verification".to_owned(),
        value: verdict.into(),
        before: Vec::new(),
        query: None,
    });
    section.say("Beside each number: the same for the three months before, the latest first.");
    section.blocks.push(Block::Figures { figures });
    gaps.into_iter().for_each(|gap| section.gap(gap));
    section
}
