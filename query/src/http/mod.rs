//! The HTTP interface to the engine.

mod estimate;
mod explore;
mod export;
mod leaving;
mod manifest;
mod patterns;
mod progress;
mod records;
mod request;
mod reveal;
mod tables;
mod tail;

pub use reveal::reveal_routes;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use palisade_access::{Permission, Routes};

use crate::Engine;

/// The routes that answer questions. All need the permission to search.
pub fn routes(engine: Engine) -> Routes {
    Routes::new()
        .post("/api/v1/search", Permission::Search, records::search)
        .post("/api/v1/estimate", Permission::Search, estimate::estimate)
        .get("/api/v1/export", Permission::Export, export::export_by_address)
        .post("/api/v1/export", Permission::Export, export::export)
        .post("/api/v1/evidence", Permission::Export, export::evidence)
        .get("/api/v1/exports/{id}", Permission::Export, manifest::manifest)
        .get("/api/v1/tail", Permission::Search, tail::tail)
        .post("/api/v1/histogram", Permission::Search, explore::histogram)
        .post("/api/v1/fields", Permission::Search, explore::fields)
        .post("/api/v1/values", Permission::Search, explore::values)
        .post("/api/v1/patterns", Permission::Search, patterns::patterns)
        .get("/api/v1/context", Permission::Search, explore::context)
        .get("/api/v1/correlate", Permission::Search, explore::correlate)
        .get("/api/v1/streams", Permission::Search, explore::streams)
        .with_state(engine)
}

/// An answer whose records are JSON already.
fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests;
