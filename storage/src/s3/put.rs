//! Writing once: one request, and for locked objects a look at what the store made of it.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ServerSideEncryption, StorageClass as AwsStorageClass};
use bytes::Bytes;

use super::checksum::Sum;
use super::lock::object_mode;
use super::problem::Problem;
use super::remote::{Remote, Target};
use super::time;
use crate::requests::Operation;
use crate::{Lock, StorageClass, Terms};

/// Two writers of one name at the same moment: the store asks one of them to come again.
const CONFLICTS_MAX: u32 = 3;
const AFTER_CONFLICT: Duration = Duration::from_millis(200);

/// How writing ended.
#[derive(Debug)]
pub(super) enum Written {
    /// The object is new, or a pointer was replaced.
    New {
        /// Its version, where there are versions.
        version: Option<String>,
    },
    /// The name was there before: with the same bytes or with others.
    Known,
}

/// What the store must tell of an object that it keeps.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) length: u64,
    pub(super) sum: Sum,
    /// What it tells instead of the sum when there were parts.
    pub(super) of_parts: Option<String>,
    pub(super) lock: Option<Lock>,
}

impl Remote {
    /// Puts an object in one request.
    pub(super) async fn put(
        &self,
        target: &Target,
        bytes: Bytes,
        sum: Sum,
        terms: &Terms,
    ) -> Result<Written, Problem> {
        let mut conflicts = 0;
        loop {
            self.count(Operation::Put);
            let body = ByteStream::from(bytes.clone());
            let mut request = self.client.put_object().bucket(self.bucket()).key(&target.key).body(body);
            request = sum.clone().on_put(request).set_storage_class(class(&terms.class));
            if !terms.replace {
                request = request.if_none_match("*");
            }
            if let Some(lock) = terms.lock {
                request = request.object_lock_mode(object_mode(lock.mode));
                request = request.object_lock_retain_until_date(time::rounded_up(lock.until));
            }
            if let Some(key) = &self.address.kms_key {
                request = request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(key);
            }
            match request.send().await.map_err(|error| Problem::new(&target.place, "put", &error)) {
                Err(problem) if problem.is_precondition() => return Ok(Written::Known),
                Err(problem) if problem.is_conflict() && conflicts < CONFLICTS_MAX => {
                    conflicts += 1;
                    tokio::time::sleep(AFTER_CONFLICT).await;
                }
                Err(problem) => return Err(problem),
                Ok(answer) if !sum.agrees(answer.checksum_sha256(), answer.checksum_crc32_c()) => {
                    let problem = "the store answered another checksum than the one that was sent".to_owned();
                    return Err(Problem::answer(&target.place, "put", problem));
                }
                Ok(answer) => return Ok(Written::New { version: version(answer.version_id()) }),
            }
        }
    }

    /// Looks whether the store keeps what it accepted.
    pub(super) async fn verify(&self, target: &Target, expected: &Expected) -> Result<(), Problem> {
        let wrong = |problem: String| Err(Problem::answer(&target.place, "verify", problem));
        if target.version.is_none() {
            return wrong("a locked object has no version: versioning is off".to_owned());
        }
        let head = self.head(target).await?;
        let description = &head.description;
        if description.length != expected.length {
            return wrong(format!("{} bytes were put, {} are there", expected.length, description.length));
        }
        let parts_agree = expected.of_parts.is_some() && head.sha256 == expected.of_parts;
        let is_of_parts = expected.of_parts.is_some() && head.crc32c.is_some();
        if !parts_agree
            && !is_of_parts
            && !expected.sum.agrees(head.sha256.as_deref(), head.crc32c.as_deref())
        {
            return wrong("the store tells another checksum than that of the bytes that were put".to_owned());
        }
        match (expected.lock, description.lock) {
            (Some(wanted), Some(kept)) if kept.covers(&wanted) => Ok(()),
            (None, _) => Ok(()),
            (Some(wanted), Some(kept)) => wrong(format!(
                "a lock until {} ({}) was asked for, one until {} ({}) is there",
                wanted.until, wanted.mode, kept.until, kept.mode
            )),
            (Some(wanted), None) => wrong(format!(
                "a lock until {} ({}) was asked for and none is there, or this identity may not see it (s3:GetObjectRetention)",
                wanted.until, wanted.mode
            )),
        }
    }
}

/// A version that can be pinned. `null` is how a store without versions, or with versioning suspended, names the one thing
/// it has: it may change.
pub(super) fn version(told: Option<&str>) -> Option<String> {
    told.filter(|version| *version != "null" && !version.is_empty()).map(str::to_owned)
}

/// The header for a class; the standard class is what no header means.
pub(super) fn class(class: &StorageClass) -> Option<AwsStorageClass> {
    (*class != StorageClass::Standard).then(|| AwsStorageClass::from(class.as_str()))
}
