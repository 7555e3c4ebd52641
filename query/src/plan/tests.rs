use std::collections::BTreeSet;

use palisade_index::Probe;
use palisade_record::Timestamp;
use palisade_record::words::{fold, words};
use proptest::prelude::*;

use super::*;
use crate::filter::fake::{FakeBlock, fake_record, form};
use crate::filter::naive::condition;
use crate::filter::{BlockView, RowBitmap, compile, rows_of};
use crate::language::parse;

#[track_caller]
fn check(text: &str, expected: &str) {
    let node = compile(&parse(text).unwrap().filter, Timestamp::default()).unwrap();
    assert_eq!(show(&probe(&node)), expected, "{text}");
}

fn show(probe: &Probe) -> String {
    let join = |probes: &[Probe], sign: &str| {
        format!("({})", probes.iter().map(show).collect::<Vec<_>>().join(sign))
    };
    match probe {
        Probe::Any => "any".into(),
        Probe::None => "none".into(),
        Probe::Word(word) => word.clone(),
        Probe::Prefix(word) => format!("{word}*"),
        Probe::All(probes) => join(probes, " & "),
        Probe::OneOf(probes) => join(probes, " | "),
    }
}

#[test]
fn a_probe_has_the_words_that_every_match_has() {
    check("Timeout", "timeout");
    check("abc-def", "(abc & def)");
    check("service:payment-api level:error", "((payment & api) & (error | err))");
    check("a or b", "(a | b)");
    check("a or *", "any");
    check("not a", "any");
    check("a not b", "a");
    check("pay*", "pay*");
    check("*pay", "any");
    check("*pay-api*", "api*");
    check("*-pay-*", "pay");
    check("f:pay-ap?-x", "(pay & ap* & x)");
    check("status:500", "500");
    check("ratio:1.50", "(1 & 5*)");
    check("source_ip:10.20.0.0/16", "(10 & 20)");
    check("source_ip:2001:db8::/32", "any");
    check("status>=500", "any");
    check("stream:audit", "any");
    check("origin.file:x", "any");
    check("/connection reset by/", "reset");
    check("/time(d )?out/", "any");
    check("/ (alpha|beta) /", "any");
    check("/( alpha | beta )gamma/", "(alpha | beta)");
    check("/ time.* out /i", "out");
    check("/ reset /i", "any");
    check("/id=[0-9]+ /", "any");
}

fn names(probe: &Probe, tokens: &BTreeSet<String>) -> bool {
    match probe {
        Probe::Any => true,
        Probe::None => false,
        Probe::Word(word) => tokens.contains(word),
        Probe::Prefix(start) => tokens.iter().any(|token| token.starts_with(start.as_str())),
        Probe::All(probes) => probes.iter().all(|probe| names(probe, tokens)),
        Probe::OneOf(probes) => probes.iter().any(|probe| names(probe, tokens)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_block_with_a_match_is_left_out(
        records in proptest::collection::vec(fake_record(), 1..6),
        filter in condition(),
        form in form(),
    ) {
        let mut tokens = BTreeSet::new();
        for value in records.iter().flat_map(|record| record.fields.values().flatten()) {
            tokens.extend(words(&fold(&value.as_value().as_text())).map(str::to_owned));
        }
        let block = FakeBlock::with_form("audit", records, form);
        let node = compile(&filter, Timestamp::default()).unwrap();
        let all = RowBitmap::full(block.rows());
        let found = rows_of(&node, &block, &all).unwrap();
        match certainty(&node, &block) {
            Certainty::Never => prop_assert!(found.is_empty(), "{}", filter),
            Certainty::Always => prop_assert_eq!(&found, &all, "{}", filter),
            Certainty::Maybe => {}
        }
        if !found.is_empty() {
            prop_assert!(names(&probe(&node), &tokens), "{} needs {}", filter, show(&probe(&node)));
        }
    }
}
