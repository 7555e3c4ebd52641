//! What became of a notice.

use palisade_record::Timestamp;
use rusqlite::{Connection, params};

use super::DEAD_MAX;

/// The receiver has it. One that was merged while it was on its way was delivered too.
pub fn delivered(connection: &Connection, id: i64, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "update outbox set state = 'delivered', attempts = attempts + 1, reason = '', settled_at = ?2
             where id = ?1 and state in ('waiting', 'merged')",
        )?
        .execute(params![id, now.as_nanos()])?;
    Ok(())
}

/// It was tried and is tried again. One that was merged meanwhile is not: the newer one says what it said.
pub fn failed(connection: &Connection, id: i64, reason: &str, next_try: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "update outbox set attempts = attempts + 1, reason = ?2, next_try = ?3
             where id = ?1 and state = 'waiting'",
        )?
        .execute(params![id, reason, next_try.as_nanos()])?;
    Ok(())
}

/// It is not tried again unless somebody replays it.
pub fn dead(connection: &Connection, id: i64, reason: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "update outbox set state = 'dead', attempts = attempts + 1, reason = ?2, settled_at = ?3
             where id = ?1 and state = 'waiting'",
        )?
        .execute(params![id, reason, now.as_nanos()])?;
    drop_past(connection, DEAD_MAX)
}

/// What waits for channels that are not among these becomes dead letters: nobody would ever send it. Answers how many.
pub fn abandon_others(
    connection: &Connection,
    channels: &[String],
    now: Timestamp,
) -> rusqlite::Result<usize> {
    let waited_for: Vec<String> = connection
        .prepare("select distinct channel from outbox where state = 'waiting'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut abandoned = 0;
    for gone in waited_for.iter().filter(|channel| !channels.contains(channel)) {
        let reason = format!("channel `{gone}` is not configured any more");
        abandoned += connection.execute(
            "update outbox set state = 'dead', reason = ?2, settled_at = ?3
             where channel = ?1 and state = 'waiting'",
            params![gone, reason, now.as_nanos()],
        )?;
    }
    drop_past(connection, DEAD_MAX)?;
    Ok(abandoned)
}

/// Lets the oldest dead letters of each channel go, down to `dead_max`, and counts them.
pub(super) fn drop_past(connection: &Connection, dead_max: u32) -> rusqlite::Result<()> {
    let full: Vec<String> = connection
        .prepare_cached(
            "select channel from outbox where state = 'dead' group by channel having count(*) > ?1",
        )?
        .query_map([dead_max], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for channel in full {
        let dropped = connection.execute(
            "delete from outbox where id in (
                 select id from outbox where channel = ?1 and state = 'dead'
                 order by settled_at desc, id desc limit -1 offset ?2)",
            params![channel, dead_max],
        )?;
        connection.execute(
            "insert into outbox_dropped (channel, notices) values (?1, ?2)
             on conflict (channel) do update set notices = notices + excluded.notices",
            params![channel, u32::try_from(dropped).unwrap_or(u32::MAX)],
        )?;
    }
    Ok(())
}
