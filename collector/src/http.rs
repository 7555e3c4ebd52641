//! The doors that speak HTTP, as routes.

use palisade_access::{Permission, Routes};

use crate::Collector;
use crate::door::{agent, ingest};

/// All routes of the collector.
pub fn routes(collector: Collector) -> Routes {
    Routes::new()
        .post("/agent/v1/batches", Permission::Ship, agent::batches)
        .get("/agent/v1/positions", Permission::Ship, agent::positions)
        .post("/api/v1/ingest/{stream}", Permission::Ingest, ingest::ingest)
        .with_state(collector)
}
