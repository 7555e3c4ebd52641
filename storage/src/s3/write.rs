//! Writing as a storage promises it: once, the same again, never otherwise.

use std::io;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::S3Storage;
use super::checksum::{Checksum, Sum};
use super::describe::Head;
use super::multipart::{self, PART_BYTES};
use super::put::{Expected, Written};
use super::remote::Target;
use crate::{Refusal, Stored, Terms};

/// What is there already is compared in pieces of this size.
const PIECE_BYTES: usize = 8 << 20;

impl S3Storage {
    fn head(&self, target: &Target) -> io::Result<Head> {
        let (remote, target) = (self.remote.clone(), target.clone());
        self.bridge.run(async move { Ok(remote.head(&target).await?) })
    }

    /// Puts an object, whole or in parts, and looks at it when it is locked.
    pub(super) fn write(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        terms.check(name)?;
        let target = self.remote.fresh(name)?;
        if let Some(lock) = terms.lock.filter(|lock| lock.until <= self.clock.now()) {
            return Err(Refusal::PastLock { name: target.place, lock }.into());
        }
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let sum = match self.remote.address.checksum {
            Checksum::Sha256 => Sum::of_sha256(&sha256),
            other => other.of(bytes),
        };
        let is_large = bytes.len() > PART_BYTES;
        let written = if is_large {
            self.write_parts(&target, bytes, terms)?
        } else {
            let (remote, target, terms, sum) =
                (self.remote.clone(), target.clone(), terms.clone(), sum.clone());
            let bytes = Bytes::copy_from_slice(bytes);
            self.bridge.run(async move { Ok(remote.put(&target, bytes, sum, &terms).await?) })?
        };
        let Written::New { version } = written else {
            return self.known(name, &target, bytes, sha256, terms);
        };
        self.remote.counters.written(bytes.len());
        if terms.lock.is_some() {
            let of_parts = is_large.then(|| multipart::sum_of_parts(bytes));
            let expected = Expected { length: bytes.len() as u64, sum, of_parts, lock: terms.lock };
            let (remote, target) = (self.remote.clone(), target.at(version.as_deref()));
            self.bridge.run(async move { Ok(remote.verify(&target, &expected).await?) })?;
        }
        Ok(Stored { version, sha256 })
    }

    fn write_parts(&self, target: &Target, bytes: &[u8], terms: &Terms) -> io::Result<Written> {
        // Asked before rather than after all parts have travelled: after a crash this is the usual case.
        if !terms.replace {
            match self.head(target) {
                Ok(_) => return Ok(Written::Known),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        multipart::put(&self.bridge, &self.remote, target, bytes, terms)
    }

    /// The name is there already: fine with the same bytes, under at least the same lock.
    fn known(
        &self,
        name: &str,
        target: &Target,
        bytes: &[u8],
        sha256: [u8; 32],
        terms: &Terms,
    ) -> io::Result<Stored> {
        let head = self.head(target)?;
        let known = &head.description;
        let target = target.at(known.version.as_deref());
        if !self.is_same(&target, &head, bytes, &sha256)? {
            return Err(Refusal::Changed { name: name.to_owned() }.into());
        }
        if let Some(lock) = terms.lock {
            let wanted = known.lock.map_or(lock, |known| known.and(lock));
            if known.lock != Some(wanted) {
                let remote = self.remote.clone();
                self.bridge.run(async move { remote.set_lock(&target, wanted).await })?;
            }
        }
        Ok(Stored { version: known.version.clone(), sha256 })
    }

    fn is_same(&self, target: &Target, head: &Head, bytes: &[u8], sha256: &[u8; 32]) -> io::Result<bool> {
        if head.description.length != bytes.len() as u64 {
            return Ok(false);
        }
        if let Some(known) = head.description.sha256 {
            return Ok(known == *sha256);
        }
        let of_parts = head.sha256.as_deref().filter(|sum| sum.contains('-'));
        if of_parts.is_some_and(|known| known == multipart::sum_of_parts(bytes)) {
            return Ok(true);
        }
        // The store tells no hash, or that of other parts: the bytes themselves are compared.
        let mut start = 0;
        for expected in bytes.chunks(PIECE_BYTES) {
            let end = start + expected.len() as u64;
            let (remote, target) = (self.remote.clone(), target.clone());
            if self.bridge.run(async move { remote.get(&target, start..end).await })? != expected {
                return Ok(false);
            }
            start = end;
        }
        Ok(true)
    }
}
