//! How far detection has read, and its windows.

use std::collections::BTreeMap;

use palisade_record::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::alerts::{AlertRow, put_alert};
use super::{Store, StoreError};

/// A group of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WindowRow {
    /// The rule.
    pub rule: String,
    /// A fingerprint of what the rule asks.
    pub shape: String,
    /// The group, as `GroupKey::to_text` writes it.
    pub key: String,
    /// Its bytes; nothing when it is gone.
    pub bytes: Option<Vec<u8>>,
}

/// What moves in one step.
#[derive(Debug, Default)]
pub struct Commit {
    /// The next batch of the journal.
    pub batch: u64,
    /// The number of the next event.
    pub event: u64,
    /// Groups that changed.
    pub windows: Vec<WindowRow>,
    /// Alerts that are new or changed.
    pub alerts: Vec<AlertRow>,
    /// Up to when the searches of rules were asked about, by rule.
    pub asked: BTreeMap<String, Timestamp>,
}

/// What was known before a restart.
#[derive(Debug, Default)]
pub struct Remembered {
    /// The next batch of the journal, unless this is the first start.
    pub batch: Option<u64>,
    /// The number of the next event.
    pub event: u64,
    /// All groups of all rules.
    pub windows: Vec<WindowRow>,
    /// Up to when the searches of rules were asked about, by rule.
    pub asked: BTreeMap<String, Timestamp>,
}

impl Store {
    /// What was known before a restart.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn remembered(&self) -> Result<Remembered, StoreError> {
        self.read(|db| {
            let progress: Option<(i64, i64)> = db
                .query_row("select batch, event from progress", [], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let mut statement = db.prepare("select rule, shape, key, bytes from window")?;
            let windows = statement.query_map([], |row| {
                Ok(WindowRow {
                    rule: row.get(0)?,
                    shape: row.get(1)?,
                    key: row.get(2)?,
                    bytes: Some(row.get(3)?),
                })
            })?;
            let mut statement = db.prepare("select rule, asked from search")?;
            let asked =
                statement.query_map([], |row| Ok((row.get(0)?, Timestamp::from_nanos(row.get(1)?))))?;
            let asked = asked.collect::<rusqlite::Result<_>>()?;
            Ok(Remembered {
                asked,
                batch: progress.map(|(batch, _)| batch.cast_unsigned()),
                event: progress.map_or(0, |(_, event)| event.cast_unsigned()),
                windows: windows.collect::<rusqlite::Result<_>>()?,
            })
        })
    }

    /// Moves on.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing has moved.
    pub fn commit(
        &self,
        commit: &Commit,
        also: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        self.write(|db| {
            db.prepare_cached("insert or replace into progress values (1, ?1, ?2)")?
                .execute(params![commit.batch.cast_signed(), commit.event.cast_signed()])?;
            for WindowRow { rule, shape, key, bytes } in &commit.windows {
                match bytes {
                    Some(bytes) => db
                        .prepare_cached("insert or replace into window values (?1, ?2, ?3, ?4)")?
                        .execute(params![rule, shape, key, bytes])?,
                    None => db
                        .prepare_cached("delete from window where rule = ?1 and key = ?2")?
                        .execute([rule, key])?,
                };
            }
            for (rule, at) in &commit.asked {
                db.prepare_cached("insert or replace into search values (?1, ?2)")?
                    .execute(params![rule, at.as_nanos()])?;
            }
            commit.alerts.iter().try_for_each(|alert| put_alert(db, alert))?;
            also(db)
        })
    }

    /// Forgets the windows of a rule: it is gone, or asks something else now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_windows(&self, rule: &str) -> Result<(), StoreError> {
        self.write(|db| db.execute("delete from window where rule = ?1", [rule]).map(drop))
    }
}
