//! Measures processes and answers.

mod latency;
mod proc;
mod threads;
mod watched;

pub(crate) use latency::{Latencies, Latency, rounded};
pub(crate) use threads::CpuByStage;
pub(crate) use watched::{Usage, Watched};
