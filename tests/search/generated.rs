//! Hundreds of drawn questions about lines of every kind, in splits and in the journal, each answered by looking at
//! every line as well.
//!
//! The normal run takes a day's lines of its own. With `PALISADE_SOAK=1` there are 2,800,000, or those of the file
//! that `CORPUS` names: JSON lines with times in UTC.

mod comparison;
mod condition;
pub(super) mod corpus;
mod draw;
mod seen;
mod statistics;

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::soak::sample_or_all;
use crate::world::{Random, World, wait_until};
use condition::Condition;
use draw::Draw;
use seen::{Names, Seen};
use statistics::Statistics;

const SEED: u64 = 2_026;
const CONDITIONS: usize = 350;
const TABLES: usize = 150;
/// Lines that questions are drawn from.
const SAMPLE: usize = 2_000;
/// The newest records that are compared of each answer.
const PAGE: usize = 40;
/// Of how many questions one is answered with the bytes of all its records.
const EXPORT_EACH: usize = 5;

/// A question, and what looking at every line says.
struct Question {
    condition: Condition,
    statistics: Option<Statistics>,
    count: u64,
    /// Times and positions of the newest lines.
    newest: BTreeSet<(String, usize)>,
    /// The positions of all of them, for those whose bytes are compared.
    all: Option<Vec<usize>>,
}

impl Question {
    fn take(&mut self, position: usize, seen: &Seen) {
        if !self.condition.fits(seen) {
            return;
        }
        self.count += 1;
        if let Some(statistics) = &mut self.statistics {
            statistics.take(seen);
            return;
        }
        self.newest.insert((seen.time.clone(), position));
        if self.newest.len() > PAGE {
            self.newest.pop_first();
        }
        if let Some(all) = &mut self.all {
            all.push(position);
        }
    }
}

/// The lines that are asked about.
fn lines() -> String {
    let own = || corpus::lines(SEED, sample_or_all(20_000, 2_800_000), corpus::ODD);
    let file = sample_or_all(None, std::env::var_os("CORPUS").filter(|file| !file.is_empty()));
    file.map_or_else(own, |file| fs::read_to_string(&file).expect("CORPUS is a file of JSON lines"))
}

fn questions(sample: &[Seen], names: &mut Names) -> Vec<Question> {
    let tables = Statistics::draw(TABLES, &mut Random::new(SEED + 1), sample, names);
    let mut draw = Draw { random: Random::new(SEED), sample, names };
    let kinds = (0..CONDITIONS).map(|_| None).chain(tables.into_iter().map(Some));
    let question = |(number, statistics): (usize, Option<Statistics>)| {
        let exports = number % EXPORT_EACH == 0 && statistics.is_none();
        Question {
            condition: draw.condition(),
            statistics,
            count: 0,
            newest: BTreeSet::new(),
            all: exports.then(Vec::new),
        }
    };
    kinds.enumerate().map(question).collect()
}

/// Stores the lines of a file, so that most are in splits and the rest is in the journal only.
fn store(text: &str) -> World {
    let mut world = World::prepared();
    fs::write(world.logs().join("lines.log"), text).unwrap();
    let configuration = world.folder.path().join("server.toml");
    // Small enough that there are several splits, and some lines are left over.
    let split_bytes = sample_or_all("1 MiB", "64 MiB");
    fs::write(&configuration, format!("[storage]\nsplit_bytes = \"{split_bytes}\"\n")).unwrap();
    let (configuration, source) =
        (configuration.display().to_string(), format!("app={}", world.logs().join("*.log").display()));
    world.collector.arguments(&["--config", &configuration, "--files", &source]);
    world.start_collector();
    let count = text.lines().count();
    wait_until("all lines are stored", || {
        let (in_splits, in_tail) = world.collector.stored("app");
        // What is being published is in the tail until it is in a split.
        in_splits + in_tail == count as u64 && in_splits > count as u64 / 4
    });
    world
}

fn totals(world: &World) -> Value {
    world.collector.command(&["stats", "--json"]).well().json()["totals"].clone()
}

#[test]
fn generated_questions_are_answered_as_by_looking_at_every_line() {
    let text = lines();
    let lines: Vec<&str> = text.lines().collect();
    let world = store(&text);
    let mut names = Names::default();
    let every = lines.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<Seen> = lines.iter().step_by(every).map(|line| Seen::read(line, &mut names)).collect();
    let mut questions = questions(&sample, &mut names);
    look_at_all(&lines, &mut questions, &names);

    let mut wrong = Vec::new();
    for question in &questions {
        let outcome = match &question.statistics {
            Some(statistics) => check_table(&world, &question.condition, statistics),
            None => check_records(&world, question, &lines),
        };
        wrong.extend(outcome.err());
    }

    let share = |count: u64| count * 100 / lines.len() as u64;
    let (none, all) = (questions.iter().filter(|question| question.count == 0), questions.iter());
    let (none, all) = (none.count(), all.filter(|question| share(question.count) > 90).count());
    println!("{} questions, {none} find nothing, {all} nearly everything", questions.len());
    println!("{}", totals(&world));
    assert!(none > 5 && all > 5, "questions are of every kind");
    assert!(
        wrong.is_empty(),
        "seed {SEED}: {} of {} wrong:\n{}",
        wrong.len(),
        questions.len(),
        wrong.join("\n")
    );
}

/// Lets every question look at every line; the questions are shared among the processors.
fn look_at_all(lines: &[&str], questions: &mut [Question], names: &Names) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for questions in questions.chunks_mut(questions.len().div_ceil(threads)) {
            // Names that only later lines have may get other numbers here: no question asks for them.
            let mut names = names.clone();
            scope.spawn(move || {
                for (position, line) in lines.iter().enumerate() {
                    let seen = Seen::read(line, &mut names);
                    questions.iter_mut().for_each(|question| question.take(position, &seen));
                }
            });
        }
    });
}

/// Compares the number, the newest, and the bytes of all records that a condition finds.
fn check_records(world: &World, question: &Question, lines: &[&str]) -> Result<(), String> {
    let query = question.condition.text();
    let client = world.collector.client();
    let page = client.post("/api/v1/search", &json!({"query": query, "stream": "app", "limit": PAGE})).json();
    let found = page["records"].as_array().expect("a page has records").iter();
    let found: Vec<&str> = found.map(|record| record["raw"].as_str().expect("a record has raw")).collect();
    let expected: Vec<&str> = question.newest.iter().rev().map(|(_, position)| lines[*position]).collect();
    if found != expected {
        return Err(format!("{query}\n   newest {}", difference(&found, &expected)));
    }
    let Some(all) = &question.all else { return check_count(world, &query, question.count) };
    let request = json!({"query": query, "stream": "app", "order": "arrival"});
    let exported = client.post("/api/v1/export", &request).text();
    let (found, expected): (Vec<&str>, Vec<&str>) =
        (exported.split_terminator('\n').collect(), all.iter().map(|position| lines[*position]).collect());
    if found == expected { Ok(()) } else { Err(format!("{query}\n   all {}", difference(&found, &expected))) }
}

fn check_count(world: &World, query: &str, count: u64) -> Result<(), String> {
    let rows = answer(world, &format!("{query} | stats count()"))?["rows"].clone();
    if rows == json!([[count]]) {
        Ok(())
    } else {
        Err(format!("{query}\n   counts {rows} instead of {count}"))
    }
}

/// Tells the first record that differs.
fn difference(found: &[&str], expected: &[&str]) -> String {
    let position = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
    let (one, other) = (found.get(position), expected.get(position));
    let (found, expected) = (found.len(), expected.len());
    format!(
        "{found} instead of {expected} records; number {position} is\n   {one:?}\n   instead of\n   {other:?}"
    )
}

fn check_table(world: &World, condition: &Condition, statistics: &Statistics) -> Result<(), String> {
    let query = format!("{} | {}", condition.text(), statistics.text());
    let table = answer(world, &query)?;
    statistics.check(&table).map_err(|problem| format!("{query}\n   {problem}\n   {table}"))
}

fn answer(world: &World, query: &str) -> Result<Value, String> {
    let request = json!({"query": query, "stream": "app"});
    let answer = world.collector.client().post("/api/v1/search", &request);
    if answer.status == 200 { Ok(answer.json()) } else { Err(format!("{query}\n   {}", answer.text())) }
}
