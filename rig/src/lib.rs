//! Real servers for tests, started and stopped by them.
//!
//! | module | holds |
//! |---|---|
//! | [`seaweedfs`] | an S3 server with Object Lock, killed with its value |
//! | [`proxy`] | a forwarder that counts requests and makes them slow |

pub mod proxy;
pub mod seaweedfs;

mod identity;
mod install;
mod ports;
mod wait;

pub use identity::Identity;
pub use proxy::{CountingProxy, Traffic};
pub use seaweedfs::SeaweedFs;
