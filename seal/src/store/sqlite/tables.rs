//! The tables of a key store.

/// The layout of the tables below. A newer program upgrades an older layout; an older one refuses a newer.
pub(super) const LAYOUT: i64 = 1;

/// `secure_delete` overwrites what is deleted; `synchronous = full` syncs the log with every transaction. Lookups are hashes:
/// each new one changes a page somewhere. So pages stay in memory (64 MB), and the log takes what changes a page again and
/// again before it is written back (32 MB).
pub(super) const PRAGMAS: &str = "
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma cache_size = -65536;
    pragma wal_autocheckpoint = 8192;
    pragma secure_delete = on;
    pragma foreign_keys = on;
    pragma trusted_schema = off;
";

pub(super) const TABLES: &str = "
    create table if not exists tenant_key (
        tenant text not null,
        version integer not null,
        root text not null,
        wrapped blob not null,
        created_at integer not null,
        primary key (tenant, version)
    ) strict;
    create table if not exists key (
        tenant text not null,
        purpose integer not null,
        number integer not null,
        version integer not null,
        wrapped blob not null,
        primary key (tenant, purpose, number)
    ) strict;
    create table if not exists subject (
        tenant text not null,
        id blob not null,
        lookup blob not null,
        version integer not null,
        wrapped blob not null,
        created_at integer not null,
        primary key (tenant, id),
        unique (tenant, lookup)
    ) strict;
    create index if not exists subject_version on subject (tenant, version);
    create table if not exists link (
        tenant text not null,
        lookup blob not null,
        subject blob not null,
        primary key (tenant, lookup, subject)
    ) strict, without rowid;
    create index if not exists link_subject on link (tenant, subject);
    create table if not exists linked_value (
        tenant text not null,
        lookup blob not null,
        links integer not null,
        is_full integer not null default 0,
        primary key (tenant, lookup)
    ) strict, without rowid;
    create table if not exists name (
        tenant text not null,
        stream text not null,
        name text not null,
        primary key (tenant, stream, name)
    ) strict, without rowid;
    create table if not exists session (
        id blob primary key,
        tenant text not null,
        started_at integer not null
    ) strict;
    create table if not exists erasure (
        tenant text not null,
        subject blob not null,
        erased_at integer not null,
        complete_on integer not null,
        reason text not null,
        by_whom text not null,
        primary key (tenant, subject)
    ) strict;
";

/// Subjects, the oldest of them, links, sessions, erasures, and rows under an older version of the tenant key.
pub(super) const COUNTS: &str = "
    select
        (select count(*) from subject where tenant = ?1),
        (select min(created_at) from subject where tenant = ?1),
        (select count(*) from link where tenant = ?1),
        (select count(*) from session where tenant = ?1),
        (select count(*) from erasure where tenant = ?1),
        (select count(*) from subject where tenant = ?1
            and version < (select max(version) from tenant_key where tenant = ?1))
        + (select count(*) from key where tenant = ?1
            and version < (select max(version) from tenant_key where tenant = ?1))
";
