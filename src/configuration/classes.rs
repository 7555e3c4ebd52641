//! `[[classes]]`: retention classes of an operator's own, each made of a ready one.

use std::ops::Range;

use palisade_lifecycle::{Changes, Classes};
use toml_edit::TableLike;

use super::problem::Problem;
use super::section::Section;
use super::{Storage, value};

/// The classes there are, and where those of the file stand in it, by name.
pub(super) type Placed = (Classes, Vec<(String, Range<usize>)>);

/// All classes. One that cannot be is told, and left out.
pub(super) fn read(
    tables: Vec<(&dyn TableLike, Range<usize>)>,
    storage: &Storage,
    problems: &mut Vec<Problem>,
) -> Placed {
    let ready = Classes::locked(storage.lock, &storage.confirmations);
    let (mut classes, mut own, mut places) = (ready.clone(), Vec::new(), Vec::new());
    for (table, place) in tables {
        let Some((name, changes)) = class(table, place.clone(), problems) else { continue };
        if places.iter().any(|(other, _)| *other == name) {
            let message = format!("`classes.name` {name} is there twice; join the two tables");
            problems.push(Problem { span: place, message });
            continue;
        }
        let all = own.iter().cloned().chain([(name.clone(), changes.clone())]);
        match ready.clone().and(all) {
            Ok(with) => {
                classes = with;
                own.push((name.clone(), changes));
                places.push((name, place));
            }
            Err(wrong) => problems.push(Problem { span: place, message: format!("`classes` {wrong}") }),
        }
    }
    classes.confirm(&storage.confirmations);
    (classes, places)
}

fn class(
    table: &dyn TableLike,
    place: Range<usize>,
    problems: &mut Vec<Problem>,
) -> Option<(String, Changes)> {
    let mut section = Section::new("classes", table, place);
    let name = section.required(problems, "name", "\"cards\"", value::class);
    let from = section.required(problems, "like", "\"pci-12m\"", value::text);
    let changes = Changes {
        from: from.clone().unwrap_or_default(),
        hot: section.value(problems, "hot", value::term),
        warm: section.value(problems, "warm", value::term),
        retention: section.value(problems, "retention", value::term),
        lock: section.value(problems, "lock", value::lock),
        storage_class: section.value(problems, "storage_class", value::storage_class),
        receipts: section.value(problems, "receipts", value::term),
        long_retention: section.value(problems, "long_retention", value::truth).unwrap_or_default(),
        confirmation: section.value(problems, "confirmation", value::text),
    };
    section.finish(problems);
    from?;
    Some((name?.to_string(), changes))
}
