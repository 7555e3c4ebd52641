//! Rules, alerts, silences and channels over HTTP.

mod alerts;
mod backtests;
mod channels;
mod rules;
mod silences;

use palisade_access::{ApiError, Permission, Routes};
use palisade_record::{Timestamp, range};
use serde::Deserialize;

use crate::service::Service;
use crate::store::StoreError;

/// `/api/v1/rules`, `/api/v1/alerts`, `/api/v1/silences`, `/api/v1/channels`, `/api/v1/deliveries`.
pub fn routes(service: Service) -> Routes {
    use Permission::{HandleAlerts, ManageRules, SeeAlerts, TryRules};
    Routes::new()
        .get("/api/v1/rules", SeeAlerts, rules::list)
        .post("/api/v1/rules", ManageRules, rules::put)
        .post("/api/v1/rules/check", SeeAlerts, rules::check)
        .post("/api/v1/rules/backtest", TryRules, backtests::run)
        .get("/api/v1/rules/{id}/explain", TryRules, backtests::explain)
        .get("/api/v1/rules/{id}", SeeAlerts, rules::show)
        .delete("/api/v1/rules/{id}", ManageRules, rules::remove)
        .get("/api/v1/alerts", SeeAlerts, alerts::list)
        .get("/api/v1/alerts/{id}", SeeAlerts, alerts::show)
        .post("/api/v1/alerts/{id}/acknowledge", HandleAlerts, alerts::acknowledge)
        .get("/api/v1/silences", SeeAlerts, silences::list)
        .post("/api/v1/silences", HandleAlerts, silences::add)
        .delete("/api/v1/silences/{id}", HandleAlerts, silences::end)
        .get("/api/v1/channels", SeeAlerts, channels::list)
        .get("/api/v1/deliveries", SeeAlerts, channels::deliveries)
        .post("/api/v1/deliveries/{id}/replay", HandleAlerts, channels::replay)
        .with_state(service)
}

/// A moment as clients write it.
#[derive(Clone, Deserialize, Debug)]
#[serde(transparent)]
pub(super) struct Moment(String);

impl Moment {
    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn read(&self, now: Timestamp) -> Result<Timestamp, ApiError> {
        range::parse_moment(&self.0, now).map_err(|problem| {
            ApiError::invalid(problem, "write a time like 2026-11-21T09:00:00Z or now-15m")
        })
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error.to_string(), "try again; if it stays so, look at the server's log")
    }
}
