//! The rules of the language once more, written as plainly as possible, record by record: what the fast evaluation is
//! compared with.

use std::collections::BTreeMap;
use std::net::IpAddr;

use palisade_record::canonical::canonical;
use palisade_record::range::parse_moment;
use palisade_record::words::{contains_phrase, fold, is_word_char};
use palisade_record::{Timestamp, Value};
use proptest::prelude::*;

use super::fake::{Owned, field_name, word};
use crate::language::{Bound, Comparison, Expr, Name, Piece, RegexFlags, Span, Term, Test};

/// A record as the language sees it.
pub(crate) struct Seen<'a> {
    pub(crate) time: i64,
    pub(crate) received_at: i64,
    pub(crate) stream: &'a str,
    pub(crate) id: String,
    pub(crate) file: &'a str,
    pub(crate) fields: &'a BTreeMap<String, Vec<Owned>>,
}

pub(crate) fn passes(expr: &Expr, record: &Seen<'_>) -> bool {
    match expr {
        Expr::All => true,
        Expr::And(parts) => parts.iter().all(|part| passes(part, record)),
        Expr::Or(parts) => parts.iter().any(|part| passes(part, record)),
        Expr::Not(inner) => !passes(inner, record),
        Expr::Term(term) => passes_term(term, record),
    }
}

fn passes_term(term: &Term, record: &Seen<'_>) -> bool {
    if let Test::Compare { comparison: Comparison::NotEqual, value } = &term.test {
        let test = Test::Compare { comparison: Comparison::Equal, value: value.clone() };
        return !passes_term(&Term { test, ..term.clone() }, record);
    }
    let Some(name) = &term.field else {
        let fields = record.fields.iter();
        let searched =
            fields.filter(|(name, _)| !name.starts_with("kubernetes.") && !name.starts_with("quarantine."));
        return searched.flat_map(|(_, values)| values).any(|value| fits(&term.test, value, true, false));
    };
    let known = canonical(&name.text);
    let is_level = known == "level";
    if known == "timestamp" || known == "received_at" {
        let time = if known == "timestamp" { record.time } else { record.received_at };
        return fits_time(&term.test, time);
    }
    if name.text == "stream" {
        return fits(&term.test, &Owned::Text(record.stream.to_owned()), false, false);
    }
    if name.text == "origin.file" {
        return !record.file.is_empty()
            && fits(&term.test, &Owned::Text(record.file.to_owned()), false, false);
    }
    if name.text == "id" && matches!(&term.test, Test::Text(text) if *text.to_lowercase() == record.id) {
        return true;
    }
    let is_message = known == "message";
    let mut names = vec![known, &name.text];
    names.dedup();
    names
        .iter()
        .filter_map(|name| record.fields.get(*name))
        .flatten()
        .any(|value| fits(&term.test, value, is_message, is_level))
}

fn fits_time(test: &Test, time: i64) -> bool {
    let moment = |text: &str| parse_moment(text, Timestamp::default()).unwrap().as_nanos();
    match test {
        Test::Exists => true,
        Test::Text(text) => moment(text) == time,
        Test::Compare { comparison, value } => compare(*comparison, time.cmp(&moment(value))),
        Test::Range { low, high } => {
            let low_fits = low.as_ref().is_none_or(|bound| {
                time > moment(&bound.value) || (bound.inclusive && time == moment(&bound.value))
            });
            let high_fits = high.as_ref().is_none_or(|bound| {
                time < moment(&bound.value) || (bound.inclusive && time == moment(&bound.value))
            });
            low_fits && high_fits
        }
        _ => unreachable!("the compiler refuses it"),
    }
}

fn compare(comparison: Comparison, order: std::cmp::Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

fn fits(test: &Test, value: &Owned, always_text: bool, is_level: bool) -> bool {
    let text = value.as_value().as_text().into_owned();
    let is_text = always_text || text.chars().any(char::is_whitespace);
    match test {
        Test::Exists => true,
        Test::Text(wanted) if is_text => contains_phrase(&fold(&text), &fold(wanted)),
        Test::Text(wanted) => is_equal(&text, wanted, is_level),
        Test::Wildcard(pieces) if is_text => {
            let text: Vec<char> = fold(&text).chars().collect();
            (0..=text.len())
                .any(|start| (start..=text.len()).any(|end| matches_between(pieces, &text, start, end)))
        }
        Test::Wildcard(pieces) => covers(&flat(pieces), &fold(&text).chars().collect::<Vec<_>>()),
        Test::Regex { pattern, flags } => {
            let pattern = if flags.ignore_case { format!("(?i:{pattern})") } else { pattern.clone() };
            regex::Regex::new(&pattern).unwrap().is_match(&text)
        }
        Test::Compare { comparison: Comparison::Equal, value: wanted } => is_equal(&text, wanted, is_level),
        Test::Compare { comparison, value: wanted } => {
            order(value, wanted).is_some_and(|order| compare(*comparison, order))
        }
        Test::Range { low, high } => {
            let fits = |bound: &Option<Bound>, strict: Comparison| match bound {
                None => true,
                Some(bound) => order(value, &bound.value)
                    .is_some_and(|order| compare(strict, order) || (bound.inclusive && order.is_eq())),
            };
            fits(low, Comparison::Greater) && fits(high, Comparison::Less)
        }
    }
}

fn is_equal(text: &str, wanted: &str, is_level: bool) -> bool {
    let (text, wanted) = (fold(text), fold(wanted));
    let level = |word: &str| match word {
        "warn" | "warning" => "warning".to_owned(),
        "err" | "error" => "error".to_owned(),
        other => other.to_owned(),
    };
    let number = |text: &str| {
        let plain = regex::Regex::new(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$").unwrap().is_match(text);
        let trimmed =
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        plain.then(|| if trimmed == "-0" { "0".to_owned() } else { trimmed.to_owned() })
    };
    let in_network = || {
        let (address, length) = wanted.split_once('/').map_or((wanted.as_str(), None), |(a, b)| (a, Some(b)));
        let bits = |text: &str| match text.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => Some((4, u128::from(address.to_bits()) << 96)),
            IpAddr::V6(address) => match address.to_ipv4_mapped().filter(|_| text.contains('.')) {
                Some(inner) => Some((4, u128::from(inner.to_bits()) << 96)),
                None => Some((6, address.to_bits())),
            },
        };
        let (network_kind, network) = bits(address)?;
        let (kind, found) = bits(&text)?;
        let length: u32 = length.map_or(Some(128), |length| length.parse().ok())?;
        Some(kind == network_kind && (length == 0 || (network ^ found) >> (128 - length) == 0))
    };
    text == wanted
        || (is_level && level(&text) == level(&wanted))
        || number(&wanted).is_some_and(|wanted| number(&text) == Some(wanted))
        || in_network().unwrap_or(false)
}

fn order(value: &Owned, end: &str) -> Option<std::cmp::Ordering> {
    if let Some(end) = Value::Text(end).as_number() {
        return value.as_value().as_number()?.partial_cmp(&end);
    }
    let text = value.as_value().as_text().into_owned();
    let address = |text: &str| {
        let parsed: IpAddr = text.parse().ok()?;
        Some(if text.contains('.') { parsed.to_canonical() } else { parsed })
    };
    if let Some(end) = address(end) {
        let found = address(&text)?;
        return (found.is_ipv4() == end.is_ipv4()).then(|| found.cmp(&end));
    }
    Some(fold(&text).cmp(&fold(end)))
}

/// A pattern character by character; `Err(true)` is `*`, `Err(false)` is `?`.
fn flat(pieces: &[Piece]) -> Vec<Result<char, bool>> {
    pieces
        .iter()
        .flat_map(|piece| match piece {
            Piece::Any => vec![Err(true)],
            Piece::One => vec![Err(false)],
            Piece::Text(text) => fold(text).chars().map(Ok).collect(),
        })
        .collect()
}

fn covers(pattern: &[Result<char, bool>], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((Err(true), rest)) => (0..=text.len()).any(|skip| covers(rest, &text[skip..])),
        Some((Err(false), rest)) => !text.is_empty() && covers(rest, &text[1..]),
        Some((Ok(expected), rest)) => text.first() == Some(expected) && covers(rest, &text[1..]),
    }
}

fn matches_between(pieces: &[Piece], text: &[char], start: usize, end: usize) -> bool {
    let word =
        |position: Option<usize>| position.and_then(|at| text.get(at)).is_some_and(|c| is_word_char(*c));
    let cuts_start = word(Some(start)) && word(start.checked_sub(1)) && start < end;
    let cuts_end = word(Some(end)) && word(end.checked_sub(1)) && start < end;
    let free_start = pieces.first() == Some(&Piece::Any) || !cuts_start;
    let free_end = pieces.last() == Some(&Piece::Any) || !cuts_end;
    free_start && free_end && covers(&flat(pieces), &text[start..end])
}

fn wildcard() -> impl Strategy<Value = Vec<Piece>> {
    let part = prop_oneof![
        3 => word().prop_filter("empty pieces are not parsed", |text| !text.is_empty()).prop_map(Piece::Text),
        2 => Just(Piece::Any),
        1 => Just(Piece::One),
        3 => "[ap.t-]{1,2}".prop_map(Piece::Text),
    ];
    proptest::collection::vec(part, 1..5).prop_filter_map("patterns are neat", |mut pieces| {
        pieces.dedup_by(|right, left| *right == Piece::Any && *left == Piece::Any);
        (pieces.iter().any(|piece| !matches!(piece, Piece::Text(_))) && pieces != [Piece::Any])
            .then_some(pieces)
    })
}

fn test() -> impl Strategy<Value = Test> {
    let comparison = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ]);
    let bound = proptest::option::of(
        (word(), any::<bool>()).prop_map(|(value, inclusive)| Bound { value, inclusive }),
    );
    let phrase = proptest::collection::vec(word(), 2..3).prop_map(|words| Test::Text(words.join(" ")));
    let networks =
        vec!["10.0.0.0/8", "10.16.0.0/12", "10.0.0.0/0", "2001:db8::/32", "0.0.0.0/0", "::ffff:10.0.0.1"];
    let regexes = vec![
        "time(d )?-?out",
        "^pay",
        "a b|pay",
        "[0-9]+\\.0",
        "x=\\[1\\]",
        " time ",
        " (pay|set) ",
        "\\bset\\b",
        "^$",
        ".set.",
        "(a |b )+",
        "(?:-api|time)",
        " timeout",
        "a-b-c",
        " \\w+ ",
    ];
    prop_oneof![
        6 => word().prop_map(Test::Text),
        1 => phrase,
        1 => prop::sample::select(networks).prop_map(|text| Test::Text(text.into())),
        4 => wildcard().prop_map(Test::Wildcard),
        3 => (prop::sample::select(regexes), any::<bool>()).prop_map(|(pattern, ignore_case)| {
            let flags = RegexFlags { ignore_case, ..RegexFlags::default() };
            Test::Regex { pattern: pattern.into(), flags }
        }),
        3 => (comparison, word()).prop_map(|(comparison, value)| Test::Compare { comparison, value }),
        1 => (bound.clone(), bound).prop_map(|(low, high)| Test::Range { low, high }),
        1 => Just(Test::Exists),
    ]
}

fn time_test() -> impl Strategy<Value = Test> {
    let moment =
        prop::sample::select(vec!["1970-01-01T00:00:05Z", "1970-01-01T00:00:10Z", "1970-01-01T00:00:15.5Z"]);
    let moment = moment.prop_map(str::to_owned);
    let bound =
        (moment.clone(), any::<bool>()).prop_map(|(value, inclusive)| Some(Bound { value, inclusive }));
    prop_oneof![
        moment.clone().prop_map(Test::Text),
        moment.clone().prop_map(|value| Test::Compare { comparison: Comparison::Less, value }),
        moment.prop_map(|value| Test::Compare { comparison: Comparison::GreaterOrEqual, value }),
        bound.prop_map(|high| Test::Range { low: None, high }),
    ]
}

/// Any condition over the words and fields of `fake`.
pub(crate) fn condition() -> impl Strategy<Value = Expr> {
    let term = |field: Option<String>, test: Test| {
        let field = field.map(|text| Name { text, span: Span::default() });
        Expr::Term(Term { field, test, span: Span::default() })
    };
    let free = test().prop_filter_map("needs a field", move |test| {
        matches!(test, Test::Text(_) | Test::Wildcard(_) | Test::Regex { .. }).then(|| term(None, test))
    });
    let known =
        prop::sample::select(vec!["stream", "origin.file", "log.level", "msg"]).prop_map(str::to_owned);
    let times = prop::sample::select(vec!["timestamp", "received_at"]).prop_map(str::to_owned);
    let leaf = prop_oneof![
        4 => free,
        6 => (field_name(), test()).prop_map(move |(name, test)| term(Some(name), test)),
        2 => (known, test()).prop_map(move |(name, test)| term(Some(name), test)),
        1 => (times, time_test()).prop_map(move |(name, test)| term(Some(name), test)),
        1 => Just(Expr::All),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}
