//! R10: who looked at all this.

use super::Making;
use crate::controls::Evidence;
use crate::document::{Block, Cell, ColumnKind, Section, Table};

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R10", "Review and sign-off");
    section.table(table(making));
    let reviews = &making.facts.reviews;
    let is_whole = |review: &&super::facts::Review| {
        review.from <= making.period.from && making.period.to <= review.to && review.signed_by.is_some()
    };
    if reviews.iter().any(|review| is_whole(&review)) {
        making.has(Evidence::Reviews);
    } else {
        section.gap("No review of who opened whose data covers this period and is signed.");
        making.lacks(Evidence::Reviews, "no review of the whole period is signed");
    }
    section.say("I have read this report, looked into what it names as gaps and as unusual, and written down what I found.");
    let roles = ["Reviewer", "Privacy officer", "Designated executive officer"].map(str::to_owned).to_vec();
    section.blocks.push(Block::Signatures { roles });
    making.has(Evidence::SignOff);
    section
}

fn table(making: &Making<'_>) -> Table {
    let columns = [
        ("review", ColumnKind::Text),
        ("from", ColumnKind::Text),
        ("to", ColumnKind::Text),
        ("items", ColumnKind::Number),
        ("with a finding", ColumnKind::Number),
        ("violations", ColumnKind::Number),
        ("due", ColumnKind::Text),
        ("signed by", ColumnKind::Text),
        ("at", ColumnKind::Text),
    ];
    let mut table = Table::new("reviews", "Reviews of who opened whose data, of this period", &columns);
    for review in &making.facts.reviews {
        table.row([
            review.id.as_str().into(),
            review.from.into(),
            review.to.into(),
            Cell::count(review.items),
            Cell::count(review.found),
            Cell::count(review.violations),
            review.due_at.into(),
            review.signed_by.clone().into(),
            review.signed_at.into(),
        ]);
    }
    table
}
