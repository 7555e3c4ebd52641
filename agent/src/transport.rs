//! The way to the collector, behind a seam: tests put a simulated network here.

use std::time::Duration;

use palisade_record::{Channel, Origin};
use serde::Deserialize;

/// Carries requests to a collector and brings back its answers.
pub trait Transport: Send + Sync {
    /// Sends the body of one request: zstd of batches, one after the other.
    fn send(&self, body: &[u8]) -> Result<Answer, TransportError>;

    /// Asks how far the collector has the lanes of this agent.
    fn positions(&self) -> Result<Vec<KnownPosition>, TransportError>;
}

/// What a collector answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// When the collector wants to be asked again.
    pub retry_after: Option<Duration>,
    /// The body, up to its bound.
    pub body: Vec<u8>,
}

/// Why there is no answer, or none to a question for positions.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum TransportError {
    /// The collector cannot be reached, or the answer did not arrive whole.
    #[error("collector not reached: {0}")]
    Unreachable(String),
    /// The collector refused to tell positions.
    #[error("collector answered {status} to the question for positions")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
}

/// How far the collector has one lane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownPosition {
    /// The origin, with its channel.
    pub origin: Origin,
    /// The generation.
    pub generation: u64,
    /// The incarnation of that generation.
    pub incarnation: u64,
    /// What the agent had sent to know the file again.
    pub identity: Vec<u8>,
    /// Up to where everything is durable.
    pub mark: u64,
}

impl KnownPosition {
    pub(crate) fn lane_index(&self) -> usize {
        usize::from(self.origin.channel == Channel::Stderr)
    }
}

#[derive(Deserialize)]
struct PositionsBody {
    positions: Vec<PositionBody>,
}

#[derive(Deserialize)]
struct PositionBody {
    lane: LaneBody,
    incarnation: String,
    identity: String,
    mark: u64,
}

#[derive(Deserialize)]
struct LaneBody {
    origin: Origin,
    generation: u64,
}

/// Reads the answer to the question for positions.
pub fn parse_positions(body: &[u8]) -> Result<Vec<KnownPosition>, TransportError> {
    let garbled = |problem: String| TransportError::Unreachable(format!("positions are garbled: {problem}"));
    let body: PositionsBody = serde_json::from_slice(body).map_err(|error| garbled(error.to_string()))?;
    let read = |position: PositionBody| {
        let incarnation =
            position.incarnation.parse().map_err(|_| garbled("incarnation is no number".into()))?;
        let identity =
            decode_hex(&position.identity).ok_or_else(|| garbled("identity is not hexadecimal".into()))?;
        let LaneBody { origin, generation } = position.lane;
        Ok(KnownPosition { origin, generation, incarnation, identity, mark: position.mark })
    };
    body.positions.into_iter().map(read).collect()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?)).collect()
}

/// What became of one batch of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub(crate) struct BatchAnswer {
    pub(crate) mark: u64,
    #[serde(default)]
    pub(crate) conflict: Option<Conflict>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Conflict {
    /// The batch begins after the mark.
    Gap,
    /// The generation number belongs to another file.
    Incarnation,
}

#[derive(Deserialize)]
struct AnswerBody {
    batches: Vec<BatchAnswer>,
}

/// Reads the answer to a request of `count` batches; `None` when it is not one.
pub(crate) fn parse_answer(body: &[u8], count: usize) -> Option<Vec<BatchAnswer>> {
    let body: AnswerBody = serde_json::from_slice(body).ok()?;
    (body.batches.len() == count).then_some(body.batches)
}

/// The text of an error answer, for logs and reasons.
pub(crate) fn error_message(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let message = value["error"]["message"].as_str().unwrap_or("no reason given");
    message.chars().filter(|character| !character.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_and_garbage_is_refused() {
        let body =
            br#"{"positions":[{"lane":{"agent":"n","origin":{"file":"/a","channel":"stderr"},"generation":3},
            "incarnation":"18446744073709551615","identity":"0aff","mark":7}]}"#;
        let read = parse_positions(body).unwrap();
        assert_eq!((read[0].incarnation, read[0].identity.as_slice()), (u64::MAX, &[10, 255][..]));
        assert_eq!((read[0].generation, read[0].mark, read[0].lane_index()), (3, 7, 1));
        for garbage in ["", "[]", "<html>", r#"{"positions":[{}]}"#] {
            assert!(parse_positions(garbage.as_bytes()).is_err(), "{garbage}");
        }
        assert_eq!(decode_hex("0"), None);
        assert_eq!(decode_hex("zz"), None);
    }

    #[test]
    fn an_answer_must_speak_of_every_batch() {
        let body = br#"{"error":{"kind":"conflict"},"batches":[{"mark":5,"accepted":true,"conflict":null},{"mark":0,"accepted":false,"conflict":"gap"}]}"#;
        let batches = parse_answer(body, 2).unwrap();
        assert_eq!((batches[0].mark, batches[0].conflict), (5, None));
        assert_eq!(batches[1].conflict, Some(Conflict::Gap));
        assert_eq!(parse_answer(body, 1), None);
        assert_eq!(parse_answer(b"<html>", 0), None);
    }
}
