//! What is due: reviews of a month, and alarms when nobody signs a review or tells of an incident.

use std::sync::Arc;
use std::time::Duration;

use palisade_access::AuditTrail;
use palisade_index::Index;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::alarm::Alarm;
use super::incidents::Incidents;
use super::review::Reviews;

/// How often it is looked: hours matter here, not seconds.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The task that looks. It ends when it is stopped.
pub(super) struct Due {
    stop: CancellationToken,
    _task: JoinHandle<()>,
}

/// What may be due, and where it is told.
pub(super) struct Looking {
    pub(super) index: Index,
    pub(super) trail: Arc<dyn AuditTrail>,
    pub(super) reviews: Option<Reviews>,
    pub(super) incidents: Incidents,
    /// Whether a review is opened when a month is over.
    pub(super) monthly: bool,
}

impl Due {
    /// Looks now and every minute. What is due is written to the audit trail once; rules of the pack `palisade` make alerts of that.
    pub(super) fn start(looking: Looking) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(Arc::new(looking).until(stop.clone()));
        Self { stop, _task: task }
    }

    /// Looks no more.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }
}

impl Looking {
    async fn until(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(problem) = self.clone().look().await {
                tracing::error!(problem, "what is due cannot be looked at; tried again in a minute");
            }
        }
    }

    async fn look(self: Arc<Self>) -> Result<(), String> {
        let looking = self.clone();
        let due = tokio::task::spawn_blocking(move || looking.due());
        for alarm in due.await.map_err(|error| error.to_string())?? {
            alarm.give(&self.index, &*self.trail).await?;
        }
        Ok(())
    }

    /// Alarms that were not given yet.
    fn due(&self) -> Result<Vec<Alarm>, String> {
        let mut alarms = self.incidents.alarms()?;
        if let Some(reviews) = &self.reviews {
            if self.monthly {
                reviews.open_what_is_due()?;
            }
            alarms.extend(reviews.alarms()?);
        }
        let mut due = Vec::new();
        for alarm in alarms {
            if !alarm.is_given(&self.index)? {
                due.push(alarm);
            }
        }
        Ok(due)
    }
}
