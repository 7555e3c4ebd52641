//! In R3: accesses that nothing explains.

use super::facts::Unexplained;
use crate::document::{Cell, ColumnKind, Section, Table};

/// Adds what nothing explains, where facts of other systems are told.
pub(super) fn add(section: &mut Section, unexplained: Option<&Result<Unexplained, String>>) {
    match unexplained {
        None => section.gap("No facts of other systems (appointments, stays, duties) are configured: which accesses they explain is not known."),
        Some(Err(problem)) => section.gap(format!("Which accesses nothing explains could not be found out: {problem}")),
        Some(Ok(unexplained)) => tables(section, unexplained),
    }
}

fn tables(section: &mut Section, unexplained: &Unexplained) {
    let Unexplained { stream, accesses, explained, users, pairs, is_cut } = unexplained;
    let columns = [
        ("user", ColumnKind::Text),
        ("person, as a token", ColumnKind::Text),
        ("accesses", ColumnKind::Number),
        ("points", ColumnKind::Number),
        ("why", ColumnKind::Text),
    ];
    let left = accesses.saturating_sub(*explained);
    let mut numbers = Table::new(
        "explained",
        &format!("Accesses in `{stream}` that facts of other systems explain"),
        &[
            ("accesses", ColumnKind::Number),
            ("explained", ColumnKind::Number),
            ("not explained", ColumnKind::Number),
            ("by so many users", ColumnKind::Number),
        ],
    );
    numbers.row([Cell::count(*accesses), Cell::count(*explained), Cell::count(left), Cell::count(*users)]);
    numbers.is_cut = *is_cut;
    section.table(numbers);
    let caption = format!("What nothing explains in `{stream}`, the {} most striking", pairs.len());
    let mut table = Table::new("unexplained", &caption, &columns);
    for pair in pairs {
        table.row([
            pair.user.as_str().into(),
            pair.person.as_str().into(),
            Cell::count(pair.accesses),
            Cell::count(pair.points.into()),
            pair.reasons.as_str().into(),
        ]);
    }
    section.table(table);
    section.say(
        "How points are given stands in `docs/access-review.md`; `palisade review unexplained` ranks again.",
    );
}
