//! A server's "no", told so that the next step is clear.

use anyhow::anyhow;
use serde::Deserialize;

use crate::output::{Usage, escape, point_at};

#[derive(Deserialize)]
struct Body {
    error: Refusal,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
    #[serde(default)]
    hint: String,
    position: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    offset: usize,
    length: usize,
}

/// Largest refusal that is read; they are a few sentences.
const BYTES_MAX: u64 = 64 * 1024;

/// The error for an answer that is not a success. A mistake in the query counts as one in the command line.
pub(super) fn refusal(status: u16, mut body: ureq::Body, query: Option<&str>) -> anyhow::Error {
    let text = body.with_config().limit(BYTES_MAX).read_to_string().unwrap_or_default();
    explain(status, &text, query)
}

fn explain(status: u16, text: &str, query: Option<&str>) -> anyhow::Error {
    let Ok(Body { error }) = serde_json::from_str(text) else {
        return anyhow!("the server answered {status} without saying why; is this a Palisade server?");
    };
    let (message, hint) = (escape(&error.message), escape(&error.hint));
    match (error.position, query) {
        (Some(Position { offset, length }), Some(query)) => {
            let place = point_at(query, offset, length);
            Usage(format!("{message}\n{place}\n{hint}").trim_end().to_owned()).into()
        }
        _ if hint.is_empty() => anyhow!("{message}"),
        _ => anyhow!("{message}; {hint}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_query_is_shown_with_its_mistake_and_the_hint() {
        let text = r#"{"error":{"kind":"invalid","message":"this parenthesis is never closed","hint":"write `)`","position":{"offset":16,"length":1}}}"#;

        let error = explain(400, text, Some("level:error and ("));

        assert!(error.is::<Usage>());
        assert_eq!(
            error.to_string(),
            "this parenthesis is never closed\n  level:error and (\n                  ^\nwrite `)`"
        );
    }

    #[test]
    fn other_refusals_are_a_sentence_with_the_next_step() {
        let text =
            r#"{"error":{"kind":"unauthorized","message":"the token is not known","hint":"use another"}}"#;
        assert_eq!(explain(401, text, None).to_string(), "the token is not known; use another");
        assert!(explain(502, "<html>", None).to_string().contains("answered 502"));
    }
}
