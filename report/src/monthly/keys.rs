//! R8: what is encrypted, with what, and where protected fields are.

use super::Making;
use crate::controls::Evidence;
use crate::document::{Cell, ColumnKind, Section, Table};

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R8", "Encryption, keys and protected fields");
    section.say(
        "Protected values are encrypted with AES-256-GCM before they are written, each person's with a key of their own, which is \
         wrapped by the key of the tenant, which is wrapped by the root key.",
    );
    let keys = &making.facts.keys;
    let columns = [("what", ColumnKind::Text), ("is", ColumnKind::Text)];
    let mut table = Table::new("keys", "Keys", &columns);
    table.row(["root key".into(), keys.root.as_str().into()]);
    table.row(["versions of the tenant key".into(), Cell::count(keys.versions)]);
    table.row(["last changed".into(), keys.rotated_at.into()]);
    section.table(table);

    let columns = [
        ("stream", ColumnKind::Text),
        ("protected fields", ColumnKind::Text),
        ("class", ColumnKind::Text),
        ("kept for", ColumnKind::Text),
        ("receipts", ColumnKind::Narrow),
    ];
    let mut inventory =
        Table::new("protected-fields", "Which streams hold which protected fields, and how long", &columns);
    let sensitive = making.sensitive();
    for stream in &sensitive {
        let class = making.facts.classes.iter().find(|class| class.name == stream.class);
        inventory.row([
            stream.name.as_str().into(),
            stream.protected.join(", ").into(),
            stream.class.as_str().into(),
            class.map(|class| class.keep.clone()).into(),
            if stream.has_receipts { "yes" } else { "no" }.into(),
        ]);
    }
    section.table(inventory);
    match sensitive.is_empty() {
        false => {
            making.has(Evidence::Encryption);
            making.has(Evidence::ProtectedInventory);
        }
        true => {
            making.lacks(Evidence::Encryption, "no stream has protected fields");
            making.needs_no(Evidence::ProtectedInventory, "no stream has protected fields");
        }
    }
    match (keys.rotated_at, keys.versions) {
        (Some(_), 2..) => making.has(Evidence::KeyRotation),
        _ => making.lacks(Evidence::KeyRotation, "the tenant key was never changed"),
    }
    section
}
