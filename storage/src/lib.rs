//! Where objects lie: a directory, or S3 with locks.
//!
//! An object is written once, under a name, and read in ranges. A store with versions tells one for every object, and
//! evidence is read by `name@version` ever after: whatever is put over it or marked as deleted later, that version
//! stays what it was. Calls block; they are made from plain threads.
//!
//! | module | holds |
//! |---|---|
//! | [`name`] | what a name is, and how a version is pinned to it |
//! | [`terms`] | what is asked of the store for an object: lock, class |
//! | [`description`] | what a store tells of an object |
//! | [`refusal`] | why a store would not do as asked |
//! | [`requests`] | what was asked of a store so far |
//! | [`cost`] | what that costs, roughly |
//! | `local`, `memory`, [`s3`] | the stores |
//! | [`contract`] | what every store must do |
//! | [`doctor`] | what a bucket really enforces |

#[doc(hidden)]
pub mod contract;
pub mod cost;
mod counting;
pub mod description;
pub mod doctor;
mod local;
mod memory;
pub mod name;
mod object_storage;
mod open;
pub mod refusal;
pub mod requests;
pub mod s3;
pub mod terms;

#[doc(hidden)]
pub use counting::{CountingStorage, Reads};
pub use description::{Cover, Description, RestoreSpeed, RestoreState};
pub use doctor::{Certificate, Probe};
pub use local::LocalStorage;
pub use memory::MemoryStorage;
pub use name::{pinned, split_pin};
pub use object_storage::ObjectStorage;
pub use open::open;
pub use refusal::{Refusal, is_archived, is_locked};
pub use requests::Requests;
pub use s3::S3Storage;
pub use terms::{Lock, LockMode, StorageClass, Stored, Terms};
