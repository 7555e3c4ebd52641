//! Reading `search:`.
//!
//! ```yaml
//! search:
//!     query: 'service:payments level:error | stats count() as errors by region'
//!     stream: app                       # optional
//!     every: 1m                         # asked at each full minute, by the time that records tell,
//!     timespan: 5m                      # about the five minutes before
//!     group-by: [region]                # columns whose values are alerts of their own
//!     value: errors                     # the column that is compared; optional when there is only one other
//!     condition: {gt: 100}
//! ```
//!
//! A query without pipes counts what it finds.

use std::time::Duration;

use palisade_query::language::{Stage, parse};
use palisade_record::StreamName;

use super::correlation::threshold;
use crate::rule::Scheduled;
use crate::yaml::{Fault, Node};

const KEYS: [&str; 7] = ["query", "stream", "every", "timespan", "group-by", "value", "condition"];

/// Searches cost; whoever wants to know sooner writes a detection, which is told at once.
const EVERY_MIN: Duration = Duration::from_secs(10);

/// The longest span of a search that is asked again and again.
const TIMESPAN_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What a query without pipes is compared by.
const COUNT: &str = "count";

/// Reads a search.
pub(super) fn read(node: &Node) -> Result<Scheduled, Fault> {
    let mapping = node.mapping("search")?;
    mapping.only(&KEYS)?;
    let (query, has_pipes) = query(mapping.require("query")?)?;
    let stream = mapping.optional_text("stream")?;
    if let (Some(name), Some(entry)) = (&stream, mapping.entry("stream"))
        && let Err(problem) = name.parse::<StreamName>()
    {
        return Err(Fault::new(entry.line, format!("`stream`: {problem}")));
    }
    let every = mapping.require("every")?;
    let timespan = mapping.require("timespan")?;
    let group_by = mapping.require("group-by")?.texts("group-by")?;
    let value = match (mapping.optional_text("value")?, has_pipes) {
        (Some(value), _) => value,
        (None, false) => COUNT.to_owned(),
        (None, true) => {
            let reason = "`value:` is missing: which column is compared? Name it in the query with `as`";
            return Err(Fault::new(mapping.line, reason));
        }
    };
    let query = if has_pipes { query } else { counted(&query, &group_by) };
    Ok(Scheduled {
        query,
        stream,
        every: bounded(every, "every", EVERY_MIN)?,
        timespan: bounded(timespan, "timespan", EVERY_MIN)?,
        group_by,
        value,
        condition: threshold(mapping.require("condition")?.mapping("condition")?, false)?,
    })
}

/// The query, and whether it has pipes that make a table.
fn query(node: &Node) -> Result<(String, bool), Fault> {
    let text = node.text("query")?;
    let parsed = parse(&text).map_err(|error| Fault::new(node.line, format!("`query`: {error}")))?;
    let is_table = parsed.pipes.iter().any(|pipe| !matches!(pipe.stage, Stage::Where(_)));
    Ok((text, is_table))
}

fn counted(query: &str, group_by: &[String]) -> String {
    let by = if group_by.is_empty() { String::new() } else { format!(" by {}", group_by.join(", ")) };
    format!("{query} | stats count() as {COUNT}{by}")
}

fn bounded(node: &Node, name: &str, least: Duration) -> Result<Duration, Fault> {
    let duration = node.duration(name)?;
    let is_whole = duration.subsec_nanos() == 0;
    if duration < least || duration > TIMESPAN_MAX || !is_whole {
        let reason = format!(
            "`{name}` must be whole seconds, at least {} of them, and at most a day",
            least.as_secs()
        );
        return Err(Fault::new(node.line, reason));
    }
    Ok(duration)
}
