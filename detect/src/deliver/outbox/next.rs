//! Which notice is next.

use palisade_record::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::Entry;
use super::entry::{COLUMNS, read};

/// Nothing of the same episode waits before it: a resolve never overtakes its trigger.
const FIRST_OF_ITS_EPISODE: &str = "channel = ?1 and state = 'waiting' and not exists (
    select 1 from outbox as earlier
    where earlier.channel = outbox.channel and earlier.dedup_key = outbox.dedup_key
      and earlier.number < outbox.number and earlier.state = 'waiting')";

/// The notice that goes to a channel now: of those that may, the gravest, and of these the one that waits longest.
///
/// A row that cannot be read, as an older program wrote it, becomes a dead letter.
pub fn next(connection: &Connection, channel: &str, now: Timestamp) -> rusqlite::Result<Option<Entry>> {
    loop {
        let found = connection
            .prepare_cached(&next_sql())?
            .query_row(params![channel, now.as_nanos()], |row| Ok((row.get::<_, i64>(0)?, read(row))))
            .optional()?;
        match found {
            None => return Ok(None),
            Some((_, Ok(entry))) => return Ok(Some(entry)),
            Some((id, Err(rusqlite::Error::FromSqlConversionFailure(_, _, wrong)))) => {
                super::dead(connection, id, &format!("this program cannot read it: {wrong}"), now)?;
            }
            Some((_, Err(error))) => return Err(error),
        }
    }
}

/// The index has the rows in this order: the first that may go is found at once, while the planner would sort all that wait.
pub(super) fn next_sql() -> String {
    format!(
        "select {COLUMNS} from outbox indexed by outbox_order where {FIRST_OF_ITS_EPISODE} and next_try <= ?2
         order by severity desc, next_try, id limit 1"
    )
}

/// When something may go to a channel, if anything waits for it.
pub fn wait_until(connection: &Connection, channel: &str) -> rusqlite::Result<Option<Timestamp>> {
    let sql = format!("select min(next_try) from outbox where {FIRST_OF_ITS_EPISODE}");
    let earliest: Option<i64> = connection.prepare_cached(&sql)?.query_row([channel], |row| row.get(0))?;
    Ok(earliest.map(Timestamp::from_nanos))
}

/// Lets everything that waits for a channel go at once: it works again, and what failed before has waited long enough.
pub fn hurry(connection: &Connection, channel: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "update outbox set next_try = ?2 where channel = ?1 and state = 'waiting' and next_try > ?2",
        )?
        .execute(params![channel, now.as_nanos()])?;
    Ok(())
}
