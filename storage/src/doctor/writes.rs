//! Writing: once, checked, and never over what is there.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ObjectLockMode;
use palisade_record::Timestamp;

use super::bucket::{Bucket, LOCK, Patient, refused};
use crate::s3::{Checksum, Problem, rounded_up};

pub(super) async fn all(bucket: &mut Bucket, now: Timestamp) {
    Box::pin(once(bucket)).await;
    Box::pin(checked(bucket)).await;
    Box::pin(versions(bucket)).await;
    Box::pin(wrong_locks(bucket, now)).await;
}

async fn once(bucket: &mut Bucket) {
    let key = bucket.key("once");
    let first = bucket.send(&key, bucket.put_request(&key, b"1").if_none_match("*")).await;
    let second = match first {
        Ok(_) => refused(bucket.send(&key, bucket.put_request(&key, b"2").if_none_match("*")).await),
        Err(problem) => Err(problem.to_string()),
    };
    bucket.certificate.must("an object is written once (If-None-Match)", "refused the second time", second);
}

async fn checked(bucket: &mut Bucket) {
    let key = bucket.key("checked");
    let request = bucket.remote.client.put_object().bucket(bucket.remote.bucket()).key(&key);
    let request = request.body(ByteStream::from_static(b"these bytes"));
    let request = bucket.remote.address.checksum.of(b"other bytes").on_put(request);
    let result = refused(bucket.send(&key, request).await);
    bucket.certificate.must("a wrong checksum is refused", "refused", result);
}

async fn versions(bucket: &mut Bucket) {
    let result = match (bucket.put("over", b"old").await, bucket.put("over", b"newer").await) {
        (Ok(old), Ok(new)) if old.version.is_some() && old.version != new.version => {
            let there = length(bucket, &old).await;
            there.and_then(|length| {
                if length == 3 {
                    Ok("the old version stays".to_owned())
                } else {
                    Err("it changed".to_owned())
                }
            })
        }
        (Ok(_), Ok(_)) => Err("the old version is gone: objects get no versions".to_owned()),
        (Err(problem), _) | (_, Err(problem)) => Err(problem.to_string()),
    };
    bucket.certificate.must("overwriting makes a new version", "the old version stays", result);

    let result = match bucket.put("marked", b"marked").await {
        Ok(patient) => {
            let plain = Patient { key: patient.key.clone(), version: None };
            match bucket.delete(&plain, false).await {
                Ok(()) => {
                    length(bucket, &patient).await.map(|_| "the version stays below the marker".to_owned())
                }
                Err(problem) => Err(problem.to_string()),
            }
        }
        Err(problem) => Err(problem.to_string()),
    };
    bucket.certificate.must(
        "deleting a plain name leaves the version",
        "the version stays below a marker",
        result,
    );
}

async fn length(bucket: &Bucket, patient: &Patient) -> Result<i64, String> {
    let answer = bucket.head(patient).await.map_err(|problem| problem.to_string())?;
    answer.content_length().ok_or_else(|| "the store tells no length".to_owned())
}

async fn wrong_locks(bucket: &mut Bucket, now: Timestamp) {
    let key = bucket.key("no-date");
    let request = bucket.put_request(&key, b"x").object_lock_mode(ObjectLockMode::Governance);
    let result = refused(bucket.send(&key, request).await);
    bucket.certificate.should("a lock without a date is refused", "refused", result);

    let key = bucket.key("no-mode");
    let request = bucket.put_request(&key, b"x").object_lock_retain_until_date(rounded_up(bucket.until(1)));
    let result = refused(bucket.send(&key, request).await);
    bucket.certificate.should("a date without a mode is refused", "refused", result);

    let key = bucket.key("past");
    let request = bucket.put_request(&key, b"x").object_lock_mode(ObjectLockMode::Governance);
    let request = request.object_lock_retain_until_date(rounded_up(now.minus(LOCK)));
    let result = refused(bucket.send(&key, request).await);
    bucket.certificate.should("a lock in the past is refused", "refused", result);

    // Amazon's refuses this one; most others do not. What Palisade puts has a checksum always.
    let key = bucket.key("unchecked");
    let request = bucket.remote.client.put_object().bucket(bucket.remote.bucket()).key(&key);
    let request = request.body(ByteStream::from_static(b"x")).object_lock_mode(ObjectLockMode::Governance);
    let request = request.object_lock_retain_until_date(rounded_up(bucket.until(1)));
    let answer = refused(bucket.send(&key, request).await);
    bucket.certificate.info("a lock without a checksum", answer.unwrap_or_else(|found| found));
}

/// A locked object in one part of a multipart upload.
pub(super) async fn in_parts(bucket: &Bucket, name: &str) -> Result<Patient, Problem> {
    let (client, key) = (&bucket.remote.client, bucket.key(name));
    let place = bucket.place(&key);
    let request = client.create_multipart_upload().bucket(bucket.remote.bucket()).key(&key);
    let request = request.set_checksum_algorithm(bucket.remote.address.checksum.announced());
    let request = request.object_lock_mode(ObjectLockMode::Governance);
    let request = request.object_lock_retain_until_date(rounded_up(bucket.until(2)));
    let begun = request.send().await.map_err(|error| Problem::new(&place, "begin the upload of", &error))?;
    let id = begun.upload_id().unwrap_or_default();
    let checksum: Checksum = bucket.remote.address.checksum;
    let sum = checksum.of(b"a part");
    let request = client.upload_part().bucket(bucket.remote.bucket()).key(&key).upload_id(id).part_number(1);
    let request = sum.clone().on_part(request.body(ByteStream::from_static(b"a part")));
    let part = request.send().await.map_err(|error| Problem::new(&place, "put a part of", &error))?;
    let part = sum.completed(1, part.e_tag());
    let parts = aws_sdk_s3::types::CompletedMultipartUpload::builder().parts(part).build();
    let request = client.complete_multipart_upload().bucket(bucket.remote.bucket()).key(&key);
    let answer = request.upload_id(id).multipart_upload(parts).send().await;
    let answer = answer.map_err(|error| Problem::new(&place, "complete", &error))?;
    Ok(Patient { key, version: answer.version_id().map(str::to_owned) })
}
