//! When the program ran: its starts and stops, how the run before ended, and what of its configuration was changed meanwhile. The audit
//! trail has no silent holes: where it was not written, the next record says so.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use palisade_access::AuditTrail;
use palisade_index::Index;
use palisade_record::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Roles;
use super::trail::ITSELF;
use crate::configuration::Written;

/// How often a run says that it is alive: after a power cut it is known to a minute since when nothing was written down.
const ALIVE_EVERY: Duration = Duration::from_secs(60);

/// The document in the catalog that tells of the last run.
const KIND: &str = "run";
const ID: &str = "last";

/// Keys of the configuration that one record tells of; of more, how many.
const KEYS_MAX: usize = 100;

/// What is known of a run.
#[derive(Clone, Serialize, Deserialize)]
struct Run {
    started_at: Timestamp,
    alive_at: Timestamp,
    /// Nothing while it runs, and after a kill.
    stopped_at: Option<Timestamp>,
    configuration: Written,
}

/// This run.
pub(super) struct Running {
    keeper: Keeper,
    trail: Arc<dyn AuditTrail>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Keeps what is known of this run.
#[derive(Clone)]
struct Keeper {
    index: Index,
    clock: Arc<dyn Clock>,
    run: Run,
}

impl Running {
    /// Writes down that the program starts. What cannot be written down does not begin.
    pub(super) async fn begin(
        index: Index,
        trail: Arc<dyn AuditTrail>,
        clock: Arc<dyn Clock>,
        roles: Roles,
        configuration: &Written,
    ) -> anyhow::Result<Self> {
        let now = clock.now();
        let before = last(&index)?;
        for event in events(now, roles, configuration, before.as_ref()) {
            trail.record(event).await.map_err(|problem| anyhow!(problem))?;
        }
        let run =
            Run { started_at: now, alive_at: now, stopped_at: None, configuration: configuration.clone() };
        let keeper = Keeper { index, clock, run };
        // After it was written down: to tell of a start twice is better than not at all.
        keeper.keep(None).await?;
        let (stop, alive) = (CancellationToken::new(), keeper.clone());
        let task = tokio::spawn(alive.stay_alive(stop.clone()));
        Ok(Self { keeper, trail, stop, task })
    }

    /// Writes down that it stops.
    pub(super) async fn end(&mut self) {
        self.stop.cancel();
        // What says that it is alive must not be written over what says that it stopped.
        if let Err(problem) = (&mut self.task).await {
            tracing::error!(%problem, "the task that says that the program is alive panicked");
        }
        let ran = self.keeper.clock.now().since(self.keeper.run.started_at);
        let event = json!({
            "action": "server.stop", "user_id": ITSELF, "outcome": "success", "ran_seconds": ran.as_secs(),
            "message": format!("{ITSELF} stops after {} s, as it was asked to", ran.as_secs()),
        });
        let told = self.trail.record(event).await.map_err(|problem| anyhow!(problem));
        let kept = match told {
            Ok(()) => self.keeper.keep(Some(self.keeper.clock.now())).await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = kept {
            tracing::error!(%problem, "the stop cannot be written down; the next start will take it for a kill");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Keeper {
    async fn stay_alive(self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(ALIVE_EVERY);
        // The first comes at once, and says what is written down already.
        ticks.tick().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(problem) = self.keep(None).await {
                tracing::warn!(%problem, "the catalog does not take that the program is alive");
            }
        }
    }

    async fn keep(&self, stopped_at: Option<Timestamp>) -> anyhow::Result<()> {
        let run = Run { alive_at: self.clock.now(), stopped_at, ..self.run.clone() };
        let (index, body) = (self.index.clone(), serde_json::to_string(&run)?);
        let keeping = tokio::task::spawn_blocking(move || index.put_document(KIND, ID, &body, None));
        Ok(keeping.await.context("the catalog panicked")??)
    }
}

fn last(index: &Index) -> anyhow::Result<Option<Run>> {
    let Some(body) = index.document(KIND, ID)? else { return Ok(None) };
    // What a newer program wrote is no reason not to start: then it is not known how it ended.
    Ok(serde_json::from_str(&body).ok())
}

/// What is written down of a start.
fn events(now: Timestamp, roles: Roles, configuration: &Written, before: Option<&Run>) -> Vec<Value> {
    let version = env!("CARGO_PKG_VERSION");
    let (ended, down_since) = match before {
        None => ("unknown", None),
        Some(Run { stopped_at: Some(stopped_at), .. }) => ("stopped", Some(*stopped_at)),
        Some(Run { alive_at, .. }) => ("killed", Some(*alive_at)),
    };
    let down = down_since.map(|since| now.since(since).as_secs());
    let why = match (ended, down) {
        ("stopped", Some(down)) => format!("{down} s after it was stopped"),
        (_, Some(down)) => format!("{down} s after its last sign of life: it was not stopped, but ended"),
        (_, None) => "and knows of no run before".to_owned(),
    };
    let start = json!({
        "action": "server.start", "user_id": ITSELF, "outcome": "success", "version": version, "parts": roles.to_string(),
        "before": ended, "down_since": down_since, "down_seconds": down,
        "message": format!("{ITSELF} {version} starts {why}"),
    });
    let changed = before.map(|before| configuration.changed_since(&before.configuration)).unwrap_or_default();
    if changed.is_empty() {
        return vec![start];
    }
    let told = &changed[..changed.len().min(KEYS_MAX)];
    let change = json!({
        "action": "configuration.change", "user_id": ITSELF, "outcome": "success", "keys": told, "count": changed.len(),
        "message": format!("the configuration file was changed since the run before: {}", told.join(", ")),
    });
    vec![start, change]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000)
    }

    fn told(before: Option<Run>) -> Vec<Value> {
        events(at(100), Roles::ALL.parse().unwrap(), &Written::default(), before.as_ref())
    }

    fn run(stopped_at: Option<Timestamp>) -> Run {
        Run { started_at: at(10), alive_at: at(70), stopped_at, configuration: Written::default() }
    }

    #[test]
    fn a_start_says_how_the_run_before_ended_and_how_long_nothing_ran() {
        for (before, ended, down) in [
            (None, "unknown", Value::Null),
            (Some(run(Some(at(90)))), "stopped", json!(10)),
            (Some(run(None)), "killed", json!(30)),
        ] {
            let events = told(before);
            assert_eq!(
                (events.len(), &events[0]["before"], &events[0]["down_seconds"]),
                (1, &json!(ended), &down)
            );
            assert_eq!(events[0]["parts"], Roles::ALL);
        }
    }
}
