//! R7: how long records are kept, what must stay, and what went.

use super::Making;
use super::facts::Storage;
use crate::controls::Evidence;
use crate::document::{Cell, ColumnKind, Section, Table};

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R7", "Retention, holds and disposal");
    let Storage { splits, records, bytes, cold_splits, locked_splits, cold, anchor, oldest } =
        &making.facts.storage;
    let columns = [("what", ColumnKind::Text), ("is", ColumnKind::Text)];
    let mut stored = Table::new("stored", "What is stored", &columns);
    for (what, is) in [
        ("records in splits", Cell::count(*records)),
        ("splits", Cell::count(*splits)),
        ("bytes of evidence", Cell::Bytes(*bytes)),
        ("oldest record", Cell::from(*oldest)),
        ("cold storage", Cell::from(cold.clone())),
        ("splits with a copy there", Cell::count(*cold_splits)),
        ("copies that are locked", Cell::count(*locked_splits)),
        ("checkpoints are copied to", Cell::from(anchor.clone())),
    ] {
        stored.row([what.into(), is]);
    }
    section.table(stored);

    let columns = [
        ("class", ColumnKind::Text),
        ("kept for", ColumnKind::Text),
        ("lock", ColumnKind::Text),
        ("streams", ColumnKind::Text),
    ];
    let mut classes = Table::new("classes", "Retention classes", &columns);
    for class in &making.facts.classes {
        let streams = making.facts.streams.iter().filter(|stream| stream.class == class.name);
        let streams: Vec<&str> = streams.map(|stream| stream.name.as_str()).collect();
        classes.row([
            class.name.as_str().into(),
            class.keep.as_str().into(),
            class.lock.as_str().into(),
            streams.join(", ").into(),
        ]);
    }
    section.table(classes);

    let columns = [
        ("hold", ColumnKind::Narrow),
        ("matter", ColumnKind::Text),
        ("placed", ColumnKind::Narrow),
        ("by", ColumnKind::Text),
        ("released", ColumnKind::Narrow),
    ];
    let mut holds = Table::new("holds", "Legal holds", &columns);
    for hold in &making.facts.holds {
        holds.row([
            hold.id.as_str().into(),
            hold.matter.as_str().into(),
            hold.placed_at.into(),
            hold.by.as_str().into(),
            hold.released_at.into(),
        ]);
    }
    section.table(holds);

    let columns = [
        ("key", ColumnKind::Text),
        ("destroyed", ColumnKind::Narrow),
        ("why", ColumnKind::Text),
        ("by", ColumnKind::Text),
    ];
    let mut erasures = Table::new("erasures", "People whose data was made unreadable", &columns);
    for erasure in &making.facts.erasures {
        erasures.row([
            erasure.subject.as_str().into(),
            erasure.at.into(),
            erasure.reason.as_str().into(),
            erasure.by.as_str().into(),
        ]);
    }
    section.table(erasures);

    let (has_cold, is_locked) = (cold.is_some(), *locked_splits > 0);
    match has_cold {
        true => making.has(Evidence::SecondCopy),
        false => {
            section.gap("No cold storage is configured: there is no second copy.");
            making.lacks(Evidence::SecondCopy, "no cold storage is configured");
        }
    }
    match is_locked {
        true => making.has(Evidence::RetentionLocks),
        false => {
            section.gap("Nothing is locked: nothing but the rights on the machine keeps records from being removed before their time.");
            making.lacks(Evidence::RetentionLocks, "no copy is locked");
        }
    }
    match making.facts.holds.is_empty() {
        true => making.needs_no(Evidence::Holds, "no hold was placed"),
        false => making.has(Evidence::Holds),
    }
    match making.facts.erasures.is_empty() {
        true => making.needs_no(Evidence::Erasures, "nobody asked to be forgotten"),
        false => making.has(Evidence::Erasures),
    }
    making.has(Evidence::Disposals);
    section
}
