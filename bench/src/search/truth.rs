//! What the right answers are: the corpus, read from one end to the other, with none of the program's code that is
//! measured.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, bail};
use palisade_record::Timestamp;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::questions::{PAGE, Texts};

/// An id that no generator makes.
pub(super) const ABSENT: &str = "deadbeefdeadbeefdeadbeef00000000";

/// What records without a level are counted under.
const WITHOUT_LEVEL: &str = "(none)";

/// Bytes read at a time.
const READ_BYTES: usize = 1 << 20;

#[derive(Deserialize)]
struct Line<'a> {
    timestamp: Timestamp,
    #[serde(borrow, default)]
    level: Cow<'a, str>,
    #[serde(borrow, default)]
    message: Cow<'a, str>,
    #[serde(borrow, default)]
    correlation_id: Cow<'a, str>,
    #[serde(borrow, default)]
    action: Cow<'a, str>,
    #[serde(borrow, default)]
    outcome: Cow<'a, str>,
    #[serde(borrow, default)]
    source_ip: Cow<'a, str>,
    #[serde(default)]
    status: u64,
}

/// Everything that is asked for.
pub(super) struct Truth {
    pub(super) newest: Newest,
    pub(super) newest_errors: Newest,
    pub(super) needle: Newest,
    pub(super) absent: Newest,
    pub(super) phrase: u64,
    pub(super) substring: u64,
    pub(super) regex: u64,
    pub(super) server_errors: u64,
    pub(super) network: u64,
    pub(super) levels: BTreeMap<String, u64>,
    failed_login_addresses: HashMap<String, u64>,
}

impl Truth {
    pub(super) fn read(corpus: &Path, needle: &str, texts: &Texts) -> anyhow::Result<Self> {
        let regex = RegexBuilder::new(&texts.regex).case_insensitive(true).build();
        let mut truth = Self {
            newest: Newest::default(),
            newest_errors: Newest::default(),
            needle: Newest::default(),
            absent: Newest::default(),
            phrase: 0,
            substring: 0,
            regex: 0,
            server_errors: 0,
            network: 0,
            levels: BTreeMap::new(),
            failed_login_addresses: HashMap::new(),
        };
        let wanted = Wanted {
            needle,
            phrase: texts.phrase.to_lowercase(),
            substring: texts.substring.to_lowercase(),
            regex: regex.context("--regex is not a regular expression")?,
        };
        let mut reader = open(corpus)?;
        let (mut text, mut offset, mut number) = (String::new(), 0, 0u64);
        loop {
            text.clear();
            let length = reader.read_line(&mut text).context("the corpus cannot be read as text")?;
            if length == 0 {
                return Ok(truth);
            }
            number += 1;
            let line: Line<'_> = serde_json::from_str(&text).with_context(|| {
                format!("line {number} of {}: a corpus has JSON lines with a timestamp", corpus.display())
            })?;
            truth.take(&line, offset, &wanted);
            offset += length as u64;
        }
    }

    fn take(&mut self, line: &Line<'_>, offset: u64, wanted: &Wanted<'_>) {
        let place = (line.timestamp, offset);
        self.newest.push(place);
        if line.level.eq_ignore_ascii_case("error") {
            self.newest_errors.push(place);
        }
        if line.correlation_id.eq_ignore_ascii_case(wanted.needle) {
            self.needle.push(place);
        }
        if line.correlation_id.eq_ignore_ascii_case(ABSENT) {
            self.absent.push(place);
        }
        let message = line.message.to_lowercase();
        self.phrase += u64::from(has_phrase(&message, &wanted.phrase));
        self.substring += u64::from(message.contains(&wanted.substring));
        self.regex += u64::from(wanted.regex.is_match(&line.message));
        self.server_errors += u64::from(line.status >= 500);
        self.network += u64::from(line.source_ip.starts_with("10."));
        if line.action.eq_ignore_ascii_case("login") && line.outcome.eq_ignore_ascii_case("failure") {
            *self.failed_login_addresses.entry(line.source_ip.clone().into_owned()).or_default() += 1;
        }
        let level = if line.level.is_empty() { WITHOUT_LEVEL } else { line.level.as_ref() };
        match self.levels.get_mut(level) {
            Some(count) => *count += 1,
            None => _ = self.levels.insert(level.to_owned(), 1),
        }
    }

    /// The most frequent addresses of failed logins; of equally frequent ones the first in the order of letters.
    pub(super) fn top_addresses(&self, count: usize) -> Vec<(String, u64)> {
        let mut all: Vec<_> = self.failed_login_addresses.clone().into_iter().collect();
        all.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        all.truncate(count);
        all
    }

    pub(super) fn failed_logins(&self) -> u64 {
        self.failed_login_addresses.values().sum()
    }
}

struct Wanted<'a> {
    needle: &'a str,
    phrase: String,
    substring: String,
    regex: Regex,
}

/// Whether a text has a phrase that is not a part of longer words.
fn has_phrase(text: &str, phrase: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(phrase).any(|(start, found)| {
        let (before, after) = (&text[..start], &text[start + found.len()..]);
        let joins_left = found.starts_with(is_word) && before.ends_with(is_word);
        let joins_right = found.ends_with(is_word) && after.starts_with(is_word);
        !joins_left && !joins_right
    })
}

/// The newest records of a kind.
#[derive(Default)]
pub(super) struct Newest(BTreeSet<(Timestamp, u64)>);

impl Newest {
    fn push(&mut self, place: (Timestamp, u64)) {
        self.0.insert(place);
        if self.0.len() > PAGE {
            self.0.pop_first();
        }
    }

    /// Their offsets in the corpus and their texts, newest first.
    pub(super) fn lines(&self, corpus: &Path) -> anyhow::Result<Vec<(u64, String)>> {
        let mut reader = open(corpus)?;
        let mut lines = Vec::with_capacity(self.0.len());
        for (_, offset) in self.0.iter().rev() {
            reader.seek(SeekFrom::Start(*offset))?;
            let mut line = String::new();
            reader.read_line(&mut line)?;
            lines.push((*offset, line.trim_end_matches('\n').to_owned()));
        }
        Ok(lines)
    }
}

/// The id of a request in the middle of the corpus.
pub(super) fn needle(corpus: &Path) -> anyhow::Result<String> {
    let mut reader = open(corpus)?;
    let half = reader.seek(SeekFrom::End(0))? / 2;
    reader.seek(SeekFrom::Start(half))?;
    let mut text = Vec::new();
    // The rest of a line.
    reader.read_until(b'\n', &mut text)?;
    loop {
        text.clear();
        if reader.read_until(b'\n', &mut text)? == 0 {
            bail!("the second half of {} has no record with a correlation_id", corpus.display());
        }
        if let Ok(line) = serde_json::from_slice::<Line<'_>>(&text)
            && !line.correlation_id.is_empty()
        {
            return Ok(line.correlation_id.into_owned());
        }
    }
}

fn open(corpus: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(corpus).with_context(|| format!("cannot read {}", corpus.display()))?;
    Ok(BufReader::with_capacity(READ_BYTES, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_not_found_inside_of_longer_words() {
        assert!(has_phrase("call timed out", "timed out"));
        assert!(has_phrase("untimed out, timed out.", "timed out"));
        assert!(!has_phrase("untimed out", "timed out"));
        assert!(!has_phrase("timed outer", "timed out"));
        assert!(has_phrase("(timed out)", "timed out"));
    }

    #[test]
    fn the_newest_records_stay() {
        let mut newest = Newest::default();
        for offset in 0..500 {
            newest.push((Timestamp::from_nanos(i64::try_from(offset / 2).unwrap()), offset));
        }
        assert_eq!(newest.0.len(), PAGE);
        assert_eq!(newest.0.first().unwrap().1, 400);
    }
}
