//! What the store tells of an object: one HEAD, and for a pinned version another for what lies over it.

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ObjectLockLegalHoldStatus, ObjectLockMode};

use super::checksum::whole_sha256;
use super::problem::Problem;
use super::put;
use super::remote::{Remote, Target};
use super::time;
use crate::requests::Operation;
use crate::{Cover, Description, Lock, LockMode, RestoreState, StorageClass};

/// A description, and the checksums as the store tells them: those of several parts too.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) description: Description,
    pub(super) sha256: Option<String>,
    pub(super) crc32c: Option<String>,
}

impl Remote {
    /// Asks for one version, or the newest.
    pub(crate) async fn head(&self, target: &Target) -> Result<Head, Problem> {
        self.count(Operation::Head);
        let request = self.client.head_object().bucket(self.bucket()).key(&target.key);
        let request = request.set_version_id(target.version.clone()).checksum_mode(ChecksumMode::Enabled);
        let answer = request.send().await;
        let answer = answer.map_err(|error| Problem::new(&target.place, "describe", &error))?;
        target.check_version("describe", answer.version_id())?;
        read(&answer, target)
    }

    /// Asks for one version and for what the plain name means.
    pub(super) async fn describe(&self, target: &Target) -> Result<Description, Problem> {
        let mut description = self.head(target).await?.description;
        if target.version.is_some() {
            description.cover = match self.head(&target.at(None)).await {
                Ok(newest) if newest.description.version == target.version => Cover::Nothing,
                Ok(newest) => Cover::Version(newest.description.version),
                // The version is there and the name is not: a delete marker is all that does that.
                Err(problem) if problem.is_missing() => Cover::DeleteMarker,
                Err(problem) => return Err(problem),
            };
        }
        Ok(description)
    }
}

fn read(answer: &HeadObjectOutput, target: &Target) -> Result<Head, Problem> {
    let length = answer.content_length().and_then(|length| u64::try_from(length).ok());
    let length = length
        .ok_or_else(|| Problem::answer(&target.place, "describe", "the store tells no length".to_owned()))?;
    let class = StorageClass::from(answer.storage_class().map_or("", |class| class.as_str()));
    let is_archived = class.is_archive() || answer.archive_status().is_some();
    let description = Description {
        length,
        sha256: whole_sha256(answer.checksum_sha256()),
        version: put::version(answer.version_id()),
        lock: lock(answer),
        held: answer.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On),
        class,
        restore: restore_state(answer.restore(), is_archived),
        modified: answer.last_modified().map(time::told),
        cover: Cover::Nothing,
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let (sha256, crc32c) = (owned(answer.checksum_sha256()), owned(answer.checksum_crc32_c()));
    Ok(Head { description, sha256, crc32c })
}

fn lock(answer: &HeadObjectOutput) -> Option<Lock> {
    let mode = match answer.object_lock_mode()? {
        ObjectLockMode::Governance => LockMode::Governance,
        ObjectLockMode::Compliance => LockMode::Compliance,
        _ => return None,
    };
    Some(Lock { mode, until: time::told(answer.object_lock_retain_until_date()?) })
}

/// Reads `x-amz-restore`: `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"`.
fn restore_state(header: Option<&str>, is_archived: bool) -> RestoreState {
    let Some(header) = header else {
        return if is_archived { RestoreState::Archived } else { RestoreState::Online };
    };
    if header.contains("ongoing-request=\"true\"") {
        return RestoreState::Underway;
    }
    let date = header.split_once("expiry-date=\"").and_then(|(_, rest)| rest.split_once('"'));
    RestoreState::Restored { until: date.and_then(|(date, _)| time::of_header(date)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_record::Timestamp;

    #[test]
    fn the_state_of_a_restore_is_read_from_its_header() {
        assert_eq!(restore_state(None, false), RestoreState::Online);
        assert_eq!(restore_state(None, true), RestoreState::Archived);
        assert_eq!(restore_state(Some("ongoing-request=\"true\""), true), RestoreState::Underway);
        let done = "ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT\"";
        let until = Timestamp::parse_rfc3339("2012-12-21T00:00:00Z");
        assert_eq!(restore_state(Some(done), true), RestoreState::Restored { until });
        assert_eq!(restore_state(Some("nonsense"), true), RestoreState::Restored { until: None });
    }

    #[test]
    fn a_lock_without_a_date_or_with_a_strange_mode_is_none() {
        let half = HeadObjectOutput::builder().object_lock_mode(ObjectLockMode::Governance).build();
        assert_eq!(lock(&half), None);
        let strange = HeadObjectOutput::builder()
            .object_lock_mode(ObjectLockMode::from("SOFT"))
            .object_lock_retain_until_date(time::rounded_up(Timestamp::MAX))
            .build();
        assert_eq!(lock(&strange), None);
    }
}
