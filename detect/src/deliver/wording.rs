//! The words of a message: the same in every channel unless a channel has its own.

use super::template::{Template, occasion};
use crate::notice::{Link, Notice, Occasion};

/// A channel's own words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wording {
    /// One line.
    pub title: Option<Template>,
    /// What follows it.
    pub body: Option<Template>,
}

impl Wording {
    /// One line: what happened, how grave it is, and the numbers.
    pub fn title(&self, notice: &Notice, escape: fn(&str) -> String) -> String {
        match &self.title {
            Some(template) => template.fill(notice, escape),
            None => escape(&default_title(notice)),
        }
    }

    /// A channel's own body, if it has one.
    pub fn own_body(&self, notice: &Notice, escape: fn(&str) -> String) -> Option<String> {
        self.body.as_ref().map(|template| template.fill(notice, escape))
    }
}

fn default_title(notice: &Notice) -> String {
    match notice.occasion {
        Occasion::Trigger => format!("[{}] {}: {}", notice.severity, notice.rule.title, notice.summary),
        Occasion::Update | Occasion::Resolve => {
            let what = occasion(notice.occasion);
            format!("[{}, {what}] {}: {}", notice.severity, notice.rule.title, notice.summary)
        }
    }
}

/// Facts in the order in which people ask for them, as name and value; what is unknown is left out.
pub(super) fn facts(notice: &Notice) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut tell = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_owned(), value));
        }
    };
    tell("Severity", notice.severity.to_string());
    tell("Condition", notice.condition.clone());
    tell("Records", notice.records.to_string());
    tell("First event", notice.events.from.to_string());
    tell("Last event", notice.events.to.to_string());
    for (field, value) in &notice.group {
        tell(field, value.clone());
    }
    if notice.is_late {
        tell("Late by", format!("{} s", notice.lateness_ms / 1_000));
    }
    tell("Rule", notice.rule.id.to_string());
    tell("Author", notice.rule.author.clone().unwrap_or_default());
    facts
}

/// Where to look, the runbook among it: addresses of the web only, as they become buttons.
pub(super) fn links(notice: &Notice) -> Vec<Link> {
    let runbook = notice.rule.runbook.as_ref();
    let runbook = runbook.map(|address| Link { name: "Runbook".to_owned(), address: address.clone() });
    let of_the_web =
        |link: &Link| link.address.starts_with("https://") || link.address.starts_with("http://");
    notice.links.iter().cloned().chain(runbook).filter(of_the_web).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;

    #[test]
    fn a_title_says_how_grave_it_is_and_when_it_is_over() {
        let title = |occasion| Wording::default().title(&notice("a", 0, occasion), str::to_owned);
        assert_eq!(
            title(Occasion::Trigger),
            "[high] Many failed sign-ins from one address: 11 failed sign-ins from 192.0.2.7 in 5 minutes, more than 10"
        );
        assert!(title(Occasion::Resolve).starts_with("[high, resolved] "));
    }

    #[test]
    fn an_address_that_is_not_of_the_web_is_no_link() {
        let mut notice = notice("a", 0, Occasion::Trigger);
        notice.rule.runbook = Some("javascript:alert(1)".to_owned());
        assert_eq!(links(&notice).iter().map(|link| link.name.as_str()).collect::<Vec<_>>(), ["Search"]);
    }
}
