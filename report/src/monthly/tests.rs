//! A month of answers that are known.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::*;
use crate::document::{Block, Cell};
use crate::{render, tables};

/// Answers with what it was given for a question that begins so.
struct Known {
    answers: Vec<(&'static str, Value)>,
    asked: RefCell<Vec<String>>,
}

impl Ask for Known {
    fn ask(
        &self,
        query: &str,
        stream: Option<&str>,
        _: Timestamp,
        _: Timestamp,
        limit: usize,
    ) -> Result<Answer, String> {
        self.asked.borrow_mut().push(format!("{stream:?} {query}"));
        let found = self.answers.iter().find(|(start, _)| query.starts_with(start));
        match found {
            Some((_, Value::String(problem))) => Err(problem.clone()),
            Some((_, rows)) => {
                let rows: Vec<Vec<Value>> = serde_json::from_value(rows.clone()).unwrap();
                let is_cut = rows.len() > limit;
                Ok(Answer { rows: rows.into_iter().take(limit).collect(), is_cut })
            }
            None => Ok(Answer::default()),
        }
    }
}

fn order() -> Order {
    Order {
        month: "2026-10".parse().unwrap(),
        zone: "Europe/Berlin".to_owned(),
        tenant: "hospital".to_owned(),
        now: Timestamp::parse_rfc3339("2026-11-01T03:00:00Z").unwrap(),
        generator: "palisade 0.1.0".to_owned(),
    }
}

fn facts() -> Facts {
    let stream = facts::Stream {
        name: "audit".to_owned(),
        class: "hipaa".to_owned(),
        protected: vec!["patient_id".to_owned()],
        has_receipts: false,
        explains: false,
    };
    Facts { streams: vec![stream], detects: true, ..Facts::default() }
}

fn table<'a>(document: &'a Document, id: &str) -> &'a crate::document::Table {
    tables::all(document).find(|(_, table)| table.id == id).map(|(_, table)| table).unwrap()
}

#[test]
fn after_hours_are_counted_in_the_zone_of_the_report() {
    let hours = json!([
        ["dr-1", "2026-10-05T17:00:00.000Z", 3],
        ["dr-1", "2026-10-05T16:00:00.000Z", 5],
        ["dr-1", "2026-10-26T17:00:00.000Z", 7],
        ["nu-2", "2026-10-10T10:00:00.000Z", 1],
        [null, "2026-10-06T10:00:00.000Z", 2],
    ]);
    let known =
        Known { answers: vec![("* | stats count() by user_id, bin(1h)", hours)], asked: RefCell::default() };

    let document = compose(&order(), &known, &facts()).unwrap();

    let rows = &table(&document, "audit-after-hours").rows;
    let expected = [("dr-1", 3, 15, 0.2), ("nu-2", 1, 1, 1.0)];
    let expected: Vec<Vec<Cell>> = expected
        .map(|(user, late, all, share)| {
            vec![user.into(), Cell::Integer(late), Cell::Integer(all), Cell::Share(share)]
        })
        .to_vec();
    assert_eq!(rows, &expected, "19 o'clock in summer is 17 UTC, in winter 18");
    let week = &table(&document, "audit-by-hour").rows;
    assert_eq!((&week[19][1], &week[18][1]), (&Cell::Integer(3), &Cell::Integer(12)), "Mondays");
}

#[test]
fn every_number_names_a_question_that_stands_in_the_report() {
    let known = Known { answers: Vec::new(), asked: RefCell::default() };

    let document = compose(&order(), &known, &facts()).unwrap();

    let ids: Vec<&str> = document.queries.iter().map(|query| query.id.as_str()).collect();
    let named: Vec<&String> = tables::all(&document).flat_map(|(_, table)| &table.queries).collect();
    assert!(named.len() > 12 && named.iter().all(|id| ids.contains(&id.as_str())), "{named:?}");
    for query in &document.queries {
        let told = format!("{:?} {}", query.stream, query.text);
        assert!(known.asked.borrow().contains(&told), "{told}");
        assert_eq!((query.from, query.to), (document.period.from, document.period.to));
    }
    assert_eq!(document.sections.len(), 13);
    render(&document).unwrap();
}

#[test]
fn a_question_without_an_answer_is_a_gap_and_the_report_comes_out_all_the_same() {
    let refusal = json!("it would take too much memory");
    let known = Known {
        answers: vec![("* | stats count() by user_id, bin(1h)", refusal)],
        asked: RefCell::default(),
    };

    let document = compose(&order(), &known, &facts()).unwrap();

    let gaps: Vec<&str> = (document.sections.iter().flat_map(|section| &section.blocks))
        .filter_map(|block| if let Block::Gap { text } = block { Some(text.as_str()) } else { None })
        .collect();
    assert!(gaps.iter().any(|gap| gap.contains("too much memory")), "{gaps:?}");
    assert!(gaps.iter().any(|gap| gap.contains("`audit` is configured, and has no record")), "{gaps:?}");
    let controls = table(&document, "controls");
    let row = controls.rows.iter().find(|row| row[1] == Cell::from("164.528")).unwrap();
    assert!(matches!(&row[3], Cell::Text(text) if text.starts_with("gap (access-records")), "{row:?}");
    render(&document).unwrap();
}

/// Answers every question with nothing, and one not at all.
struct Silent(String);

impl Ask for Silent {
    fn ask(
        &self,
        query: &str,
        _: Option<&str>,
        _: Timestamp,
        _: Timestamp,
        _: usize,
    ) -> Result<Answer, String> {
        if query == self.0 { Err("nobody knows".to_owned()) } else { Ok(Answer::default()) }
    }
}

#[test]
fn whichever_question_has_no_answer_the_report_says_that_nobody_knows() {
    let asked = compose(&order(), &Silent(String::new()), &facts()).unwrap().queries;
    assert!(asked.len() > 15, "{}", asked.len());
    for query in asked {
        let document = compose(&order(), &Silent(query.text.clone()), &facts()).unwrap();
        let blocks = document.sections.iter().flat_map(|section| &section.blocks);
        let says = |block: &Block| matches!(block, Block::Gap { text } if text.contains("nobody knows"));
        assert!(blocks.into_iter().any(says), "{} is left out in silence", query.text);
    }
}

#[test]
fn a_tenant_without_anything_has_a_report() {
    let known = Known { answers: Vec::new(), asked: RefCell::default() };
    let document = compose(&order(), &known, &Facts::default()).unwrap();
    let pdf = render(&document).unwrap();
    assert_eq!(pdf, render(&compose(&order(), &known, &Facts::default()).unwrap()).unwrap());
}
