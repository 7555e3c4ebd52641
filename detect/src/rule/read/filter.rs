//! Reading `filter:`.

use super::{Context, search, source};
use crate::rule::{Filter, RuleId, Target};
use crate::yaml::{Fault, Kind, Mapping, Node};

/// Reads the filter that a document is.
pub(super) fn read(
    node: &Node,
    document: &Mapping,
    id: RuleId,
    context: &mut Context<'_>,
) -> Result<Filter, Fault> {
    let mapping = node.mapping("filter")?;
    Ok(Filter {
        target: target(mapping)?,
        source: source::read(document.require("logsource")?)?,
        search: search::read(mapping, &["rules"], context)?,
        id,
        line: document.line,
    })
}

fn target(mapping: &Mapping) -> Result<Target, Fault> {
    let node = mapping.require("rules")?;
    match &node.kind {
        Kind::Text(text) if text == "any" => Ok(Target::Any),
        Kind::List(nodes) if !nodes.is_empty() => nodes
            .iter()
            .map(|node| Ok((node.line, node.text("rules")?)))
            .collect::<Result<_, _>>()
            .map(Target::Rules),
        Kind::Text(_) => Ok(Target::Rules(vec![(node.line, node.text("rules")?)])),
        _ => Err(Fault::new(node.line, "`rules:` must be `any` or a list of ids or names of rules")),
    }
}
