//! What reports look like to programs that read them.

use std::process::Command;

use palisade_record::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::document::{
    Block, Cell, Chart, ChartKind, Checkpoint, ColumnKind, Figure, Period, Query, Section, Table,
};

fn time(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn document(sections: Vec<Section>) -> Document {
    Document {
        id: "default-2026-10-1".to_owned(),
        title: "Report of October 2026".to_owned(),
        tenant: "default".to_owned(),
        period: Period {
            from: time("2026-09-30T22:00:00Z"),
            to: time("2026-10-31T23:00:00Z"),
            zone: "Europe/Berlin".to_owned(),
            name: "October 2026".to_owned(),
        },
        generated_at: time("2026-11-01T03:00:00Z"),
        generator: "palisade 0.1.0".to_owned(),
        checkpoint: Some(Checkpoint {
            origin: "palisade.log/x".to_owned(),
            size: 4711,
            root: "ab".repeat(32),
        }),
        sections,
        queries: vec![Query {
            id: "Q1".to_owned(),
            text: "action:login outcome:failure | stats count() by source_ip".to_owned(),
            stream: Some("audit".to_owned()),
            from: time("2026-09-30T22:00:00Z"),
            to: time("2026-10-31T23:00:00Z"),
            note: "folded into hours".to_owned(),
        }],
    }
}

/// A document with every kind of block.
fn everything() -> Document {
    let mut summary = Section::new("R1", "Summary");
    summary.say("A month of a hospital and a bank.");
    let figure = |label: &str, count| Figure {
        label: label.to_owned(),
        value: Cell::Integer(count),
        before: vec![Cell::Integer(count / 2), Cell::Missing],
        query: Some("Q1".to_owned()),
    };
    let figures =
        vec![figure("records of access", 1_234_567), figure("failed sign-ins", 8_901), figure("exports", 3)];
    summary.blocks.push(Block::Figures { figures });
    let mut access = Section::new("R3", "Access to sensitive data");
    let mut roles = Table::new(
        "access-by-role",
        "Accesses by role",
        &[("role", ColumnKind::Text), ("accesses", ColumnKind::Number)],
    );
    for (role, count) in [("physician", 700_123), ("nurse", 400_000), ("clerk", 12)] {
        roles.row([role.into(), Cell::Integer(count)]);
    }
    access.chart(Chart { kind: ChartKind::Bars, table: roles });
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let mut columns = vec![("hour", ColumnKind::Text)];
    columns.extend(days.map(|day| (day, ColumnKind::Number)));
    let mut heat = Table::new("failed-by-hour", "Failed sign-ins by hour", &columns);
    for hour in 0..24 {
        let counts = (0..7).map(|day| Cell::Integer(hour * 3 + day));
        heat.row(std::iter::once(Cell::from(format!("{hour:02}"))).chain(counts));
    }
    access.chart(Chart { kind: ChartKind::HeatMap, table: heat });
    let wide = [
        ("time", ColumnKind::Narrow),
        ("user", ColumnKind::Text),
        ("what", ColumnKind::Text),
        ("size", ColumnKind::Number),
    ];
    let mut odd = Table::new("odd", "What stands in records", &wide);
    odd.row([
        time("2026-10-25T00:30:00Z").into(),
        "#panic() *x* $y$ <a> @ref".into(),
        "\u{202e}evil 病\0 ‹U+202E›".into(),
        Cell::Bytes(5 << 30),
    ]);
    odd.row([Cell::Missing, "u".into(), "deadbeef".repeat(32).into(), Cell::Share(0.25)]);
    access.table(odd);
    access.gap("The source `pos-7` sent nothing from the 3rd to the 5th.");
    let mut proof = Section::new("R9", "Integrity");
    proof.blocks.push(Block::Verbatim {
        caption: "An inclusion proof".to_owned(),
        text: format!("tlog-proof\n{}\n", "QUJD".repeat(60)),
    });
    let mut sign = Section::new("R10", "Reviews and sign-off");
    sign.blocks
        .push(Block::Signatures { roles: vec!["Reviewer".to_owned(), "Designated officer".to_owned()] });
    document(vec![summary, access, proof, sign])
}

/// What a program of poppler says of a PDF.
fn poppler(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.pdf");
    std::fs::write(&file, pdf).unwrap();
    let output = Command::new(program).args(arguments).arg(&file).arg("-").output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; run `make prepare`"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn text_of(pdf: &[u8]) -> String {
    poppler("pdftotext", &["-layout"], pdf)
}

#[test]
fn a_report_is_tagged_bears_its_title_and_says_what_the_document_says() {
    let pdf = render(&everything()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.pdf");
    std::fs::write(&file, &pdf).unwrap();
    let said = Command::new("pdfinfo").env("TZ", "UTC").arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("CreationDate:    Sun Nov  1 03:00:00 2026"), "it says when it was made: {said}");
    assert!(said.contains("Tagged:          yes") && said.contains("Report of October 2026"), "{said}");
    assert!(String::from_utf8_lossy(&pdf).contains("pdfaid"), "it says that it is PDF/A");
    let text = text_of(&pdf);
    for wanted in [
        "1,234,567",
        "8,901",
        "before: 617,283 · –",
        "700,123",
        "R3",
        "Access to sensitive data",
        "2026-10-25 02:30:00 +02:00",
        "5 GiB",
        "25.0 %",
        "palisade 0.1.0",
        "log 4711 · abababababababab",
        "Designated officer",
        "action:login outcome:failure | stats count() by source_ip",
        "Gap. The source",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
    if let Some(place) = std::env::var_os("PALISADE_KEEP_PDF") {
        std::fs::write(place, &pdf).unwrap();
    }
}

#[test]
fn what_stands_in_records_is_printed_as_it_is_and_what_cannot_be_seen_is_named() {
    let text = text_of(&render(&everything()).unwrap());
    let dense: String = text.split_whitespace().collect();

    assert!(dense.contains("#panic()*x*$y$<a>"), "{text}");
    assert!(
        dense.contains("‹U+202E›evil") && dense.contains("‹U+75C5›") && dense.contains("‹U+0000›"),
        "{text}"
    );
    assert!(!text.contains('\u{202e}'));
    assert!(dense.contains("‹U+2039›U+202E›"), "a record cannot say what only this program says: {text}");
}

#[test]
fn what_is_copied_is_what_was_written_with_nothing_between_its_signs() {
    let text = poppler("pdftotext", &["-raw"], &render(&everything()).unwrap());
    let lines: String = text.split('\n').collect();

    assert!(lines.contains(&"deadbeef".repeat(32)), "a hash in a narrow column: {text}");
    assert!(lines.contains(&"QUJD".repeat(60)), "a line of a proof: {text}");
    assert!(!text.contains('\u{200b}'), "{text}");
}

#[test]
fn a_document_that_is_none_is_refused_with_what_is_wrong() {
    let mut wrong = everything();
    wrong.period.zone = "Europe/Atlantis".to_owned();
    let told = render(&wrong).unwrap_err().to_string();
    assert!(told.contains("`Europe/Atlantis` is no time zone"), "{told}");

    let mut wrong = everything();
    wrong.queries.clear();
    let told = render(&wrong).unwrap_err().to_string();
    assert!(told.contains("names question `Q1`"), "{told}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let first = render(&everything()).unwrap();
    let between = render(&document(Vec::new())).unwrap();
    assert_ne!(first, between);
    assert_eq!(first, render(&everything()).unwrap());
}

#[test]
fn a_document_with_nothing_in_it_and_one_with_a_hundred_thousand_rows_are_reports_too() {
    let text = text_of(&render(&document(Vec::new())).unwrap());
    assert!(text.contains("Report of October 2026"), "{text}");

    let mut section = Section::new("R3", "Access");
    let mut table = Table::new("many", "Many", &[("user", ColumnKind::Text), ("count", ColumnKind::Number)]);
    for number in 0..100_000 {
        table.row([format!("user-{number}").into(), Cell::Integer(number)]);
    }
    section.table(table);
    section.chart(Chart {
        kind: ChartKind::Bars,
        table: Table::new("none", "None", &[("a", ColumnKind::Text), ("b", ColumnKind::Number)]),
    });
    let text = text_of(&render(&document(vec![section])).unwrap());
    assert!(text.contains("99,600 more rows stand in the file many.csv"), "{text}");
    assert!(text.contains("nothing in this period"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_place_can_be_typeset(texts in prop::collection::vec("\\PC{0,40}|[\\x00-\\x7f]{0,40}|.{0,30}", 6)) {
        let mut section = Section::new("R2", &texts[0]);
        section.say(texts[1].clone());
        let mut table = Table::new("t", &texts[2], &[(&texts[3], ColumnKind::Text), ("n", ColumnKind::Number)]);
        table.row([texts[4].clone().into(), Cell::Integer(1)]);
        section.chart(Chart { kind: ChartKind::Bars, table });
        section.blocks.push(Block::Verbatim { caption: texts[5].clone(), text: texts[4].clone() });
        section.gap(texts[5].clone());
        let mut document = document(vec![section]);
        document.title = texts[3].clone() + "x";
        document.tenant.clone_from(&texts[0]);
        prop_assert!(render(&document).is_ok(), "{:?}", render(&document).err());
    }
}
