//! R11: when logging failed, from when to when: on the way, and where it was written.

use super::ask::{dated, spanning};
use super::{AUDIT_TRAIL, GAPS, Making};
use crate::controls::Evidence;
use crate::document::{ColumnKind, Section};

/// Gaps in a month that are listed.
const GAPS_MAX: usize = 2_000;
/// Starts in a month that are listed: one of every twenty minutes.
const STARTS_MAX: usize = 2_000;

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R11", "Failures of logging");
    let told = making.questions.ask(
        "* | fields timestamp, origin.node, origin.file, gap.reason, gap.bytes | sort timestamp",
        Some(GAPS),
        GAPS_MAX,
        "",
    );
    let columns = [
        ("time", ColumnKind::Narrow),
        ("node", ColumnKind::Text),
        ("file", ColumnKind::Text),
        ("why", ColumnKind::Text),
        ("bytes", ColumnKind::Number),
    ];
    let table = told.table(
        "logging-failures",
        "Ranges of files that could not be shipped, to the byte",
        &columns,
        dated,
    );
    section.table(table);
    let starts = making.questions.ask(
        "action:server.start | fields down_since, timestamp, down_seconds, before, version, parts | sort timestamp",
        Some(AUDIT_TRAIL),
        STARTS_MAX,
        "",
    );
    let columns = [
        ("not running from", ColumnKind::Narrow),
        ("to", ColumnKind::Narrow),
        ("seconds", ColumnKind::Number),
        ("the run before", ColumnKind::Text),
        ("version", ColumnKind::Text),
        ("parts", ColumnKind::Text),
    ];
    let caption = "Times at which Palisade did not run: stopped by somebody, or killed, then to a minute";
    section.table(starts.table("not-running", caption, &columns, spanning));
    match told.problem.or(starts.problem) {
        None => making.has(Evidence::LoggingFailures),
        Some(problem) => {
            section.gap(format!("Failures of logging could not be read: {problem}"));
            making.lacks(Evidence::LoggingFailures, problem);
        }
    }
    section
}
