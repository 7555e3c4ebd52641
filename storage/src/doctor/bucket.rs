//! What the doctor does with a bucket: single requests, without the care that a storage takes.

use std::time::Duration;

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    Delete, ObjectIdentifier, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention,
};
use palisade_record::Timestamp;

use super::certificate::Certificate;
use crate::LockMode;
use crate::s3::{Problem, Remote, Target, object_mode, retention_mode, rounded_up};

/// Where the doctor's objects are.
pub(super) const FOLDER: &str = "palisade-doctor";

/// How long the doctor's locks last: longer than an examination over a slow line, shorter than anybody minds.
pub(super) const LOCK: Duration = Duration::from_secs(600);

/// A bucket under examination.
pub(super) struct Bucket {
    pub(super) remote: Remote,
    pub(super) certificate: Certificate,
    now: Timestamp,
    folder: String,
}

/// An object of the doctor's.
pub(super) struct Patient {
    pub(super) key: String,
    pub(super) version: Option<String>,
}

impl Bucket {
    pub(super) fn new(remote: Remote, now: Timestamp, certificate: Certificate) -> Self {
        let folder = format!("{}{FOLDER}/{}", remote.address.prefix, now.as_nanos());
        Self { remote, certificate, now, folder }
    }

    pub(super) fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    /// When a lock of the doctor's ends; a part of the full time for shorter ones.
    pub(super) fn until(&self, parts: u32) -> Timestamp {
        self.now.plus(LOCK / 4 * parts)
    }

    pub(super) fn place(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.remote.bucket())
    }

    pub(super) fn put_request(&self, key: &str, bytes: &'static [u8]) -> PutObjectFluentBuilder {
        let request = self.remote.client.put_object().bucket(self.remote.bucket()).key(key);
        self.remote.address.checksum.of(bytes).on_put(request.body(ByteStream::from_static(bytes)))
    }

    pub(super) async fn send(&self, key: &str, request: PutObjectFluentBuilder) -> Result<Patient, Problem> {
        let answer = request.send().await.map_err(|error| Problem::new(self.place(key), "put", &error))?;
        Ok(Patient { key: key.to_owned(), version: answer.version_id().map(str::to_owned) })
    }

    pub(super) async fn put(&self, name: &str, bytes: &'static [u8]) -> Result<Patient, Problem> {
        let key = self.key(name);
        self.send(&key, self.put_request(&key, bytes)).await
    }

    /// Puts an object with a lock that ends after half of the doctor's time.
    pub(super) async fn put_locked(&self, name: &str, mode: LockMode) -> Result<Patient, Problem> {
        let key = self.key(name);
        let request = self.put_request(&key, b"locked").object_lock_mode(object_mode(mode));
        self.send(&key, request.object_lock_retain_until_date(rounded_up(self.until(2)))).await
    }

    pub(super) async fn head(&self, patient: &Patient) -> Result<HeadObjectOutput, Problem> {
        let request = self.remote.client.head_object().bucket(self.remote.bucket()).key(&patient.key);
        let answer = request.set_version_id(patient.version.clone()).send().await;
        answer.map_err(|error| Problem::new(self.place(&patient.key), "describe", &error))
    }

    pub(super) async fn delete(&self, patient: &Patient, bypass: bool) -> Result<(), Problem> {
        let request = self.remote.client.delete_object().bucket(self.remote.bucket()).key(&patient.key);
        let request = request.set_version_id(patient.version.clone());
        let request = request.set_bypass_governance_retention(bypass.then_some(true));
        request.send().await.map_err(|error| Problem::new(self.place(&patient.key), "remove", &error))?;
        Ok(())
    }

    /// Deletes as one of many; the refusal is in the answer then.
    pub(super) async fn delete_as_many(&self, patient: &Patient, bypass: bool) -> Result<(), Problem> {
        let place = self.place(&patient.key);
        let wrong = |error: &dyn std::fmt::Display| Problem::answer(&place, "remove", error.to_string());
        let object =
            ObjectIdentifier::builder().key(&patient.key).set_version_id(patient.version.clone()).build();
        let objects = Delete::builder().objects(object.map_err(|error| wrong(&error))?).build();
        let request = self.remote.client.delete_objects().bucket(self.remote.bucket());
        let request = request.delete(objects.map_err(|error| wrong(&error))?);
        let request = request.set_bypass_governance_retention(bypass.then_some(true));
        let answer = request.send().await.map_err(|error| Problem::new(&place, "remove", &error))?;
        match answer.errors().first() {
            Some(error) => Err(Problem::refused(&place, "remove", error.code().unwrap_or("an error"))),
            None => Ok(()),
        }
    }

    pub(super) async fn retain(
        &self,
        patient: &Patient,
        mode: LockMode,
        until: Timestamp,
        bypass: bool,
    ) -> Result<(), Problem> {
        let retention = ObjectLockRetention::builder().mode(retention_mode(mode));
        let retention = retention.retain_until_date(rounded_up(until)).build();
        let request =
            self.remote.client.put_object_retention().bucket(self.remote.bucket()).key(&patient.key);
        let request = request.set_version_id(patient.version.clone()).retention(retention);
        let request = request.set_bypass_governance_retention(bypass.then_some(true));
        request.send().await.map_err(|error| Problem::new(self.place(&patient.key), "lock", &error))?;
        Ok(())
    }

    pub(super) async fn hold(&self, patient: &Patient, on: bool) -> Result<(), Problem> {
        let status = if on { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off };
        let request =
            self.remote.client.put_object_legal_hold().bucket(self.remote.bucket()).key(&patient.key);
        let request = request.set_version_id(patient.version.clone());
        let request = request.legal_hold(ObjectLockLegalHold::builder().status(status).build());
        request.send().await.map_err(|error| Problem::new(self.place(&patient.key), "hold", &error))?;
        Ok(())
    }

    /// Removes what earlier examinations left; what cannot go yet stays.
    pub(super) async fn sweep(&self) {
        _ = self.remove_below(&format!("{}{FOLDER}/", self.remote.address.prefix)).await;
    }

    /// Removes what this examination made, and notes what cannot go yet.
    pub(super) async fn clean_up(&mut self) {
        self.certificate.left = self.remove_below(&format!("{}/", self.folder)).await;
    }

    /// Removes all versions of what begins so: one page of them, an examination makes fewer. Answers the keys that stay.
    async fn remove_below(&self, prefix: &str) -> Vec<String> {
        let request = self.remote.client.list_object_versions().bucket(self.remote.bucket()).prefix(prefix);
        let Ok(answer) = request.send().await else { return Vec::new() };
        let versions = answer.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = answer.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let mut left = Vec::new();
        for (key, version) in versions.chain(markers) {
            let Some(key) = key else { continue };
            let patient = Patient { key: key.to_owned(), version: version.map(str::to_owned) };
            // They are the doctor's own objects: where governance can be bypassed, that is used to leave nothing.
            if self.delete(&patient, false).await.is_err() && self.delete(&patient, true).await.is_err() {
                left.push(patient.key);
            }
        }
        left.sort_unstable();
        left.dedup();
        left
    }

    /// The storage's own view of a key of the doctor's.
    pub(super) fn target(&self, patient: &Patient) -> Target {
        Target { key: patient.key.clone(), version: patient.version.clone(), place: self.place(&patient.key) }
    }
}

/// Expects a refusal: an answer that says no. Silence is none.
pub(super) fn refused<T>(result: Result<T, Problem>) -> Result<String, String> {
    match result {
        Ok(_) => Err("accepted".to_owned()),
        Err(problem) if problem.is_refusal() => Ok(format!("refused: {}", problem.said())),
        Err(problem) => Err(problem.to_string()),
    }
}

/// Expects that it is done.
pub(super) fn done<T>(result: Result<T, Problem>) -> Result<String, String> {
    result.map(|_| "done".to_owned()).map_err(|problem| problem.to_string())
}
