//! What clients ask, read strictly: a misspelt name must not quietly change the question.

use axum::http::Uri;
use palisade_access::{Act, ApiError};
use palisade_record::range::parse_moment;
use palisade_record::{StreamName, TimeRange, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Engine;
use crate::engine::{Order, Question};

/// A moment as clients write it.
#[derive(Clone, Deserialize, Debug)]
#[serde(untagged)]
pub(super) enum Moment {
    /// Milliseconds since the epoch.
    Millis(i64),
    /// RFC 3339, `now-15m`, or milliseconds.
    Text(String),
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchRequest {
    #[serde(default)]
    pub(super) query: String,
    pub(super) stream: Option<StreamName>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    pub(super) limit: Option<u64>,
    #[serde(default)]
    pub(super) order: TimeOrder,
    pub(super) cursor: Option<String>,
    /// Whether to tell how the answer came about.
    #[serde(default)]
    pub(super) explain: bool,
    /// Whether to tell how far it has come while it takes long.
    #[serde(default)]
    pub(super) progress: bool,
}

#[derive(Deserialize, Clone, Copy, Default, Debug)]
#[serde(rename_all = "lowercase")]
pub(super) enum TimeOrder {
    #[default]
    Newest,
    Oldest,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportRequest {
    #[serde(default)]
    pub(super) query: String,
    pub(super) stream: Option<StreamName>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    #[serde(default)]
    pub(super) order: ExportOrder,
    #[serde(default)]
    pub(super) format: Format,
    /// Which columns rows have.
    #[serde(default)]
    pub(super) columns: Names,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceRequest {
    #[serde(default)]
    pub(super) query: String,
    pub(super) stream: Option<StreamName>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    #[serde(default)]
    pub(super) order: ExportOrder,
}

/// What an export is a file of.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// The exact bytes of records.
    #[default]
    Raw,
    Ndjson,
    Csv,
    Parquet,
}

/// Names in a list, or in a text with commas between, as addresses have them.
#[derive(Deserialize, Debug)]
#[serde(untagged)]
pub(super) enum Names {
    List(Vec<String>),
    Text(String),
}

impl Default for Names {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Names {
    pub(super) fn into_list(self) -> Vec<String> {
        match self {
            Self::List(names) => names,
            Self::Text(text) => {
                text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
            }
        }
    }
}

#[derive(Deserialize, Clone, Copy, Default, Debug)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExportOrder {
    #[default]
    Arrival,
    Time,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct HistogramRequest {
    #[serde(default)]
    pub(super) query: String,
    pub(super) stream: Option<StreamName>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    pub(super) by: Option<String>,
    pub(super) buckets: Option<u32>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldsRequest {
    #[serde(default)]
    pub(super) query: String,
    pub(super) stream: Option<StreamName>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct ValuesRequest {
    pub(super) field: String,
    #[serde(default)]
    pub(super) query: String,
    pub(super) stream: Option<StreamName>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    pub(super) limit: Option<u64>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct ContextRequest {
    pub(super) id: String,
    pub(super) before: Option<u64>,
    pub(super) after: Option<u64>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrelateRequest {
    pub(super) id: String,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct TailRequest {
    #[serde(default)]
    pub(super) query: String,
    pub(super) stream: Option<StreamName>,
}

impl From<TimeOrder> for Order {
    fn from(order: TimeOrder) -> Self {
        match order {
            TimeOrder::Newest => Self::Newest,
            TimeOrder::Oldest => Self::Oldest,
        }
    }
}

impl From<ExportOrder> for Order {
    fn from(order: ExportOrder) -> Self {
        match order {
            ExportOrder::Arrival => Self::Arrival,
            ExportOrder::Time => Self::Oldest,
        }
    }
}

/// A request in a body. An empty body asks for everything.
pub(super) fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        ApiError::invalid(
            format!("the request is not valid: {error}"),
            "send a JSON object with the fields it names",
        )
    })
}

/// A request in an address.
pub(super) fn from_address<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    let read = axum::extract::Query::try_from_uri(uri).map(|axum::extract::Query(request)| request);
    read.map_err(|error| ApiError::invalid(error.body_text(), "correct the part of the address after `?`"))
}

/// The time between two moments.
fn range(from: Option<&Moment>, to: Option<&Moment>, now: Timestamp) -> Result<TimeRange, ApiError> {
    let read = |name: &str, moment: Option<&Moment>, open: Timestamp| {
        let hint = "write RFC 3339 like 2026-11-21T08:00:00Z, now-15m, or milliseconds since 1970";
        let refuse = |message: String| ApiError::invalid(format!("`{name}`: {message}"), hint);
        match moment {
            None => Ok(open),
            Some(Moment::Millis(millis)) => {
                Timestamp::from_millis(*millis).ok_or_else(|| refuse(format!("{millis} is out of range")))
            }
            Some(Moment::Text(text)) => parse_moment(text, now).map_err(refuse),
        }
    };
    let (from, to) = (read("from", from, Timestamp::MIN)?, read("to", to, Timestamp::MAX)?);
    if from > to {
        return Err(ApiError::invalid("`from` is later than `to`", "exchange them"));
    }
    Ok(TimeRange { from, to })
}

/// The time between two moments, for a query; who asks for what is told to the audit trail.
pub(super) fn asked(
    (act, engine): (&Act, &Engine),
    query: &str,
    stream: Option<&StreamName>,
    from: Option<&Moment>,
    to: Option<&Moment>,
) -> Result<TimeRange, ApiError> {
    let range = range(from, to, engine.now())?;
    // One that cannot be read asks for nothing, and what it holds cannot be told from what must be sealed.
    if let Some(query) = engine.recorded_query(query)? {
        act.tell("query", query);
    }
    if let Some(stream) = stream {
        act.tell("asked_stream", stream.to_string());
    }
    let ends = [("from", range.from, Timestamp::MIN), ("to", range.to, Timestamp::MAX)];
    for (name, time, _) in ends.into_iter().filter(|(_, time, open)| time != open) {
        act.tell(name, time.to_string());
    }
    Ok(range)
}

/// A question from the parts that all requests have; who asks for what is told to the audit trail.
pub(super) fn question(
    asking: (&Act, &Engine),
    query: &str,
    stream: Option<&StreamName>,
    from: Option<&Moment>,
    to: Option<&Moment>,
) -> Result<Question, ApiError> {
    let range = asked(asking, query, stream, from, to)?;
    Ok(Question::new(query, stream, range, &asking.1.asked_by(asking.0.caller()))?)
}

/// A number with bounds.
pub(super) fn bounded(
    name: &str,
    given: Option<u64>,
    otherwise: usize,
    smallest: usize,
    largest: usize,
) -> Result<usize, ApiError> {
    let Some(given) = given else { return Ok(otherwise) };
    usize::try_from(given).ok().filter(|given| (smallest..=largest).contains(given)).ok_or_else(|| {
        let hint = format!("write a number from {smallest} to {largest}");
        ApiError::invalid(format!("`{name}` is {given}"), hint)
    })
}
