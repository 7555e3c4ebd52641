//! What is asked: every class of questions that people ask of logs.

use std::collections::HashSet;
use std::path::Path;

use anyhow::Context;
use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};

use super::answer::Expected;
use super::line::{Line, Seen};
use super::pick::{INDICATORS_PRESENT, Picks};
use super::truth::{self, Field, Gathered, Gatherer, Newest};

/// What is looked for in messages.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Texts {
    /// The phrase whose records are counted.
    #[arg(long, default_value = "timed out", value_name = "WORDS")]
    pub(crate) phrase: String,

    /// A word that many records have; letters.
    #[arg(long, default_value = "connection", value_name = "WORD")]
    pub(crate) word: String,

    /// The part of words whose records are counted; letters and digits.
    #[arg(long, default_value = "imeou", value_name = "PART")]
    pub(crate) substring: String,

    /// The regular expression whose records are counted, in any case.
    #[arg(long, default_value = "time(d )?out", value_name = "REGEX")]
    pub(crate) regex: String,
}

/// Records of a page.
pub(super) const PAGE: usize = 100;
/// Values of a list of the most frequent ones, and of a longer one.
const TOP: usize = 10;
const TOP_LONG: usize = 20;
/// An id that no generator makes.
const ABSENT: &str = "deadbeefdeadbeefdeadbeef00000000";
/// An expression without any word that an index could look for, and one with several.
const REGEX_OF_DIGITS: &str = "[0-9]{12}";
const REGEX_OF_WORDS: &str = "refused|reset|closed|denied";

pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) body: Value,
    pub(super) expected: Expected,
}

/// Questions whose answers are not known yet.
#[derive(Default)]
struct Draft {
    asked: Vec<(&'static str, &'static str, Value)>,
    gatherers: Vec<Gatherer>,
}

/// Every question with its answer.
pub(super) fn all(corpus: &Path, texts: &Texts) -> anyhow::Result<Vec<Question>> {
    let picks = Picks::read(corpus)?;
    let mut draft = Draft::default();
    draft.pages(&picks, texts);
    draft.counts(&picks, texts)?;
    draft.statistics(&picks, texts);
    let expected = truth::read(corpus, draft.gatherers)?;
    let question = |((name, path, body), expected)| Question { name, path, body, expected };
    Ok(draft.asked.into_iter().zip(expected).map(question).collect())
}

impl Draft {
    fn ask(
        &mut self,
        name: &'static str,
        (path, body): (&'static str, Value),
        gathered: Gathered,
        condition: impl Fn(&Seen<'_>) -> bool + 'static,
    ) {
        self.asked.push((name, path, body));
        self.gatherers.push(Gatherer { condition: Box::new(condition), gathered });
    }

    fn page(&mut self, name: &'static str, query: &str, condition: impl Fn(&Seen<'_>) -> bool + 'static) {
        let asked = ("/api/v1/search", json!({ "query": query, "limit": PAGE }));
        self.ask(name, asked, Gathered::Newest(Newest::default()), condition);
    }

    fn count(&mut self, name: &'static str, query: &str, condition: impl Fn(&Seen<'_>) -> bool + 'static) {
        self.table(name, &format!("{query} | stats count()"), Gathered::Count(0), condition);
    }

    fn table(
        &mut self,
        name: &'static str,
        query: &str,
        gathered: Gathered,
        condition: impl Fn(&Seen<'_>) -> bool + 'static,
    ) {
        self.ask(name, ("/api/v1/search", json!({ "query": query })), gathered, condition);
    }

    /// The newest records of a kind.
    fn pages(&mut self, picks: &Picks, texts: &Texts) {
        let (from, to) = picks.middle();
        let service = picks.service.clone();
        self.page("newest", "", |_| true);
        let body = json!({ "query": "", "limit": PAGE, "from": from.to_string(), "to": to.to_string() });
        self.ask(
            "newest_of_an_hour",
            ("/api/v1/search", body),
            Gathered::Newest(Newest::default()),
            move |seen| (from..to).contains(&seen.line.timestamp),
        );
        self.page("newest_errors", "level:ERROR", is_error);
        self.page("newest_errors_of_service", &format!("service:\"{service}\" level:error"), move |seen| {
            is_error(seen) && seen.line.service.eq_ignore_ascii_case(&service)
        });
        let word = texts.word.to_lowercase();
        self.page("newest_word", &texts.word, move |seen| seen.says_anywhere(&word));
        let word = picks.rare_word.clone();
        self.page("newest_rare_word", &picks.rare_word, move |seen| seen.says_anywhere(&word));
        for (name, id) in [("needle", picks.needle.as_str()), ("needle_absent", ABSENT)] {
            let owned = id.to_owned();
            self.page(name, &format!("correlation_id:\"{id}\""), move |seen| {
                seen.line.correlation_id.eq_ignore_ascii_case(&owned)
            });
        }
        self.page("newest_failed_logins", "outcome:failure action:login", is_failed_login);
    }

    /// How many records there are of a kind.
    fn counts(&mut self, picks: &Picks, texts: &Texts) -> anyhow::Result<()> {
        for (name, phrase) in
            [("phrase_count", &texts.phrase), ("phrase_with_number_count", &picks.phrase_with_number)]
        {
            let folded = phrase.to_lowercase();
            self.count(name, &format!("message:\"{phrase}\""), move |seen| seen.says(&folded));
        }
        for (name, part) in
            [("substring_count", &texts.substring), ("substring_of_digits_count", &picks.digits)]
        {
            let folded = part.to_lowercase();
            self.count(name, &format!("message:*{part}*"), move |seen| seen.message_folded.contains(&folded));
        }
        let word = texts.word[..texts.word.floor_char_boundary(4)].to_lowercase();
        self.count("word_prefix_count", &format!("message:{word}*"), {
            let begins_with = word_prefix(&word)?;
            move |seen| begins_with.is_match(&seen.message_folded)
        });
        let prefix = picks.resource_prefix.to_lowercase();
        self.count("prefix_count", &format!("resource:{}*", picks.resource_prefix), move |seen| {
            seen.line.resource.to_lowercase().starts_with(&prefix)
        });
        for (name, pattern) in [
            ("regex_count", texts.regex.as_str()),
            ("regex_of_digits_count", REGEX_OF_DIGITS),
            ("regex_of_words_count", REGEX_OF_WORDS),
        ] {
            let regex = RegexBuilder::new(pattern).case_insensitive(true).build();
            let regex = regex.with_context(|| format!("`{pattern}` is not a regular expression"))?;
            let query = format!("message:/{}/i", pattern.replace('/', "\\/"));
            self.count(name, &query, move |seen| regex.is_match(&seen.line.message));
        }
        self.count("server_errors_count", "status>=500", is_server_error);
        self.count("network_count", "source_ip:10.0.0.0/8", is_inside);
        self.count("slow_count", "duration_ms:[1000 TO *]", |seen| {
            seen.line.duration_ms.is_some_and(|duration| duration >= 1_000.0)
        });
        self.count("server_errors_of_network_count", "status>=500 source_ip:10.0.0.0/8", |seen| {
            is_server_error(seen) && is_inside(seen)
        });
        self.indicators(picks);
        Ok(())
    }

    /// A thousand suspicious addresses at once.
    fn indicators(&mut self, picks: &Picks) {
        let absent = (0..INDICATORS_PRESENT).map(|number| format!("240.0.{}.{}", number / 250, number % 250));
        let all: HashSet<String> = picks.addresses.iter().cloned().chain(absent).collect();
        let mut list: Vec<&str> = all.iter().map(String::as_str).collect();
        list.sort_unstable();
        let query = format!("source_ip:({}) and not level:info", list.join(" or "));
        self.count("thousand_addresses_count", &query, move |seen| {
            all.contains(&*seen.line.source_ip) && !seen.line.level.eq_ignore_ascii_case("info")
        });
    }

    /// Bars, most frequent values, numbers of values, percentiles.
    fn statistics(&mut self, picks: &Picks, texts: &Texts) {
        let bars = |query: &str| ("/api/v1/histogram", json!({ "query": query }));
        let by_level = ("/api/v1/histogram", json!({ "query": "", "by": "level" }));
        self.ask("histogram_by_level", by_level, Gathered::Levels(Default::default()), |_| true);
        for (name, word) in [("histogram_of_word", &texts.word), ("histogram_of_rare_word", &picks.rare_word)]
        {
            let folded = word.to_lowercase();
            self.ask(name, bars(word), Gathered::Bars(0), move |seen| seen.says_anywhere(&folded));
        }
        let top = |field: Field, count| Gathered::Top(field, count, Default::default());
        let address: Field = |line| text(&line.source_ip);
        self.table(
            "top_ips_of_failed_logins",
            &format!("outcome:failure action:login | top {TOP} source_ip"),
            top(address, TOP),
            is_failed_login,
        );
        self.table("top_ips", &format!("* | top {TOP_LONG} source_ip"), top(address, TOP_LONG), |_| true);
        let service: Field = |line| text(&line.service);
        self.table("top_services", &format!("* | top {TOP_LONG} service"), top(service, TOP_LONG), |_| true);
        let users: Field = |line| text(&line.user_id);
        self.table(
            "distinct_users",
            "* | stats distinct(user_id)",
            Gathered::Distinct(users, HashSet::new()),
            |_| true,
        );
        let percentile =
            |percent| Gathered::Percentile(service, |line| line.duration_ms, percent, Default::default());
        for (name, percent) in [("p99_by_service", 99), ("p50_by_service", 50)] {
            let query = format!("* | stats p{percent}(duration_ms) by service");
            self.table(name, &query, percentile(f64::from(percent)), |_| true);
        }
    }
}

fn text(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

fn is_error(seen: &Seen<'_>) -> bool {
    seen.line.level.eq_ignore_ascii_case("error")
}

fn is_server_error(seen: &Seen<'_>) -> bool {
    seen.line.status.is_some_and(|status| status >= 500.0)
}

fn is_inside(seen: &Seen<'_>) -> bool {
    seen.line.source_ip.starts_with("10.")
}

fn is_failed_login(seen: &Seen<'_>) -> bool {
    let Line { action, outcome, .. } = &seen.line;
    action.eq_ignore_ascii_case("login") && outcome.eq_ignore_ascii_case("failure")
}

/// Finds texts with a word that begins so.
fn word_prefix(prefix: &str) -> anyhow::Result<Regex> {
    Ok(Regex::new(&format!(r"\b{}", regex::escape(prefix)))?)
}
