//! Answers questions: language, plan, execution, live tail, correlation, the HTTP interface.

mod engine;
mod filter;
mod http;
pub mod language;
mod plan;

pub use engine::{Engine, Settings};
pub use http::routes;
