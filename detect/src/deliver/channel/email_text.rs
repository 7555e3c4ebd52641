//! What a notice looks like in mail: the same in plain text and in HTML.

use crate::deliver::cut::cut;
use crate::deliver::template::FILLED_LETTERS_MAX;
use crate::deliver::wording::{Wording, facts, links};
use crate::notice::Notice;

/// Letters of a sample.
const SAMPLE_LETTERS_MAX: usize = 1_000;

/// Samples shown.
const SAMPLES_MAX: usize = 5;

struct Content {
    lead: String,
    facts: Vec<(String, String)>,
    samples: Vec<String>,
    links: Vec<(String, String)>,
}

fn content(notice: &Notice, lead: String) -> Content {
    let sample = |sample: &crate::notice::Sample| {
        format!("{} {} {}", sample.timestamp, sample.stream, cut(&sample.text, SAMPLE_LETTERS_MAX))
    };
    Content {
        lead: cut(&lead, FILLED_LETTERS_MAX),
        facts: facts(notice),
        samples: notice.samples.iter().take(SAMPLES_MAX).map(sample).collect(),
        links: links(notice).into_iter().map(|link| (link.name, link.address)).collect(),
    }
}

fn lead(notice: &Notice, wording: &Wording, escape: fn(&str) -> String) -> String {
    let own = wording.own_body(notice, escape);
    own.unwrap_or_else(|| escape(&format!("{}\n\n{}", notice.summary, notice.rule.description)))
}

/// For programs that show no HTML, and for people who want none.
pub(super) fn plain(notice: &Notice, wording: &Wording) -> String {
    let content = content(notice, lead(notice, wording, str::to_owned));
    let mut text = format!("{}\n\n", content.lead);
    for (name, value) in content.facts {
        text.push_str(&format!("{name}: {value}\n"));
    }
    for (name, address) in content.links {
        text.push_str(&format!("\n{name}: {address}"));
    }
    for sample in content.samples {
        text.push_str(&format!("\n\n  {sample}"));
    }
    text.push('\n');
    text
}

/// For everybody else. Nothing in it is loaded from anywhere.
pub(super) fn html(notice: &Notice, wording: &Wording) -> String {
    // A body of one's own is text in mail as everywhere: its values and its letters are escaped alike.
    let content = content(notice, lead(notice, wording, str::to_owned));
    let lead = escape(&content.lead).replace('\n', "<br>\n");
    let mut html =
        format!("<!doctype html>\n<html><body style=\"font-family:sans-serif\"><p>{lead}</p>\n<table>\n");
    for (name, value) in content.facts {
        html.push_str(&format!(
            "<tr><th align=\"left\">{}</th><td>{}</td></tr>\n",
            escape(&name),
            escape(&value)
        ));
    }
    html.push_str("</table>\n");
    for (name, address) in content.links {
        html.push_str(&format!("<p><a href=\"{}\">{}</a></p>\n", escape(&address), escape(&name)));
    }
    for sample in content.samples {
        html.push_str(&format!("<pre>{}</pre>\n", escape(&sample)));
    }
    html.push_str("</body></html>\n");
    html
}

/// Letters that mean something in HTML, in text and between quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use crate::notice::Occasion;
    use proptest::prelude::*;

    #[test]
    fn mail_tells_the_numbers_the_samples_and_where_to_look() {
        let text = plain(&notice("a", 0, Occasion::Trigger), &Wording::default());
        for part in
            ["11 failed sign-ins", "Condition: > 10", "source_ip: 192.0.2.7", "Runbook: https://", "<anna>"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    proptest! {
        #[test]
        fn no_value_of_a_record_becomes_markup(hostile in "(<script>|\"|'|&|>|[a-z ]|\n){1,80}") {
            let mut notice = notice("a", 0, Occasion::Trigger);
            notice.summary.clone_from(&hostile);
            notice.samples[0].text.clone_from(&hostile);
            notice.group[0].1.clone_from(&hostile);
            notice.links[0].address = format!("https://x/{hostile}");
            let html = html(&notice, &Wording::default());
            prop_assert!(!html.contains("<script"));
            let tags = html.matches('<').count();
            notice.summary.clear();
            notice.samples[0].text.clear();
            "x".clone_into(&mut notice.group[0].1);
            let breaks = html.matches("<br>").count();
            let without = super::html(&notice, &Wording::default());
            prop_assert_eq!(tags - breaks, without.matches('<').count() - without.matches("<br>").count());
        }
    }
}
