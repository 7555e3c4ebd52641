//! Which words a match must have, as a question to the index of a split.

use palisade_index::Probe;
use palisade_record::words::words;

use super::regex_words;
use crate::filter::{Glob, Is, LEVELS, Node, Predicate, Run, is_origin_part};

/// Most values of which the index is asked for one.
const WORDS_MAX: usize = 64;

/// What every block with a match has.
pub(crate) fn probe(node: &Node) -> Probe {
    match node {
        Node::And(parts) => all(parts.iter().map(probe).collect()),
        // Each word is read by itself: so many are in nearly every block anyway.
        Node::Or(parts) if parts.len() > WORDS_MAX => Probe::Any,
        Node::Or(parts) => one_of(parts.iter().map(probe).collect()),
        Node::Field(test) => {
            // The index knows the words of values; the stream and the origin are no values.
            let derived = test.names.iter().any(|name| name == "stream" || is_origin_part(name));
            if derived { Probe::Any } else { of_predicate(&test.criterion.predicate) }
        }
        Node::Anywhere(criterion) => of_predicate(&criterion.predicate),
        Node::All | Node::Not(_) | Node::Time(_) | Node::Received(_) | Node::Id(_) => Probe::Any,
    }
}

/// All of these, said as simply as possible.
pub(super) fn all(mut probes: Vec<Probe>) -> Probe {
    if probes.contains(&Probe::None) {
        return Probe::None;
    }
    probes.retain(|probe| *probe != Probe::Any);
    match (probes.len(), probes.pop()) {
        (_, None) => Probe::Any,
        (1, Some(only)) => only,
        (_, Some(last)) => {
            probes.push(last);
            Probe::All(probes)
        }
    }
}

/// One of these, said as simply as possible.
pub(super) fn one_of(mut probes: Vec<Probe>) -> Probe {
    if probes.contains(&Probe::Any) {
        return Probe::Any;
    }
    probes.retain(|probe| *probe != Probe::None);
    match (probes.len(), probes.pop()) {
        (_, None) => Probe::None,
        (1, Some(only)) => only,
        (_, Some(last)) => {
            probes.push(last);
            Probe::OneOf(probes)
        }
    }
}

fn whole_words(folded: &str) -> Probe {
    all(words(folded).map(|word| Probe::Word(word.to_owned())).collect())
}

fn of_predicate(predicate: &Predicate) -> Probe {
    match predicate {
        Predicate::Anything | Predicate::Between(..) => Probe::Any,
        Predicate::Phrase(phrase) => whole_words(phrase.folded()),
        Predicate::Is(is) => of_is(is),
        Predicate::OneOf(one_of) if one_of.values().len() > WORDS_MAX => Probe::Any,
        Predicate::OneOf(one_of) => self::one_of(one_of.values().iter().map(of_is).collect()),
        Predicate::Glob(glob, _) => of_glob(glob),
        Predicate::Regex(regex) => regex_words::probe(regex.as_str()),
    }
}

fn of_is(is: &Is) -> Probe {
    if let Some(level) = is.level {
        let words = LEVELS.iter().find(|class| class[0] == level).copied().unwrap_or_default();
        return one_of(words.iter().map(|word| Probe::Word((*word).to_owned())).collect());
    }
    if let Some(number) = is.number() {
        let mut probes = vec![Probe::Word(number.integer.to_owned())];
        if !number.fraction.is_empty() {
            // 1.5 may be written 1.50.
            probes.push(Probe::Prefix(number.fraction.to_owned()));
        }
        return all(probes);
    }
    match is.network {
        Some(network) => match network.words() {
            Some(words) => all(words.into_iter().map(Probe::Word).collect()),
            None => Probe::Any,
        },
        None => whole_words(is.phrase.folded()),
    }
}

fn of_glob(glob: &Glob) -> Probe {
    all(glob.runs().iter().flat_map(of_run).collect())
}

/// The words of a run; those that touch an end at which the pattern goes on may be parts of longer ones.
fn of_run(run: &Run) -> Vec<Probe> {
    let text = run.text.as_str();
    let mut probes = Vec::new();
    for word in words(text) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let begins_whole = start > 0 || run.whole_start;
        let ends_whole = start + word.len() < text.len() || run.whole_end;
        match (begins_whole, ends_whole) {
            (true, true) => probes.push(Probe::Word(word.to_owned())),
            (true, false) => probes.push(Probe::Prefix(word.to_owned())),
            (false, _) => {}
        }
    }
    probes
}
