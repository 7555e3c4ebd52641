//! Rows as SQLite has them, and back.

use palisade_record::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Row, Transaction, params};

use super::inserted;
use crate::id::KeyId;
use crate::store::{
    ErasureRow, KeyRow, Lookup, Purpose, StoreError, StoreResult, SubjectRow, TenantKeyRow, VALUE_LINKS_MAX,
    Writes,
};

pub(super) fn purpose_number(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Lookup => 1,
        Purpose::Epoch => 2,
    }
}

pub(super) fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

pub(super) fn read_id(row: &Row<'_>, column: usize) -> rusqlite::Result<KeyId> {
    Ok(KeyId::from_bytes(row.get(column)?))
}

pub(super) fn read_tenant_key(row: &Row<'_>) -> rusqlite::Result<TenantKeyRow> {
    let created_at = Timestamp::from_nanos(row.get(3)?);
    Ok(TenantKeyRow { version: row.get(0)?, root: row.get(1)?, wrapped: row.get(2)?, created_at })
}

pub(super) fn read_key(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let purpose = match row.get::<_, i64>(0)? {
        1 => Purpose::Lookup,
        2 => Purpose::Epoch,
        _ => return Err(rusqlite::Error::InvalidColumnType(0, "purpose".into(), Type::Integer)),
    };
    Ok(KeyRow { purpose, number: row.get(1)?, version: row.get(2)?, wrapped: row.get(3)? })
}

pub(super) fn read_subject(row: &Row<'_>) -> rusqlite::Result<SubjectRow> {
    Ok(SubjectRow {
        id: read_id(row, 0)?,
        lookup: row.get(1)?,
        version: row.get(2)?,
        wrapped: row.get(3)?,
        created_at: Timestamp::from_nanos(row.get(4)?),
    })
}

pub(super) fn read_erasure(row: &Row<'_>) -> rusqlite::Result<ErasureRow> {
    Ok(ErasureRow {
        subject: read_id(row, 0)?,
        erased_at: Timestamp::from_nanos(row.get(1)?),
        complete_on: Timestamp::from_nanos(row.get(2)?),
        reason: row.get(3)?,
        by: row.get(4)?,
    })
}

/// Inserts everything, or says what is there already.
pub(super) fn insert(
    db: &Transaction<'_>,
    tenant: &str,
    writes: &Writes,
) -> rusqlite::Result<StoreResult<()>> {
    for row in &writes.subjects {
        let was_erased = db
            .prepare_cached("select 1 from erasure where tenant = ?1 and subject = ?2")?
            .exists(params![tenant, row.id.as_bytes()])?;
        if was_erased {
            return Ok(Err(StoreError::Conflict { what: "a subject" }));
        }
        let mut insert = db.prepare_cached(
            "insert into subject (tenant, id, lookup, version, wrapped, created_at) values (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let values = params![
            tenant,
            row.id.as_bytes(),
            row.lookup,
            row.version,
            row.wrapped,
            row.created_at.as_nanos()
        ];
        if let Err(conflict) = inserted(insert.execute(values), "a subject")? {
            return Ok(Err(conflict));
        }
    }
    for row in &writes.keys {
        let mut insert = db.prepare_cached(
            "insert into key (tenant, purpose, number, version, wrapped) values (?1, ?2, ?3, ?4, ?5)",
        )?;
        let values = params![tenant, purpose_number(row.purpose), row.number, row.version, row.wrapped];
        if let Err(conflict) = inserted(insert.execute(values), "a key")? {
            return Ok(Err(conflict));
        }
    }
    // In the order of the table: neighbours are on one page, which is read and written once.
    let mut links: Vec<_> = writes.links.iter().collect();
    links.sort_unstable();
    for (lookup, subject) in links {
        link(db, tenant, lookup, *subject)?;
    }
    for (stream, name) in &writes.names {
        db.prepare_cached("insert or ignore into name (tenant, stream, name) values (?1, ?2, ?3)")?
            .execute([tenant, stream, name])?;
    }
    Ok(Ok(()))
}

/// The number of links stands beside the value: counting them for each new one would cost more the more there are.
fn link(db: &Transaction<'_>, tenant: &str, lookup: &Lookup, subject: KeyId) -> rusqlite::Result<()> {
    let id = subject.as_bytes();
    let is_there = db
        .prepare_cached("select 1 from link where tenant = ?1 and lookup = ?2 and subject = ?3")?
        .exists(params![tenant, lookup, id])?;
    if is_there {
        return Ok(());
    }
    let has_room = db
        .prepare_cached(
            "insert into linked_value (tenant, lookup, links) values (?1, ?2, 1)
             on conflict do update set links = links + 1 where links < ?3",
        )?
        .execute(params![tenant, lookup, limit_of(VALUE_LINKS_MAX)])?
        == 1;
    if has_room {
        db.prepare_cached("insert into link (tenant, lookup, subject) values (?1, ?2, ?3)")?
            .execute(params![tenant, lookup, id])?;
    } else {
        db.prepare_cached("update linked_value set is_full = 1 where tenant = ?1 and lookup = ?2")?
            .execute(params![tenant, lookup])?;
    }
    Ok(())
}

/// Replaces wrapped forms of rows that are still there.
pub(super) fn rewrap(
    db: &Transaction<'_>,
    tenant: &str,
    subjects: &[SubjectRow],
    keys: &[KeyRow],
) -> rusqlite::Result<()> {
    let mut update =
        db.prepare_cached("update subject set version = ?3, wrapped = ?4 where tenant = ?1 and id = ?2")?;
    for row in subjects {
        update.execute(params![tenant, row.id.as_bytes(), row.version, row.wrapped])?;
    }
    let mut update = db.prepare_cached(
        "update key set version = ?4, wrapped = ?5 where tenant = ?1 and purpose = ?2 and number = ?3",
    )?;
    for row in keys {
        update.execute(params![tenant, purpose_number(row.purpose), row.number, row.version, row.wrapped])?;
    }
    Ok(())
}
