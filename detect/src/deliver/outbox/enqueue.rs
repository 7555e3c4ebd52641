//! How rows come in, and what happens when there are too many.

use palisade_record::Timestamp;
use rusqlite::{Connection, params};

use super::entry::{occasion_of, rank, stored};
use super::{RESOLVES_WAITING_MAX, State, WAITING_MAX};
use crate::notice::{Notice, Occasion};

/// What became of a notice that was to be enqueued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Enqueued {
    /// It waits.
    New,
    /// It is there already.
    Already,
    /// Too many wait for this channel: it is a dead letter, with this as its reason.
    Full,
}

/// Puts a notice into a channel's queue. The same notice twice is once: channel, key and number say which it is.
///
/// An update takes the place of the updates of its episode that wait still. Call it in the transaction that changes the episode:
/// then either both are there or neither, whatever stops the program.
pub fn enqueue(
    connection: &Connection,
    channel: &str,
    notice: &Notice,
    now: Timestamp,
) -> rusqlite::Result<Enqueued> {
    let limit = match notice.occasion {
        Occasion::Trigger | Occasion::Update => WAITING_MAX,
        Occasion::Resolve => RESOLVES_WAITING_MAX,
    };
    enqueue_within(connection, channel, notice, now, limit)
}

pub(super) fn enqueue_within(
    connection: &Connection,
    channel: &str,
    notice: &Notice,
    now: Timestamp,
    waiting_max: u32,
) -> rusqlite::Result<Enqueued> {
    let is_full = waiting(connection, channel)? >= waiting_max;
    let (state, reason, settled_at) = if is_full {
        let reason = format!(
            "{waiting_max} notices were waiting for channel `{channel}`; see why it does not take them, then replay this one"
        );
        (State::Dead, reason, Some(now.as_nanos()))
    } else {
        (State::Waiting, String::new(), None)
    };
    let inserted = connection
        .prepare_cached(
            "insert into outbox (channel, dedup_key, number, occasion, severity, notice, state, reason,
                                 enqueued_at, next_try, settled_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)
             on conflict (channel, dedup_key, number) do nothing",
        )?
        .execute(params![
            channel,
            notice.dedup_key,
            notice.number,
            occasion_of(notice),
            rank(notice.severity),
            stored(notice)?,
            state,
            reason,
            now.as_nanos(),
            settled_at,
        ])?;
    if inserted == 0 {
        return Ok(Enqueued::Already);
    }
    if is_full {
        return Ok(Enqueued::Full);
    }
    if notice.occasion == Occasion::Update {
        merge_older_updates(connection, channel, notice, now)?;
    }
    Ok(Enqueued::New)
}

fn waiting(connection: &Connection, channel: &str) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("select count(*) from outbox where channel = ?1 and state = 'waiting'")?
        .query_row([channel], |row| row.get(0))
}

fn merge_older_updates(
    connection: &Connection,
    channel: &str,
    notice: &Notice,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "update outbox set state = 'merged', settled_at = ?4
             where channel = ?1 and dedup_key = ?2 and number < ?3 and occasion = 'update' and state = 'waiting'",
        )?
        .execute(params![channel, notice.dedup_key, notice.number, now.as_nanos()])?;
    Ok(())
}
