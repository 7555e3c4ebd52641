//! How conditions on alerts are read: `name operator value`, joined by ` and `.

use std::str::FromStr;

use super::Matchers;
use super::matcher::{Matcher, Order, Subject};
use crate::deliver::cut::cut;

/// Longest text of matchers: a line that people can still read.
pub const MATCHERS_BYTES_MAX: usize = 1_024;

impl FromStr for Matchers {
    type Err = String;

    /// The error ends a sentence that begins with the name of the setting.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > MATCHERS_BYTES_MAX {
            return Err(format!("is longer than {MATCHERS_BYTES_MAX} bytes"));
        }
        let (mut matchers, mut rest) = (Vec::new(), text.trim());
        loop {
            let (matcher, after) = matcher(rest)?;
            matchers.push(matcher);
            if after.trim().is_empty() {
                return Ok(Self(matchers));
            }
            rest = after
                .trim_start()
                .strip_prefix("and ")
                .filter(|_| after.starts_with(char::is_whitespace))
                .ok_or_else(|| format!("goes on with `{}`; join conditions with ` and `", near(after)))?
                .trim_start();
        }
    }
}

const OPERATORS: [&str; 4] = [">=", "<=", "!=", "="];

fn matcher(text: &str) -> Result<(Matcher, &str), String> {
    let at = text.find(['>', '<', '!', '=']);
    let operator = at.and_then(|at| OPERATORS.into_iter().find(|operator| text[at..].starts_with(operator)));
    let (Some(at), Some(operator)) = (at, operator) else {
        return Err(format!(
            "has `{}` where a condition like severity>=high or tag=hipaa.* is wanted",
            near(text)
        ));
    };
    let name = text[..at].trim();
    let (value, rest) = value(text[at + operator.len()..].trim_start())?;
    if name == "severity" {
        let severity = value.parse().map_err(|()| {
            format!("has the severity `{value}`; there are informational, low, medium, high and critical")
        })?;
        let order = match operator {
            ">=" => Order::AtLeast,
            "<=" => Order::AtMost,
            "!=" => Order::NotEqual,
            _ => Order::Equal,
        };
        return Ok((Matcher::Severity(order, severity), rest));
    }
    let of = match name {
        "rule" => Subject::Rule,
        "tag" => Subject::Tag,
        "pack" => Subject::Pack,
        _ => match name.strip_prefix("group.") {
            Some(field) if is_field(field) => Subject::Group(field.to_owned()),
            _ => {
                return Err(format!(
                    "has no condition `{name}`; there are severity, rule, tag, pack and group.FIELD"
                ));
            }
        },
    };
    let is_negated = match operator {
        "=" => false,
        "!=" => true,
        _ => {
            return Err(format!(
                "compares `{name}` with {operator}; only severity has an order, use = or !="
            ));
        }
    };
    Ok((Matcher::Text { of, is_negated, pattern: value }, rest))
}

fn is_field(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || letter == '"')
}

/// A value up to the next white space, or between quotes, where `\"` and `\\` stand for what they look like.
fn value(text: &str) -> Result<(String, &str), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let value = &text[..end];
        if value.is_empty() || value.contains('"') {
            return Err(format!("has `{}` where a value is wanted; put it in quotes", near(text)));
        }
        return Ok((value.to_owned(), &text[end..]));
    };
    let (mut value, mut letters) = (String::new(), quoted.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((value, &quoted[at + 1..])),
            '\\' => match letters.next() {
                Some((_, letter @ ('"' | '\\'))) => value.push(letter),
                _ => return Err("has a `\\` in quotes; only \\\" and \\\\ mean something".to_owned()),
            },
            letter => value.push(letter),
        }
    }
    Err("has a quote that is never closed".to_owned())
}

fn near(text: &str) -> String {
    cut(text.trim(), 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_read_is_refused_with_what_there_is() {
        for (text, hint) in [
            ("", "severity>=high"),
            ("severity>=urgent", "informational, low, medium, high and critical"),
            ("colour=red", "group.FIELD"),
            ("group.=x", "group.FIELD"),
            ("rule>=x", "only severity has an order"),
            ("rule=a or rule=b", "join conditions with ` and `"),
            ("rule=a and ", "join conditions"),
            ("rule=", "put it in quotes"),
            ("rule=\"a", "never closed"),
            ("rule=\"\\n\"", "mean something"),
            ("rule=\"a\"and tag=b", "join conditions"),
        ] {
            let wrong = text.parse::<Matchers>().unwrap_err();
            assert!(wrong.contains(hint), "{text}: {wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(text in "((severity>=high|tag=|rule!=|group\\.a=|pack=)[a-z*.\"\\\\ ]{0,6}( and )?){1,4}") {
            if let Ok(matchers) = text.parse::<Matchers>() {
                prop_assert_eq!(matchers.to_string().parse::<Matchers>(), Ok(matchers));
            }
        }

        #[test]
        fn any_text_is_matchers_or_a_reason(text in ".{0,60}") {
            if let Err(wrong) = text.parse::<Matchers>() {
                prop_assert!(!wrong.is_empty());
            }
        }
    }
}
