//! What an answer means.

use std::time::Duration;

use super::super::outcome::{Failure, FailureKind, Outcome};

/// An answer. Its body is as much as came and fitted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// How long the receiver wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// Letters of a body that a reason repeats: enough for what a receiver says about itself.
const SAID_MAX: usize = 200;

impl Answer {
    /// What the status means to somebody who sends messages: 2xx is taken, 408, 425, 429 and 5xx may work later, and the rest never
    /// will, redirects among them: they are not followed, as they could lead anywhere.
    pub fn outcome(&self) -> Outcome {
        let kind = match self.status {
            200..=299 => return Outcome::accepted(),
            429 => FailureKind::RateLimited,
            408 | 425 | 500..=599 => FailureKind::Unavailable,
            _ => FailureKind::Refused,
        };
        let hint = match self.status {
            300..=399 => "; redirects are not followed, configure the address it leads to",
            401 | 403 => "; see whether the key or token is right",
            404 | 405 | 410 => "; see whether the address is right",
            _ => "",
        };
        let reason = format!("status {}{}{hint}", self.status, self.said());
        Outcome::Failed(Failure { kind, reason, retry_after: self.retry_after })
    }

    /// The beginning of the body, on one line, as a part of a sentence.
    pub fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let line = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
        let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let cut: String = line.chars().take(SAID_MAX).collect();
        if cut.is_empty() { cut } else { format!(": {cut}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16) -> Option<FailureKind> {
        match (Answer { status, retry_after: None, body: Vec::new() }).outcome() {
            Outcome::Accepted { .. } => None,
            Outcome::Failed(failure) => Some(failure.kind),
        }
    }

    #[test]
    fn a_status_says_whether_to_try_again() {
        assert_eq!([200, 202, 204].map(kind), [None; 3]);
        assert_eq!([429].map(kind), [Some(FailureKind::RateLimited)]);
        assert_eq!([408, 500, 502, 503, 504].map(kind), [Some(FailureKind::Unavailable); 5]);
        assert_eq!([301, 307, 400, 401, 403, 404, 410, 413, 422].map(kind), [Some(FailureKind::Refused); 9]);
    }

    #[test]
    fn a_reason_repeats_a_little_of_what_the_receiver_said() {
        let body = format!("\u{1b}[31minvalid\n\n  routing_key {}", "x".repeat(9_999)).into_bytes();
        let answer = Answer { status: 400, retry_after: None, body };
        let Outcome::Failed(failure) = answer.outcome() else { panic!("400 is a failure") };
        assert!(failure.reason.starts_with("status 400: [31minvalid routing_key xxx"), "{}", failure.reason);
        assert!(failure.reason.len() < 300);
    }
}
