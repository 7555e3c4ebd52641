//! Takes records in: one file per door, normalisation, admission, acknowledgement.
//!
//! A body is read within a budget, unpacked within bounds, made into batches by its door, into rows by the
//! [`Normaliser`], and stored by the index; only when that says it is durable is the sender answered.

mod admission;
mod agent_clocks;
mod body;
mod collector;
mod door;
mod encoding;
mod http;
mod metrics;
mod normalise;
mod pool;
mod seal;
mod storage;
mod unpack;
mod unzstd;

#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod index_tests;

pub use collector::{Collector, Settings};
pub use http::routes;
pub use metrics::Metrics;
pub use normalise::{Normalised, Normaliser};
pub use seal::Protections;
