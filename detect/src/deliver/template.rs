//! Titles and bodies in people's own words: text with `{{field}}` in it, over what a notice tells.

use std::fmt;

use super::cut::cut;
use crate::notice::{Moment, Notice, Occasion};

/// Longest template. A screen of text; a message that needs more needs a link.
const TEMPLATE_BYTES_MAX: usize = 8 * 1024;

/// Letters of a filled template: the longest section a chat message takes.
pub(super) const FILLED_LETTERS_MAX: usize = 3_000;

/// A template whose placeholders all exist and show nothing that is protected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template(Vec<Part>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Field(Field),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Field {
    /// A place in [`FIELDS`].
    Known(usize),
    Group(String),
}

/// Why a template was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TemplateProblem {
    /// The byte in the template at which it begins.
    pub at: usize,
    /// What is wrong, and what to write.
    pub reason: String,
}

impl fmt::Display for TemplateProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at byte {}: {}", self.at, self.reason)
    }
}

/// A placeholder, and what it stands for.
type Known = (&'static str, fn(&Notice) -> String);

/// What can be filled in besides `group.FIELD`.
const FIELDS: [Known; 24] = [
    ("summary", |notice| notice.summary.clone()),
    ("occasion", |notice| occasion(notice.occasion).to_owned()),
    ("severity", |notice| notice.severity.to_string()),
    ("condition", |notice| notice.condition.clone()),
    ("value", |notice| notice.value.map_or_else(String::new, |value| value.to_string())),
    ("records", |notice| notice.records.to_string()),
    ("group", group),
    ("window.from", |notice| notice.window.from.to_string()),
    ("window.to", |notice| notice.window.to.to_string()),
    ("events.from", |notice| notice.events.from.to_string()),
    ("events.to", |notice| notice.events.to.to_string()),
    ("events", |notice| span(notice.events)),
    ("dedup_key", |notice| notice.dedup_key.clone()),
    ("number", |notice| notice.number.to_string()),
    ("made_at", |notice| notice.made_at.to_string()),
    ("latency_ms", |notice| notice.latency_ms.to_string()),
    ("lateness_ms", |notice| notice.lateness_ms.to_string()),
    ("link", |notice| notice.links.first().map_or_else(String::new, |link| link.address.clone())),
    ("rule.id", |notice| notice.rule.id.to_string()),
    ("rule.title", |notice| notice.rule.title.clone()),
    ("rule.description", |notice| notice.rule.description.clone()),
    ("rule.author", |notice| notice.rule.author.clone().unwrap_or_default()),
    ("rule.runbook", |notice| notice.rule.runbook.clone().unwrap_or_default()),
    ("rule.tags", |notice| notice.rule.tags.join(", ")),
];

impl Template {
    /// Reads a template. `protected` are fields whose values are encrypted where records are kept: what is sent elsewhere must not
    /// show them, masked or not.
    pub fn parse(text: &str, protected: &[impl AsRef<str>]) -> Result<Self, TemplateProblem> {
        if text.len() > TEMPLATE_BYTES_MAX {
            let reason = format!("is longer than {TEMPLATE_BYTES_MAX} bytes; say less and link to the rest");
            return Err(TemplateProblem { at: TEMPLATE_BYTES_MAX, reason });
        }
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some(begin) = rest.find("{{") {
            let at = text.len() - rest.len() + begin;
            let problem = |reason| TemplateProblem { at, reason };
            let inside = &rest[begin + 2..];
            let end = inside
                .find("}}")
                .ok_or_else(|| problem("`{{` is never closed; write {{summary}}".to_owned()))?;
            if begin > 0 {
                parts.push(Part::Text(rest[..begin].to_owned()));
            }
            parts.push(Part::Field(field(inside[..end].trim(), protected).map_err(problem)?));
            rest = &inside[end + 2..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The template with a notice filled in. Values go through `escape`, the template's own text does not: whoever wrote it may
    /// use what the channel understands.
    pub fn fill(&self, notice: &Notice, escape: fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(Field::Known(place)) => escape(&FIELDS[*place].1(notice)),
            Part::Field(Field::Group(name)) => {
                let found = notice.group.iter().find(|(field, _)| field == name);
                found.map_or_else(String::new, |(_, value)| escape(value))
            }
        };
        cut(&self.0.iter().map(part).collect::<String>(), FILLED_LETTERS_MAX)
    }
}

fn field(name: &str, protected: &[impl AsRef<str>]) -> Result<Field, String> {
    let is_field = |field: &&str| !field.is_empty() && !field.contains(['{', '}']);
    if let Some(field) = name.strip_prefix("group.").filter(is_field) {
        if protected.iter().any(|protected| protected.as_ref() == field) {
            return Err(format!(
                "`{field}` is protected and must not leave in a message; write {{{{link}}}}"
            ));
        }
        return Ok(Field::Group(field.to_owned()));
    }
    let known = FIELDS.iter().position(|(known, _)| *known == name);
    known.map(Field::Known).ok_or_else(|| {
        let known: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        format!("there is no `{}`; there are {} and group.FIELD", cut(name, 40), known.join(", "))
    })
}

/// What happened, as people say it.
pub(super) const fn occasion(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Trigger => "triggered",
        Occasion::Update => "updated",
        Occasion::Resolve => "resolved",
    }
}

/// `source_ip=192.0.2.7, user_id=anna`
pub(super) fn group(notice: &Notice) -> String {
    notice.group.iter().map(|(field, value)| format!("{field}={value}")).collect::<Vec<_>>().join(", ")
}

/// `2026-11-21T11:55:00.000Z to 2026-11-21T12:00:00.000Z`
pub(super) fn span(moment: Moment) -> String {
    format!("{} to {}", moment.from, moment.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use proptest::prelude::*;

    fn template(text: &str) -> Result<Template, TemplateProblem> {
        Template::parse(text, &["patient_id"])
    }

    #[test]
    fn placeholders_are_filled_and_values_escaped() {
        let filled =
            template("*{{ severity }}* {{group.source_ip}}{{group.missing}}: {{value}} ({{occasion}})")
                .unwrap();
        let escape = |text: &str| text.to_uppercase();
        let text = filled.fill(&notice("a", 0, Occasion::Trigger), escape);
        assert_eq!(text, "*HIGH* 192.0.2.7: 11 (TRIGGERED)");
    }

    #[test]
    fn a_placeholder_that_does_not_exist_is_refused_with_its_place_and_those_that_do() {
        let wrong = template("hä: {{sumary}}").unwrap_err();
        assert_eq!(wrong.at, 5);
        assert!(wrong.reason.starts_with("there is no `sumary`; there are summary, "), "{wrong}");
        assert_eq!(template("a {{summary").unwrap_err().at, 2);
        assert!(template("{{}}").is_err());
        assert!(template("{{group.}}").is_err());
    }

    #[test]
    fn a_protected_field_is_refused() {
        let wrong = template("{{summary}} {{group.patient_id}}").unwrap_err();
        assert_eq!(wrong.at, 12);
        assert!(wrong.reason.contains("`patient_id` is protected"), "{wrong}");
        assert!(template("{{group.user_id}}").is_ok());
        assert!(template("{{group.user{{group.patient_id}}").is_err(), "one inside of another is none");
    }

    #[test]
    fn a_long_text_is_cut() {
        let mut long = notice("a", 0, Occasion::Trigger);
        long.summary = "x".repeat(9_000);
        let filled = template("{{summary}}").unwrap().fill(&long, str::to_owned);
        assert_eq!(filled.chars().count(), FILLED_LETTERS_MAX);
        assert!(template(&"x".repeat(9_000)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_template_or_a_problem_inside_of_it(text in "([{}a-z.]|summary|group|ä){0,30}") {
            match template(&text) {
                Ok(template) => {
                    let filled = template.fill(&notice("a", 0, Occasion::Trigger), str::to_owned);
                    prop_assert!(text.contains("{{") || filled == text);
                }
                Err(problem) => prop_assert!(text.is_char_boundary(problem.at) && text[problem.at..].starts_with("{{")),
            }
        }
    }
}
