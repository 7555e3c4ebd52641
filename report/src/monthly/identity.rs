//! R4: who may sign in, who could not, and who was given rights.

use super::Making;
use super::ask::named;
use super::deeds::Deeds;
use super::hours::{HourOfWeek, Week};
use crate::controls::Evidence;
use crate::document::{ColumnKind, Section, Table};

/// Hours of a month.
const HOURS_MAX: usize = 1_000;
/// Addresses and users that a table names.
const TOP: usize = 25;

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R4", "Identity, rights, failed sign-ins");
    let ask = |query: &str, stream: Option<&str>, limit: usize, note: &str| {
        making.questions.ask(query, stream, limit, note)
    };

    let hours = ask(
        "action:login outcome:failure | stats count() by bin(1h)",
        None,
        HOURS_MAX,
        "folded into hours of the week",
    );
    let mut week = Week::default();
    for row in &hours.rows {
        let [step, count] = row.as_slice() else { continue };
        if let Some(hour) = HourOfWeek::of_step(step, &making.zone) {
            week.add(hour, count.as_u64().unwrap_or(0));
        }
    }
    section.chart(week.chart("failed-sign-ins-by-hour", "Failed sign-ins by hour of the week", &hours.id));

    let mut problems: Vec<String> = hours.problem.into_iter().collect();
    for (field, title) in [("source_ip", "address"), ("user_id", "user")] {
        let told = ask(
            &format!("action:login outcome:failure | stats count() by {field} | sort -count | head {TOP}"),
            None,
            TOP,
            "",
        );
        let columns = [(title, ColumnKind::Text), ("failed sign-ins", ColumnKind::Number)];
        let table = told.table(
            &format!("failed-sign-ins-by-{title}"),
            &format!("Failed sign-ins by {title}, at most {TOP} with the most"),
            &columns,
            named,
        );
        section.table(table);
        problems.extend(told.problem);
    }

    let changes = Deeds {
        id: "rights-changed",
        caption: "Changes of users, tokens and rights in Palisade",
        condition: "(action:user.* or action:token.* or action:password.* or action:machines.*)",
        beside: &[("message", "message", ColumnKind::Text)],
    };
    let changes = changes.tell(making, &mut section);

    let columns = [
        ("user", ColumnKind::Text),
        ("roles", ColumnKind::Text),
        ("signs in with", ColumnKind::Text),
        ("last sign-in", ColumnKind::Narrow),
        ("state", ColumnKind::Narrow),
    ];
    let mut users = Table::new("users", "Who may sign in to Palisade", &columns);
    for user in &making.facts.users {
        let state = if user.is_disabled { "disabled" } else { "enabled" };
        users.row([
            user.name.as_str().into(),
            user.roles.join(", ").into(),
            user.signs_in_with.as_str().into(),
            user.last_sign_in_at.into(),
            state.into(),
        ]);
    }
    section.table(users);

    for problem in &problems {
        section.gap(format!("Sign-ins could not be counted: {problem}"));
    }
    match problems.first() {
        None => making.has(Evidence::FailedSignIns),
        Some(problem) => making.lacks(Evidence::FailedSignIns, problem.clone()),
    }
    match changes {
        Ok(()) => making.has(Evidence::PrivilegeChanges),
        Err(problem) => making.lacks(Evidence::PrivilegeChanges, problem),
    }
    match making.facts.users.is_empty() {
        false => making.has(Evidence::NamedUsers),
        true => {
            section.gap("There are no users: whoever works with Palisade does so with the token of the data directory, and nobody knows who that was.");
            making.lacks(Evidence::NamedUsers, "there are no users, only the token of the data directory");
        }
    }
    match making.facts.deeds_of_two.is_empty() {
        false => making.has(Evidence::FourEyes),
        true => making.lacks(Evidence::FourEyes, "no deed is configured to need two people"),
    }
    section
}
