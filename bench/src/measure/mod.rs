//! Measures processes and answers.

mod latency;
mod proc;
mod watched;

pub(crate) use latency::{Latencies, Latency, rounded};
pub(crate) use watched::{Usage, Watched};
