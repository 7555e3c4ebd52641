//! The tables.

/// The newest layout this program knows.
pub(super) const LAYOUT: i64 = 1;

/// `full`: what was sent out must not be forgotten, even when the power fails.
pub(super) const PRAGMAS: &str = "
pragma journal_mode = wal;
pragma synchronous = full;
pragma busy_timeout = 10000;
pragma temp_store = memory;
";

pub(super) const TABLES: &str = "
-- The next batch of the journal, and the number of the next event.
create table if not exists progress (
    only integer primary key check (only = 1),
    batch integer not null,
    event integer not null
);
-- What a group of a rule has in its windows. `shape` is a fingerprint of what the rule asked when it was written.
create table if not exists window (
    rule text not null,
    shape text not null,
    key text not null,
    bytes blob not null,
    primary key (rule, key)
) without rowid;
-- Up to when the search of a rule was asked about.
create table if not exists search (
    rule text primary key,
    asked integer not null
) without rowid;
create table if not exists alert (
    id text primary key,
    rule text not null,
    key text not null,
    severity text not null,
    began_at integer not null,
    ended_at integer,
    told_at integer not null,
    state text not null,
    notices integer not null,
    notice text not null,
    acknowledged_at integer,
    acknowledged_by text,
    note text
) without rowid;
create index if not exists alert_by_time on alert (told_at);
create index if not exists alert_by_state on alert (state, rule);
";
