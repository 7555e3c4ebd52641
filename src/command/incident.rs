//! `palisade incident`: clocks that run, who was told, and a draft of what to tell.

use std::io::Read;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::printed::{Printed, shown};
use crate::client::Connection;
use crate::output::{Align, Output, escape, table};

/// Largest answer: a thousand incidents with all their notes.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Longest draft.
const DRAFT_BYTES_MAX: u64 = 16 << 20;

/// Keep the clocks of an incident: 24 hours for an early warning, 72 for a notification, from when somebody became aware.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade incident open 'A nurse went through the records of 21 patients' --aware-at 2026-11-27T08:10:00Z \\
                         --query 'user_id:nu-209' --stream audit
  palisade incident list                    what is due, and when
  palisade incident note ID 'account disabled, ward informed'
  palisade incident draft ID > draft.md     what is known, in the parts that authorities ask for
  palisade incident told ID early-warning --at now 'reference 4711 of the authority'
  palisade incident told ID notification 'no personal data was read, see the note of 9:40'
                                            without --at: it need not be told, and why
  palisade incident close ID 'access taken away, staff trained, nobody else affected'

Six hours before an early warning is due, and a day before a notification, there is an alert (rules `incident-due` and
`incident-overdue` of the pack `palisade`). Which duties there are, people judge.")]
pub(crate) struct Incident {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Open(Open),
    List(List),
    Show(Show),
    Note(Note),
    Told(Told),
    Close(Close),
    Draft(Draft),
}

/// Begin an incident.
#[derive(Args, Debug)]
struct Open {
    /// What happened, in a sentence.
    title: String,

    /// When somebody became aware of it.
    #[arg(long, value_name = "TIME", default_value = "now")]
    aware_at: String,

    /// The question whose records are about it; the draft counts them, and whose they are.
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,

    /// The stream of the question.
    #[arg(long, value_name = "STREAM")]
    stream: Option<String>,

    #[command(flatten)]
    answer: Printed,
}

/// All incidents, the newest first, with how their duties stand.
#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    answer: Printed,
}

/// One incident with everything that was written down.
#[derive(Args, Debug)]
struct Show {
    /// Its name, as `list` tells it.
    id: String,

    #[command(flatten)]
    answer: Printed,
}

/// Write down what happened or was done.
#[derive(Args, Debug)]
struct Note {
    /// The incident's name.
    id: String,

    /// What.
    text: String,

    #[command(flatten)]
    answer: Printed,
}

/// Who has to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Duty {
    /// The authority, within 24 hours (NIS2).
    EarlyWarning,
    /// The supervisory authority, within 72 hours (GDPR, NIS2).
    Notification,
}

/// Write down that somebody was told, or why nobody has to be.
#[derive(Args, Debug)]
struct Told {
    /// The incident's name.
    id: String,

    /// Who has to be told.
    duty: Duty,

    /// The reference, or the reason.
    text: String,

    /// When they were told; without it, they need not be told.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    #[command(flatten)]
    answer: Printed,
}

/// End an incident whose duties are all done, or not needed. Nothing in it changes afterwards.
#[derive(Args, Debug)]
struct Close {
    /// The incident's name.
    id: String,

    /// How it ended.
    text: String,

    #[command(flatten)]
    answer: Printed,
}

/// Print a draft of what to tell, as Markdown.
#[derive(Args, Debug)]
struct Draft {
    /// The incident's name.
    id: String,

    #[command(flatten)]
    connection: Connection,
}

impl Incident {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Open(open) => {
                let request = json!({
                    "title": open.title, "aware_at": open.aware_at, "query": open.query, "stream": open.stream,
                });
                post(&open.answer, "/api/v1/incidents", &request)
            }
            What::List(list) => list.run(),
            What::Show(show) => {
                let path = format!("/api/v1/incidents/{}", show.id);
                let answer = show.answer.connection.open()?.get(&path, "application/json", &[])?;
                show.answer.print(answer, ANSWER_BYTES_MAX, lines)
            }
            What::Note(note) => post(
                &note.answer,
                &format!("/api/v1/incidents/{}/notes", note.id),
                &json!({ "text": note.text }),
            ),
            What::Told(told) => {
                let duty = told.duty.to_possible_value().map(|value| value.get_name().to_owned());
                let request = json!({ "duty": duty, "at": told.at, "text": told.text });
                post(&told.answer, &format!("/api/v1/incidents/{}/told", told.id), &request)
            }
            What::Close(close) => {
                let request = json!({ "text": close.text });
                post(&close.answer, &format!("/api/v1/incidents/{}/closure", close.id), &request)
            }
            What::Draft(draft) => draft.run(),
        }
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let answer = self.answer.connection.open()?.get("/api/v1/incidents", "application/json", &[])?;
        self.answer.print(answer, ANSWER_BYTES_MAX, |answer| {
            let duty = |incident: &Value, name: &str| {
                let duty = &incident["duties"][name];
                format!("{} ({})", shown(&duty["standing"]), shown(&duty["due_at"]))
            };
            let rows: Vec<Vec<String>> = (answer["incidents"].as_array().into_iter().flatten())
                .map(|incident| {
                    vec![
                        shown(&incident["id"]),
                        shown(&incident["title"]),
                        duty(incident, "early-warning"),
                        duty(incident, "notification"),
                        shown(&incident["closed_at"]),
                    ]
                })
                .collect();
            match rows.is_empty() {
                true => vec!["there is no incident".to_owned()],
                false => table(
                    &["id", "what", "early warning", "notification", "closed"],
                    &[Align::Left; 5],
                    &rows,
                ),
            }
        })
    }
}

impl Draft {
    fn run(self) -> anyhow::Result<()> {
        let path = format!("/api/v1/incidents/{}/draft", self.id);
        let answer = self.connection.open()?.get(&path, "text/markdown", &[])?;
        let mut text = String::new();
        answer.take(DRAFT_BYTES_MAX).read_to_string(&mut text).context("the answer broke off")?;
        let mut output = Output::new();
        text.lines().try_for_each(|line| output.line(&escape(line)))?;
        output.flush()
    }
}

fn post(printed: &Printed, path: &str, request: &Value) -> anyhow::Result<()> {
    let answer = printed.connection.open()?.post(path, "application/json", request)?;
    printed.print(answer, ANSWER_BYTES_MAX, lines)
}

/// An incident with its duties and notes.
fn lines(incident: &Value) -> Vec<String> {
    let field = |key: &str| shown(&incident[key]);
    let mut lines =
        vec![format!("{}  {}", field("id"), field("title")), format!("aware at {}", field("aware_at"))];
    for (name, duty) in incident["duties"].as_object().into_iter().flatten() {
        lines.push(format!("{name}: {}, due {}", shown(&duty["standing"]), shown(&duty["due_at"])));
    }
    for note in incident["notes"].as_array().into_iter().flatten() {
        lines.push(format!("{}  {}: {}", shown(&note["at"]), shown(&note["by"]), shown(&note["text"])));
    }
    if !incident["closed_at"].is_null() {
        lines.push(format!("closed at {}", field("closed_at")));
    }
    lines
}
