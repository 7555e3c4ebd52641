//! R2: which sources sent how much, and on which days none did.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use palisade_record::Timestamp;
use serde_json::Value;

use super::ask::named;
use super::{AUDIT_TRAIL, GAPS, Making};
use crate::controls::Evidence;
use crate::document::{Cell, ColumnKind, Section, Table};
use crate::zoned::zoned;

/// Streams whose days are looked at.
const STREAMS_MAX: usize = 1_000;

/// Agents whose clocks are told.
const AGENTS_MAX: usize = 10_000;

/// Hours of a month for every stream.
const STEPS_MAX: usize = 750_000;

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R2", "Sources and their coverage");
    let counted = making.questions.ask("* | stats count() by stream | sort -count", None, STREAMS_MAX, "");
    let days = making.questions.ask(
        "* | stats count() by stream, bin(1d)",
        None,
        STEPS_MAX,
        "days without records are counted",
    );
    let seen = seen_days(&days.rows, &making.zone);
    let expected = days_of(making.period.from, making.period.to, &making.zone);
    let columns = [
        ("stream", ColumnKind::Text),
        ("records", ColumnKind::Number),
        ("days with records", ColumnKind::Number),
        ("days without", ColumnKind::Number),
    ];
    let mut table = Table::new("coverage", "Records by stream", &columns).answering([&counted.id, &days.id]);
    table.is_cut = counted.is_cut || days.is_cut;
    let mut named: BTreeSet<&str> = making.facts.streams.iter().map(|stream| stream.name.as_str()).collect();
    for row in &counted.rows {
        let name = row.first().and_then(Value::as_str).unwrap_or_default();
        named.remove(name);
        let with = seen.get(name).map_or(0, BTreeSet::len) as u64;
        table.row([
            name.into(),
            row.get(1).map_or(Cell::Missing, Cell::of),
            Cell::count(with),
            Cell::count(expected.saturating_sub(with)),
        ]);
    }
    section.table(table);
    for problem in [&counted.problem, &days.problem].into_iter().flatten() {
        section.gap(format!("The records could not be counted: {problem}"));
    }
    // A count that failed says nothing about who sent nothing.
    for silent in named.into_iter().filter(|_| counted.problem.is_none()) {
        section.gap(format!("The stream `{silent}` is configured, and has no record in this period."));
    }
    let gaps =
        making.questions.ask("* | stats count(), sum(gap.bytes) by gap.reason", Some(GAPS), STREAMS_MAX, "");
    let columns = [("reason", ColumnKind::Text), ("gaps", ColumnKind::Number), ("bytes", ColumnKind::Number)];
    section.table(gaps.table("gaps", "What agents could not ship, by reason", &columns, |row| {
        row.iter().map(Cell::of).collect()
    }));
    if let Some(problem) = &gaps.problem {
        section.gap(format!("What agents could not ship could not be counted: {problem}"));
    }
    match counted.problem {
        None => making.has(Evidence::RecordsReceived),
        Some(problem) => making.lacks(Evidence::RecordsReceived, problem),
    }
    clocks(making, &mut section);
    section
}

/// How far the clocks of agents were off.
fn clocks(making: &mut Making<'_>, section: &mut Section) {
    let told = making.questions.ask(
        "action:agent.clock | stats min(ahead_millis), max(ahead_millis), count() by agent | sort agent",
        Some(AUDIT_TRAIL),
        AGENTS_MAX,
        "looked at once a day, and when a clock begins or ends to be off by more than a second",
    );
    let columns = [
        ("agent", ColumnKind::Text),
        ("ahead, at least (ms)", ColumnKind::Number),
        ("ahead, at most (ms)", ColumnKind::Number),
        ("told", ColumnKind::Number),
    ];
    section.table(told.table("clocks", "Clocks of agents; what is behind is negative", &columns, named));
    section.say("Clocks of sources that send without an agent are not known.");
    match (told.problem, told.rows.is_empty()) {
        (Some(problem), _) => {
            section.gap(format!("Clocks of agents could not be read: {problem}"));
            making.lacks(Evidence::ClockOffsets, problem);
        }
        (None, true) => making.lacks(Evidence::ClockOffsets, "no agent sent anything for a minute"),
        (None, false) => making.has(Evidence::ClockOffsets),
    }
}

/// The days on which each stream has records, in the zone of the report.
fn seen_days(rows: &[Vec<Value>], zone: &TimeZone) -> BTreeMap<String, BTreeSet<Date>> {
    let mut seen: BTreeMap<String, BTreeSet<Date>> = BTreeMap::new();
    for row in rows {
        let [Value::String(stream), Value::String(hour), ..] = row.as_slice() else { continue };
        let Some(day) = Timestamp::parse_rfc3339(hour).and_then(|hour| date(hour, zone)) else { continue };
        seen.entry(stream.clone()).or_default().insert(day);
    }
    seen
}

/// Days of a span.
fn days_of(from: Timestamp, to: Timestamp, zone: &TimeZone) -> u64 {
    let (Some(first), Some(end)) = (date(from, zone), date(to, zone)) else { return 0 };
    u64::try_from((end - first).get_days()).unwrap_or(0)
}

fn date(time: Timestamp, zone: &TimeZone) -> Option<Date> {
    Some(zoned(time, zone)?.date())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_those_of_the_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let time = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        assert_eq!(days_of(time("2026-09-30T22:00:00Z"), time("2026-10-31T23:00:00Z"), &zone), 31);
        let row = |hour: &str| vec![json!("app"), json!(hour), json!(1)];
        let rows =
            ["2026-09-30T22:00:00.000Z", "2026-10-01T21:00:00.000Z", "2026-10-01T22:00:00.000Z"].map(row);
        assert_eq!(seen_days(&rows, &zone)["app"].len(), 2);
    }
}
