//! Reports for auditors: made on request and every month, kept with what proves them.

mod facts;
mod kept;
mod monthly;
mod told;

use std::sync::{Arc, Mutex, TryLockError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError, Permission, Routes, waiting};
use palisade_index::Deed;
use palisade_query::Engine;
use palisade_record::{Clock, StreamName, TimeRange, Timestamp};
use palisade_report::document::Document;
use palisade_report::monthly::{Answer, Ask, Month, Order, compose};
use palisade_report::{render, tables};
use serde::Deserialize;
use serde_json::json;

pub(super) use self::facts::{Parts, Sources};
use self::kept::{Kept, Line};
pub(super) use self::monthly::Monthly;

/// What makes reports, and where they are kept.
#[derive(Clone)]
pub(super) struct Reports(Arc<Inner>);

struct Inner {
    engine: Engine,
    sources: Sources,
    kept: Kept,
    zone: String,
    clock: Arc<dyn Clock>,
    /// One report is made at a time: each asks about a whole month.
    making: Mutex<()>,
}

impl Reports {
    pub(super) fn new(
        engine: Engine,
        sources: Sources,
        zone: String,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let kept = Kept::open(&sources.data_dir)?;
        Ok(Self(Arc::new(Inner { engine, sources, kept, zone, clock, making: Mutex::new(()) })))
    }

    /// Makes the report of a month, keeps it, and lets the log tell of it. Waits.
    fn make(&self, month: Month, zone: Option<String>, by: &str) -> Result<Line, ApiError> {
        let Inner { engine, sources, kept, clock, making, .. } = &*self.0;
        let _one = match making.try_lock() {
            Ok(one) => one,
            Err(TryLockError::Poisoned(one)) => one.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(ApiError::busy("another report is being made")),
        };
        let now = clock.now();
        let zone = zone.unwrap_or_else(|| self.0.zone.clone());
        let period =
            month.period(&zone).map_err(|problem| ApiError::invalid(problem, "name an IANA zone"))?;
        if period.from > now {
            let message = format!("{} has not begun", period.name);
            return Err(ApiError::invalid(message, "ask for a month that is over, or for this one so far"));
        }
        let generator = concat!("palisade ", env!("CARGO_PKG_VERSION")).to_owned();
        let tenant = sources.parts.index.tenant().to_owned();
        let order = Order { month, zone, tenant, now, generator };
        let facts = sources
            .gather(period.from, period.to, now)
            .map_err(|error| ApiError::internal(format!("{error:#}")))?;
        let document = compose(&order, &Asked(engine), &facts)
            .map_err(|problem| ApiError::invalid(problem, "name another zone"))?;
        let log_size =
            sources.parts.index.log_size().map_err(|error| ApiError::internal(error.to_string()))?;
        let line = kept
            .keep(&document, &month.to_string(), by, log_size)
            .map_err(|error| ApiError::internal(format!("{error:#}")))?;
        let deed = Deed { deed: "report".to_owned(), paper: json!(line) };
        let noted = sources.parts.index.record_deed(deed);
        noted.map_err(|error| {
            ApiError::internal(format!("the report is there, but the log cannot say so: {error}"))
        })?;
        Ok(line)
    }

    /// `GET`, `POST /api/v1/reports`, and what is below it.
    pub(super) fn routes(self) -> Routes {
        Routes::new()
            .get("/api/v1/reports", Permission::Report, list)
            .post("/api/v1/reports", Permission::Report, make)
            .get("/api/v1/reports/{id}", Permission::Report, pdf)
            .get("/api/v1/reports/{id}/document", Permission::Report, document)
            .get("/api/v1/reports/{id}/proof", Permission::Report, proof)
            .get("/api/v1/reports/{id}/tables", Permission::Report, all_tables)
            .get("/api/v1/reports/{id}/tables/{table}", Permission::Report, one_table)
            .with_state(self)
    }
}

/// The query engine, as reports ask it.
struct Asked<'a>(&'a Engine);

impl Ask for Asked<'_> {
    fn ask(
        &self,
        query: &str,
        stream: Option<&str>,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Answer, String> {
        let stream: Option<StreamName> = stream.map(str::parse).transpose()?;
        let table = self.0.table(query, stream.as_ref(), TimeRange { from, to }, limit);
        let table = table.map_err(|error| error.message)?;
        Ok(Answer { rows: table.rows, is_cut: table.truncated })
    }
}

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Like `2026-10`; the last one that is over when left out.
    month: Option<String>,
    /// An IANA zone; the configured one when left out.
    zone: Option<String>,
}

async fn list(State(reports): State<Reports>, act: Act) -> Result<Response, ApiError> {
    let lines = waiting(move || reports.0.kept.list()).await?;
    let lines = lines.map_err(|error| ApiError::internal(format!("{error:#}")))?;
    act.tell("results", lines.len());
    Ok(Json(json!({ "reports": lines })).into_response())
}

async fn make(State(reports): State<Reports>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let wrong = |problem: String| {
        ApiError::invalid(problem, "send {\"month\": \"2026-10\", \"zone\": \"Europe/Berlin\"}")
    };
    let body = if body.is_empty() { Bytes::from_static(b"{}") } else { body };
    let wanted: Wanted = serde_json::from_slice(&body).map_err(|error| wrong(error.to_string()))?;
    let month = match wanted.month {
        Some(month) => month.parse().map_err(wrong)?,
        None => Month::last_before(reports.0.clock.now(), &reports.0.zone).map_err(wrong)?,
    };
    act.intend("report.make", json!({"month": month.to_string(), "zone": wanted.zone})).await?;
    let by = act.caller().name.clone();
    let line = waiting(move || reports.make(month, wanted.zone, &by)).await??;
    Ok((StatusCode::CREATED, Json(line)).into_response())
}

/// A file of a report.
async fn file(reports: Reports, id: String, name: &'static str) -> Result<Vec<u8>, ApiError> {
    let unknown = ApiError::not_found(
        format!("there is no report `{}`", id.escape_debug()),
        "GET /api/v1/reports lists them",
    );
    waiting(move || reports.0.kept.read(&id, name)).await?.ok_or(unknown)
}

async fn pdf(State(reports): State<Reports>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let bytes = file(reports, id, kept::PDF).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], bytes).into_response())
}

async fn document(State(reports): State<Reports>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let bytes = file(reports, id, kept::DOCUMENT).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// The document of a report, read back.
async fn read_back(reports: Reports, id: String) -> Result<Document, ApiError> {
    let bytes = file(reports, id, kept::DOCUMENT).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::internal(format!("the report cannot be read: {error}")))
}

async fn all_tables(State(reports): State<Reports>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let document = read_back(reports, id).await?;
    Ok(Json(tables::json(&document)).into_response())
}

async fn one_table(
    State(reports): State<Reports>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let document = read_back(reports, id).await?;
    let wanted = name.strip_suffix(".csv").unwrap_or(&name);
    let table = tables::all(&document).find(|(_, table)| table.id == wanted);
    let unknown = || {
        ApiError::not_found(
            format!("the report has no table `{}`", name.escape_debug()),
            "GET …/tables lists them",
        )
    };
    let (_, table) = table.ok_or_else(unknown)?;
    let csv = tables::csv(table).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv).into_response())
}

async fn proof(State(reports): State<Reports>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let unsigned = || {
        ApiError::not_found(
            "the log does not tell of this report yet".to_owned(),
            "it is signed with the next publishing, after `split_age` at the latest; ask again then",
        )
    };
    file(reports.clone(), id.clone(), kept::PDF).await?;
    let found = waiting(move || {
        let needle = format!("\"id\":{}", json!(id));
        let is_meant = |entry: &[u8]| String::from_utf8_lossy(entry).contains(&needle);
        let from = reports.0.kept.line(&id).map_or(0, |line| line.log_size);
        reports.0.sources.parts.index.prove_entry(from, is_meant)
    });
    let found = found.await?.map_err(|error| ApiError::internal(error.to_string()))?;
    let proof = found.ok_or_else(unsigned)?.proof;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], proof).into_response())
}

/// The PDF of a document that was taken from a server.
pub(crate) fn typeset(document: &[u8]) -> anyhow::Result<Vec<u8>> {
    let document: Document = serde_json::from_slice(document)?;
    Ok(render(&document)?)
}
