//! What a notice looks like in Slack: Block Kit, <https://docs.slack.dev/reference/block-kit/blocks>.
//!
//! Values come from logs, and whoever writes into a log could write `<!channel>` or a link. They stand in `plain_text`, which has
//! no meaning beyond its letters, or between code fences with everything escaped.

use serde_json::{Value, json};

use crate::deliver::cut::{cut, one_line};
use crate::deliver::template::FILLED_LETTERS_MAX;
use crate::deliver::wording::{Wording, facts, links};
use crate::notice::{Notice, Occasion};
use crate::rule::Severity;

/// Letters of a header.
const HEADER_LETTERS_MAX: usize = 150;
/// Letters of a section's text; the escaped ones must fit.
const SECTION_LETTERS_MAX: usize = 3_000;
/// Fields of a section.
const FIELDS_MAX: usize = 10;
/// Letters of a field: 2,000 are allowed, and nobody reads them.
const FIELD_LETTERS_MAX: usize = 300;
/// Buttons: 25 are allowed.
const BUTTONS_MAX: usize = 5;
/// Letters on a button.
const BUTTON_LETTERS_MAX: usize = 75;
/// Letters of a button's address.
const BUTTON_ADDRESS_MAX: usize = 3_000;
/// Samples shown.
const SAMPLES_MAX: usize = 3;
/// Letters of each, before they are escaped: at most five times as many after.
const SAMPLE_LETTERS_MAX: usize = 180;

/// `text`, `attachments` with blocks in them: what `chat.postMessage` and webhooks take alike.
pub(super) fn message(notice: &Notice, wording: &Wording) -> Value {
    let title = wording.title(notice, escape);
    json!({
        "text": cut(&one_line(&title), FILLED_LETTERS_MAX),
        "mrkdwn": false,
        "unfurl_links": false,
        "attachments": [{ "color": colour(notice), "blocks": blocks(notice, wording) }],
    })
}

fn blocks(notice: &Notice, wording: &Wording) -> Vec<Value> {
    let state = match notice.occasion {
        Occasion::Trigger => "",
        Occasion::Update => "Updated: ",
        Occasion::Resolve => "Resolved: ",
    };
    let header = match &wording.title {
        Some(template) => template.fill(notice, str::to_owned),
        None => format!("{state}{}", notice.rule.title),
    };
    let mut blocks = vec![
        json!({ "type": "header", "text": plain(&one_line(&header), HEADER_LETTERS_MAX) }),
        match wording.own_body(notice, escape) {
            Some(body) => section(&body),
            None => json!({ "type": "section", "text": plain(&notice.summary, SECTION_LETTERS_MAX) }),
        },
    ];
    let facts = facts(notice);
    let field = |(name, value): &(String, String)| plain(&format!("{name}: {value}"), FIELD_LETTERS_MAX);
    blocks.push(json!({
        "type": "section",
        "fields": facts.iter().take(FIELDS_MAX).map(field).collect::<Vec<_>>(),
    }));
    if notice.occasion != Occasion::Resolve && !notice.samples.is_empty() {
        let line = |sample: &crate::notice::Sample| {
            let text = cut(&one_line(&sample.text), SAMPLE_LETTERS_MAX);
            format!("{} {}", sample.timestamp, escape(&text))
        };
        let lines: Vec<String> = notice.samples.iter().take(SAMPLES_MAX).map(line).collect();
        blocks.push(section(&format!("```{}```", lines.join("\n"))));
    }
    let buttons: Vec<Value> = links(notice)
        .iter()
        .filter(|link| link.address.chars().count() <= BUTTON_ADDRESS_MAX)
        .take(BUTTONS_MAX)
        .map(|link| json!({ "type": "button", "text": plain(&link.name, BUTTON_LETTERS_MAX), "url": link.address }))
        .collect();
    if !buttons.is_empty() {
        blocks.push(json!({ "type": "actions", "elements": buttons }));
    }
    blocks
}

/// A text must not be empty.
fn plain(text: &str, letters_max: usize) -> Value {
    let text = if text.is_empty() { "–" } else { text };
    json!({ "type": "plain_text", "text": cut(text, letters_max), "emoji": false })
}

/// `verbatim`: addresses and names in it do not become links.
fn section(text: &str) -> Value {
    let text = if text.is_empty() { "–" } else { text };
    let text = cut(text, SECTION_LETTERS_MAX);
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
}

/// The three letters that Slack gives a meaning to, and the one that ends a code fence.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '`' => escaped.push('\''),
            letter => escaped.push(letter),
        }
    }
    escaped
}

const fn colour(notice: &Notice) -> &'static str {
    match (notice.occasion, notice.severity) {
        (Occasion::Resolve, _) => "#2e7d32",
        (_, Severity::Critical) => "#b71c1c",
        (_, Severity::High) => "#e65100",
        (_, Severity::Medium) => "#f9a825",
        (_, Severity::Low | Severity::Informational) => "#546e7a",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use proptest::prelude::*;

    fn texts(value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(object) => {
                if let (Some(kind), Some(text)) =
                    (object.get("type"), object.get("text").and_then(Value::as_str))
                {
                    found.push((kind.as_str().unwrap().to_owned(), text.to_owned()));
                }
                object.values().for_each(|value| texts(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_record_nobody_is_called_and_every_bound_is_kept(
            hostile in "(<!channel>|<@U1>|```|&|<|>|ä|\n|[a-z]){0,600}", samples in 0_usize..9,
        ) {
            let mut notice = notice("a", 0, Occasion::Trigger);
            notice.summary.clone_from(&hostile);
            notice.rule.title.clone_from(&hostile);
            notice.group = (0..30).map(|field| (format!("field{field}"), hostile.clone())).collect();
            let mut sample = notice.samples[0].clone();
            sample.text = hostile;
            notice.samples = vec![sample; samples];
            let message = message(&notice, &Wording::default());
            let blocks = message["attachments"][0]["blocks"].as_array().unwrap();
            prop_assert!(blocks.len() <= 50);
            let mut found = Vec::new();
            texts(&message, &mut found);
            for (kind, text) in found {
                prop_assert!(!text.is_empty() && text.chars().count() <= 3_000);
                let is_safe = !text.contains('<') && (text.matches("```").count() == 2 && text.ends_with("```"));
                prop_assert!(kind != "mrkdwn" || is_safe, "{}", text);
            }
            prop_assert!(!message["text"].as_str().unwrap().contains('<'));
        }
    }
}
