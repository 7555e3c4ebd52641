//! How sending a message ended, in the words that decide what happens next.

use std::time::Duration;

use super::secret::Secret;

/// How it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The receiver has it.
    Accepted {
        /// Its name for the episode, where later messages need one.
        reference: Option<String>,
    },
    /// It does not.
    Failed(Failure),
}

/// Why a message was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What that means for the next attempt.
    pub kind: FailureKind,
    /// What happened, and what to do about it. Holds no secret and nothing of the message.
    pub reason: String,
    /// How long the receiver wants to be left alone.
    pub retry_after: Option<Duration>,
}

/// What a failure means for the next attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// The receiver is there and wants less.
    RateLimited,
    /// The receiver is not there, or not well.
    Unavailable,
    /// The receiver will never take this message as it is, or from this channel as it is configured.
    Refused,
}

impl Outcome {
    /// Taken, with nothing to remember.
    pub const fn accepted() -> Self {
        Self::Accepted { reference: None }
    }

    /// Not taken.
    pub fn failed(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self::Failed(Failure { kind, reason: reason.into(), retry_after: None })
    }

    /// The same without a secret: receivers repeat what they were sent when they complain.
    pub(super) fn without(mut self, secret: &Secret) -> Self {
        if let Self::Failed(failure) = &mut self {
            failure.reason = failure.reason.replace(secret.expose(), "…");
        }
        self
    }
}
