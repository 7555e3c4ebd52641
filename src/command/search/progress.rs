//! How far a search has come, on a terminal while it takes long.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write, stderr};

use anyhow::{Context, bail};
use palisade_record::ByteSize;
use serde_json::Value;

/// What a line begins with that tells how far a search has come; no record does.
const BEGIN: &[u8] = br#"{"progress":"#;

/// Whether somebody sees it.
pub(super) fn is_seen() -> bool {
    stderr().is_terminal()
}

/// A line of standard error that is written again and again.
#[derive(Default)]
pub(super) struct ProgressLine {
    is_shown: bool,
}

impl ProgressLine {
    /// Shows a line of an answer, if it tells how far the search has come; says whether it does.
    pub(super) fn takes(&mut self, line: &[u8]) -> bool {
        if !line.starts_with(BEGIN) {
            self.clear();
            return false;
        }
        let told: Value = serde_json::from_slice(line).unwrap_or_default();
        // When nobody listens on standard error there is nobody left to tell. The end of the line before is wiped away.
        _ = write!(stderr(), "\r{}\x1b[K", words(&told["progress"]));
        self.is_shown = true;
        true
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

fn words(progress: &Value) -> String {
    let number = |name: &str| progress[name].as_u64().unwrap_or(0);
    let far = match number("far_requests") {
        0 => String::new(),
        requests => {
            format!(", {} in {requests} requests from far away", ByteSize::bytes(number("far_bytes")))
        }
    };
    let looked_at = ByteSize::bytes(number("bytes"));
    format!("{} of {} splits, {looked_at} looked at{far}", number("splits_done"), number("splits"))
}

/// Reads an answer that is one JSON object, with lines before it that tell how far the search has come.
pub(super) fn read_answer(body: impl Read, bytes_max: u64) -> anyhow::Result<(Vec<u8>, Value)> {
    let mut lines = BufReader::new(body.take(bytes_max + 1));
    let (mut shown, mut line, mut read) = (ProgressLine::default(), Vec::new(), 0);
    loop {
        line.clear();
        read += lines.read_until(b'\n', &mut line).context("the answer broke off; ask again")? as u64;
        if read > bytes_max {
            bail!("the answer is larger than {bytes_max} bytes; ask for less, or stream with --ndjson");
        }
        if !shown.takes(&line) {
            break;
        }
    }
    let answer: Value =
        serde_json::from_slice(&line).context("the answer is not JSON; is this a Palisade server?")?;
    if let Some(message) = answer["error"]["message"].as_str() {
        bail!("{message}; {}", answer["error"]["hint"].as_str().unwrap_or("ask again"));
    }
    Ok((line, answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_what_comes_after_the_lines_that_tell_how_far_it_is() {
        let progress =
            r#"{"progress":{"splits_done":3,"splits":9,"bytes":0,"far_requests":2,"far_bytes":2048}}"#;
        let body = format!("{progress}\n{progress}\n{{\"records\":[]}}\n");

        let (bytes, answer) = read_answer(body.as_bytes(), 1_000).unwrap();

        assert_eq!((bytes.trim_ascii_end(), answer["records"].is_array()), (&b"{\"records\":[]}"[..], true));
        assert!(read_answer(body.as_bytes(), 20).unwrap_err().to_string().contains("larger than 20"));
        let told: Value = serde_json::from_str(progress).unwrap();
        let words = words(&told["progress"]);
        assert!(
            words.starts_with("3 of 9 splits") && words.ends_with("in 2 requests from far away"),
            "{words}"
        );
    }

    #[test]
    fn an_error_that_came_late_is_an_error() {
        let body = r#"{"error":{"kind":"timeout","message":"it took too long","hint":"ask for less"}}"#;
        let error = read_answer(body.as_bytes(), 1_000).unwrap_err().to_string();
        assert_eq!(error, "it took too long; ask for less");
    }
}
