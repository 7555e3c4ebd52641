//! How people are told: the outbox, and who takes notices out of it to where they are read.
//!
//! | file | holds |
//! |---|---|
//! | `outbox` | what is to be told and to whom, until it was |
//! | `outcome` | how sending ended |
//! | `retry` | what happens to a notice after an attempt |
//! | `breaker` | whether a channel is asked at all |
//! | `http` | requests that go only where they may |

pub mod breaker;
pub mod http;
pub mod outbox;
pub mod outcome;
pub mod retry;

#[cfg(test)]
mod testing;
