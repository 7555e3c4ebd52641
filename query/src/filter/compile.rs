//! A query's tree, made ready to be evaluated many times.

use std::collections::HashMap;
use std::sync::Arc;

use palisade_record::canonical::canonical;
use palisade_record::range::parse_moment;

use palisade_record::{RecordId, Timestamp};
use regex::RegexBuilder;

use super::Criterion;
use super::address::Network;
use super::glob::Glob;
use super::one_of::OneOf;
use super::phrase::Phrase;
use super::predicate::{End, Is, Predicate};
use crate::language::{Bound, Comparison, Expr, Name, QueryError, RegexFlags, Span, Term, Test};

/// Memory of one compiled expression: an expression that needs more would also be slow.
const REGEX_BYTES_MAX: usize = 1024 * 1024;

/// A condition, ready.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// Every row.
    All,
    /// Rows that pass all of these, cheapest first.
    And(Vec<Node>),
    /// Rows that pass one of these, cheapest first.
    Or(Vec<Node>),
    /// Rows that do not pass this.
    Not(Box<Node>),
    /// Rows of which a value of one of the fields passes.
    Field(FieldTest),
    /// Rows of which any value passes.
    Anywhere(Criterion),
    /// Rows with an event time in here.
    Time(Instants),
    /// Rows that were received in here.
    Received(Instants),
    /// The row with this id.
    Id(RecordId),
}

/// A predicate on fields.
#[derive(Clone, Debug)]
pub(crate) struct FieldTest {
    /// The canonical name and, when it differs, the name that was asked for.
    pub(crate) names: Vec<String>,
    /// What a value must be.
    pub(crate) criterion: Criterion,
}

/// Instants from one to another, both inside, in nanoseconds. Nothing is inside when `low > high`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Instants {
    pub(crate) low: i64,
    pub(crate) high: i64,
}

/// The columns in which a field's values lie.
pub(crate) fn column_names(name: &str) -> Vec<String> {
    let canonical = canonical(name);
    let mut names = vec![canonical.to_owned()];
    if canonical != name {
        names.push(name.to_owned());
    }
    names
}

/// Words that loggers use for one level, folded.
pub(crate) fn level_class(folded: &str) -> Option<&'static str> {
    LEVELS.iter().find(|class| class.contains(&folded)).map(|class| class[0])
}

/// The words of a level, by its first one.
pub(crate) const LEVELS: [&[&str]; 5] = [
    &["warning", "warn"],
    &["error", "err"],
    &["critical", "crit"],
    &["fatal", "emerg", "emergency", "panic"],
    &["info", "information", "informational"],
];

/// Compiles a condition. `now` is what `now-15m` counts from.
pub(crate) fn compile(expr: &Expr, now: Timestamp) -> Result<Node, QueryError> {
    Ok(match expr {
        Expr::All => Node::All,
        Expr::And(parts) => Node::And(compile_parts(parts, now)?),
        Expr::Or(parts) => Node::Or(together(compile_parts(parts, now)?)),
        Expr::Not(inner) => Node::Not(Box::new(compile(inner, now)?)),
        Expr::Term(term) => compile_term(term, now)?,
    })
}

fn compile_parts(parts: &[Expr], now: Timestamp) -> Result<Vec<Node>, QueryError> {
    let mut nodes = parts.iter().map(|part| compile(part, now)).collect::<Result<Vec<_>, _>>()?;
    nodes.sort_by_key(Node::cost);
    Ok(nodes)
}

/// Makes one question of many equalities with values of one field.
fn together(mut nodes: Vec<Node>) -> Vec<Node> {
    let equality = |node: &Node| match node {
        Node::Field(test) if !test.is_message() => match &test.criterion.predicate {
            Predicate::Is(is) if OneOf::takes(is) => Some((test.names.clone(), is.whole)),
            _ => None,
        },
        _ => None,
    };
    let mut groups: HashMap<(Vec<String>, bool), Vec<usize>> = HashMap::new();
    for (place, node) in nodes.iter().enumerate() {
        if let Some(key) = equality(node) {
            groups.entry(key).or_default().push(place);
        }
    }
    let mut replaced = vec![false; nodes.len()];
    let mut sets = Vec::new();
    for ((names, _), places) in groups {
        let values = places.iter().filter_map(|place| match &nodes[*place] {
            Node::Field(FieldTest { criterion: Criterion { predicate: Predicate::Is(is), .. }, .. }) => {
                Some(is)
            }
            _ => None,
        });
        if let Some(one_of) = OneOf::new(&values.collect::<Vec<_>>()) {
            places.iter().for_each(|place| replaced[*place] = true);
            let criterion = Predicate::OneOf(Arc::new(one_of)).into();
            sets.push(Node::Field(FieldTest { names, criterion }));
        }
    }
    let mut replaced = replaced.into_iter();
    nodes.retain(|_| !replaced.next().unwrap_or(false));
    nodes.extend(sets);
    nodes.sort_by_key(Node::cost);
    nodes
}

fn compile_term(term: &Term, now: Timestamp) -> Result<Node, QueryError> {
    let Some(name) = &term.field else {
        return Ok(Node::Anywhere(predicate(&term.test, "", true, term.span)?.into()));
    };
    let asked = name.text.as_str();
    let known = canonical(asked);
    if let Test::Compare { comparison: Comparison::NotEqual, value } = &term.test {
        let test = Test::Compare { comparison: Comparison::Equal, value: value.clone() };
        return Ok(Node::Not(Box::new(compile_term(&Term { test, ..term.clone() }, now)?)));
    }
    if known == "timestamp" || known == "received_at" {
        return compile_time(term, name, known, now);
    }
    let criterion = predicate(&term.test, known, false, term.span)?.into();
    let test = Node::Field(FieldTest { names: column_names(asked), criterion });
    let id = match &term.test {
        Test::Text(text) | Test::Compare { comparison: Comparison::Equal, value: text } if asked == "id" => {
            text.parse().ok()
        }
        _ => None,
    };
    Ok(match id {
        Some(id) => Node::Or(vec![Node::Id(id), test]),
        None => test,
    })
}

fn compile_time(term: &Term, name: &Name, known: &str, now: Timestamp) -> Result<Node, QueryError> {
    let node = |instants| if known == "timestamp" { Node::Time(instants) } else { Node::Received(instants) };
    let is_own_name = name.text == known || name.text == "@timestamp";
    match (instants(&term.test, term.span, now), is_own_name) {
        (Ok(instants), true) => Ok(node(instants)),
        (Err(error), true) => Err(error),
        // Names like `date` and `time` stand for the event time in most records and for something else in others.
        (given, false) => {
            let criterion = predicate(&term.test, &name.text, false, term.span)?.into();
            let stored = Node::Field(FieldTest { names: vec![name.text.clone()], criterion });
            Ok(given.map_or(stored.clone(), |instants| Node::Or(vec![node(instants), stored])))
        }
    }
}

fn instants(test: &Test, span: Span, now: Timestamp) -> Result<Instants, QueryError> {
    let moment = |text: &str| {
        let found = parse_moment(text, now).map(Timestamp::as_nanos);
        found.map_err(|message| {
            let hint =
                "write a time like 2026-11-21T08:00:00Z, 2026-11-21 or now-15m; quote it when it has spaces";
            QueryError::new(span, message, hint)
        })
    };
    let end = |bound: &Option<Bound>, open: i64, step: i64| match bound {
        None => Ok(open),
        Some(bound) => moment(&bound.value).map(|at| shifted(at, bound.inclusive, step)),
    };
    Ok(match test {
        Test::Exists => Instants { low: i64::MIN, high: i64::MAX },
        Test::Text(text) | Test::Compare { comparison: Comparison::Equal, value: text } => {
            let low = moment(text)?;
            let is_day = text.trim().len() == 10 && text.contains('-') && !text.starts_with("now");
            Instants { low, high: if is_day { low.saturating_add(NANOS_PER_DAY - 1) } else { low } }
        }
        Test::Compare { comparison, value } => {
            let at = moment(value)?;
            match comparison {
                Comparison::Less => Instants { low: i64::MIN, high: at.saturating_sub(1) },
                Comparison::LessOrEqual => Instants { low: i64::MIN, high: at },
                Comparison::Greater => Instants { low: at.saturating_add(1), high: i64::MAX },
                _ => Instants { low: at, high: i64::MAX },
            }
        }
        Test::Range { low, high } => Instants { low: end(low, i64::MIN, 1)?, high: end(high, i64::MAX, -1)? },
        Test::Wildcard(_) | Test::Regex { .. } => {
            let hint = "compare it: timestamp>=now-15m, timestamp:[2026-11-20 TO 2026-11-21]";
            return Err(QueryError::new(span, "a time cannot be matched with a pattern", hint));
        }
    })
}

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

fn shifted(at: i64, inclusive: bool, step: i64) -> i64 {
    if inclusive { at } else { at.saturating_add(step) }
}

fn predicate(test: &Test, known: &str, anywhere: bool, span: Span) -> Result<Predicate, QueryError> {
    let is = |text: &str, whole: bool| {
        let phrase = Phrase::new(text);
        let level = if known == "level" { level_class(phrase.folded()) } else { None };
        Predicate::Is(Is { phrase, network: Network::parse(text), level, whole })
    };
    let end = |bound: &Bound| End::new(&bound.value, bound.inclusive);
    Ok(match test {
        Test::Exists => Predicate::Anything,
        Test::Text(text) if anywhere => Predicate::Phrase(Phrase::new(text)),
        Test::Text(text) => is(text, false),
        Test::Wildcard(pieces) => Predicate::Glob(Glob::new(pieces), anywhere),
        Test::Regex { pattern, flags } => Predicate::Regex(compile_regex(pattern, *flags, span)?),
        Test::Compare { comparison, value } => match comparison {
            Comparison::Equal | Comparison::NotEqual => is(value, true),
            Comparison::Less => Predicate::Between(None, Some(End::new(value, false))),
            Comparison::LessOrEqual => Predicate::Between(None, Some(End::new(value, true))),
            Comparison::Greater => Predicate::Between(Some(End::new(value, false)), None),
            Comparison::GreaterOrEqual => Predicate::Between(Some(End::new(value, true)), None),
        },
        Test::Range { low, high } => Predicate::Between(low.as_ref().map(end), high.as_ref().map(end)),
    })
}

fn compile_regex(pattern: &str, flags: RegexFlags, span: Span) -> Result<regex::Regex, QueryError> {
    let letters = [(flags.ignore_case, 'i'), (flags.dot_matches_newline, 's'), (flags.multi_line, 'm')];
    let letters: String = letters.iter().filter(|(is_set, _)| *is_set).map(|(_, letter)| letter).collect();
    // The flags stand inside, so that whoever reads the expression again sees them.
    let text = if letters.is_empty() { pattern.to_owned() } else { format!("(?{letters}){pattern}") };
    let built = RegexBuilder::new(&text).size_limit(REGEX_BYTES_MAX).dfa_size_limit(REGEX_BYTES_MAX).build();
    built.map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let hint =
            "see https://docs.rs/regex/latest/regex/#syntax, or quote the text to search for it as it is";
        QueryError::new(span, format!("the regular expression is not valid: {reason}"), hint)
    })
}

impl Node {
    /// Tells every criterion.
    pub(crate) fn each_criterion(&self, tell: &mut impl FnMut(&Criterion)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_criterion(tell)),
            Self::Not(inner) => inner.each_criterion(tell),
            Self::Field(test) => tell(&test.criterion),
            Self::Anywhere(criterion) => tell(criterion),
            Self::All | Self::Time(_) | Self::Received(_) | Self::Id(_) => {}
        }
    }

    /// What it costs to evaluate, roughly, so that cheap conditions spare dear ones.
    fn cost(&self) -> u32 {
        match self {
            Self::All | Self::Time(_) => 0,
            Self::Id(_) => 1,
            Self::Field(test) => {
                let derived = test.names.iter().any(|name| super::is_origin_part(name));
                let cost = match test.criterion.predicate {
                    Predicate::Anything => 1,
                    Predicate::Regex(_) => 20,
                    _ => 2,
                };
                cost + if derived { 8 } else { 0 } + if test.is_message() { 10 } else { 0 }
            }
            Self::Received(_) => 8,
            Self::Anywhere(criterion) if matches!(criterion.predicate, Predicate::Regex(_)) => 200,
            Self::Anywhere(_) => 50,
            Self::Not(inner) => inner.cost(),
            Self::And(parts) => parts.first().map_or(0, Self::cost),
            Self::Or(parts) => parts.iter().map(Self::cost).sum(),
        }
    }
}

/// A folded level word has a class whatever its case was.
#[cfg(test)]
#[test]
fn levels_have_synonyms() {
    assert_eq!(level_class(&palisade_record::words::fold("WARN")), level_class("warning"));
    assert_ne!(level_class("error"), level_class("fatal"));
    assert_eq!(level_class("debug"), None);
}
