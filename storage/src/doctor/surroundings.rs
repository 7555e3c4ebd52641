//! The bucket itself: whether it answers, how it is configured, what else it can do.

use aws_sdk_s3::types::{
    BucketVersioningStatus, GlacierJobParameters, ObjectLockEnabled, RestoreRequest, Tier,
    VersioningConfiguration,
};

use super::bucket::{Bucket, done, refused};
use crate::s3::Problem;

/// Whether it answers at all; without that nothing else is tried.
pub(super) async fn answers(bucket: &mut Bucket) -> bool {
    let put = bucket.put("first", b"first").await;
    let read = match put {
        Ok(patient) => bucket.head(&patient).await.map(|_| ()),
        Err(problem) => Err(problem),
    };
    bucket.certificate.must("objects are written and read", "done", done(read))
}

/// Versions and locks as the bucket tells of them.
pub(super) async fn configuration(bucket: &mut Bucket) {
    let versioning = versioning(bucket).await;
    let is_on = versioning.as_ref().is_ok_and(|status| *status == Some(BucketVersioningStatus::Enabled));
    let told = match versioning {
        Ok(Some(status)) if is_on => Ok(status.as_str().to_owned()),
        Ok(status) => Err(status.map_or("off".to_owned(), |status| status.as_str().to_owned())),
        // The right to ask is not needed to write: that objects get versions is seen when they are put.
        Err(problem) => Ok(format!("not told: {}", problem.said())),
    };
    bucket.certificate.must("versioning is on", "Enabled", told);

    let request = bucket.remote.client.get_object_lock_configuration().bucket(bucket.remote.bucket());
    let place = bucket.place("");
    match request.send().await.map_err(|error| Problem::new(place, "ask for locks of", &error)) {
        Ok(answer) => {
            let configuration = answer.object_lock_configuration();
            let enabled = configuration.and_then(|locks| locks.object_lock_enabled());
            let default =
                configuration.and_then(|locks| locks.rule()).and_then(|rule| rule.default_retention());
            let default = default.map_or("none".to_owned(), |default| {
                let mode = default.mode().map_or("no mode", |mode| mode.as_str());
                format!(
                    "{mode}, {} days, {} years",
                    default.days().unwrap_or(0),
                    default.years().unwrap_or(0)
                )
            });
            let is_locked = enabled == Some(&ObjectLockEnabled::Enabled);
            bucket.certificate.info("object lock of the bucket", if is_locked { "on" } else { "off" });
            bucket.certificate.info("default retention", default);
            if is_locked && is_on {
                suspend(bucket).await;
            }
        }
        Err(problem) => bucket.certificate.info("object lock of the bucket", problem.said()),
    }
}

async fn versioning(bucket: &Bucket) -> Result<Option<BucketVersioningStatus>, Problem> {
    let request = bucket.remote.client.get_bucket_versioning().bucket(bucket.remote.bucket());
    let answer = request
        .send()
        .await
        .map_err(|error| Problem::new(bucket.place(""), "ask for versions of", &error))?;
    Ok(answer.status().cloned())
}

async fn suspend(bucket: &mut Bucket) {
    let suspended = set_versioning(bucket, BucketVersioningStatus::Suspended).await;
    if suspended.is_ok() {
        let again = set_versioning(bucket, BucketVersioningStatus::Enabled).await;
        if let Err(problem) = again {
            bucket.certificate.info("versioning is off now, turn it on", problem.to_string());
        }
    }
    bucket.certificate.must("versioning cannot be suspended", "refused", refused(suspended));
}

async fn set_versioning(bucket: &Bucket, status: BucketVersioningStatus) -> Result<(), Problem> {
    let wanted = VersioningConfiguration::builder().status(status).build();
    let request = bucket.remote.client.put_bucket_versioning().bucket(bucket.remote.bucket());
    let answer = request.versioning_configuration(wanted).send().await;
    answer.map_err(|error| Problem::new(bucket.place(""), "set versions of", &error))?;
    Ok(())
}

/// What is good to have: lifecycle rules and archives.
pub(super) async fn services(bucket: &mut Bucket) {
    let request = bucket.remote.client.get_bucket_lifecycle_configuration().bucket(bucket.remote.bucket());
    let place = bucket.place("");
    let rules = match request.send().await.map_err(|error| Problem::new(place, "ask for rules of", &error)) {
        Ok(answer) => format!("{} rules", answer.rules().len()),
        Err(problem) if problem.code == "NoSuchLifecycleConfiguration" => "no rules".to_owned(),
        Err(problem) => problem.said().to_owned(),
    };
    bucket.certificate.info("lifecycle rules", rules);

    let Ok(patient) = bucket.put("online", b"online").await else { return };
    let job = GlacierJobParameters::builder().tier(Tier::Bulk).build().ok();
    let wanted = RestoreRequest::builder().days(1).set_glacier_job_parameters(job).build();
    let request = bucket.remote.client.restore_object().bucket(bucket.remote.bucket()).key(&patient.key);
    let answer = request.set_version_id(patient.version.clone()).restore_request(wanted).send().await;
    let place = bucket.place(&patient.key);
    let found = match answer.map_err(|error| Problem::new(place, "restore", &error)) {
        Err(problem) if problem.is_archived() => {
            "there are archive classes: restoring what is online is refused".to_owned()
        }
        Err(problem) => format!("none: {}", problem.said()),
        Ok(_) => "a restore is accepted".to_owned(),
    };
    bucket.certificate.info("restore from an archive", found);
}
