//! Incidents: clocks that run, who was told, and a draft of what to tell.

mod draft;
mod routes;

use std::sync::Arc;

use palisade_access::ApiError;
use palisade_index::Index;
use palisade_query::Engine;
use palisade_record::{Clock, Timestamp};
use palisade_review::{Duty, Incident, Standing};
use serde_json::json;

use self::draft::Known;
use super::alarm::Alarm;
use super::papers::{Paper, Papers};
use super::trail::ITSELF;
use crate::configuration::Stream;

/// All incidents of a tenant. Clones share them.
#[derive(Clone)]
pub(super) struct Incidents(Arc<Inner>);

struct Inner {
    kept: Papers<Incident>,
    engine: Engine,
    streams: Vec<Stream>,
    clock: Arc<dyn Clock>,
}

impl Incidents {
    pub(super) fn new(index: Index, engine: Engine, streams: Vec<Stream>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { kept: Papers::of(index), engine, streams, clock }))
    }

    /// What is known of the records of an incident, now.
    fn known(&self, incident: &Incident) -> Result<Option<Known>, ApiError> {
        let Inner { engine, streams, .. } = &*self.0;
        let Some(query) = &incident.query else { return Ok(None) };
        Known::ask(engine, streams, query, incident.stream.as_deref()).map(Some)
    }

    /// Duties that are to be done soon, or should have been done.
    pub(super) fn alarms(&self) -> Result<Vec<Alarm>, String> {
        let now = self.0.clock.now();
        let mut alarms = Vec::new();
        for incident in self.0.kept.list().map_err(|error| error.message)? {
            for duty in Duty::ALL {
                let action = match incident.standing(duty, now) {
                    Standing::Soon => "incident.due",
                    Standing::Overdue => "incident.overdue",
                    _ => continue,
                };
                let (id, title, due_at) = (&incident.id, &incident.title, incident.due_at(duty));
                let duty = duty.name();
                alarms.push(Alarm {
                    key: format!("{action}-{id}-{duty}"),
                    event: json!({
                        "action": action, "outcome": "failure", "user_id": ITSELF, "incident": id, "duty": duty, "due": due_at,
                        "message": format!("{duty} of the incident {id} ({title}) is due at {due_at}, and nobody was told"),
                    }),
                });
            }
        }
        Ok(alarms)
    }
}

impl Paper for Incident {
    const KIND: &str = "incident";
    const HINT: &str = "GET /api/v1/incidents/ID shows how its duties stand";

    fn id(&self) -> &str {
        &self.id
    }

    fn opened_at(&self) -> Timestamp {
        self.opened_at
    }
}
