//! What alerts are told apart by, as people write it: `severity>=high and tag=hipaa.* and group.user_id!="svc backup"`.

use std::fmt;

use palisade_record::wildcard::fits;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::deliver::cut::cut;
use crate::notice::Notice;
use crate::rule::{Header, Severity};

/// Conditions that must all hold; at least one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matchers(pub(super) Vec<Matcher>);

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Matcher {
    Severity(Order, Severity),
    Text { of: Subject, is_negated: bool, pattern: String },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Subject {
    Rule,
    Tag,
    Pack,
    Group(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
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
        text.parse().map_err(|wrong| serde::de::Error::custom(format!("`{}` {wrong}", cut(&text, 20))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use crate::notice::Occasion;

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
}
