//! Tables of what people did, as the audit trail tells it.

use super::ask::dated;
use super::{AUDIT_TRAIL, Making};
use crate::document::{ColumnKind, Section};

/// Deeds of one kind in a month: more are cut, which the table says.
const DEEDS_MAX: usize = 1_000;

/// What a table of deeds is about.
pub(super) struct Deeds<'a> {
    pub(super) id: &'a str,
    pub(super) caption: &'a str,
    /// Which deeds, in the query language.
    pub(super) condition: &'a str,
    /// What is told of each beside when, by whom and what: a field, its column, and what that holds.
    pub(super) beside: &'a [(&'a str, &'a str, ColumnKind)],
}

impl Deeds<'_> {
    /// Adds the table to a part of the report, and a gap if nobody knows what belongs there: that is the problem.
    pub(super) fn tell(&self, making: &Making<'_>, section: &mut Section) -> Result<(), String> {
        let beside: String = self.beside.iter().map(|(field, _, _)| format!(", {field}")).collect();
        let query = format!(
            "{} and outcome:intended | fields timestamp, user_id, action{beside} | sort timestamp",
            self.condition
        );
        let told = making.questions.ask(&query, Some(AUDIT_TRAIL), DEEDS_MAX, "");
        let mut columns =
            vec![("time", ColumnKind::Narrow), ("by", ColumnKind::Text), ("what", ColumnKind::Text)];
        columns.extend(self.beside.iter().map(|(_, column, kind)| (*column, *kind)));
        section.table(told.table(self.id, self.caption, &columns, dated));
        let Some(problem) = told.problem else { return Ok(()) };
        section.gap(format!("{} could not be read: {problem}", self.caption));
        Err(problem)
    }
}
