//! A row, and how it is read.

use palisade_record::Timestamp;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef};
use serde::Serialize;

use crate::notice::{Notice, Occasion};
use crate::rule::Severity;

/// What became of a notice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is to be sent.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// It cannot be sent; somebody may replay it.
    Dead,
    /// A newer update of the same episode says what it said.
    Merged,
}

impl State {
    /// As it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Merged => "merged",
        }
    }
}

impl ToSql for State {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let known = [Self::Waiting, Self::Delivered, Self::Dead, Self::Merged];
        let text = value.as_str()?;
        known.into_iter().find(|state| state.as_str() == text).ok_or(FromSqlError::InvalidType)
    }
}

/// A notice on its way to a channel.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Entry {
    /// Counts all rows.
    pub id: i64,
    /// The channel.
    pub channel: String,
    /// What is told.
    pub notice: Notice,
    /// What became of it.
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was not delivered, the last time.
    pub reason: String,
    /// When it came in.
    pub enqueued_at: Timestamp,
    /// When it is tried next, if it is waiting.
    pub next_try: Timestamp,
    /// When it was delivered, died or was merged.
    pub settled_at: Option<Timestamp>,
}

/// In the order in which [`read`] takes them.
pub(super) const COLUMNS: &str =
    "id, channel, notice, state, attempts, reason, enqueued_at, next_try, settled_at";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let notice: String = row.get(2)?;
    let notice = serde_json::from_str(&notice)
        .map_err(|wrong| rusqlite::Error::FromSqlConversionFailure(2, Type::Text, Box::new(wrong)))?;
    let settled_at: Option<i64> = row.get(8)?;
    Ok(Entry {
        id: row.get(0)?,
        channel: row.get(1)?,
        notice,
        state: row.get(3)?,
        attempts: row.get(4)?,
        reason: row.get(5)?,
        enqueued_at: Timestamp::from_nanos(row.get(6)?),
        next_try: Timestamp::from_nanos(row.get(7)?),
        settled_at: settled_at.map(Timestamp::from_nanos),
    })
}

/// A notice as it is stored.
pub(in crate::deliver) fn stored(notice: &Notice) -> rusqlite::Result<String> {
    text_of_json(notice)
}

/// A value as JSON, in the words of the store where that cannot be.
pub(in crate::deliver) fn text_of_json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|wrong| rusqlite::Error::ToSqlConversionFailure(Box::new(wrong)))
}

pub(super) const fn occasion_of(notice: &Notice) -> &'static str {
    match notice.occasion {
        Occasion::Trigger => "trigger",
        Occasion::Update => "update",
        Occasion::Resolve => "resolve",
    }
}

/// Larger is graver.
pub(super) const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Informational => 0,
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
        Severity::Critical => 4,
    }
}
