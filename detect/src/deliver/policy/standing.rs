//! How an episode stands in a channel: told, muted, held. One row for each, until the episode is over.

use std::time::Duration;

use palisade_record::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::decide::Standing;
use super::{muted, silence};
use crate::deliver::outbox::stored;
use crate::notice::Notice;

/// Episodes of one channel that are muted and remembered. More are counted only, and told with their next news after the silence.
pub(super) const MUTED_MAX: u32 = 10_000;

/// How long an episode of which nothing is heard is remembered. Its end was lost with an older state, then.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// `notice` is the last of an episode that is held, muted or in a group; `is_pending` says that it was not told.
const TABLES: &str = "
create table if not exists standings (
    channel text not null,
    dedup_key text not null,
    rule text not null,
    standing text not null,
    notice text,
    is_pending integer not null,
    hold_until integer,
    leader text,
    is_over integer not null default 0,
    next_number integer not null default 0,
    seen_at integer not null,
    primary key (channel, dedup_key)
) strict, without rowid;
create index if not exists standings_held on standings (hold_until) where standing = 'held';
create index if not exists standings_pending on standings (channel, seen_at) where is_pending = 1;
create index if not exists standings_groups on standings (channel, leader) where leader is not null;
";

pub(in crate::deliver) fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)?;
    connection.execute_batch(muted::TABLES)?;
    connection.execute_batch(silence::TABLE)
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Stand {
    pub(super) channel: String,
    pub(super) dedup_key: String,
    pub(super) rule: String,
    pub(super) standing: Standing,
    pub(super) notice: Option<Notice>,
    pub(super) is_pending: bool,
    pub(super) hold_until: Option<Timestamp>,
    pub(super) leader: Option<String>,
    pub(super) is_over: bool,
    pub(super) next_number: u32,
}

impl Stand {
    /// An episode of which a channel knows nothing.
    pub(super) fn unknown(channel: &str, notice: &Notice) -> Self {
        Self {
            channel: channel.to_owned(),
            dedup_key: notice.dedup_key.clone(),
            rule: notice.rule.id.0.clone(),
            standing: Standing::Unknown,
            notice: None,
            is_pending: false,
            hold_until: None,
            leader: None,
            is_over: false,
            next_number: 0,
        }
    }
}

const COLUMNS: &str =
    "channel, dedup_key, rule, standing, notice, is_pending, hold_until, leader, is_over, next_number";

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Unknown => "unknown",
        Standing::Held => "held",
        Standing::Muted => "muted",
        Standing::Told => "told",
        Standing::Grouped => "grouped",
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Stand> {
    let (standing, notice): (String, Option<String>) = (row.get(3)?, row.get(4)?);
    let known = [Standing::Held, Standing::Muted, Standing::Told, Standing::Grouped];
    let hold_until: Option<i64> = row.get(6)?;
    Ok(Stand {
        channel: row.get(0)?,
        dedup_key: row.get(1)?,
        rule: row.get(2)?,
        standing: known.into_iter().find(|known| word(*known) == standing).unwrap_or(Standing::Unknown),
        // What an older program wrote differently is told with the next news.
        notice: notice.and_then(|notice| serde_json::from_str(&notice).ok()),
        is_pending: row.get(5)?,
        hold_until: hold_until.map(Timestamp::from_nanos),
        leader: row.get(7)?,
        is_over: row.get(8)?,
        next_number: row.get(9)?,
    })
}

pub(super) fn get(
    connection: &Connection,
    channel: &str,
    dedup_key: &str,
) -> rusqlite::Result<Option<Stand>> {
    let sql = format!("select {COLUMNS} from standings where channel = ?1 and dedup_key = ?2");
    connection.prepare_cached(&sql)?.query_row([channel, dedup_key], read).optional()
}

pub(super) fn put(connection: &Connection, stand: &Stand, now: Timestamp) -> rusqlite::Result<()> {
    let notice = stand.notice.as_ref().map(stored).transpose()?;
    connection
        .prepare_cached(&format!(
            "insert or replace into standings ({COLUMNS}, seen_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        ))?
        .execute(params![
            stand.channel,
            stand.dedup_key,
            stand.rule,
            word(stand.standing),
            notice,
            stand.is_pending,
            stand.hold_until.map(Timestamp::as_nanos),
            stand.leader,
            stand.is_over,
            stand.next_number,
            now.as_nanos(),
        ])?;
    Ok(())
}

pub(super) fn forget(connection: &Connection, channel: &str, dedup_key: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("delete from standings where channel = ?1 and dedup_key = ?2")?
        .execute([channel, dedup_key])?;
    Ok(())
}

fn all(
    connection: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Stand>> {
    let sql = format!("select {COLUMNS} from standings where {condition}");
    connection.prepare_cached(&sql)?.query_map(values, read)?.collect()
}

/// Until when others of this rule are held, if any are.
pub(super) fn held_until(
    connection: &Connection,
    channel: &str,
    rule: &str,
) -> rusqlite::Result<Option<Timestamp>> {
    let until: Option<i64> = connection
        .prepare_cached(
            "select min(hold_until) from standings where standing = 'held' and channel = ?1 and rule = ?2",
        )?
        .query_row([channel, rule], |row| row.get(0))?;
    Ok(until.map(Timestamp::from_nanos))
}

/// When the next group is complete.
pub(super) fn next_complete(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let until: Option<i64> = connection
        .prepare_cached("select min(hold_until) from standings where standing = 'held'")?
        .query_row([], |row| row.get(0))?;
    Ok(until.map(Timestamp::from_nanos))
}

/// Episodes whose group is complete, those of one rule and channel beside each other.
pub(super) fn complete(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Stand>> {
    let condition = "standing = 'held' and hold_until <= ?1 order by channel, rule, seen_at, dedup_key";
    all(connection, condition, [now.as_nanos()])
}

/// Episodes of a group, the one that gives it its key first.
pub(super) fn group(connection: &Connection, channel: &str, leader: &str) -> rusqlite::Result<Vec<Stand>> {
    let condition = "channel = ?1 and leader = ?2 order by dedup_key <> leader, dedup_key";
    all(connection, condition, [channel, leader])
}

/// Episodes of a channel that have something to tell.
pub(super) fn pending(connection: &Connection, channel: &str) -> rusqlite::Result<Vec<Stand>> {
    let condition = "channel = ?1 and is_pending = 1 and standing <> 'held' order by seen_at limit ?2";
    all(connection, condition, params![channel, MUTED_MAX])
}

/// How many of a channel are remembered as muted.
pub(super) fn pending_count(connection: &Connection, channel: &str) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("select count(*) from standings where channel = ?1 and is_pending = 1")?
        .query_row([channel], |row| row.get(0))
}

/// Forgets how episodes stand in channels that are not among these.
pub(in crate::deliver) fn forget_others(
    connection: &Connection,
    channels: &[String],
) -> rusqlite::Result<()> {
    let known: Vec<String> = connection
        .prepare("select distinct channel from standings")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for gone in known.iter().filter(|channel| !channels.contains(channel)) {
        connection.execute("delete from standings where channel = ?1", [gone])?;
    }
    Ok(())
}

/// Forgets episodes of which nothing was heard for long.
pub(in crate::deliver) fn prune(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection.execute("delete from standings where seen_at < ?1", [now.minus(KEPT).as_nanos()])?;
    Ok(())
}
