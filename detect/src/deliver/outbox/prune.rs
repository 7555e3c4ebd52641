//! When rows go.

use palisade_record::Timestamp;
use rusqlite::{Connection, params};

use super::{DEAD_KEPT, DEAD_MAX, DELIVERED_KEPT, settle};

/// Rows that one call deletes at most: it runs in a transaction for which the alerts wait.
const PRUNED_MAX: u32 = 5_000;

/// Deletes what was settled long ago. Answers how many rows went; call it again when they were many.
pub fn prune(connection: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    settle::drop_past(connection, DEAD_MAX)?;
    connection.execute(
        "delete from outbox where id in (
             select id from outbox
             where (state in ('delivered', 'merged') and settled_at < ?1) or (state = 'dead' and settled_at < ?2)
             limit ?3)",
        params![now.minus(DELIVERED_KEPT).as_nanos(), now.minus(DEAD_KEPT).as_nanos(), PRUNED_MAX],
    )
}
