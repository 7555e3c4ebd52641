//! The HTTP interface of incidents.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError, Permission, Routes, waiting};
use palisade_record::StreamName;
use palisade_review::{Duty, Incident, IncidentError, Note, Told};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::asked::{from_body, moment};
use super::Incidents;
use super::draft::draft;

/// Longest title.
const TITLE_BYTES_MAX: usize = 256;

impl Incidents {
    /// `/api/v1/incidents`, and what is below it.
    pub(in crate::server) fn routes(self) -> Routes {
        Routes::new()
            .get("/api/v1/incidents", Permission::Report, list)
            .post("/api/v1/incidents", Permission::Review, open)
            .get("/api/v1/incidents/{id}", Permission::Report, show)
            .get("/api/v1/incidents/{id}/draft", Permission::Report, draft_of)
            .post("/api/v1/incidents/{id}/notes", Permission::Review, note)
            .post("/api/v1/incidents/{id}/told", Permission::Review, told)
            .post("/api/v1/incidents/{id}/closure", Permission::Review, close)
            .with_state(self)
    }

    fn note(&self, act: &Act, text: String) -> Note {
        Note { by: act.caller().name.clone(), at: self.0.clock.now(), text }
    }

    /// Changes an incident and shows it as it is then.
    async fn changed(
        self,
        id: String,
        what: &'static str,
        by: String,
        change: impl FnOnce(&mut Incident) -> Result<(), IncidentError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let shown = self.clone();
        let incident = waiting(move || self.0.kept.change(&id, what, &by, change)).await??;
        Ok(Json(shown.shown(&incident)).into_response())
    }

    /// An incident with how its duties stand.
    fn shown(&self, incident: &Incident) -> Value {
        let now = self.0.clock.now();
        let duty = |duty: Duty| {
            let due_at = incident.due_at(duty);
            (duty.name().to_owned(), json!({ "due_at": due_at, "standing": incident.standing(duty, now) }))
        };
        let mut shown = json!(incident);
        shown["query"] = json!(incident.query.as_deref().map(palisade_query::Engine::masked_query));
        shown["duties"] = Value::Object(Duty::ALL.map(duty).into_iter().collect::<Map<_, _>>());
        shown
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRequest {
    title: String,
    aware_at: Option<String>,
    /// The question whose records are about it.
    query: Option<String>,
    stream: Option<StreamName>,
}

async fn open(State(incidents): State<Incidents>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let request: OpenRequest = from_body(&body)?;
    let now = incidents.0.clock.now();
    let aware_at = moment("aware_at", request.aware_at.as_deref().unwrap_or("now"), now)?;
    if aware_at > now {
        return Err(ApiError::invalid("`aware_at` is in the future", "say when somebody became aware of it"));
    }
    let title = request.title.trim().to_owned();
    if title.is_empty() || title.len() > TITLE_BYTES_MAX {
        let message = format!("`title` has {} bytes; it takes 1 to {TITLE_BYTES_MAX}", title.len());
        return Err(ApiError::invalid(message, "say in a sentence what happened"));
    }
    // What stands in the question may be somebody's name: it is kept as it may be written down.
    let (engine, query) =
        (incidents.0.engine.clone(), request.query.filter(|query| !query.trim().is_empty()));
    let kept = waiting(move || query.map(|query| engine.kept_query(&query)).transpose()).await?;
    let query =
        kept.map_err(|problem| ApiError::invalid(problem, "name a question without pipes, or none"))?;
    act.intend("incident.open", json!({ "title": title, "aware_at": aware_at })).await?;
    let (by, stream) = (act.caller().name.clone(), request.stream.map(|stream| stream.to_string()));
    let shown = incidents.clone();
    let opened = waiting(move || {
        incidents.0.kept.open(now, &by, |id| Incident {
            id,
            title,
            aware_at,
            opened_at: now,
            opened_by: by.clone(),
            query,
            stream,
            notes: Vec::new(),
            told: Vec::new(),
            closed_at: None,
        })
    });
    let incident = opened.await??;
    Ok((StatusCode::CREATED, Json(shown.shown(&incident))).into_response())
}

async fn list(State(incidents): State<Incidents>, act: Act) -> Result<Response, ApiError> {
    let shown = incidents.clone();
    let list = waiting(move || incidents.0.kept.list()).await??;
    act.tell("results", list.len());
    let list: Vec<Value> = list.iter().map(|incident| shown.shown(incident)).collect();
    Ok(Json(json!({ "incidents": list })).into_response())
}

async fn show(State(incidents): State<Incidents>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let shown = incidents.clone();
    let found = waiting(move || {
        let incident = incidents.0.kept.get(&id)?;
        let known = incidents.known(&incident)?;
        Ok::<_, ApiError>((incident, known))
    });
    let (incident, known) = found.await??;
    let mut incident = shown.shown(&incident);
    incident["known"] = json!(known.map(|known| known.as_json()));
    Ok(Json(incident).into_response())
}

async fn draft_of(State(incidents): State<Incidents>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let text = waiting(move || {
        let incident = incidents.0.kept.get(&id)?;
        let known = incidents.known(&incident)?;
        Ok::<_, ApiError>(draft(&incident, known.as_ref(), incidents.0.clock.now()))
    });
    let text = text.await??;
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], text).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteRequest {
    text: String,
}

async fn note(
    State(incidents): State<Incidents>,
    Path(id): Path<String>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request: NoteRequest = from_body(&body)?;
    act.intend("incident.note", json!({ "id": id })).await?;
    let note = incidents.note(&act, request.text);
    incidents.changed(id, "noted", note.by.clone(), move |incident| incident.add(note)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldRequest {
    duty: Duty,
    /// When they were told; it need not be told when it is left out.
    at: Option<String>,
    /// The reference, or the reason.
    text: String,
}

async fn told(
    State(incidents): State<Incidents>,
    Path(id): Path<String>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request: ToldRequest = from_body(&body)?;
    let now = incidents.0.clock.now();
    let at = request.at.as_deref().map(|at| moment("at", at, now)).transpose()?;
    act.intend("incident.tell", json!({ "id": id, "duty": request.duty, "at": at })).await?;
    let told = Told { duty: request.duty, at, note: incidents.note(&act, request.text) };
    incidents.changed(id, "told", told.note.by.clone(), move |incident| incident.tell(told)).await
}

async fn close(
    State(incidents): State<Incidents>,
    Path(id): Path<String>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request: NoteRequest = from_body(&body)?;
    act.intend("incident.close", json!({ "id": id })).await?;
    let note = incidents.note(&act, request.text);
    incidents.changed(id, "closed", note.by.clone(), move |incident| incident.close(note)).await
}
