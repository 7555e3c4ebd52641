//! HTTP to addresses that people configure, from inside a network that has secrets.
//!
//! | file | holds |
//! |---|---|
//! | `target` | an address that may be asked |
//! | `guard` | which IP addresses may be connected to |
//! | `resolver` | a name becomes addresses that were checked, and only these are connected to |
//! | `client` | requests with bounds |
//! | `answer` | what an answer means |
//! | `retry_after` | how long a receiver wants to be left alone |

mod answer;
mod client;
mod guard;
mod resolver;
mod retry_after;
mod target;

pub use answer::Answer;
pub use client::{Client, Request};
pub use guard::{Reach, check};
pub use retry_after::parse as parse_retry_after;
pub use target::{ADDRESS_BYTES_MAX, Target};

use std::time::Duration;

/// From the first packet to the last. A receiver of alerts answers in a second; one that needs longer is not well, and others wait
/// behind it.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
