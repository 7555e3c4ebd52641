//! The tokens against serde_json: what is JSON and what it says must never differ.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::json::{Open, Problem, Token, Tokens};
use super::json_text::Text;

/// What is open while a tree is built.
enum Node {
    Object(Map<String, Value>, Option<String>),
    Array(Vec<Value>),
}

fn plain(text: Text<'_>) -> String {
    let mut plain = String::new();
    text.append_to(&mut plain);
    plain
}

/// Builds serde_json's tree from our tokens.
fn tree(text: &str) -> Result<Value, Problem> {
    let mut open = Open::new();
    let mut tokens = Tokens::new(text, &mut open);
    let mut nodes: Vec<Node> = Vec::new();
    let mut whole = Value::Null;
    while let Some(token) = tokens.next()? {
        let value = match token {
            Token::ObjectBegin => {
                nodes.push(Node::Object(Map::new(), None));
                continue;
            }
            Token::ArrayBegin => {
                nodes.push(Node::Array(Vec::new()));
                continue;
            }
            Token::Key(key) => {
                let Some(Node::Object(_, waiting)) = nodes.last_mut() else {
                    panic!("a key outside of objects")
                };
                *waiting = Some(plain(key));
                continue;
            }
            Token::ObjectEnd | Token::ArrayEnd => match nodes.pop().expect("something is open") {
                Node::Object(members, _) => Value::Object(members),
                Node::Array(elements) => Value::Array(elements),
            },
            Token::Text(text) => Value::String(plain(text)),
            Token::Number(number) => serde_json::from_str(number).unwrap_or(Value::Null),
            Token::Boolean(truth) => Value::Bool(truth),
            Token::Null => Value::Null,
        };
        match nodes.last_mut() {
            Some(Node::Object(members, key)) => {
                members.insert(key.take().expect("a value has a key"), value);
            }
            Some(Node::Array(elements)) => elements.push(value),
            None => whole = value,
        }
    }
    Ok(whole)
}

fn agrees(text: &str) -> Result<(), TestCaseError> {
    let ours = tree(text);
    // Ignoring the content, serde_json follows the grammar alone, as we do: half surrogates and huge numbers are fine.
    let theirs = serde_json::from_str::<serde::de::IgnoredAny>(text);
    prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?} {:?}", text, ours, theirs);
    if let (Ok(ours), Ok(theirs)) = (ours, serde_json::from_str::<Value>(text)) {
        prop_assert_eq!(ours, theirs, "{:?}", text);
    }
    Ok(())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e15..1e15).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~\\\\\"]{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec(("[a-c\"\\\\é.]{0,3}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Texts made of the parts JSON is made of, mostly wrong.
fn nearly_json() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"a\"",
        "\"a\":",
        "1",
        "-",
        "0",
        "01",
        "1.",
        "1.5",
        "e",
        "1e5",
        "1E+5",
        "-0",
        "true",
        "tru",
        "false",
        "null",
        " ",
        "\n",
        "\t",
        "\\",
        "\\n",
        "\\u",
        "\\u00e9",
        "\\ud83d",
        "\\ude00",
        "\u{1}",
        "é",
        "\u{0}",
        "x",
        "\"\\u12",
        "\"\\q\"",
        "\"\\ud800\"",
        "1e999",
    ];
    proptest::collection::vec(proptest::sample::select(PARTS), 0..9).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_serde_json_writes_is_read_as_it_was(value in any_json()) {
        agrees(&value.to_string())?;
        agrees(&serde_json::to_string_pretty(&value).unwrap())?;
    }

    #[test]
    fn what_is_nearly_json_is_refused_alike(text in nearly_json()) {
        agrees(&text)?;
        agrees(&format!("{{\"a\":{text}}}"))?;
    }

    #[test]
    fn json_with_one_byte_changed_is_read_alike(value in any_json(), position in any::<prop::sample::Index>(), byte in 0u8..128) {
        let mut bytes = value.to_string().into_bytes();
        let position = position.index(bytes.len());
        bytes[position] = byte;
        if let Ok(text) = String::from_utf8(bytes) {
            agrees(&text)?;
        }
    }
}

fn problem(text: &str) -> (usize, &'static str) {
    let problem = tree(text).unwrap_err();
    (problem.offset, problem.what)
}

#[test]
fn problems_say_where_they_are() {
    assert_eq!(problem(r#"{"a":1,}"#), (7, "expected a name in quotes"));
    assert_eq!(problem(r#"{"a" 1}"#), (5, "expected `:`"));
    assert_eq!(problem(r#"{"a":1"#), (6, "expected `,` or `}`"));
    assert_eq!(problem(r#"{"a":1} x"#), (8, "expected nothing more"));
    assert_eq!(problem(r#"{"a":"open"#), (10, "expected a closing quote, found the end"));
    assert_eq!(
        problem("{\"a\":\"tab\tin long enough text\"}"),
        (9, "expected no control character inside of quotes")
    );
}

#[test]
fn half_of_a_pair_is_replaced() {
    assert_eq!(
        tree(r#""\ud83d\ude00 \ud83d \ude00 \ud83dx""#),
        Ok(Value::from("😀 \u{fffd} \u{fffd} \u{fffd}x"))
    );
}

#[test]
fn depth_costs_no_stack() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut open = Open::new();
    let mut tokens = Tokens::new(&deep, &mut open);
    let mut count = 0;
    while tokens.next().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 200_000);
    assert!(tree(&"[{\"a\":".repeat(1_000)).is_err());
}
