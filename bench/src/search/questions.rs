//! What is asked.

use std::path::Path;

use serde_json::{Value, json};

use super::answer::Expected;
use super::truth::{self, Truth};

/// What is looked for in messages.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Texts {
    /// The phrase whose records are counted.
    #[arg(long, default_value = "timed out", value_name = "WORDS")]
    pub(crate) phrase: String,

    /// The part of words whose records are counted; letters and digits.
    #[arg(long, default_value = "imeou", value_name = "PART")]
    pub(crate) substring: String,

    /// The regular expression whose records are counted, in any case.
    #[arg(long, default_value = "time(d )?out", value_name = "REGEX")]
    pub(crate) regex: String,
}

/// Records of a page.
pub(super) const PAGE: usize = 100;
/// Values of a list of the most frequent ones.
pub(super) const TOP: usize = 10;

pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) body: Value,
    pub(super) expected: Expected,
}

/// Every question with its answer.
pub(super) fn all(corpus: &Path, texts: &Texts) -> anyhow::Result<Vec<Question>> {
    let needle = truth::needle(corpus)?;
    let truth = Truth::read(corpus, &needle, texts)?;
    let Texts { phrase, substring, regex } = texts;
    let page = |name, query: String, expected| Question {
        name,
        path: "/api/v1/search",
        body: json!({ "query": query, "limit": PAGE }),
        expected: Expected::Newest(expected),
    };
    let count = |name, query: String, expected| Question {
        name,
        path: "/api/v1/histogram",
        body: json!({ "query": query, "buckets": 1 }),
        expected: Expected::Total(expected),
    };
    Ok(vec![
        page("newest", String::new(), truth.newest.lines(corpus)?),
        page("newest_errors", "level:ERROR".into(), truth.newest_errors.lines(corpus)?),
        page("needle", format!("correlation_id:\"{needle}\""), truth.needle.lines(corpus)?),
        page("needle_absent", format!("correlation_id:\"{}\"", truth::ABSENT), truth.absent.lines(corpus)?),
        count("phrase_count", format!("message:\"{phrase}\""), truth.phrase),
        count("substring_count", format!("message:*{substring}*"), truth.substring),
        count("regex_count", format!("message:/{}/i", regex.replace('/', "\\/")), truth.regex),
        count("server_errors_count", "status>=500".into(), truth.server_errors),
        count("network_count", "source_ip:10.0.0.0/8".into(), truth.network),
        Question {
            name: "top_ips_of_failed_logins",
            path: "/api/v1/values",
            body: json!({ "field": "source_ip", "query": "action:login and outcome:failure", "limit": TOP }),
            expected: Expected::Values(truth.top_addresses(TOP), truth.failed_logins()),
        },
        Question {
            name: "histogram_by_level",
            path: "/api/v1/histogram",
            body: json!({ "query": "", "by": "level" }),
            expected: Expected::Levels(truth.levels),
        },
    ])
}
