//! Reading ranges.

use std::io;
use std::ops::Range;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;

use super::problem::Problem;
use super::remote::{Remote, Target};
use crate::requests::Operation;
use crate::{Refusal, RestoreState};

/// The client repeats requests, but not the bytes of an answer that broke off: that is done here.
const BODY_ATTEMPTS_MAX: u32 = 3;

/// The bytes of one answer: 128 MiB at a megabyte per second.
const BODY_TIMEOUT: Duration = Duration::from_secs(128);

/// Whatever was asked for, one answer is not longer: it has to be in memory.
const RANGE_BYTES_MAX: u64 = 2 << 30;

impl Remote {
    /// Reads a part of an object.
    pub(super) async fn get(&self, target: &Target, range: Range<u64>) -> io::Result<Vec<u8>> {
        let past_the_end = |length| {
            let (start, end) = (range.start, range.end);
            io::Error::from(Refusal::Range { name: target.place.clone(), length, start, end })
        };
        if range.start >= range.end {
            let length = self.head(target).await?.description.length;
            return if range.start == range.end && range.end <= length {
                Ok(Vec::new())
            } else {
                Err(past_the_end(length))
            };
        }
        let wanted = range.end - range.start;
        check_size(target, wanted)?;
        match self.read(target, format!("bytes={}-{}", range.start, range.end - 1), wanted).await? {
            Some((start, bytes, length)) if start == range.start => {
                if bytes.len() as u64 == wanted {
                    Ok(bytes)
                } else {
                    Err(past_the_end(length))
                }
            }
            Some((start, ..)) => {
                let problem =
                    format!("the bytes from {start} on came instead of those from {} on", range.start);
                Err(Problem::answer(&target.place, "read", problem).into())
            }
            None => Err(past_the_end(self.head(target).await?.description.length)),
        }
    }

    /// Reads the last bytes of an object and its length.
    pub(super) async fn end(&self, target: &Target, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        check_size(target, bytes_max)?;
        if bytes_max > 0
            && let Some((start, bytes, length)) =
                self.read(target, format!("bytes=-{bytes_max}"), bytes_max).await?
        {
            if start + bytes.len() as u64 == length {
                return Ok((bytes, length));
            }
            let problem = format!("{} bytes from {start} on are not the end of {length}", bytes.len());
            return Err(Problem::answer(&target.place, "read", problem).into());
        }
        // No byte is asked for, or there is none: an empty object has no range.
        Ok((Vec::new(), self.head(target).await?.description.length))
    }

    /// Where the answer begins, its bytes, and how long the object is; `None` when the object has none of the range.
    async fn read(
        &self,
        target: &Target,
        range: String,
        wanted: u64,
    ) -> io::Result<Option<(u64, Vec<u8>, u64)>> {
        let mut attempt = 1;
        loop {
            self.count(Operation::Get);
            let request = self.client.get_object().bucket(self.bucket()).key(&target.key);
            let request = request.set_version_id(target.version.clone()).range(&range);
            let answer =
                match request.send().await.map_err(|error| Problem::new(&target.place, "read", &error)) {
                    Err(problem) if problem.is_range() => return Ok(None),
                    Err(problem) if problem.is_archived() => return Err(self.archived(target).await),
                    answer => answer?,
                };
            target.check_version("read", answer.version_id())?;
            let (start, length) = placed(&answer, target)?;
            match body(answer, wanted).await {
                Ok(bytes) => return Ok(Some((start, bytes, length))),
                Err(_) if attempt < BODY_ATTEMPTS_MAX => attempt += 1,
                Err(error) => {
                    let problem = format!("{}: the answer broke off {attempt} times: {error}", target.place);
                    return Err(io::Error::new(error.kind(), problem));
                }
            }
        }
    }

    async fn archived(&self, target: &Target) -> io::Error {
        let state = self.head(target).await.map(|head| head.description.restore);
        let underway = matches!(state, Ok(RestoreState::Underway));
        Refusal::Archived { name: target.place.clone(), underway }.into()
    }
}

fn check_size(target: &Target, wanted: u64) -> io::Result<()> {
    if wanted <= RANGE_BYTES_MAX {
        return Ok(());
    }
    let problem =
        format!("{}: {wanted} bytes at once are too many: read at most {RANGE_BYTES_MAX}", target.place);
    Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
}

/// Where an answer begins and how long the object is. A store that ignores ranges answers with the whole object.
fn placed(answer: &GetObjectOutput, target: &Target) -> Result<(u64, u64), Problem> {
    match answer.content_range() {
        Some(header) => content_range(header)
            .ok_or_else(|| Problem::answer(&target.place, "read", format!("`{header}` is not a range"))),
        None => {
            let length = answer.content_length().and_then(|length| u64::try_from(length).ok());
            let unknown = || Problem::answer(&target.place, "read", "the store tells no length".to_owned());
            Ok((0, length.ok_or_else(unknown)?))
        }
    }
}

/// Reads `bytes 2-4/10`: the first byte and the length of the object.
fn content_range(header: &str) -> Option<(u64, u64)> {
    let (range, length) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.parse().ok()?, length.parse().ok()?))
}

async fn body(answer: GetObjectOutput, wanted: u64) -> io::Result<Vec<u8>> {
    let told = answer.content_length().and_then(|length| u64::try_from(length).ok());
    let mut bytes = Vec::with_capacity(usize::try_from(told.unwrap_or(0).min(wanted)).unwrap_or(0));
    let mut stream = answer.body;
    let read = async {
        while let Some(piece) = stream.try_next().await.map_err(io::Error::other)? {
            if (bytes.len() + piece.len()) as u64 > wanted {
                let problem = "more bytes came than were asked for: the store ignores ranges";
                return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(())
    };
    tokio::time::timeout(BODY_TIMEOUT, read).await.map_err(|_| io::ErrorKind::TimedOut)??;
    if told.is_some_and(|told| told != bytes.len() as u64) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "fewer bytes came than were told"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_range_is_read_from_its_header() {
        assert_eq!(content_range("bytes 2-4/10"), Some((2, 10)));
        for wrong in ["", "bytes", "bytes */10", "bytes 2-4/*", "2-4/10", "bytes -4/10", "bytes 2/10"] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_parser_panic(header in "(bytes )?[0-9*/ -]{0,30}") {
            _ = content_range(&header);
        }
    }
}
