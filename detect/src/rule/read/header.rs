//! Reading what every rule says of itself.

use crate::rule::{Header, RuleId, Severity};
use crate::yaml::{Fault, Mapping};

const STATUSES: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];

/// Reads the header of the rule that a document is.
pub(super) fn read(document: &Mapping, file: &str) -> Result<Header, Fault> {
    let name = document.optional_text("name")?;
    let id = document.optional_text("id")?.or_else(|| name.clone()).filter(|id| !id.trim().is_empty());
    let Some(id) = id else {
        return Err(Fault::new(document.line, "the rule has no `id:` and no `name:`; give it one of them"));
    };
    let title = document.require("title")?.text("title")?;
    let level = match document.entry("level") {
        None => Severity::default(),
        Some(entry) => entry.value.text("level")?.parse().map_err(|()| {
            Fault::new(entry.line, "`level:` must be informational, low, medium, high or critical")
        })?,
    };
    let status = document.optional_text("status")?;
    if let Some(status) = &status
        && !STATUSES.contains(&status.as_str())
    {
        let line = document.entry("status").map_or(document.line, |entry| entry.line);
        return Err(Fault::new(line, format!("`status:` must be one of {}", STATUSES.join(", "))));
    }
    Ok(Header {
        id: RuleId(id),
        name,
        title,
        description: document.optional_text("description")?.unwrap_or_default(),
        level,
        status,
        author: authors(document)?,
        tags: document.optional_texts("tags")?,
        false_positives: document.optional_texts("falsepositives")?,
        references: document.optional_texts("references")?,
        runbook: document.optional_text("runbook")?,
        file: file.to_owned(),
        line: document.line,
    })
}

/// One text; lists of authors, which some write, are joined as the specification asks.
fn authors(document: &Mapping) -> Result<Option<String>, Fault> {
    let authors = document.optional_texts("author")?;
    Ok((!authors.is_empty()).then(|| authors.join(", ")))
}
