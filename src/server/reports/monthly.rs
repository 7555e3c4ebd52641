//! The report of every month, made when the month is over.

use std::sync::Arc;
use std::time::Duration;

use palisade_access::AuditTrail;
use palisade_report::monthly::Month;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::super::alarm::Alarm;
use super::super::trail::ITSELF;
use super::Reports;
use super::kept::Line;

/// How often it is looked whether a month is over that has no report.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// The task that makes them. It ends when it is stopped.
pub(in crate::server) struct Monthly {
    stop: CancellationToken,
    _task: JoinHandle<()>,
}

impl Monthly {
    /// Makes the report of the last month that is over, unless there is one; then that of every month to come.
    pub(in crate::server) fn start(reports: Reports, trail: Arc<dyn AuditTrail>) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(keep_making(reports, trail, stop.clone()));
        Self { stop, _task: task }
    }

    /// Begins no further one.
    pub(in crate::server) fn stop(&self) {
        self.stop.cancel();
    }
}

async fn keep_making(reports: Reports, trail: Arc<dyn AuditTrail>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    // The first tick comes at once: a server that has just begun has nothing to tell of.
    ticks.tick().await;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = look(&reports, &*trail).await {
            tracing::error!(
                problem,
                "the report of the last month cannot be made or told of; tried again in an hour"
            );
        }
    }
}

/// Makes the report that is due, and tells of it once: the rule `report-made` of the pack `palisade` makes a message of that.
async fn look(reports: &Reports, trail: &dyn AuditTrail) -> Result<(), String> {
    let made = reports.clone();
    let made = tokio::task::spawn_blocking(move || made_and_untold(&made));
    let Some(alarm) = made.await.map_err(|error| error.to_string())?? else { return Ok(()) };
    alarm.give(&reports.0.sources.parts.index, trail).await
}

/// What to tell of the report of the last month that is over, made if there is none; nothing once it was told.
fn made_and_untold(reports: &Reports) -> Result<Option<Alarm>, String> {
    let month = Month::last_before(reports.0.clock.now(), &reports.0.zone)?;
    let there = reports.0.kept.list().map_err(|error| format!("{error:#}"))?;
    // One that somebody made, who knows of it, is told too: others do not.
    let line = match there.into_iter().find(|line| line.month == month.to_string()) {
        Some(line) => line,
        None => reports.make(month, None, ITSELF).map_err(|error| error.message)?,
    };
    let alarm = Alarm { key: format!("report.made-{}", line.id), event: notice(&line) };
    if alarm.is_given(&reports.0.sources.parts.index)? {
        return Ok(None);
    }
    tracing::info!(report = line.id, "the report of the last month is made");
    Ok(Some(alarm))
}

fn notice(line: &Line) -> Value {
    json!({
        "action": "report.made", "outcome": "success", "user_id": ITSELF, "report": line.id, "month": line.month,
        "sha256": line.sha256,
        "message": format!("{} is made: `palisade report fetch {} --out report.pdf`; SHA-256 {}", line.title, line.id, line.sha256),
    })
}

#[cfg(test)]
mod tests {
    use palisade_access::Notebook;

    use super::*;
    use crate::server::tests::world;

    #[tokio::test]
    async fn the_report_of_the_last_month_is_made_and_told_once() {
        let (world, notebook) = (world(), Notebook::default());

        look(&world.reports, &notebook).await.unwrap();
        look(&world.reports, &notebook).await.unwrap();

        let made = world.reports.0.kept.list().unwrap();
        let events = notebook.events();
        assert_eq!((made.len(), events.len()), (1, 1), "{events:?}");
        assert_eq!(
            (&events[0]["report"], &events[0]["sha256"]),
            (&json!(made[0].id), &json!(made[0].sha256))
        );
        world.index.close();
    }
}
