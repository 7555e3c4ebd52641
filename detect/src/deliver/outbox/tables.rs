//! The tables.

use rusqlite::Connection;

/// Times are nanoseconds since the epoch. `severity` repeats what the notice says, to sort by it.
const TABLES: &str = "
create table if not exists outbox (
    id integer primary key autoincrement,
    channel text not null,
    dedup_key text not null,
    number integer not null,
    occasion text not null,
    severity integer not null,
    notice text not null,
    state text not null,
    attempts integer not null default 0,
    reason text not null default '',
    enqueued_at integer not null,
    next_try integer not null,
    settled_at integer,
    unique (channel, dedup_key, number)
) strict;
create index if not exists outbox_waiting on outbox (channel, next_try) where state = 'waiting';
create index if not exists outbox_order on outbox (channel, severity desc, next_try, id) where state = 'waiting';
create index if not exists outbox_settled on outbox (state, channel, settled_at) where state <> 'waiting';
create table if not exists outbox_dropped (
    channel text primary key,
    notices integer not null
) strict, without rowid;
";

/// Makes the tables, where they are not there yet.
pub fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)
}
