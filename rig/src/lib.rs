//! Real servers for tests, started and stopped by them.
//!
//! | module | holds |
//! |---|---|
//! | [`seaweedfs`] | an S3 server with Object Lock, killed with its value |
//! | [`s3`] | S3 by hand, for requests that no client library would send |
//! | [`proxy`] | a forwarder that counts requests and makes them slow |
//! | [`install`] | packages of others that tests need, installed once |

pub mod install;
pub mod proxy;
pub mod s3;
pub mod seaweedfs;

mod identity;
mod ports;
mod wait;

pub use identity::Identity;
pub use ports::free_port;
pub use proxy::{CountingProxy, Traffic};
pub use s3::S3;
pub use seaweedfs::SeaweedFs;
