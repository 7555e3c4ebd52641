//! Alerts: the episodes that were told, for those who look at them.

use palisade_record::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, params_from_iter};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::notice::Notice;

/// How an alert stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// It goes on.
    Open,
    /// It is over.
    Over,
}

impl AlertState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Over => "over",
        }
    }
}

/// An alert.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AlertRow {
    /// The dedup key of its notices.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// The group, as `GroupKey::to_text` writes it.
    pub key: String,
    /// When it began, by the time that records tell.
    pub began_at: Timestamp,
    /// When it was over, by the same time.
    pub ended_at: Option<Timestamp>,
    /// When it was told.
    pub told_at: Timestamp,
    /// How it stands.
    pub state: AlertState,
    /// The last notice.
    pub notice: Notice,
    /// Who has seen it, and when.
    pub acknowledged: Option<Acknowledgement>,
}

/// Someone has seen it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Acknowledgement {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What they say of it.
    pub note: String,
}

/// Which alerts are asked for; newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AlertFilter {
    /// Only those that stand so.
    pub state: Option<AlertState>,
    /// Only those of a rule.
    pub rule: Option<String>,
    /// Only those told before this one: the next page.
    pub before: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: usize,
}

const COLUMNS: &str = "select id, rule, key, began_at, ended_at, told_at, state, notice, acknowledged_at, \
                       acknowledged_by, note from alert";

/// Writes an alert; what people said of it stays.
pub(super) fn put_alert(db: &Transaction<'_>, alert: &AlertRow) -> rusqlite::Result<()> {
    let put = "insert into alert (id, rule, key, severity, began_at, ended_at, told_at, state, notices, notice) \
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) on conflict (id) do update set \
               severity = ?4, began_at = ?5, ended_at = ?6, state = ?8, notices = ?9, notice = ?10";
    db.prepare_cached(put)?.execute(params![
        alert.id,
        alert.rule,
        alert.key,
        alert.notice.severity.as_str(),
        alert.began_at.as_nanos(),
        alert.ended_at.map(Timestamp::as_nanos),
        alert.told_at.as_nanos(),
        alert.state.as_str(),
        alert.notice.number,
        serde_json::to_string(&alert.notice)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?,
    ])?;
    Ok(())
}

fn read_alert(row: &Row<'_>) -> rusqlite::Result<AlertRow> {
    let time = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_nanos))
    };
    let notice: String = row.get(7)?;
    let notice = serde_json::from_str(&notice).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(7, rusqlite::types::Type::Text, error.into())
    })?;
    let state: String = row.get(6)?;
    let acknowledged = match (time(8)?, row.get(9)?) {
        (Some(at), Some(by)) => {
            Some(Acknowledgement { at, by, note: row.get::<_, Option<String>>(10)?.unwrap_or_default() })
        }
        _ => None,
    };
    Ok(AlertRow {
        id: row.get(0)?,
        rule: row.get(1)?,
        key: row.get(2)?,
        began_at: time(3)?.unwrap_or_default(),
        ended_at: time(4)?,
        told_at: time(5)?.unwrap_or_default(),
        state: if state == AlertState::Open.as_str() { AlertState::Open } else { AlertState::Over },
        notice,
        acknowledged,
    })
}

/// An alert.
fn alert(db: &Connection, id: &str) -> rusqlite::Result<Option<AlertRow>> {
    db.prepare_cached(&format!("{COLUMNS} where id = ?1"))?.query_row([id], read_alert).optional()
}

impl Store {
    /// An alert.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alert(&self, id: &str) -> Result<Option<AlertRow>, StoreError> {
        self.read(|db| alert(db, id))
    }

    /// Alerts, the last one told first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
        let (mut query, mut values): (String, Vec<Value>) = (format!("{COLUMNS} where true"), Vec::new());
        if let Some(state) = filter.state {
            query.push_str(" and state = ?");
            values.push(state.as_str().to_owned().into());
        }
        if let Some(rule) = &filter.rule {
            query.push_str(" and rule = ?");
            values.push(rule.clone().into());
        }
        if let Some((told_at, id)) = &filter.before {
            query.push_str(" and (told_at, id) < (?, ?)");
            values.extend([Value::from(told_at.as_nanos()), Value::from(id.clone())]);
        }
        query.push_str(" order by told_at desc, id desc limit ?");
        values.push(Value::from(i64::try_from(filter.limit).unwrap_or(i64::MAX)));
        self.read(|db| {
            let mut statement = db.prepare_cached(&query)?;
            let rows = statement.query_map(params_from_iter(values), read_alert)?;
            rows.collect()
        })
    }

    /// Someone has seen an alert. Whether there is such a one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn acknowledge(&self, id: &str, by: &str, note: &str, at: Timestamp) -> Result<bool, StoreError> {
        let update = "update alert set acknowledged_at = ?2, acknowledged_by = ?3, note = ?4 where id = ?1";
        self.write(|db| Ok(db.execute(update, params![id, at.as_nanos(), by, note])? > 0))
    }

    /// Forgets alerts that were over before a time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_alerts(&self, before: Timestamp) -> Result<usize, StoreError> {
        let delete = "delete from alert where state = 'over' and told_at < ?1";
        self.write(|db| db.execute(delete, [before.as_nanos()]))
    }
}
