//! What a receiver was told of an episode, last: its own name for it, and whether it goes on.

use palisade_record::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::outbox::stored;
use crate::notice::{Notice, Occasion};

/// Episodes that go on in one channel and are told again and again; past it the oldest are told once only. They are as many as can
/// wait in its outbox.
const OPEN_MAX: u32 = super::outbox::WAITING_MAX;

/// Episodes of one repetition: a hundred kilobytes of JSON.
const REPEATED_MAX: u32 = 100;

/// How long a receiver's name for an episode is kept: after that nobody looks for the message any more.
const KEPT: std::time::Duration = std::time::Duration::from_secs(90 * 86_400);

const TABLES: &str = "
create table if not exists conversations (
    channel text not null,
    dedup_key text not null,
    notice text not null,
    reference text,
    told_at integer not null,
    is_open integer not null,
    primary key (channel, dedup_key)
) strict, without rowid;
create index if not exists conversations_open on conversations (channel, told_at) where is_open = 1;
create index if not exists conversations_told on conversations (told_at);
";

pub(super) fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)
}

/// The receiver's name for an episode.
pub(super) fn reference(
    connection: &Connection,
    channel: &str,
    dedup_key: &str,
) -> rusqlite::Result<Option<String>> {
    let row = connection
        .prepare_cached("select reference from conversations where channel = ?1 and dedup_key = ?2")?
        .query_row([channel, dedup_key], |row| row.get(0))
        .optional()?;
    Ok(row.flatten())
}

/// The receiver was told. A new name takes the place of the one before.
pub(super) fn told(
    connection: &Connection,
    channel: &str,
    notice: &Notice,
    reference: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "insert into conversations (channel, dedup_key, notice, reference, told_at, is_open)
             values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (channel, dedup_key) do update set
                 notice = excluded.notice, told_at = excluded.told_at, is_open = excluded.is_open,
                 reference = coalesce(excluded.reference, reference)",
        )?
        .execute(params![
            channel,
            notice.dedup_key,
            stored(notice)?,
            reference,
            now.as_nanos(),
            notice.occasion != Occasion::Resolve,
        ])?;
    Ok(())
}

/// Nothing more is said of it: its end could not be told, and to say again that it goes on would be wrong.
pub(super) fn close(connection: &Connection, channel: &str, dedup_key: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("update conversations set is_open = 0 where channel = ?1 and dedup_key = ?2")?
        .execute([channel, dedup_key])?;
    Ok(())
}

/// Episodes that go on and were last told before then.
pub(super) fn told_before(
    connection: &Connection,
    channel: &str,
    before: Timestamp,
) -> rusqlite::Result<Vec<Notice>> {
    let rows: Vec<(String, String)> = connection
        .prepare_cached(
            "select dedup_key, notice from conversations where channel = ?1 and is_open = 1 and told_at <= ?2
             order by told_at limit ?3",
        )?
        .query_map(params![channel, before.as_nanos(), REPEATED_MAX], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut notices = Vec::with_capacity(rows.len());
    for (dedup_key, text) in rows {
        match serde_json::from_str(&text) {
            Ok(notice) => notices.push(notice),
            // An older program wrote it differently. It is not said again, and ends by itself.
            Err(_) => close(connection, channel, &dedup_key)?,
        }
    }
    Ok(notices)
}

/// When the one that was told longest ago was told.
pub(super) fn oldest_told(connection: &Connection, channel: &str) -> rusqlite::Result<Option<Timestamp>> {
    let oldest: Option<i64> = connection
        .prepare_cached("select min(told_at) from conversations where channel = ?1 and is_open = 1")?
        .query_row([channel], |row| row.get(0))?;
    Ok(oldest.map(Timestamp::from_nanos))
}

/// These were told again.
pub(super) fn told_again(
    connection: &Connection,
    channel: &str,
    notices: &[Notice],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare_cached("update conversations set told_at = ?3 where channel = ?1 and dedup_key = ?2")?;
    for notice in notices {
        statement.execute(params![channel, notice.dedup_key, now.as_nanos()])?;
    }
    Ok(())
}

/// Forgets what nobody asks for any more.
pub(super) fn prune(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection.execute("delete from conversations where told_at < ?1", [now.minus(KEPT).as_nanos()])?;
    close_past(connection, OPEN_MAX)
}

/// Closes the oldest of each channel that has more open ones than this.
fn close_past(connection: &Connection, open_max: u32) -> rusqlite::Result<()> {
    let full: Vec<String> = connection
        .prepare_cached(
            "select channel from conversations where is_open = 1 group by channel having count(*) > ?1",
        )?
        .query_map([open_max], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for channel in full {
        connection.execute(
            "update conversations set is_open = 0 where channel = ?1 and dedup_key in (
                 select dedup_key from conversations where channel = ?1 and is_open = 1
                 order by told_at desc limit -1 offset ?2)",
            params![channel, open_max],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::{NOON, notice};
    use std::time::Duration;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        create_tables(&connection).unwrap();
        connection
    }

    #[test]
    fn a_reference_stays_when_a_later_message_brings_none() {
        let connection = connection();
        told(&connection, "chat", &notice("a", 0, Occasion::Trigger), Some("ts 1"), NOON).unwrap();
        told(&connection, "chat", &notice("a", 1, Occasion::Update), None, NOON).unwrap();
        assert_eq!(reference(&connection, "chat", "a").unwrap().as_deref(), Some("ts 1"));
        assert_eq!(reference(&connection, "other", "a").unwrap(), None);
    }

    #[test]
    fn what_goes_on_is_told_again_and_what_is_over_is_not() {
        let connection = connection();
        told(&connection, "am", &notice("a", 0, Occasion::Trigger), None, NOON).unwrap();
        told(&connection, "am", &notice("b", 0, Occasion::Trigger), None, NOON).unwrap();
        told(&connection, "am", &notice("b", 1, Occasion::Resolve), None, NOON).unwrap();
        let again = told_before(&connection, "am", NOON).unwrap();
        assert_eq!(again.iter().map(|notice| notice.dedup_key.as_str()).collect::<Vec<_>>(), ["a"]);

        let later = NOON.plus(Duration::from_secs(60));
        told_again(&connection, "am", &again, later).unwrap();
        assert_eq!(oldest_told(&connection, "am").unwrap(), Some(later));
        close(&connection, "am", "a").unwrap();
        assert_eq!(oldest_told(&connection, "am").unwrap(), None);
    }

    #[test]
    fn past_the_bound_the_oldest_are_not_told_again() {
        let connection = connection();
        for (key, seconds) in [("a", 1), ("b", 2), ("c", 3)] {
            let at = NOON.plus(Duration::from_secs(seconds));
            told(&connection, "am", &notice(key, 0, Occasion::Trigger), None, at).unwrap();
        }
        close_past(&connection, 2).unwrap();
        let open = told_before(&connection, "am", NOON.plus(Duration::from_secs(9))).unwrap();
        assert_eq!(open.iter().map(|notice| notice.dedup_key.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn pruning_keeps_what_was_told_lately() {
        let connection = connection();
        told(&connection, "am", &notice("a", 0, Occasion::Trigger), Some("x"), NOON).unwrap();
        prune(&connection, NOON.plus(KEPT)).unwrap();
        assert!(reference(&connection, "am", "a").unwrap().is_some());
        assert!(oldest_told(&connection, "am").unwrap().is_some());
        prune(&connection, NOON.plus(KEPT).plus(Duration::from_secs(1))).unwrap();
        assert!(reference(&connection, "am", "a").unwrap().is_none());
    }
}
