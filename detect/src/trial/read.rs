//! Reading trials from YAML.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::Problem;
use crate::yaml::{Fault, Kind, Node, load};

/// Trials of one rule.
#[derive(Clone, PartialEq, Debug)]
pub struct TrialFile {
    /// The file, as it was named.
    pub file: String,
    /// The line at which they begin.
    pub line: u32,
    /// The rule: its id or name.
    pub rule: String,
    /// The trials.
    pub trials: Vec<Trial>,
}

/// A trial.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// Its line.
    pub line: u32,
    /// What it is about.
    pub name: String,
    /// What happens, in order.
    pub events: Vec<TrialEvent>,
    /// How long after the last event it is looked at.
    pub ends_after: Duration,
    /// How many episodes must come of it.
    pub fires: usize,
}

/// Records that follow one another.
#[derive(Clone, PartialEq, Debug)]
pub struct TrialEvent {
    /// How long after the one before.
    pub after: Duration,
    /// How many.
    pub repeat: u64,
    /// How far apart they are.
    pub every: Duration,
    /// Their stream.
    pub stream: String,
    /// What they are.
    pub record: Map<String, Value>,
}

/// After the last event, for everything to be over.
const ENDS_AFTER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Records of one entry: a month of minutes is more than any rule looks at.
const REPEAT_MAX: u64 = 50_000;

const FILE_KEYS: [&str; 2] = ["rule", "tests"];
const TRIAL_KEYS: [&str; 4] = ["name", "events", "ends-after", "fires"];
const EVENT_KEYS: [&str; 5] = ["record", "repeat", "every", "after", "stream"];

/// Reads a file of trials.
///
/// # Errors
/// With the line of what is wrong.
pub fn read_trials(file: &str, text: &str) -> Result<Vec<TrialFile>, Problem> {
    let documents = load(text).map_err(|fault| fault.in_file(file))?;
    documents
        .iter()
        .filter(|document| !matches!(document.kind, Kind::Null))
        .map(|document| trial_file(document, file).map_err(|fault| fault.in_file(file)))
        .collect()
}

fn trial_file(document: &Node, file: &str) -> Result<TrialFile, Fault> {
    let mapping = document.mapping("tests of a rule")?;
    mapping.only(&FILE_KEYS)?;
    let trials = mapping.require("tests")?.list("tests")?.iter().map(trial).collect::<Result<_, _>>()?;
    Ok(TrialFile {
        file: file.to_owned(),
        line: document.line,
        rule: mapping.require("rule")?.text("rule")?,
        trials,
    })
}

fn trial(node: &Node) -> Result<Trial, Fault> {
    let mapping = node.mapping("a test")?;
    mapping.only(&TRIAL_KEYS)?;
    let events = mapping.require("events")?.list("events")?.iter().map(event).collect::<Result<_, _>>()?;
    let fires = whole(mapping.require("fires")?, "fires", REPEAT_MAX)?;
    let ends_after = mapping.get("ends-after").map_or(Ok(ENDS_AFTER), |node| node.duration("ends-after"))?;
    Ok(Trial {
        ends_after,
        line: node.line,
        name: mapping.require("name")?.text("name")?,
        events,
        fires: usize::try_from(fires).unwrap_or(usize::MAX),
    })
}

fn event(node: &Node) -> Result<TrialEvent, Fault> {
    let mapping = node.mapping("an event")?;
    mapping.only(&EVENT_KEYS)?;
    let duration =
        |key: &str| mapping.entry(key).map_or(Ok(Duration::ZERO), |entry| entry.value.duration(key));
    let Value::Object(record) = json(mapping.require("record")?) else {
        return Err(Fault::new(node.line, "`record` must be a mapping of fields to values"));
    };
    Ok(TrialEvent {
        after: duration("after")?,
        repeat: mapping.entry("repeat").map_or(Ok(1), |entry| whole(&entry.value, "repeat", REPEAT_MAX))?,
        every: duration("every")?,
        stream: mapping.optional_text("stream")?.unwrap_or_else(|| "app".to_owned()),
        record,
    })
}

fn whole(node: &Node, name: &str, max: u64) -> Result<u64, Fault> {
    let text = node.text(name)?;
    let number = text.parse::<u64>().ok().filter(|number| *number <= max);
    number.ok_or_else(|| Fault::new(node.line, format!("`{name}` must be a whole number of at most {max}")))
}

/// A YAML value as the JSON that a record is.
fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Boolean(value) => Value::Bool(*value),
        Kind::Number { written, .. } => {
            serde_json::from_str(written).unwrap_or_else(|_| Value::String(written.clone()))
        }
        Kind::Text(text) => Value::String(text.clone()),
        Kind::List(nodes) => nodes.iter().map(json).collect(),
        Kind::Mapping(mapping) => {
            mapping.entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect()
        }
    }
}
