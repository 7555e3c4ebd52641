//! Why a question has no answer.

use axum::http::StatusCode;
use palisade_access::ApiError;
use palisade_record::ByteSize;
use thiserror::Error;

use crate::language::QueryError;
use crate::sealed::SealedError;

/// Why a question has no answer.
#[derive(Error, Debug)]
pub(crate) enum Failure {
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error("{0}")]
    Invalid(String, String),
    #[error("{0}")]
    NotFound(String, String),
    #[error("the question took longer than allowed")]
    Timeout,
    #[error("the answer needs more than {0} of memory")]
    Memory(ByteSize),
    #[error("{0}")]
    TooMuch(String, String),
    #[error("the question was cancelled")]
    Cancelled,
    #[error("{0}")]
    Busy(String),
    #[error("the search ended in a panic")]
    Panicked,
    #[error(transparent)]
    Index(#[from] palisade_index::Error),
    #[error(transparent)]
    Keys(#[from] palisade_seal::Error),
}

impl From<palisade_seal::UnsealError> for Failure {
    fn from(error: palisade_seal::UnsealError) -> Self {
        match error {
            palisade_seal::UnsealError::Keys(error) => error.into(),
            other => Self::Invalid(
                other.to_string(),
                "the value was changed or moved; verify the evidence".to_owned(),
            ),
        }
    }
}

impl From<SealedError> for Failure {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::Query(error) => error.into(),
            SealedError::Keys(error) => error.into(),
            SealedError::Kept(error) => error.into(),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::Query(error) => Self::new(StatusCode::BAD_REQUEST, "query", error.message, error.hint)
                .at(error.offset, error.length),
            Failure::Invalid(message, hint) => Self::invalid(message, hint),
            Failure::NotFound(message, hint) => Self::not_found(message, hint),
            Failure::Timeout => {
                let hint = "ask about a shorter time, name a stream, or export the records";
                Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", text, hint)
            }
            Failure::Memory(_) => {
                let hint = "ask for fewer records, a shorter time, or a field with fewer values; streams \
                            (`Accept: application/x-ndjson`) and exports have no such bound";
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_much_memory", text, hint)
            }
            Failure::TooMuch(message, hint) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_much_memory", message, hint)
            }
            Failure::Cancelled => Self::new(StatusCode::REQUEST_TIMEOUT, "cancelled", text, "ask again"),
            Failure::Busy(message) => Self::busy(message),
            Failure::Panicked => Self::internal(text),
            Failure::Index(error) => match error.kind() {
                palisade_index::ErrorKind::Full => Self::busy(text),
                palisade_index::ErrorKind::Unavailable => {
                    Self::unavailable(text, "see the program's own log")
                }
                palisade_index::ErrorKind::Archived => {
                    let hint = "`palisade restore request --from … --to …` tells what bringing these records back costs \
                                and how long it takes, and begins it with --yes; or ask about a later time";
                    Self::new(StatusCode::CONFLICT, "archived", text, hint)
                }
                palisade_index::ErrorKind::Corrupt => Self::internal(text),
                palisade_index::ErrorKind::Withheld => {
                    let hint =
                        "export them as ndjson, csv or parquet; or name a stream of which you see all fields";
                    Self::new(StatusCode::FORBIDDEN, "withheld", text, hint)
                }
            },
            Failure::Keys(palisade_seal::Error::TooCommon { .. }) => {
                Self::invalid(text, "add a condition on the field that says whose record it is")
            }
            Failure::Keys(_) => Self::unavailable(text, "see that the key store and its root key are there"),
        }
    }
}
