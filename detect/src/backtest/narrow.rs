//! A search that finds at least what rules look for, so that history need not be read whole.

use palisade_record::StreamName;

use crate::pipeline::{Name, Pipeline};
use crate::rule::{Condition, Detection, Group, Item, Shape, Test};

/// Alternatives of a condition. Longer queries cost more than they save.
const ALTERNATIVES_MAX: usize = 64;

/// A query, `*` when nothing narrower is known, and the stream when there is only one.
pub(crate) fn query(detections: &[&Detection], pipeline: &Pipeline) -> (String, Option<StreamName>) {
    let parts: Option<Vec<String>> = detections
        .iter()
        .map(|detection| {
            let selections = &detection.search.selections;
            required(&detection.search.condition, &|number| {
                group(&selections[number].group, detection, pipeline)
            })
        })
        .collect();
    let query = match parts {
        Some(mut parts) if !parts.is_empty() => {
            parts.dedup();
            parts.join(" or ")
        }
        _ => "*".to_owned(),
    };
    (query, stream(detections))
}

fn stream(detections: &[&Detection]) -> Option<StreamName> {
    let first = detections.first()?.source.stream.as_deref()?;
    let is_same = detections.iter().all(|detection| detection.source.stream.as_deref() == Some(first));
    let is_plain = !first.contains(['*', '?']);
    first.parse().ok().filter(|_| is_same && is_plain)
}

/// What must hold for a condition to hold, if that can be said.
fn required(condition: &Condition, selection: &impl Fn(usize) -> Option<String>) -> Option<String> {
    match condition {
        Condition::Selection(number) => selection(*number),
        Condition::Not(_) => None,
        Condition::All(parts) => parts.iter().find_map(|part| required(part, selection)),
        Condition::Any(parts) => either(parts.iter().map(|part| required(part, selection))),
    }
}

fn group(group: &Group, detection: &Detection, pipeline: &Pipeline) -> Option<String> {
    match group {
        Group::All(parts) => {
            let mut parts: Vec<String> =
                parts.iter().filter_map(|part| self::group(part, detection, pipeline)).collect();
            match parts.len() {
                0 => None,
                1 => parts.pop(),
                _ => Some(format!("({})", parts.join(" and "))),
            }
        }
        Group::Any(parts) => either(parts.iter().map(|part| self::group(part, detection, pipeline))),
        Group::Item(item) => self::item(item, detection, pipeline),
    }
}

fn either(parts: impl Iterator<Item = Option<String>>) -> Option<String> {
    let mut parts: Vec<String> = parts.collect::<Option<_>>()?;
    parts.dedup();
    match parts.len() {
        1 => parts.pop(),
        2..=ALTERNATIVES_MAX => Some(format!("({})", parts.join(" or "))),
        _ => None,
    }
}

fn item(item: &Item, detection: &Detection, pipeline: &Pipeline) -> Option<String> {
    if item.negated {
        return None;
    }
    let names = pipeline.names(&detection.source, item.field.as_ref()?);
    let values: Vec<&str> = item.tests.iter().map(plain).collect::<Option<_>>()?;
    if names.len() * values.len() > ALTERNATIVES_MAX {
        return None;
    }
    let is_askable =
        |name: &&Name| name.as_str().chars().all(|letter| letter.is_alphanumeric() || "._-".contains(letter));
    let names: Vec<&Name> = names.iter().filter(is_askable).collect();
    let mut pairs = Vec::new();
    for value in values {
        pairs.extend(names.iter().map(|name| Some(format!("{}:\"{value}\"", name.as_str()))));
    }
    either(pairs.into_iter())
}

/// A text that must be the whole value, of letters and digits only: what a search for it finds holds it for sure.
fn plain(test: &Test) -> Option<&str> {
    match test {
        Test::Text(pattern) => match pattern.shape() {
            Shape::Whole(text) if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
