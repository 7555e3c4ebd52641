//! Reading a field, its modifiers and its values.

use regex::{Regex, RegexBuilder};

use super::Context;
use crate::number::Number;
use crate::rule::modifier::{Meaning, Modifiers, RegexForm, TextForm};
use crate::rule::network::parse_network;
use crate::rule::text::patterns;
use crate::rule::{FieldReference, Item, Pattern, Piece, Place, Test};
use crate::yaml::{Entry, Fault, Kind, Node};

/// Larger regular expressions take memory and time out of proportion to what they find.
const REGEX_BYTES_MAX: usize = 2 << 20;

/// A value as it is written.
enum Literal<'a> {
    Null,
    Boolean(bool),
    Number(Number, &'a str),
    Text(&'a str),
}

/// Reads one entry of a selection.
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Result<Item, Fault> {
    let mut parts = entry.key.split('|');
    let field = parts.next().filter(|name| !name.is_empty());
    let names: Vec<&str> = parts.collect();
    let modifiers = Modifiers::parse(&names).map_err(|reason| at(entry.line, &entry.key, &reason))?;
    from_values(field, entry.line, &entry.key, &modifiers, &entry.value, context)
}

/// Reads keywords that stand in a list without any key.
pub(super) fn keyword(node: &Node, context: &mut Context<'_>) -> Result<Item, Fault> {
    let modifiers = Modifiers { all: false, negated: false, expand: false, meaning: Meaning::Value };
    from_values(None, node.line, "keywords", &modifiers, node, context)
}

fn at(line: u32, key: &str, reason: &str) -> Fault {
    Fault::new(line, format!("`{key}`: {reason}"))
}

fn from_values(
    field: Option<&str>,
    line: u32,
    key: &str,
    modifiers: &Modifiers,
    value: &Node,
    context: &mut Context<'_>,
) -> Result<Item, Fault> {
    if field.is_none() {
        check_keywords(modifiers).map_err(|reason| at(line, key, &reason))?;
    }
    let single = std::slice::from_ref(value);
    let nodes = match &value.kind {
        Kind::List(nodes) if nodes.is_empty() => {
            return Err(at(line, key, "the list is empty; what it should match is not said"));
        }
        Kind::List(nodes) => nodes.as_slice(),
        _ => single,
    };
    let mut tests = Vec::with_capacity(nodes.len());
    for node in nodes {
        let before = tests.len();
        read_value(node, field, modifiers, context, &mut tests)
            .map_err(|fault| at(fault.line, key, &fault.reason))?;
        context.count_values(tests.len() - before, node.line)?;
        // What one value stands for are alternatives, also where all values must hold.
        if modifiers.all && tests.len() - before > 1 {
            let alternatives = tests.split_off(before);
            tests.push(Test::Any(alternatives));
        }
    }
    Ok(Item { line, field: field.map(str::to_owned), all: modifiers.all, negated: modifiers.negated, tests })
}

/// Keywords may lie anywhere in any value: what asks for more has no meaning.
fn check_keywords(modifiers: &Modifiers) -> Result<(), String> {
    let sensible = match &modifiers.meaning {
        Meaning::Value => true,
        Meaning::Text(form) => matches!(form.place, Place::Whole | Place::Anywhere),
        Meaning::Regex(form) => form.place == Place::Anywhere,
        _ => false,
    };
    match sensible && !modifiers.negated {
        true => Ok(()),
        false => Err("these modifiers need the name of a field before them".into()),
    }
}

fn read_value(
    node: &Node,
    field: Option<&str>,
    modifiers: &Modifiers,
    context: &Context<'_>,
    tests: &mut Vec<Test>,
) -> Result<(), Fault> {
    let literal = match &node.kind {
        Kind::Null => Literal::Null,
        Kind::Boolean(value) => Literal::Boolean(*value),
        Kind::Number { number, written } => Literal::Number(*number, written),
        Kind::Text(text) => Literal::Text(text),
        Kind::List(_) => return Err(Fault::new(node.line, "a list in a list has no meaning")),
        Kind::Mapping(_) => {
            return Err(Fault::new(
                node.line,
                "a mapping is no value; write `outer.inner:` for nested fields",
            ));
        }
    };
    let made = match (literal, modifiers.expand) {
        (Literal::Text(text), true) => context.placeholders.expand(text).and_then(|texts| {
            texts.iter().try_for_each(|text| make(Literal::Text(text), field, modifiers, tests))
        }),
        (literal, _) => make(literal, field, modifiers, tests),
    };
    made.map_err(|reason| Fault::new(node.line, reason))
}

fn make(
    literal: Literal<'_>,
    field: Option<&str>,
    modifiers: &Modifiers,
    tests: &mut Vec<Test>,
) -> Result<(), String> {
    match (&modifiers.meaning, literal) {
        (Meaning::Value, Literal::Null) if field.is_some() => tests.push(Test::Absent),
        (Meaning::Value, Literal::Number(number, _)) if field.is_some() => tests.push(Test::Equal(number)),
        (Meaning::Exists, Literal::Boolean(true)) => tests.push(Test::Present),
        (Meaning::Exists, Literal::Boolean(false)) => tests.push(Test::Absent),
        (Meaning::Exists, _) => return Err("`exists` needs true or false".into()),
        (_, Literal::Null) => return Err("`null` has no meaning here".into()),
        (Meaning::Compare(comparison), Literal::Number(number, _)) => {
            tests.push(Test::Compare(*comparison, number));
        }
        (Meaning::Part(part, comparison), Literal::Number(number, _)) => {
            tests.push(Test::Part(*part, *comparison, number));
        }
        (Meaning::Compare(_) | Meaning::Part(..), _) => {
            return Err("it needs a number, without quotes".into());
        }
        (meaning, literal) => {
            let written = match literal {
                Literal::Text(text) | Literal::Number(_, text) => text,
                Literal::Boolean(true) => "true",
                Literal::Boolean(false) | Literal::Null => "false",
            };
            make_text(written, field, meaning, tests)?;
        }
    }
    Ok(())
}

fn make_text(
    written: &str,
    field: Option<&str>,
    meaning: &Meaning,
    tests: &mut Vec<Test>,
) -> Result<(), String> {
    match meaning {
        Meaning::Regex(form) => tests.push(Test::Regex(regex(written, *form)?)),
        Meaning::Network => tests.push(Test::Network(parse_network(written)?)),
        Meaning::Field { place, cased } => {
            if written.is_empty() {
                return Err("`fieldref` needs the name of a field".into());
            }
            tests.push(Test::Field(FieldReference {
                field: written.to_owned(),
                place: *place,
                cased: *cased,
            }));
        }
        Meaning::Text(form) => {
            tests.extend(patterns(written, form)?.into_iter().map(|pattern| keyword_or(pattern, field)));
        }
        Meaning::Value | Meaning::Compare(_) | Meaning::Part(..) | Meaning::Exists => {
            let form =
                TextForm { place: Place::Whole, cased: false, dashes: false, utf16: None, base64: None };
            tests.extend(patterns(written, &form)?.into_iter().map(|pattern| keyword_or(pattern, field)));
        }
    }
    Ok(())
}

/// Keywords lie anywhere.
fn keyword_or(pattern: Pattern, field: Option<&str>) -> Test {
    Test::Text(match field {
        Some(_) => pattern,
        None => {
            let around = [Piece::Many].into_iter();
            let pieces = around.clone().chain(pattern.pieces().iter().cloned()).chain(around);
            Pattern::new(pieces, pattern.is_cased())
        }
    })
}

/// Compiles a regular expression. Its flags stand in its text, so that equal texts are equal expressions.
fn regex(written: &str, form: RegexForm) -> Result<Regex, String> {
    let flags: String = [(form.ignore_case, 'i'), (form.multi_line, 'm'), (form.dot_matches_newline, 's')]
        .iter()
        .filter_map(|(set, flag)| set.then_some(*flag))
        .collect();
    let flags = if flags.is_empty() { flags } else { format!("(?{flags})") };
    // By itself first: what is unbalanced must not become balanced by what is put around it.
    let alone = compile(&format!("{flags}{written}"))?;
    match form.place {
        Place::Anywhere => Ok(alone),
        Place::Start => compile(&format!(r"\A{flags}(?:{written})")),
        Place::End => compile(&format!(r"{flags}(?:{written})\z")),
        Place::Whole => compile(&format!(r"\A{flags}(?:{written})\z")),
    }
}

fn compile(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(REGEX_BYTES_MAX).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            format!(
                "the regular expression needs more than {REGEX_BYTES_MAX} bytes; make its repetitions shorter"
            )
        }
        error => {
            // The first line would only say that there is an error, and the ones between point into the expression.
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("the regular expression cannot be read: {last}")
        }
    })
}
