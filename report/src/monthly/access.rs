//! R3: who opened people's data.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use palisade_record::Timestamp;
use serde_json::Value;

use super::ask::named;
use super::hours::{AFTER_HOURS, HourOfWeek, Week};
use super::{Making, facts, unexplained};
use crate::controls::Evidence;
use crate::document::{Cell, Chart, ChartKind, ColumnKind, Section, Table};

/// Groups of one question: 1,000 people, every hour of a month.
const GROUPS_MAX: usize = 750_000;

/// People in a table of those with the most.
const PEOPLE_MAX: usize = 50;

/// Rows of a table that names all.
const LISTED_MAX: usize = 2_000;

/// Opening the data of so many people in a day is told.
const BULK_MIN: u32 = 50;

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R3", "Access to sensitive data");
    let sensitive = making.sensitive();
    if sensitive.is_empty() {
        section.say("No stream is configured with protected fields.");
        making.needs_no(Evidence::AccessRecords, "no stream has protected fields");
        return section;
    }
    section.say(AFTER_HOURS);
    let mut problem = None;
    for stream in &sensitive {
        of_stream(making, &mut section, stream, &mut problem);
    }
    unexplained::add(&mut section, making.facts.unexplained.as_ref());
    match problem {
        None => making.has(Evidence::AccessRecords),
        Some(problem) => making.lacks(Evidence::AccessRecords, problem),
    }
    section
}

fn of_stream(
    making: &Making<'_>,
    section: &mut Section,
    stream: &facts::Stream,
    problem: &mut Option<String>,
) {
    let facts::Stream { name, protected, .. } = stream;
    let person = quoted(protected.first().map_or("patient_id", String::as_str));
    let ask = |query: &str, limit: usize, note: &str| making.questions.ask(query, Some(name), limit, note);

    let roles = ask("* | stats count() by role | sort -count", PEOPLE_MAX, "");
    let columns = [("role", ColumnKind::Text), ("accesses", ColumnKind::Number)];
    let table =
        roles.table(&format!("{name}-by-role"), &format!("Accesses in `{name}` by role"), &columns, named);
    section.chart(Chart { kind: ChartKind::Bars, table });

    let hours = ask(
        "* | stats count() by user_id, bin(1h)",
        GROUPS_MAX,
        "folded into hours of the week and of people",
    );
    let folded = Folded::of(&hours.rows, &making.zone);
    let (id, caption) = (format!("{name}-by-hour"), format!("Accesses in `{name}` by hour of the week"));
    section.chart(folded.week.chart(&id, &caption, &hours.id));

    let late = folded.after_hours();
    let columns = [
        ("user", ColumnKind::Text),
        ("after hours", ColumnKind::Number),
        ("of all accesses", ColumnKind::Number),
        ("share", ColumnKind::Number),
    ];
    let caption =
        format!("Who had the most accesses after hours in `{name}`, of {} people who had any", late.len());
    let mut after = Table::new(&format!("{name}-after-hours"), &caption, &columns).answering([&hours.id]);
    for (user, (late, all)) in late.into_iter().take(PEOPLE_MAX) {
        #[expect(clippy::cast_precision_loss, reason = "a share has no 53 bits")]
        let share = late as f64 / all.max(1) as f64;
        after.row([user.into(), Cell::count(late), Cell::count(all), Cell::Share(share)]);
    }
    section.table(after);

    let query = format!(
        "* | stats count(), distinct({person}) as people by user_id | sort -count | head {PEOPLE_MAX}"
    );
    let people = ask(&query, PEOPLE_MAX, "");
    let columns =
        [("user", ColumnKind::Text), ("accesses", ColumnKind::Number), ("people", ColumnKind::Number)];
    let table = people.table(
        &format!("{name}-by-user"),
        &format!("Who opened the most in `{name}`"),
        &columns,
        named,
    );
    section.table(table);

    let query = format!(
        "* | stats distinct({person}) as people by user_id, bin(1d) | where people >= {BULK_MIN} | sort -people"
    );
    let bulk = ask(&query, LISTED_MAX, "");
    let columns =
        [("user", ColumnKind::Text), ("day (UTC)", ColumnKind::Narrow), ("people", ColumnKind::Number)];
    let caption = format!("Days on which somebody opened the data of {BULK_MIN} people or more in `{name}`");
    let table = bulk.table(&format!("{name}-bulk"), &caption, &columns, |row| {
        named(row).into_iter().map(of_day).collect()
    });
    section.table(table);

    let query = format!(
        "* | stats count(), distinct(user_id) as people by {person} | sort -people | head {PEOPLE_MAX}"
    );
    let opened = ask(&query, PEOPLE_MAX, "");
    let columns = [
        ("person, as a token", ColumnKind::Text),
        ("accesses", ColumnKind::Number),
        ("by so many", ColumnKind::Number),
    ];
    let table = opened.table(
        &format!("{name}-by-person"),
        &format!("Whose data was opened by the most people in `{name}`"),
        &columns,
        named,
    );
    section.table(table);

    let denied = ask("outcome:failure | stats count() by user_id | sort -count", LISTED_MAX, "");
    let columns = [("user", ColumnKind::Text), ("refused", ColumnKind::Number)];
    let table =
        denied.table(&format!("{name}-refused"), &format!("Who was refused in `{name}`"), &columns, named);
    section.table(table);

    let folded_id = hours.id.clone();
    for told in [roles, hours, people, bulk, opened, denied] {
        if let Some(why) = told.problem {
            section.gap(format!("{} could not be answered: {why}", told.id));
            *problem = Some(format!("{} could not be answered", told.id));
        } else if told.is_cut && told.id == folded_id {
            section.gap(format!(
                "{} has more groups than are looked at: hours and shares are too low.",
                told.id
            ));
        }
    }
}

/// A name of a field, so that it is one name whatever is in it.
fn quoted(field: &str) -> String {
    let is_plain = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "")) }
}

/// A time that stands for its day.
fn of_day(cell: Cell) -> Cell {
    match cell {
        Cell::Text(text) if Timestamp::parse_rfc3339(&text).is_some() => {
            text.chars().take(10).collect::<String>().into()
        }
        other => other,
    }
}

/// Accesses by user and hour, folded.
struct Folded {
    week: Week,
    /// After hours, and in all.
    users: BTreeMap<String, (u64, u64)>,
}

impl Folded {
    fn of(rows: &[Vec<Value>], zone: &TimeZone) -> Self {
        let mut folded = Self { week: Week::default(), users: BTreeMap::new() };
        for row in rows {
            let [user, step, count] = row.as_slice() else { continue };
            let Some(hour) = HourOfWeek::of_step(step, zone) else { continue };
            let count = count.as_u64().unwrap_or(0);
            folded.week.add(hour, count);
            let user = user.as_str().unwrap_or("(none)").to_owned();
            let (late, all) = folded.users.entry(user).or_default();
            *all += count;
            if hour.is_after_hours() {
                *late += count;
            }
        }
        folded
    }

    /// Those with the most first.
    fn after_hours(&self) -> Vec<(String, (u64, u64))> {
        let mut late: Vec<_> = self
            .users
            .iter()
            .filter(|(_, (late, _))| *late > 0)
            .map(|(user, counts)| (user.clone(), *counts))
            .collect();
        late.sort_by(|(one, (late, _)), (other, (later, _))| later.cmp(late).then_with(|| one.cmp(other)));
        late
    }
}
