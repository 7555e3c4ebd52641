//! Reading a pipeline from YAML.

use super::{Fields, Pipeline, Prefixes, Source};
use crate::Problem;
use crate::rule::read::{Context, group};
use crate::rule::{LogSource, Placeholders};
use crate::yaml::{Fault, Mapping, Node, load};

/// Reads a pipeline, or tells what is wrong on which line.
pub fn read_pipeline(file: &str, text: &str, placeholders: &Placeholders) -> Result<Pipeline, Problem> {
    read(text, placeholders).map_err(|fault| fault.in_file(file))
}

fn read(text: &str, placeholders: &Placeholders) -> Result<Pipeline, Fault> {
    let mut pipeline = Pipeline::default();
    let mut context = Context::new(placeholders);
    for document in load(text)? {
        let mapping = document.mapping("a pipeline")?;
        mapping.only(&["sources", "fields", "prefixes"])?;
        for node in list(mapping, "sources")? {
            let entry = node.mapping("sources")?;
            entry.only(&["when", "records"])?;
            let records = entry.entry("records");
            let records =
                records.ok_or_else(|| Fault::new(entry.line, "`records:` is missing; say which they are"))?;
            let when = when(entry)?;
            if when == LogSource::default() {
                return Err(Fault::new(entry.line, "`when:` is missing; say which log source this is"));
            }
            pipeline.sources.push(Source { when, records: group(records, &mut context)? });
        }
        for node in list(mapping, "fields")? {
            let entry = node.mapping("fields")?;
            entry.only(&["when", "names"])?;
            let mut names = Vec::new();
            for field in &entry.require("names")?.mapping("names")?.entries {
                names.push((field.key.clone(), field.value.texts(&field.key)?));
            }
            pipeline.fields.push(Fields { when: when(entry)?, names });
        }
        for node in list(mapping, "prefixes")? {
            let entry = node.mapping("prefixes")?;
            entry.only(&["when", "names"])?;
            let names = entry.require("names")?.texts("names")?;
            pipeline.prefixes.push(Prefixes { when: when(entry)?, names });
        }
    }
    Ok(pipeline)
}

fn list<'a>(mapping: &'a Mapping, key: &str) -> Result<&'a [Node], Fault> {
    mapping.get(key).map_or(Ok(&[]), |node| node.list(key))
}

fn when(entry: &Mapping) -> Result<LogSource, Fault> {
    let Some(node) = entry.get("when") else { return Ok(LogSource::default()) };
    let mapping = node.mapping("when")?;
    mapping.only(&["product", "category", "service"])?;
    Ok(LogSource {
        product: mapping.optional_text("product")?,
        category: mapping.optional_text("category")?,
        service: mapping.optional_text("service")?,
        stream: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (u32, String) {
        let problem = read_pipeline("p.yml", text, &Placeholders::default()).expect_err(text);
        (problem.line, problem.reason)
    }

    #[test]
    fn a_pipeline_with_something_unknown_is_refused_with_its_line() {
        assert_eq!(refused("fields:\n  - names: {A: [b]}\nmore: 1\n").0, 3);
        assert_eq!(refused("sources:\n  - records: {A: 1}\n").0, 2);
        assert_eq!(refused("sources:\n  - when: {product: x}\n").0, 2);
        assert_eq!(refused("sources:\n  - when: {produkt: x}\n    records: {A: 1}\n").0, 2);
        assert_eq!(refused("sources:\n  - when: {product: x}\n    records: {A|like: 1}\n").0, 3);
    }
}
