//! Reading rule files: from YAML to rules, or to the reason why not, with the line.

mod correlation;
mod drop;
mod filter;
mod header;
pub(crate) mod item;
mod profile;
mod scheduled;
mod search;
mod source;
mod watch;

pub(crate) use search::group;

use super::{Body, Detection, Placeholders, Rule};
use crate::Problem;
use crate::yaml::{Fault, Mapping, Node, load};

/// The most values that one rule may have, after what modifiers make of them; the largest public rule has 4,432.
pub const VALUES_MAX: usize = 50_000;

/// What reading a rule needs, and what it counts.
pub(crate) struct Context<'a> {
    pub(crate) placeholders: &'a Placeholders,
    values: usize,
}

impl<'a> Context<'a> {
    pub(crate) const fn new(placeholders: &'a Placeholders) -> Self {
        Self { placeholders, values: 0 }
    }

    fn count_values(&mut self, count: usize, line: u32) -> Result<(), Fault> {
        self.values += count;
        if self.values > VALUES_MAX {
            return Err(Fault::new(line, format!("the rule has more than {VALUES_MAX} values; split it")));
        }
        Ok(())
    }
}

/// Reads every rule of a file; each document is a rule, or why it is none.
pub fn read(file: &str, text: &str, placeholders: &Placeholders) -> Vec<Result<Rule, Problem>> {
    let documents = match load(text) {
        Ok(documents) => documents,
        Err(fault) => return vec![Err(fault.in_file(file))],
    };
    documents
        .iter()
        .filter(|document| !matches!(document.kind, crate::yaml::Kind::Null))
        .map(|document| rule(document, file, placeholders).map_err(|fault| fault.in_file(file)))
        .collect()
}

fn rule(document: &Node, file: &str, placeholders: &Placeholders) -> Result<Rule, Fault> {
    let mapping = document.mapping("a rule")?;
    let mut context = Context::new(placeholders);
    if let Some(entry) = mapping.entry("action") {
        let reason = "`action:` belongs to collections of Sigma 1; write each rule out, or use a filter";
        return Err(Fault::new(entry.line, reason));
    }
    let header = header::read(mapping, file)?;
    let entry = single_body(mapping)?;
    let body = match entry.key.as_str() {
        "detection" => {
            let detection = detection(mapping, &entry.value, &mut context)?;
            match mapping.get("watch") {
                Some(node) => Body::Watch(watch::read(node, detection)?),
                None => Body::Detection(detection),
            }
        }
        "search" => Body::Scheduled(scheduled::read(&entry.value)?),
        "correlation" => Body::Correlation(correlation::read(&entry.value)?),
        _ => Body::Filter(filter::read(&entry.value, mapping, header.id.clone(), &mut context)?),
    };
    Ok(Rule { header, body })
}

/// The keys under which a document says what it looks for. It has exactly one of them.
const BODIES: [&str; 4] = ["detection", "correlation", "search", "filter"];

fn single_body(document: &Mapping) -> Result<&crate::yaml::Entry, Fault> {
    let mut bodies = document.entries.iter().filter(|entry| BODIES.contains(&entry.key.as_str()));
    match (bodies.next(), bodies.next()) {
        (Some(body), None) => Ok(body),
        (None, _) => {
            let reason = format!("the rule looks for nothing: it has none of {}", BODIES.join(", "));
            Err(Fault::new(document.line, reason))
        }
        (Some(first), Some(second)) => {
            let reason =
                format!("`{}:` and `{}:` are two rules; put `---` between them", first.key, second.key);
            Err(Fault::new(second.line, reason))
        }
    }
}

fn detection(document: &Mapping, body: &Node, context: &mut Context<'_>) -> Result<Detection, Fault> {
    Ok(Detection {
        source: source::read(document.require("logsource")?)?,
        search: search::read(body.mapping("detection")?, &[], context)?,
        filters: Vec::new(),
    })
}
