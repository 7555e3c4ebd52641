//! What alerts are told apart by, as people write it: `severity>=high and tag=hipaa.* and group.user_id!="svc backup"`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pattern::fits;
use crate::notice::Notice;
use crate::rule::{Header, Severity};

/// Longest text of matchers: a line that people can still read.
pub const MATCHERS_BYTES_MAX: usize = 1_024;

/// Conditions that must all hold; at least one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matchers(Vec<Matcher>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Matcher {
    Severity(Order, Severity),
    Text { of: Subject, is_negated: bool, pattern: String },
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Subject {
    Rule,
    Tag,
    Pack,
    Group(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
}

impl Matchers {
    /// Alerts at least so grave.
    pub fn at_least(severity: Severity) -> Self {
        Self(vec![Matcher::Severity(Order::AtLeast, severity)])
    }

    /// Whether all hold.
    pub fn hold(&self, notice: &Notice) -> bool {
        self.0.iter().all(|matcher| matcher.holds(notice))
    }
}

impl Matcher {
    fn holds(&self, notice: &Notice) -> bool {
        match self {
            Self::Severity(order, severity) => match order {
                Order::Equal => notice.severity == *severity,
                Order::NotEqual => notice.severity != *severity,
                Order::AtLeast => notice.severity >= *severity,
                Order::AtMost => notice.severity <= *severity,
            },
            Self::Text { of, is_negated, pattern } => {
                let is_found = match of {
                    Subject::Rule => fits(pattern, &notice.rule.id.0),
                    Subject::Tag => notice.rule.tags.iter().any(|tag| fits(pattern, tag)),
                    Subject::Pack => fits(pattern, pack(&notice.rule)),
                    Subject::Group(field) => {
                        notice.group.iter().any(|(name, value)| name == field && fits(pattern, value))
                    }
                };
                is_found != *is_negated
            }
        }
    }
}

/// The folder in which a rule's file lies: rules come in packs.
fn pack(rule: &Header) -> &str {
    let folder = rule.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.rsplit_once('/').map_or(folder, |(_, name)| name)
}

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
    crate::deliver::cut::cut(text.trim(), 20)
}

impl fmt::Display for Matchers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, matcher) in self.0.iter().enumerate() {
            if at > 0 {
                formatter.write_str(" and ")?;
            }
            write!(formatter, "{matcher}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Severity(order, severity) => {
                let operator = match order {
                    Order::Equal => "=",
                    Order::NotEqual => "!=",
                    Order::AtLeast => ">=",
                    Order::AtMost => "<=",
                };
                write!(formatter, "severity{operator}{severity}")
            }
            Self::Text { of, is_negated, pattern } => {
                match of {
                    Subject::Rule => formatter.write_str("rule")?,
                    Subject::Tag => formatter.write_str("tag")?,
                    Subject::Pack => formatter.write_str("pack")?,
                    Subject::Group(field) => write!(formatter, "group.{field}")?,
                }
                let escaped = pattern.replace('\\', "\\\\").replace('"', "\\\"");
                write!(formatter, "{}\"{escaped}\"", if *is_negated { "!=" } else { "=" })
            }
        }
    }
}

impl Serialize for Matchers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Matchers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|wrong| serde::de::Error::custom(format!("`{}` {wrong}", near(&text))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use crate::notice::Occasion;
    use proptest::prelude::*;

    fn holds(text: &str) -> bool {
        text.parse::<Matchers>().unwrap().hold(&notice("a", 0, Occasion::Trigger))
    }

    #[test]
    fn conditions_look_at_severity_rule_tags_pack_and_group() {
        for text in [
            "severity>=high",
            "severity=high",
            "severity<=critical",
            "rule=failed-sign-ins",
            "tag=pci.*",
            "pack=bank",
            "group.source_ip=192.0.2.*",
            "group.user_id!=anna",
            "tag!=hipaa.*",
            "  severity >= medium  and  pack = bank ",
            "group.source_ip=\"192.0.2.7\" and rule=\"failed*\"",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "severity=critical",
            "severity!=high",
            "severity<=medium",
            "rule=failed",
            "tag!=pci.*",
            "pack=hospital",
            "group.user_id=*",
            "severity>=high and pack=hospital",
        ] {
            assert!(!holds(text), "{text}");
        }
    }

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
