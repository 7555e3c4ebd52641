//! What a store answers when it does not do as asked, in words, and as a kind that callers can act on.

use std::io::{self, ErrorKind};

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::Refusal;

/// A request that failed.
#[derive(Debug, thiserror::Error)]
#[error("{place}: cannot {operation}: {said}; {advice}")]
pub(crate) struct Problem {
    /// The object or the bucket, by its address.
    place: String,
    /// What was asked, as a verb: `put`, `read`.
    operation: &'static str,
    /// The name that the store has for it; empty when it did not answer with one.
    pub(crate) code: String,
    /// The status of the answer; none when there was no answer.
    pub(crate) status: Option<u16>,
    said: String,
    advice: &'static str,
    kind: ErrorKind,
}

impl Problem {
    /// From the client's error.
    pub(crate) fn new<E>(place: impl Into<String>, operation: &'static str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let code = error.code().unwrap_or_default().to_owned();
        let (kind, advice) = judge(&code, status, error);
        let said = match (error.message(), status) {
            (message, Some(status)) if !code.is_empty() => {
                format!("{code} ({status}) {}", message.unwrap_or_default()).trim_end().to_owned()
            }
            (_, Some(status)) => format!("the answer was {status}"),
            (_, None) => DisplayErrorContext(error).to_string(),
        };
        Self { place: place.into(), operation, code, status, said, advice, kind }
    }

    /// An answer that is not what was asked for.
    pub(crate) fn answer(place: impl Into<String>, operation: &'static str, said: String) -> Self {
        let advice = "run the storage doctor on the bucket and do not keep evidence there until it passes";
        let (code, status, kind) = (String::new(), None, ErrorKind::InvalidData);
        Self { place: place.into(), operation, code, status, said, advice, kind }
    }

    /// The answer is about something else than the version that was asked for: that one is not there.
    pub(crate) fn other_version(place: impl Into<String>, operation: &'static str, said: String) -> Self {
        let advice = "this version is not there, or versioning is off";
        let (code, status, kind) = (String::new(), None, ErrorKind::NotFound);
        Self { place: place.into(), operation, code, status, said, advice, kind }
    }

    /// A refusal that is inside an answer about many.
    pub(crate) fn refused(place: impl Into<String>, operation: &'static str, code: &str) -> Self {
        let (place, code, said) = (place.into(), code.to_owned(), code.to_owned());
        let advice = "see which lock or hold forbids it";
        Self { place, operation, code, status: Some(403), said, advice, kind: ErrorKind::PermissionDenied }
    }

    /// Whether the store understood, and said no.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.status, Some(400 | 403 | 409 | 412))
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.kind == ErrorKind::NotFound && self.code != "NoSuchBucket"
    }

    /// Somebody wrote the object before, or is about to.
    pub(crate) fn is_conflict(&self) -> bool {
        self.status == Some(409)
            && matches!(self.code.as_str(), "ConditionalRequestConflict" | "OperationAborted")
    }

    pub(crate) fn is_precondition(&self) -> bool {
        self.status == Some(412)
    }

    pub(crate) fn is_archived(&self) -> bool {
        self.code == "InvalidObjectState"
    }

    pub(crate) fn is_range(&self) -> bool {
        self.status == Some(416)
    }

    /// What the store said, short.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }
}

impl From<Problem> for io::Error {
    fn from(problem: Problem) -> Self {
        if problem.is_archived() && problem.operation == "read" {
            return Refusal::Archived { name: problem.place, underway: false }.into();
        }
        Self::new(problem.kind, problem)
    }
}

fn judge<E>(code: &str, status: Option<u16>, error: &SdkError<E>) -> (ErrorKind, &'static str) {
    match (code, status) {
        ("NoSuchBucket", _) => {
            (ErrorKind::NotFound, "make the bucket, with Object Lock on, or correct the address")
        }
        ("NoSuchKey" | "NoSuchVersion" | "NotFound" | "NoSuchUpload", _) => {
            (ErrorKind::NotFound, "look whether it was removed, or lies under another prefix")
        }
        ("InvalidObjectState", _) => (ErrorKind::Other, "restore it from its archive class first"),
        ("RequestTimeTooSkewed" | "RequestExpired", _) => (
            ErrorKind::PermissionDenied,
            "set the clock of this machine: it differs from the store's by minutes",
        ),
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken", _) => {
            (ErrorKind::PermissionDenied, "check the credentials: key, secret and session token")
        }
        ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _) => {
            (ErrorKind::InvalidInput, "set `region` in the address to the bucket's region")
        }
        ("BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch", _) => (
            ErrorKind::InvalidData,
            "the bytes changed on their way: look for a proxy, a bad network card or bad memory",
        ),
        ("InvalidBucketState" | "ObjectLockConfigurationNotFoundError", _) => {
            (ErrorKind::Unsupported, "the bucket has no Object Lock: make a bucket with it")
        }
        ("NotImplemented" | "MethodNotAllowed", _) | (_, Some(501)) => {
            (ErrorKind::Unsupported, "this store cannot do that: run the storage doctor on it")
        }
        ("SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout", _)
        | (_, Some(500..=599)) => {
            (ErrorKind::ConnectionAborted, "try again later: the store is busy or broken")
        }
        (_, Some(404)) => (ErrorKind::NotFound, "look whether it was removed, or lies under another prefix"),
        (_, Some(403)) => (
            ErrorKind::PermissionDenied,
            "give this identity the right, or see which lock or hold forbids it",
        ),
        (_, Some(401)) => (ErrorKind::PermissionDenied, "check the credentials"),
        (_, Some(409 | 412)) => (ErrorKind::AlreadyExists, "somebody else wrote it: look who has the right"),
        (_, Some(416)) => (ErrorKind::UnexpectedEof, "the object is shorter than it should be"),
        (_, Some(400..=499)) => (ErrorKind::InvalidInput, "the store takes the request for wrong"),
        _ if matches!(error, SdkError::TimeoutError(_)) => {
            (ErrorKind::TimedOut, "look at the network and the store; it is tried again")
        }
        _ if matches!(error, SdkError::ConstructionFailure(_)) => {
            (ErrorKind::InvalidInput, "check the address, the region and the credentials")
        }
        _ => (ErrorKind::ConnectionRefused, "check the endpoint, the network and the credentials"),
    }
}
