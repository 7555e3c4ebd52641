//! What mutes others, and how much was muted.

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::deliver::outbox::stored;
use crate::notice::Notice;

/// Episodes that mute others and are looked at. Past that a rule is too broad to be a reason for silence.
const MUTING_MAX: u32 = 1_000;

pub(super) const TABLES: &str = "
create table if not exists muting_episodes (
    dedup_key text primary key,
    notice text not null
) strict, without rowid;
create table if not exists muted_notices (
    channel text not null,
    reason text not null,
    notices integer not null,
    primary key (channel, reason)
) strict, without rowid;
";

/// Notices that were not told to a channel, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MutedCount {
    /// The channel.
    pub channel: String,
    /// `silence`, `inhibition`, `quiet hours`.
    pub reason: String,
    /// How many.
    pub notices: u32,
}

pub(super) fn count(connection: &Connection, channel: &str, reason: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "insert into muted_notices (channel, reason, notices) values (?1, ?2, 1)
             on conflict (channel, reason) do update set notices = notices + 1",
        )?
        .execute([channel, reason])?;
    Ok(())
}

/// How many notices were muted since the store was made.
pub fn muted(connection: &Connection) -> rusqlite::Result<Vec<MutedCount>> {
    connection
        .prepare_cached("select channel, reason, notices from muted_notices order by channel, reason")?
        .query_map([], |row| {
            Ok(MutedCount { channel: row.get(0)?, reason: row.get(1)?, notices: row.get(2)? })
        })?
        .collect()
}

/// Remembers an episode that mutes others.
pub(super) fn begin_muting(connection: &Connection, notice: &Notice) -> rusqlite::Result<()> {
    connection
        .prepare_cached("insert or replace into muting_episodes (dedup_key, notice) values (?1, ?2)")?
        .execute(params![notice.dedup_key, stored(notice)?])?;
    Ok(())
}

/// It is over.
pub(super) fn end_muting(connection: &Connection, dedup_key: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("delete from muting_episodes where dedup_key = ?1")?.execute([dedup_key])?;
    Ok(())
}

/// Episodes that mute others.
pub(super) fn muting(connection: &Connection) -> rusqlite::Result<Vec<Notice>> {
    let texts: Vec<String> = connection
        .prepare_cached("select notice from muting_episodes limit ?1")?
        .query_map([MUTING_MAX], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
}
