//! R6: what people did with Palisade itself, every reveal of a protected value first.

use super::ask::{dated, named};
use super::{AUDIT_TRAIL, Making};
use crate::controls::Evidence;
use crate::document::{Cell, ColumnKind, Section};

/// Reveals and exports in a month.
const DEEDS_MAX: usize = 5_000;
const PEOPLE_MAX: usize = 100;

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R6", "Use of Palisade, and the register of reveals");
    let ask = |query: &str, limit: usize| making.questions.ask(query, Some(AUDIT_TRAIL), limit, "");
    let reveals = ask(
        "action:reveal | fields timestamp, user_id, outcome, reason, query, results | sort timestamp",
        DEEDS_MAX,
    );
    let columns = [
        ("time", ColumnKind::Narrow),
        ("who", ColumnKind::Text),
        ("outcome", ColumnKind::Narrow),
        ("reason", ColumnKind::Text),
        ("question", ColumnKind::Text),
        ("records", ColumnKind::Number),
    ];
    let table = reveals.table("reveals", "Every reveal of protected values", &columns, dated);
    section.table(table);

    let exports = ask(
        "action:export.end | fields timestamp, user_id, outcome, query, results, sha256 | sort timestamp",
        DEEDS_MAX,
    );
    let columns = [
        ("time", ColumnKind::Narrow),
        ("who", ColumnKind::Text),
        ("outcome", ColumnKind::Narrow),
        ("question", ColumnKind::Text),
        ("records", ColumnKind::Number),
        ("SHA-256", ColumnKind::Text),
    ];
    let table = exports.table("exports", "Every export", &columns, dated);
    section.table(table);

    let deeds = ask("* | stats count() by user_id, action | sort -count", PEOPLE_MAX);
    let columns = [("who", ColumnKind::Text), ("what", ColumnKind::Text), ("times", ColumnKind::Number)];
    let table = deeds.table("own-use", "What people did with Palisade", &columns, named);
    section.table(table);

    let refused =
        ask("outcome:(refused or failure) | stats count() by user_id, action | sort -count", PEOPLE_MAX);
    let table = refused
        .table("refused", "What people were refused", &columns, |row| row.iter().map(Cell::of).collect());
    section.table(table);

    let told = [&reveals.problem, &exports.problem, &deeds.problem, &refused.problem];
    match told.into_iter().flatten().next().cloned() {
        None => {
            making.has(Evidence::OwnUse);
            making.has(Evidence::BreakGlass);
        }
        Some(problem) => {
            section.gap(format!("What people did could not be read: {problem}"));
            making.lacks(Evidence::OwnUse, problem.clone());
            making.lacks(Evidence::BreakGlass, problem);
        }
    }
    section
}
