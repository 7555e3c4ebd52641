//! What is asked of the query engine: who opened whose data, and what other systems know about it.

use std::time::Duration;

use jiff::tz::TimeZone;
use palisade_access::ApiError;
use palisade_query::language::{Expr, Name};
use palisade_query::{Engine, Table};
use palisade_record::{StreamName, TimeRange, Timestamp};
use palisade_report::monthly::is_after_hours;
use palisade_review::{Access, Explanations, Fact, FactFields};
use serde_json::Value;

use crate::configuration::Reviewed;

/// Accesses of one answer: who needs more asks about less time.
const ACCESSES_MAX: usize = 10_000;

/// Facts of one answer: some hundred megabytes.
const FACTS_MAX: usize = 500_000;

/// Facts that were told so long before an access may explain it; what goes on for longer is told again.
const FACTS_BEFORE: Duration = Duration::from_secs(90 * 86_400);

/// The field that says who opened something.
pub(super) const USER: &str = "user_id";
/// The field that says where from.
pub(super) const UNIT: &str = "ward";

/// Stands for the person of whom all is asked.
const THE_ONE: &str = "the one";

/// Whose accesses are reviewed, with what explains them.
#[derive(Clone)]
pub(super) struct Questions {
    pub(super) engine: Engine,
    pub(super) of: Reviewed,
    pub(super) facts: Option<StreamName>,
    /// The zone in which people are at work or not.
    pub(super) zone: TimeZone,
}

/// Whom a question is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Whom {
    /// Whose data was opened, by the value as people know it.
    Person(String),
    /// Who opened it.
    User(String),
}

/// One line of an answer.
pub(super) struct Line {
    pub(super) access: Access,
    pub(super) action: Value,
    pub(super) outcome: Value,
    pub(super) is_after_hours: bool,
    pub(super) explained_by: Option<String>,
}

/// Facts, and what was wrong with some.
#[derive(Default)]
pub(super) struct Known {
    pub(super) explanations: Explanations,
    /// Records of the stream that are no facts.
    pub(super) unusable: u64,
    /// Whether there are more than can be looked at.
    pub(super) is_cut: bool,
    /// Whether all that is asked about is one person's. Tokens of one person change with the quarter, and mean the same here.
    is_of_one_person: bool,
}

impl Known {
    /// What explains an access, in a sentence.
    fn explain(&self, access: &Access) -> Option<String> {
        let of_the_one = || Access { person: THE_ONE.to_owned(), ..access.clone() };
        let found = match self.is_of_one_person {
            true => self.explanations.explain(&of_the_one()),
            false => self.explanations.explain(access),
        };
        found.map(|found| found.sentence)
    }
}

impl Questions {
    /// The question about somebody's accesses, without pipes.
    pub(super) fn query(&self, whom: &Whom, outcome: Option<&str>) -> String {
        let mut condition = self.condition(whom);
        if let Some(outcome) = outcome {
            condition = condition.and(Expr::equals("outcome", outcome));
        }
        condition.to_string()
    }

    fn condition(&self, whom: &Whom) -> Expr {
        match whom {
            Whom::Person(value) => Expr::equals(&self.of.person, value),
            Whom::User(value) => Expr::equals(USER, value),
        }
    }

    /// Accesses that pass a query, the newest first, and how many there are in all.
    pub(super) fn accesses(
        &self,
        query: &str,
        range: TimeRange,
        known: &Known,
    ) -> Result<(Vec<Line>, u64), ApiError> {
        let columns = ["timestamp", USER, &self.of.person, "role", UNIT, "action", "outcome"].map(in_query);
        let asked = format!("{query} | fields {} | sort -timestamp", columns.join(", "));
        let table = self.engine.table(&asked, Some(&self.of.stream), range, ACCESSES_MAX)?;
        let told = table.rows.len() as u64;
        let lines = table.rows.into_iter().filter_map(|row| self.line(row, known)).collect();
        let all = if table.truncated { self.count(query, range)? } else { told };
        Ok((lines, all))
    }

    fn line(&self, row: Vec<Value>, known: &Known) -> Option<Line> {
        let [time, user, person, role, unit, action, outcome] = <[Value; 7]>::try_from(row).ok()?;
        let at = Timestamp::parse_rfc3339(time.as_str()?)?;
        let access = Access {
            at,
            user: text(user).unwrap_or_default(),
            person: text(person).unwrap_or_default(),
            role: text(role),
            unit: text(unit),
            is_refused: outcome.as_str().is_some_and(is_refused),
        };
        Some(Line {
            is_after_hours: is_after_hours(at, &self.zone),
            explained_by: known.explain(&access),
            access,
            action,
            outcome,
        })
    }

    /// How many accesses pass a query.
    fn count(&self, query: &str, range: TimeRange) -> Result<u64, ApiError> {
        let table =
            self.engine.table(&format!("{query} | stats count()"), Some(&self.of.stream), range, 1)?;
        Ok(table.rows.first().and_then(|row| row.first()).and_then(Value::as_u64).unwrap_or(0))
    }

    /// What is known that may explain accesses of a span: of everybody, or what may concern one person or user.
    pub(super) fn known(&self, range: TimeRange, whom: Option<&Whom>) -> Result<Known, ApiError> {
        let mut known = Known::default();
        let Some(stream) = &self.facts else { return Ok(known) };
        // A fact that concerns somebody else names somebody else.
        let condition = match whom {
            None => Expr::All,
            Some(whom @ Whom::Person(_)) => or_unnamed(self.condition(whom), &self.of.person),
            Some(whom @ Whom::User(_)) => or_unnamed(self.condition(whom), USER),
        };
        let columns =
            ["kind", &self.of.person, USER, UNIT, "valid_from", "valid_to", "reference"].map(in_query);
        let asked = format!("{condition} | fields {}", columns.join(", "));
        let range = TimeRange { from: range.from.minus(FACTS_BEFORE), to: Timestamp::MAX };
        let Table { rows, truncated, .. } = self.engine.table(&asked, Some(stream), range, FACTS_MAX)?;
        known.is_cut = truncated;
        known.is_of_one_person = matches!(whom, Some(Whom::Person(_)));
        for row in rows {
            let Ok(row) = <[Value; 7]>::try_from(row) else { continue };
            let [kind, person, user, unit, valid_from, valid_to, reference] = row;
            let fields = FactFields {
                kind: text(kind),
                person: text(person)
                    .map(|token| if known.is_of_one_person { THE_ONE.to_owned() } else { token }),
                user: text(user),
                unit: text(unit),
                valid_from: text(valid_from),
                valid_to: text(valid_to),
                reference: text(reference),
            };
            match Fact::try_from(fields) {
                Ok(fact) => known.explanations.add(fact),
                Err(_) => known.unusable += 1,
            }
        }
        Ok(known)
    }
}

pub(super) fn is_refused(outcome: &str) -> bool {
    matches!(outcome, "failure" | "failed" | "denied" | "rejected" | "refused")
}

/// What a condition asks for, or what does not have its field at all.
fn or_unnamed(condition: Expr, field: &str) -> Expr {
    Expr::Or(vec![condition, Expr::Not(Box::new(Expr::exists(field)))])
}

pub(super) fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// A name of a field in a query, whatever is in it.
pub(super) fn in_query(field: &str) -> String {
    Name::new(field).to_string()
}
