//! What a storage really enforces: tried, step by step, with objects of the doctor's own.
//!
//! Stores lie, and so do configurations: locks were accepted and forgotten, retention shortened, checksums ignored. Before
//! evidence goes to a bucket, and after every change of it, the doctor tries to break what must not break.

mod bucket;
mod certificate;
mod directory;
mod locks;
mod surroundings;
mod writes;

use std::io;

use palisade_record::{Clock, Timestamp};

use crate::S3Storage;
use crate::open::directory;
use bucket::Bucket;

pub use certificate::{Certificate, Step, Verdict};

/// What is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Probe {
    /// Locks in compliance mode too. They last ten minutes, in which nobody can remove the doctor's small objects.
    pub compliance: bool,
}

impl Probe {
    /// Examines the storage that an address means (see [`crate::open`]). Whatever the storage does is in the certificate; an
    /// error is an address that cannot be read, or a client that cannot be made.
    ///
    /// Objects of at most a few bytes are made below `palisade-doctor/`, and removed as far as they can be; the next
    /// examination removes the rest. The versioning of a bucket is told to stop, and to go on at once if that is not refused.
    pub fn examine(&self, address: &str, clock: &dyn Clock) -> io::Result<Certificate> {
        let now = clock.now();
        if !address.starts_with("s3://") {
            return directory::examine(directory(address)?, now);
        }
        let storage = S3Storage::open(address)?;
        let place = storage.place();
        let compliance = self.compliance;
        let certificate = Certificate::begin(place, now, compliance);
        storage.ask(move |remote| async move {
            let mut bucket = Bucket::new(remote, now, certificate);
            Box::pin(all(&mut bucket, compliance, now)).await;
            Ok(bucket.certificate)
        })
    }
}

async fn all(bucket: &mut Bucket, compliance: bool, now: Timestamp) {
    bucket.sweep().await;
    if Box::pin(surroundings::answers(bucket)).await {
        Box::pin(surroundings::configuration(bucket)).await;
        Box::pin(writes::all(bucket, now)).await;
        Box::pin(locks::governance(bucket)).await;
        if compliance {
            Box::pin(locks::compliance(bucket)).await;
        } else {
            bucket.certificate.info("compliance mode", "not tried: it was not asked for");
        }
        Box::pin(surroundings::services(bucket)).await;
        bucket.clean_up().await;
    }
}
