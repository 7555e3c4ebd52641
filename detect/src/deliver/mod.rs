//! How people are told: the outbox, and who takes notices out of it to where they are read.
//!
//! | file | holds |
//! |---|---|
//! | `outbox` | what is to be told and to whom, until it was |

pub mod outbox;

#[cfg(test)]
mod testing;
