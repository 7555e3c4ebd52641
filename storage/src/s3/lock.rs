//! Locks, holds and restores of what is there.

use std::io;

use aws_sdk_s3::types::{
    GlacierJobParameters, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode,
    ObjectLockRetention, ObjectLockRetentionMode, RestoreRequest, Tier,
};
use palisade_record::Timestamp;

use super::problem::Problem;
use super::remote::{Remote, Target};
use super::time;
use crate::requests::Operation;
use crate::{Lock, LockMode, Refusal, RestoreSpeed, StorageClass};

impl Remote {
    /// Lets the lock last until `until`.
    pub(super) async fn extend(&self, target: &Target, until: Timestamp) -> io::Result<()> {
        let known = self.head(target).await?.description;
        let lock = known.lock.ok_or_else(|| Refusal::NoLock { name: target.place.clone() })?;
        let wanted = lock.and(Lock { until, ..lock });
        if wanted == lock {
            return Ok(());
        }
        self.set_lock(&target.at(known.version.as_deref()), wanted).await
    }

    /// Sets a lock that forbids more than the one before, and looks whether it is there.
    pub(super) async fn set_lock(&self, target: &Target, lock: Lock) -> io::Result<()> {
        self.count(Operation::Lock);
        let retention = ObjectLockRetention::builder()
            .mode(retention_mode(lock.mode))
            .retain_until_date(time::rounded_up(lock.until))
            .build();
        let request = self.client.put_object_retention().bucket(self.bucket()).key(&target.key);
        let request = request.set_version_id(target.version.clone()).retention(retention);
        request.send().await.map_err(|error| Problem::new(&target.place, "lock", &error))?;
        let kept = self.head(target).await?.description.lock;
        if kept.is_none_or(|kept| !kept.covers(&lock)) {
            let problem = format!("the store accepted a lock until {} and does not keep it", lock.until);
            return Err(Problem::answer(&target.place, "lock", problem).into());
        }
        Ok(())
    }

    /// Puts a legal hold on, or takes it off, and looks whether it is so.
    pub(super) async fn hold(&self, target: &Target, on: bool) -> io::Result<()> {
        // The version that is looked at must be the one that is held: what the plain name means may change in between.
        let version = self.head(target).await?.description.version;
        let target = target.at(version.as_deref());
        self.count(Operation::Lock);
        let status = if on { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off };
        let request = self.client.put_object_legal_hold().bucket(self.bucket()).key(&target.key);
        let request = request.set_version_id(target.version.clone());
        let request = request.legal_hold(ObjectLockLegalHold::builder().status(status).build());
        request.send().await.map_err(|error| Problem::new(&target.place, "hold", &error))?;
        if self.head(&target).await?.description.held != on {
            let problem = "the store accepted a change of the legal hold and does not keep it".to_owned();
            return Err(Problem::answer(&target.place, "hold", problem).into());
        }
        Ok(())
    }

    /// Asks for an archived object.
    pub(super) async fn restore(&self, target: &Target, days: u32, speed: RestoreSpeed) -> io::Result<()> {
        let refusal = || Refusal::Restore { name: target.place.clone(), days, speed };
        let signed_days = i32::try_from(days).ok().filter(|days| *days > 0).ok_or_else(refusal)?;
        let known = self.head(target).await?.description;
        if known.class == StorageClass::DeepArchive && speed == RestoreSpeed::Expedited {
            return Err(refusal().into());
        }
        if known.restore != crate::RestoreState::Archived {
            return Ok(());
        }
        self.count(Operation::Restore);
        let job = GlacierJobParameters::builder().tier(Tier::from(speed.as_str())).build();
        let job = job.map_err(io::Error::other)?;
        let wanted = RestoreRequest::builder().days(signed_days).glacier_job_parameters(job).build();
        let request = self.client.restore_object().bucket(self.bucket()).key(&target.key);
        let request = request.set_version_id(known.version).restore_request(wanted);
        match request.send().await.map_err(|error| Problem::new(&target.place, "restore", &error)) {
            Err(problem) if problem.code == "RestoreAlreadyInProgress" => Ok(()),
            Err(problem) => Err(problem.into()),
            Ok(_) => Ok(()),
        }
    }
}

/// The mode as the header of a put names it.
pub(crate) fn object_mode(mode: LockMode) -> ObjectLockMode {
    match mode {
        LockMode::Governance => ObjectLockMode::Governance,
        LockMode::Compliance => ObjectLockMode::Compliance,
    }
}

/// The mode as a request for a lock names it.
pub(crate) fn retention_mode(mode: LockMode) -> ObjectLockRetentionMode {
    match mode {
        LockMode::Governance => ObjectLockRetentionMode::Governance,
        LockMode::Compliance => ObjectLockRetentionMode::Compliance,
    }
}
