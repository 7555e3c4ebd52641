//! What people do without an index: scan the file.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;
use regex::bytes::{Regex, RegexBuilder};
use serde::Serialize;

use super::questions::Texts;
use crate::measure::Latencies;

const RUNS: usize = 3;
const READ_BYTES: usize = 4 << 20;

/// Milliseconds that a scan for the same text takes, the file being in the page cache.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub(crate) struct Scans {
    /// `ripgrep`, or `scan` when it is not installed: a loop in this program.
    pub(crate) tool: &'static str,
    pub(crate) phrase: f64,
    pub(crate) substring: f64,
    pub(crate) regex: f64,
}

impl Scans {
    /// The time of the scan beside a question.
    pub(crate) fn of(&self, question: &str) -> Option<f64> {
        match question {
            "phrase_count" => Some(self.phrase),
            "substring_count" => Some(self.substring),
            "regex_count" => Some(self.regex),
            _ => None,
        }
    }
}

pub(super) fn measure(corpus: &Path, texts: &Texts) -> anyhow::Result<Scans> {
    let has_ripgrep = Command::new("rg").arg("--version").stdout(Stdio::null()).status().is_ok();
    let tool = if has_ripgrep { "ripgrep" } else { "scan" };
    let time = |pattern: &str| {
        let mut latencies = Latencies::default();
        for _ in 0..RUNS {
            let start = Instant::now();
            if has_ripgrep {
                ripgrep(corpus, pattern)?;
            } else {
                scan(corpus, pattern)?;
            }
            latencies.push(start.elapsed());
        }
        anyhow::Ok(latencies.summary().p50_ms)
    };
    let Texts { phrase, substring, regex, .. } = texts;
    let (phrase, substring) = (format!(r"\b{}\b", regex::escape(phrase)), regex::escape(substring));
    // The first scan brings the file into the cache.
    scan(corpus, &substring)?;
    Ok(Scans { tool, phrase: time(&phrase)?, substring: time(&substring)?, regex: time(regex)? })
}

fn ripgrep(corpus: &Path, pattern: &str) -> anyhow::Result<()> {
    let mut command = Command::new("rg");
    command.args(["--count", "--ignore-case", "--regexp", pattern]).arg(corpus).stdout(Stdio::null());
    // Without a match it ends with 1.
    command.status().context("cannot start ripgrep")?;
    Ok(())
}

fn scan(corpus: &Path, pattern: &str) -> anyhow::Result<()> {
    let regex = RegexBuilder::new(pattern).case_insensitive(true).build()?;
    let mut file = File::open(corpus).with_context(|| format!("cannot read {}", corpus.display()))?;
    let (mut buffer, mut filled, mut lines) = (vec![0; READ_BYTES], 0, 0);
    loop {
        if filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = file.read(&mut buffer[filled..])?;
        filled += read;
        let whole = match memchr::memrchr(b'\n', &buffer[..filled]) {
            _ if read == 0 => filled,
            Some(end) => end + 1,
            None => continue,
        };
        lines += count_lines(&regex, &buffer[..whole]);
        if read == 0 {
            std::hint::black_box(lines);
            return Ok(());
        }
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
    }
}

/// How many lines have a match.
fn count_lines(regex: &Regex, text: &[u8]) -> u64 {
    let (mut at, mut lines) = (0, 0);
    while let Some(found) = regex.find_at(text, at) {
        lines += 1;
        at = memchr::memchr(b'\n', &text[found.end()..]).map_or(text.len(), |end| found.end() + end + 1);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_several_matches_counts_once() {
        let regex = Regex::new("a").unwrap();
        assert_eq!(count_lines(&regex, b"aa\nb\nxa\n\na"), 3);
    }
}
