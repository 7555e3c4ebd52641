//! Objects in a bucket of S3, or of a store that speaks its language.
//!
//! A locked object is put with its mode and date, and looked at afterwards: stores were found that accept a lock and
//! forget it. What a bucket really enforces is told by [`crate::doctor`].

mod address;
mod bridge;
mod checksum;
mod client;
mod describe;
mod list;
mod lock;
mod md5;
mod multipart;
mod problem;
mod put;
mod read;
mod remote;
mod remove;
mod time;
mod write;

pub use address::{Address, AddressError};
pub use checksum::Checksum;

pub(crate) use lock::{object_mode, retention_mode};
pub(crate) use problem::Problem;
pub(crate) use remote::{Remote, Target};
pub(crate) use time::rounded_up;

use std::future::Future;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use palisade_record::{Clock, SystemClock, Timestamp};

use crate::requests::Counters;
use crate::{Description, ObjectStorage, Requests, RestoreSpeed, Stored, Terms, name};
use bridge::Bridge;

/// A bucket, or a prefix of one.
pub struct S3Storage {
    bridge: Bridge,
    remote: Remote,
    clock: Arc<dyn Clock>,
}

impl S3Storage {
    /// Opens what an [`Address`] means. Credentials are the keys in files that it names, or else what the default chain
    /// finds: environment, profile, web identity, container, instance. Of the bucket nothing is asked yet.
    pub fn open(address: &str) -> io::Result<Self> {
        let address =
            Address::parse(address).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let bridge = Bridge::open()?;
        let asked = address.clone();
        let client = bridge.run(async move { client::connect(&asked).await })?;
        let remote = Remote { client, address: Arc::new(address), counters: Arc::new(Counters::default()) };
        Ok(Self { bridge, remote, clock: Arc::new(SystemClock) })
    }

    /// Judges by another clock than the machine's whether a lock is over. The store has the last word.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The address without parameters.
    pub(crate) fn place(&self) -> String {
        self.remote.address.locate("")
    }

    /// Puts a delete marker over an object, as an intruder with the right to delete would; for tests.
    #[doc(hidden)]
    pub fn mark_deleted(&self, name: &str) -> io::Result<()> {
        self.with(name, |remote, target| async move {
            let request = remote.client.delete_object().bucket(remote.bucket()).key(&target.key);
            request.send().await.map_err(|error| Problem::new(&target.place, "mark", &error))?;
            Ok(())
        })
    }

    /// Does something with the bucket that no object storage can do in general.
    pub(crate) fn ask<T, F>(&self, work: impl FnOnce(Remote) -> F) -> io::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = io::Result<T>> + Send + 'static,
    {
        self.bridge.run(work(self.remote.clone()))
    }

    /// Does something with an object.
    fn with<T, F>(&self, name: &str, work: impl FnOnce(Remote, Target) -> F) -> io::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = io::Result<T>> + Send + 'static,
    {
        let done = match self.remote.target(name) {
            Ok(target) => self.bridge.run(work(self.remote.clone(), target)),
            Err(refusal) => Err(refusal.into()),
        };
        self.remote.counters.result(done)
    }
}

impl ObjectStorage for S3Storage {
    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        self.remote.counters.result(self.write(name, bytes, terms))
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let bytes = self.with(name, |remote, target| async move { remote.get(&target, range).await })?;
        self.remote.counters.read(bytes.len());
        Ok(bytes)
    }

    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        let end = self.with(name, |remote, target| async move { remote.end(&target, bytes_max).await })?;
        self.remote.counters.read(end.0.len());
        Ok(end)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.with(name, |remote, target| async move { Ok(remote.head(&target).await?.description.length) })
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        name::check_prefix(prefix)?;
        let (remote, prefix) = (self.remote.clone(), prefix.to_owned());
        let names = self.bridge.run(async move { Ok(remote.list(&prefix).await?) });
        self.remote.counters.result(names)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let now = self.clock.now();
        self.with(name, |remote, target| async move { remote.remove(&target, now).await })
    }

    fn locate(&self, name: &str) -> PathBuf {
        PathBuf::from(self.remote.address.locate(name))
    }

    fn describe(&self, name: &str) -> io::Result<Description> {
        self.with(name, |remote, target| async move { Ok(remote.describe(&target).await?) })
    }

    fn extend(&self, name: &str, until: Timestamp) -> io::Result<()> {
        self.with(name, |remote, target| async move { remote.extend(&target, until).await })
    }

    fn hold(&self, name: &str, on: bool) -> io::Result<()> {
        self.with(name, |remote, target| async move { remote.hold(&target, on).await })
    }

    fn restore(&self, name: &str, days: u32, speed: RestoreSpeed) -> io::Result<()> {
        self.with(name, |remote, target| async move { remote.restore(&target, days, speed).await })
    }

    fn requests(&self) -> Requests {
        self.remote.counters.so_far()
    }
}
