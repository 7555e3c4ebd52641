//! `palisade review`: what nothing explains, and reviews of it that somebody signs.

mod facts;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use self::facts::Facts;
use super::printed::{Printed, shown};
use crate::output::{Align, table};

/// Largest answer: a thousand pairs, or as many reviews.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Review who opened whose data: what nothing explains, the most striking first.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade review facts appointments.csv --stream care
                                            tell what explains accesses
  palisade review unexplained --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z
  palisade review open --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z --due 2026-11-15T00:00:00Z
  palisade review list
  palisade review show review-1793847600000
  palisade review find review-1793847600000 1 justified 'covered for a colleague, ward list of the day'
  palisade review sign review-1793847600000 'looked into every item; one goes to the data protection officer'

What is not signed when it is due makes an alert (rule `review-overdue` of the pack `palisade`).")]
pub(crate) struct Review {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Facts(Facts),
    Unexplained(Unexplained),
    Open(Open),
    List(List),
    Show(Show),
    Find(Find),
    Sign(Sign),
}

/// Pairs of user and person that nothing explains, the most striking first, with reasons.
#[derive(Args, Debug)]
struct Unexplained {
    /// From when on.
    #[arg(long, value_name = "TIME")]
    from: String,

    /// Until when.
    #[arg(long, value_name = "TIME", default_value = "now")]
    to: String,

    /// How many.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,

    #[command(flatten)]
    answer: Printed,
}

/// Open a review of what nothing explains in a span.
#[derive(Args, Debug)]
struct Open {
    /// From when on.
    #[arg(long, value_name = "TIME")]
    from: String,

    /// Until when, which does not belong to it.
    #[arg(long, value_name = "TIME")]
    to: String,

    /// Until when it is to be signed [default: as configured, 14 days].
    #[arg(long, value_name = "TIME")]
    due: Option<String>,

    #[command(flatten)]
    answer: Printed,
}

/// All reviews, the newest first.
#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    answer: Printed,
}

/// The items of a review, with what was found.
#[derive(Args, Debug)]
struct Show {
    /// Its name, as `list` tells it.
    id: String,

    #[command(flatten)]
    answer: Printed,
}

/// What an access was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Conclusion {
    /// It was right, for a reason that no fact told.
    Justified,
    /// It was not right.
    Violation,
    /// It could not be found out.
    Unclear,
}

/// Say what was found about an item of a review.
#[derive(Args, Debug)]
struct Find {
    /// The review's name.
    id: String,

    /// The item's number, from 1.
    item: usize,

    /// In a word.
    conclusion: Conclusion,

    /// In sentences: who was asked, and what they said.
    text: String,

    #[command(flatten)]
    answer: Printed,
}

/// Sign a review in which every item has a finding. Nothing in it changes afterwards.
#[derive(Args, Debug)]
struct Sign {
    /// The review's name.
    id: String,

    /// What is signed.
    statement: String,

    #[command(flatten)]
    answer: Printed,
}

impl Review {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Facts(facts) => facts.run(),
            What::Unexplained(unexplained) => unexplained.run(),
            What::Open(open) => open.run(),
            What::List(list) => list.run(),
            What::Show(show) => show.run(),
            What::Find(find) => find.run(),
            What::Sign(sign) => sign.run(),
        }
    }
}

impl Unexplained {
    fn run(self) -> anyhow::Result<()> {
        let request = json!({ "from": self.from, "to": self.to, "limit": self.limit });
        post(&self.answer, "/api/v1/access/unexplained", &request, |answer| {
            let mut lines = pairs(answer["pairs"].as_array().into_iter().flatten());
            let number = |key: &str| answer[key].as_u64().unwrap_or(0);
            let (all, explained) = (number("accesses"), number("explained"));
            lines.push(String::new());
            lines.push(format!(
                "{all} accesses, {explained} explained by {} facts, {} not, by {} users",
                number("facts"),
                all.saturating_sub(explained),
                number("users")
            ));
            lines
        })
    }
}

impl Open {
    fn run(self) -> anyhow::Result<()> {
        let request = json!({ "from": self.from, "to": self.to, "due": self.due });
        post(&self.answer, "/api/v1/reviews", &request, whole)
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let answer = self.answer.connection.open()?.get("/api/v1/reviews", "application/json", &[])?;
        self.answer.print(answer, ANSWER_BYTES_MAX, |answer| {
            let rows: Vec<Vec<String>> = (answer["reviews"].as_array().into_iter().flatten())
                .map(|review| {
                    let found = format!("{} of {}", review["found"], review["items"]);
                    let text = |key: &str| shown(&review[key]);
                    vec![
                        text("id"),
                        text("from"),
                        text("to"),
                        text("state"),
                        found,
                        text("due_at"),
                        text("signed_by"),
                    ]
                })
                .collect();
            match rows.is_empty() {
                true => vec!["there is no review yet".to_owned()],
                false => table(
                    &["id", "from", "to", "state", "found", "due", "signed by"],
                    &[Align::Left; 7],
                    &rows,
                ),
            }
        })
    }
}

impl Show {
    fn run(self) -> anyhow::Result<()> {
        let path = format!("/api/v1/reviews/{}", self.id);
        let answer = self.answer.connection.open()?.get(&path, "application/json", &[])?;
        self.answer.print(answer, ANSWER_BYTES_MAX, whole)
    }
}

impl Find {
    fn run(self) -> anyhow::Result<()> {
        let conclusion = self.conclusion.to_possible_value().map(|value| value.get_name().to_owned());
        let request = json!({ "item": self.item, "conclusion": conclusion, "text": self.text });
        post(&self.answer, &format!("/api/v1/reviews/{}/findings", self.id), &request, |answer| {
            vec![format!("{} of {} items have a finding", answer["found"], answer["items"])]
        })
    }
}

impl Sign {
    fn run(self) -> anyhow::Result<()> {
        let request = json!({ "statement": self.statement });
        post(&self.answer, &format!("/api/v1/reviews/{}/signature", self.id), &request, |answer| {
            vec![format!("signed by {} at {}", shown(&answer["signed_by"]), shown(&answer["signed_at"]))]
        })
    }
}

fn post(
    printed: &Printed,
    path: &str,
    request: &Value,
    lines: impl FnOnce(&Value) -> Vec<String>,
) -> anyhow::Result<()> {
    let answer = printed.connection.open()?.post(path, "application/json", request)?;
    printed.print(answer, ANSWER_BYTES_MAX, lines)
}

/// A review with its items.
fn whole(review: &Value) -> Vec<String> {
    let text = |key: &str| shown(&review[key]);
    let mut lines = vec![
        format!(
            "{}  {}  accesses in `{}` from {} to {}",
            text("id"),
            text("state"),
            text("stream"),
            text("from"),
            text("to")
        ),
        format!("opened by {} at {}, due {}", text("opened_by"), text("opened_at"), text("due_at")),
        format!("{} accesses, {} explained", review["accesses"], review["explained"]),
        String::new(),
    ];
    lines.extend(pairs(review["items"].as_array().into_iter().flatten()));
    if let Some(signature) = review["signature"].as_object() {
        let field = |key: &str| signature.get(key).map(shown).unwrap_or_default();
        lines.push(String::new());
        lines.push(format!("signed by {} at {}: {}", field("by"), field("at"), field("statement")));
    }
    lines
}

/// Pairs, or items of a review with what was found.
fn pairs<'a>(pairs: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, pair) in pairs.enumerate() {
        let text = |key: &str| shown(&pair[key]);
        lines.push(format!(
            "{:>3}  {} points  {} ({})  {}  {} accesses, {} to {}",
            at + 1,
            pair["points"],
            text("user"),
            text("role"),
            text("person"),
            pair["accesses"],
            text("first"),
            text("last")
        ));
        let reasons = pair["reasons"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|reason| format!("       {}", shown(reason)));
        lines.extend(reasons);
        if pair["others"].as_u64().unwrap_or(0) > 0 {
            lines.push(format!("       and {} further people of this user", pair["others"]));
        }
        if let Some(finding) = pair["finding"].as_object() {
            let field = |key: &str| finding.get(key).map(shown).unwrap_or_default();
            lines.push(format!("       {} ({}): {}", field("conclusion"), field("by"), field("text")));
        }
    }
    if lines.is_empty() {
        lines.push("everything is explained".to_owned());
    }
    lines
}
