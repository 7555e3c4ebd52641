//! What is asked for is taken from the corpus, so that any corpus will do: ids, words, addresses that are in it.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::Context;
use palisade_record::Timestamp;
use regex::Regex;

use super::corpus::each_line;
use super::line::{Seen, is_word_char};

/// Of how many lines one gives an example: coprime to any rhythm of a generator, and many examples of a small corpus.
const EXAMPLE_EACH: u64 = 97;
/// Addresses of a list of suspicious ones that are in the corpus; as many are not.
pub(super) const INDICATORS_PRESENT: usize = 500;
/// Letters of words that count as words of a language.
const WORD_LETTERS: std::ops::RangeInclusive<usize> = 4..=16;

/// Examples from the corpus.
pub(super) struct Picks {
    /// The id of a request in the middle.
    pub(super) needle: String,
    /// The service with the most records.
    pub(super) service: String,
    /// A word of letters that few messages have.
    pub(super) rare_word: String,
    /// Three words that stand in a row in a message, of which the second has a digit.
    pub(super) phrase_with_number: String,
    /// Five digits out of a longer number in a message.
    pub(super) digits: String,
    /// How the paths of resources like that of a record in the middle begin.
    pub(super) resource_prefix: String,
    /// Addresses.
    pub(super) addresses: BTreeSet<String>,
    /// The first and the last event time.
    pub(super) span: (Timestamp, Timestamp),
}

struct Gathering {
    lines: u64,
    span: Option<(Timestamp, Timestamp)>,
    services: HashMap<String, u64>,
    words: HashMap<String, u64>,
    examples: Vec<Example>,
}

/// What one line has that can be asked for.
#[derive(Default)]
struct Example {
    correlation_id: String,
    resource: String,
    address: String,
    phrase: Option<String>,
    digits: Option<String>,
}

impl Picks {
    pub(super) fn read(corpus: &Path) -> anyhow::Result<Self> {
        let phrase = Regex::new(r"\b[a-z]{3,} [a-z0-9_.:/-]*[0-9][a-z0-9_.:/-]* [a-z]{3,}\b")?;
        let number = Regex::new("[0-9]{8,}")?;
        let mut gathering = Gathering {
            lines: 0,
            span: None,
            services: HashMap::new(),
            words: HashMap::new(),
            examples: Vec::new(),
        };
        each_line(corpus, |seen| gathering.take(seen, &phrase, &number))?;
        gathering.pick().context("the corpus is too plain: each question needs a record that it finds")
    }

    /// An hour, or the middle half when all of it is not longer than two.
    pub(super) fn middle(&self) -> (Timestamp, Timestamp) {
        const HOUR_NANOS: i64 = 3_600_000_000_000;
        let (first, last) = (self.span.0.as_nanos(), self.span.1.as_nanos());
        let half = ((last - first) / 4).min(HOUR_NANOS / 2);
        let middle = first + (last - first) / 2;
        (Timestamp::from_nanos(middle - half), Timestamp::from_nanos(middle + half))
    }
}

impl Gathering {
    fn take(&mut self, seen: &Seen<'_>, phrase: &Regex, number: &Regex) {
        let line = &seen.line;
        let (first, last) = self.span.unwrap_or((line.timestamp, line.timestamp));
        self.span = Some((first.min(line.timestamp), last.max(line.timestamp)));
        count(&mut self.services, &line.service);
        for word in seen.message_folded.split(|character| !is_word_char(character)) {
            if WORD_LETTERS.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                count(&mut self.words, word);
            }
        }
        self.lines += 1;
        if !self.lines.is_multiple_of(EXAMPLE_EACH) {
            return;
        }
        let phrase = phrase.find(&seen.message_folded).map(|phrase| phrase.as_str().to_owned());
        let digits = number.find(&seen.message_folded).map(|digits| digits.as_str()[1..6].to_owned());
        self.examples.push(Example {
            correlation_id: line.correlation_id.to_string(),
            resource: line.resource.to_string(),
            address: line.source_ip.to_string(),
            phrase,
            digits,
        });
    }

    fn pick(&self) -> Option<Picks> {
        // From the middle to the end, then from the beginning.
        let (before, after) = self.examples.split_at(self.examples.len() / 2);
        let examples = || after.iter().chain(before);
        let addresses: BTreeSet<String> =
            examples().map(|example| example.address.clone()).filter(|address| !address.is_empty()).collect();
        let resource = &examples().find(|example| example.resource.rfind('/') > Some(0))?.resource;
        let each = addresses.len().div_ceil(INDICATORS_PRESENT).max(1);
        Some(Picks {
            needle: examples().find(|example| !example.correlation_id.is_empty())?.correlation_id.clone(),
            service: by_count(&self.services).last()?.1.to_owned(),
            rare_word: by_count(&self.words).first()?.1.to_owned(),
            phrase_with_number: examples().find_map(|example| example.phrase.clone())?,
            digits: examples().find_map(|example| example.digits.clone())?,
            resource_prefix: resource[..=resource.rfind('/')?].to_owned(),
            addresses: addresses.into_iter().step_by(each).take(INDICATORS_PRESENT).collect(),
            span: self.span?,
        })
    }
}

fn count(counts: &mut HashMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => _ = counts.insert(key.to_owned(), 1),
    }
}

/// Keys by how often they were counted and then by letters: the same ones every time.
fn by_count(counts: &HashMap<String, u64>) -> BTreeSet<(u64, &str)> {
    counts.iter().filter(|(key, _)| !key.is_empty()).map(|(key, count)| (*count, &key[..])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn examples_are_from_the_corpus() {
        let mut text = String::new();
        for number in 0..400 {
            let rare = if number == 7 { "zebra" } else { "seen" };
            writeln!(
                text,
                r#"{{"timestamp":"2026-01-01T{:02}:00:00Z","service":"pay","message":"{rare} user u{number} here, ref 1234567890","correlation_id":"c{number}","resource":"/v1/cards/{number}","source_ip":"10.0.0.{}"}}"#,
                number / 20,
                number % 3,
            )
            .unwrap();
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &text).unwrap();

        let picks = Picks::read(file.path()).unwrap();

        assert_eq!((&picks.service[..], &picks.rare_word[..]), ("pay", "zebra"));
        assert_eq!((&picks.digits[..], &picks.resource_prefix[..]), ("23456", "/v1/cards/"));
        assert!(text.contains(&picks.phrase_with_number) && text.contains(&picks.needle));
        assert_eq!(picks.addresses.len(), 3);
        let (from, to) = picks.middle();
        assert_eq!(to.since(from).as_secs(), 3_600);
    }
}
