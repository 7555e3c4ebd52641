//! Rows and counts to show.

use palisade_record::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::entry::{COLUMNS, read};
use super::{Entry, State};

/// Rows of one answer. A page shows fifty.
pub const LIST_MAX: u32 = 1_000;

/// Rows in one state, the newest first, older than the one with the id `before`.
pub fn list(
    connection: &Connection,
    state: State,
    channel: Option<&str>,
    before: Option<i64>,
    limit: u32,
) -> rusqlite::Result<Vec<Entry>> {
    let sql = format!(
        "select {COLUMNS} from outbox
         where state = ?1 and (?2 is null or channel = ?2) and id < ?3 order by id desc limit ?4"
    );
    connection
        .prepare_cached(&sql)?
        .query_map(params![state, channel, before.unwrap_or(i64::MAX), limit.min(LIST_MAX)], read)?
        .collect()
}

/// How a channel's queue stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// Notices that wait.
    pub waiting: u32,
    /// Since when the oldest of them waits.
    pub oldest_waiting: Option<Timestamp>,
    /// Dead letters.
    pub dead: u32,
    /// Dead letters that went, as there were too many.
    pub dropped: u32,
}

/// How a channel's queue stands.
pub fn counts(connection: &Connection, channel: &str) -> rusqlite::Result<Counts> {
    connection
        .prepare_cached(
            "select (select count(*) from outbox where channel = ?1 and state = 'waiting'),
                    (select min(enqueued_at) from outbox where channel = ?1 and state = 'waiting'),
                    (select count(*) from outbox where channel = ?1 and state = 'dead'),
                    (select coalesce(sum(notices), 0) from outbox_dropped where channel = ?1)",
        )?
        .query_row([channel], |row| {
            let oldest: Option<i64> = row.get(1)?;
            Ok(Counts {
                waiting: row.get(0)?,
                oldest_waiting: oldest.map(Timestamp::from_nanos),
                dead: row.get(2)?,
                dropped: row.get(3)?,
            })
        })
}
