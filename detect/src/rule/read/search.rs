//! Reading selections and the condition over them.

use super::{Context, item};
use crate::rule::condition::{DEPTH_MAX, parse_condition, selected};
use crate::rule::{Condition, Group, Search, Selection};
use crate::yaml::{Entry, Fault, Kind, Mapping, Node};

/// More selections are not a rule that anybody can read; the public rules have at most 60.
const SELECTIONS_MAX: usize = 1_000;

/// Reads the selections and the condition of a mapping, of which `others` are keys that mean something else.
pub(super) fn read(mapping: &Mapping, others: &[&str], context: &mut Context<'_>) -> Result<Search, Fault> {
    let condition = mapping.entry("condition").ok_or_else(|| {
        Fault::new(mapping.line, "`condition:` is missing; say which selections must match")
    })?;
    let mut selections = Vec::new();
    for entry in &mapping.entries {
        if entry.key == "condition" || others.contains(&entry.key.as_str()) {
            continue;
        }
        if entry.key == "timeframe" {
            let reason =
                "`timeframe:` belongs to aggregations, which Sigma no longer has; write a correlation";
            return Err(Fault::new(entry.line, reason));
        }
        selections.push(selection(entry, context)?);
    }
    if selections.len() > SELECTIONS_MAX {
        return Err(Fault::new(mapping.line, format!("more than {SELECTIONS_MAX} selections")));
    }
    let condition = read_condition(condition, &selections)?;
    Ok(Search { selections, condition })
}

fn read_condition(entry: &Entry, selections: &[Selection]) -> Result<Condition, Fault> {
    let names: Vec<&str> = selections.iter().map(|selection| selection.name.as_str()).collect();
    let nodes = match &entry.value.kind {
        Kind::List(nodes) if nodes.is_empty() => return Err(Fault::new(entry.line, "`condition:` is empty")),
        Kind::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    };
    let mut conditions = Vec::with_capacity(nodes.len());
    for node in nodes {
        let condition = parse_condition(&node.text("condition")?, &names)
            .map_err(|reason| Fault::new(node.line, format!("`condition:` cannot be read: {reason}")))?;
        conditions.push(condition);
    }
    // A list says that one of its conditions must hold.
    let condition = match conditions.len() {
        1 => conditions.swap_remove(0),
        _ => Condition::Any(conditions),
    };
    let mut used = vec![false; names.len()];
    mark(&condition, &mut used);
    // What begins with `_` is hidden from `them`, and so may be there without being used.
    let hidden = selected("them", &names);
    match hidden.into_iter().find(|number| !used[*number]) {
        None => Ok(condition),
        Some(number) => {
            let selection = &selections[number];
            let reason = format!(
                "the condition does not use the selection `{}`; use it or take it away",
                selection.name
            );
            Err(Fault::new(selection.line, reason))
        }
    }
}

fn mark(condition: &Condition, used: &mut [bool]) {
    match condition {
        Condition::Selection(number) => used[*number] = true,
        Condition::Not(inner) => mark(inner, used),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| mark(part, used)),
    }
}

fn selection(entry: &Entry, context: &mut Context<'_>) -> Result<Selection, Fault> {
    let name = &entry.key;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "()*".contains(c)) {
        let reason = format!("`{name}` cannot name a selection; use letters, digits and `_`");
        return Err(Fault::new(entry.line, reason));
    }
    Ok(Selection { name: name.clone(), line: entry.line, group: group(entry, context)? })
}

/// Reads what a selection asks for: a mapping of which all must hold, or a list of which one must.
pub(crate) fn group(entry: &Entry, context: &mut Context<'_>) -> Result<Group, Fault> {
    let name = &entry.key;
    match &entry.value.kind {
        Kind::Mapping(mapping) => all(mapping, name, context),
        Kind::List(nodes) => any(nodes, entry, context),
        Kind::Null => Err(Fault::new(entry.line, format!("the selection `{name}` is empty"))),
        _ => item::keyword(&entry.value, context).map(Group::Item),
    }
}

fn all(mapping: &Mapping, name: &str, context: &mut Context<'_>) -> Result<Group, Fault> {
    let items = mapping.entries.iter().map(|entry| item::read(entry, context).map(Group::Item));
    let mut items: Vec<Group> = items.collect::<Result<_, _>>()?;
    match items.len() {
        0 => Err(Fault::new(mapping.line, format!("the selection `{name}` is empty"))),
        1 => Ok(items.swap_remove(0)),
        _ => Ok(Group::All(items)),
    }
}

fn any(nodes: &[Node], entry: &Entry, context: &mut Context<'_>) -> Result<Group, Fault> {
    if nodes.is_empty() {
        return Err(Fault::new(entry.line, format!("the selection `{}` is empty", entry.key)));
    }
    let mut groups = Vec::with_capacity(nodes.len());
    for node in nodes {
        groups.push(match &node.kind {
            Kind::Mapping(mapping) => all(mapping, &entry.key, context)?,
            _ => Group::Item(item::keyword(node, context)?),
        });
    }
    Ok(match groups.len() {
        1 => groups.swap_remove(0),
        _ => Group::Any(groups),
    })
}

// Conditions are walked without a bound of their own: reading has bounded them.
const _: () = assert!(DEPTH_MAX < 1_000);
