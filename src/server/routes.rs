//! Every route of the program with the permission it needs.

use axum::Router;
use palisade_access::{Gate, Routes};
use palisade_collector::Collector;
use palisade_detect::service::Service as Detection;
use palisade_index::Index;
use palisade_lifecycle::http::Governed;
use palisade_query::Engine;

use super::incidents::Incidents;
use super::inventory::Inventory;
use super::keys::Keys;
use super::lifecycle::Held;
use super::observe::{self, Observed};
use super::paths;
use super::reports::Reports;
use super::review::Reviews;
use super::verifier::Verifier;

/// What answers requests, as far as it runs in this process.
pub(super) struct Answering {
    pub(super) index: Index,
    pub(super) observed: Observed,
    pub(super) collector: Option<Collector>,
    pub(super) engine: Option<Engine>,
    pub(super) governed: Option<Governed>,
    pub(super) detection: Option<Detection>,
    pub(super) verifier: Verifier,
    pub(super) keys: Keys,
    pub(super) reports: Option<Reports>,
    pub(super) reviews: Option<Reviews>,
    pub(super) incidents: Option<Incidents>,
    pub(super) inventory: Option<Inventory>,
}

impl Answering {
    /// The routes of all that runs.
    pub(super) fn routes(self, gate: &Gate) -> Routes {
        let held = Held { index: self.index.clone(), engine: self.engine.clone() };
        let mut routes = palisade_access::routes(gate)
            .merge(observe::routes(self.observed))
            .merge(self.verifier.routes())
            .merge(self.keys.routes(self.index, held));
        if let Some(collector) = self.collector {
            routes = routes.merge(palisade_collector::routes(collector));
        }
        if let Some(engine) = self.engine {
            routes = routes.merge(palisade_query::routes(engine.clone()));
            routes = routes.merge(palisade_query::reveal_routes(engine)).merge(palisade_ui::routes());
        }
        if let Some(governed) = self.governed {
            routes = routes.merge(palisade_lifecycle::http::routes(governed));
        }
        if let Some(reports) = self.reports {
            routes = routes.merge(reports.routes());
        }
        if let Some(reviews) = self.reviews {
            routes = routes.merge(reviews.routes());
        }
        if let Some(incidents) = self.incidents {
            routes = routes.merge(incidents.routes());
        }
        if let Some(inventory) = self.inventory {
            routes = routes.merge(inventory.routes());
        }
        if let Some(detection) = self.detection {
            routes = routes.merge(palisade_detect::http::routes(detection));
        }
        routes
    }
}

/// What answers every path: these routes behind the gate, and for all others that there is nothing.
pub(super) fn router(routes: Routes, gate: &Gate) -> Router {
    paths::guard(routes.into_router(gate))
}
