//! Writing large objects in parts, some at a time. The caller's thread cuts and hashes; parts travel meanwhile.

use std::collections::VecDeque;
use std::io;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, ServerSideEncryption};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::bridge::{Bridge, Pending};
use super::checksum::{self, Sum};
use super::lock::object_mode;
use super::problem::Problem;
use super::put::{Written, class, version};
use super::remote::{Remote, Target};
use super::time;
use crate::Terms;
use crate::requests::Operation;

/// The size of a part, and the size from which on there are several. Below it one request is cheaper and whole; above it a
/// broken connection costs a part. S3 takes parts from 5 MiB on.
pub(super) const PART_BYTES: usize = 16 << 20;

/// So many parts are copied and under way: 48 MiB.
const PARTS_AT_ONCE: usize = 3;

/// S3 takes no more in one object: 156 GiB in parts of this size, far above any split.
const PARTS_MAX: usize = 10_000;

/// An upload that was begun.
#[derive(Clone)]
struct Upload {
    remote: Remote,
    target: Target,
    id: String,
}

/// Puts an object in parts. Whatever was begun and not completed is aborted, so that nobody pays for it.
pub(super) fn put(
    bridge: &Bridge,
    remote: &Remote,
    target: &Target,
    bytes: &[u8],
    terms: &Terms,
) -> io::Result<Written> {
    if bytes.len().div_ceil(PART_BYTES) > PARTS_MAX {
        let problem = format!("{}: {} bytes are too many for one object", target.place, bytes.len());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    let begin = {
        let (remote, target, terms) = (remote.clone(), target.clone(), terms.clone());
        async move { Ok(remote.begin(target, &terms).await?) }
    };
    let upload = bridge.run(begin)?;
    let completed = upload.send(bridge, bytes).and_then(|parts| {
        let (upload, replace) = (upload.clone(), terms.replace);
        bridge.run(async move { Ok(upload.complete(parts, replace).await?) })
    });
    if !matches!(completed, Ok(Written::New { .. })) {
        let upload = upload.clone();
        // A failure to abort adds nothing to the failure before it; the bucket's lifecycle rule is the second net.
        _ = bridge.run(async move { Ok(upload.abort().await?) });
    }
    completed
}

/// What the store tells for the checksum of these bytes when they come in parts.
pub(super) fn sum_of_parts(bytes: &[u8]) -> String {
    let hashes: Vec<[u8; 32]> = bytes.chunks(PART_BYTES).map(|part| Sha256::digest(part).into()).collect();
    checksum::of_parts(&hashes)
}

impl Remote {
    async fn begin(self, target: Target, terms: &Terms) -> Result<Upload, Problem> {
        self.count(Operation::Put);
        let mut request = self.client.create_multipart_upload().bucket(self.bucket()).key(&target.key);
        request = request.set_checksum_algorithm(self.address.checksum.announced());
        request = request.set_storage_class(class(&terms.class));
        if let Some(lock) = terms.lock {
            request = request.object_lock_mode(object_mode(lock.mode));
            request = request.object_lock_retain_until_date(time::rounded_up(lock.until));
        }
        if let Some(key) = &self.address.kms_key {
            request = request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(key);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| Problem::new(&target.place, "begin the upload of", &error))?;
        match answer.upload_id().map(str::to_owned) {
            Some(id) => Ok(Upload { remote: self, target, id }),
            None => Err(Problem::answer(&target.place, "put", "the store names no upload".to_owned())),
        }
    }
}

impl Upload {
    fn send(&self, bridge: &Bridge, bytes: &[u8]) -> io::Result<Vec<CompletedPart>> {
        let mut underway: VecDeque<Pending<io::Result<CompletedPart>>> = VecDeque::new();
        let mut parts = Vec::new();
        for (number, part) in (1..).zip(bytes.chunks(PART_BYTES)) {
            if underway.len() >= PARTS_AT_ONCE
                && let Some(oldest) = underway.pop_front()
            {
                parts.push(oldest.wait()?);
            }
            let sum = self.remote.address.checksum.of(part);
            let (upload, part) = (self.clone(), Bytes::copy_from_slice(part));
            underway.push_back(bridge.start(async move { Ok(upload.send_part(number, part, sum).await?) }));
        }
        for pending in underway {
            parts.push(pending.wait()?);
        }
        Ok(parts)
    }

    async fn send_part(&self, number: i32, part: Bytes, sum: Sum) -> Result<CompletedPart, Problem> {
        self.remote.count(Operation::Put);
        let client = &self.remote.client;
        let request = client.upload_part().bucket(self.remote.bucket()).key(&self.target.key);
        let request = request.upload_id(&self.id).part_number(number).body(ByteStream::from(part));
        let answer = sum.clone().on_part(request).send().await;
        let answer = answer.map_err(|error| Problem::new(&self.target.place, "put a part of", &error))?;
        if !sum.agrees(answer.checksum_sha256(), answer.checksum_crc32_c()) {
            let problem = format!("the store answered another checksum for part {number}");
            return Err(Problem::answer(&self.target.place, "put", problem));
        }
        Ok(sum.completed(number, answer.e_tag()))
    }

    async fn complete(&self, parts: Vec<CompletedPart>, replace: bool) -> Result<Written, Problem> {
        self.remote.count(Operation::Put);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let client = &self.remote.client;
        let request = client.complete_multipart_upload().bucket(self.remote.bucket()).key(&self.target.key);
        let mut request = request.upload_id(&self.id).multipart_upload(parts);
        if !replace {
            request = request.if_none_match("*");
        }
        match request.send().await.map_err(|error| Problem::new(&self.target.place, "complete", &error)) {
            Err(problem) if problem.is_precondition() || problem.is_conflict() => Ok(Written::Known),
            // An attempt whose answer was lost completed it: what is there is looked at like anything known.
            Err(problem) if problem.code == "NoSuchUpload" => Ok(Written::Known),
            Err(problem) => Err(problem),
            Ok(answer) => Ok(Written::New { version: version(answer.version_id()) }),
        }
    }

    async fn abort(&self) -> Result<(), Problem> {
        self.remote.count(Operation::Put);
        let client = &self.remote.client;
        let request = client.abort_multipart_upload().bucket(self.remote.bucket()).key(&self.target.key);
        let answer = request.upload_id(&self.id).send().await;
        answer.map_err(|error| Problem::new(&self.target.place, "abort the upload of", &error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_parts_counts_them() {
        assert!(sum_of_parts(&[0; PART_BYTES]).ends_with("-1"));
        assert!(sum_of_parts(&vec![0; PART_BYTES + 1]).ends_with("-2"));
    }
}
