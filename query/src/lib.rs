//! Answers questions: language, plan, execution, live tail, correlation, the HTTP interface.

mod ask;
mod engine;
mod filter;
mod http;
pub mod language;
mod plan;
mod sealed;

pub use ask::{Records, Table};
pub use engine::{Coded, Engine, Settings};
pub use http::{reveal_routes, routes};
pub use sealed::Sealed;
