//! Dead letters once more.

use palisade_record::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// What a replay does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replayed {
    /// So many notices wait again.
    Waiting(usize),
    /// There is no dead letter with this id.
    Unknown,
}

/// Sends a dead letter again, and with it all that was told of its episode later: a trigger that arrives after its resolve would
/// stay open at the receiver for ever. Receivers know those they have by their keys.
pub fn replay(connection: &Connection, id: i64, now: Timestamp) -> rusqlite::Result<Replayed> {
    let letter: Option<(String, String, u32)> = connection
        .query_row(
            "select channel, dedup_key, number from outbox where id = ?1 and state = 'dead'",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((channel, dedup_key, number)) = letter else { return Ok(Replayed::Unknown) };
    // Attempts and age count from anew: somebody decided that it is worth another day.
    let waiting = connection.execute(
        "update outbox
         set state = 'waiting', attempts = 0, reason = '', enqueued_at = ?4, next_try = ?4, settled_at = null
         where channel = ?1 and dedup_key = ?2 and number >= ?3 and state in ('dead', 'delivered')",
        params![channel, dedup_key, number, now.as_nanos()],
    )?;
    Ok(Replayed::Waiting(waiting))
}
