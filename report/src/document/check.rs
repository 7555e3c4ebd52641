//! What must hold in a document, whoever made it: one from a file was written by anybody.

use std::collections::BTreeSet;

use super::{Block, Cell, Document, Section, Table};

/// Longest name of a part, a table or a question.
const NAME_BYTES_MAX: usize = 128;

impl Document {
    /// Whether its tables are tables, its numbers are numbers, and every question that it names stands in it.
    ///
    /// # Errors
    /// What does not hold, and where.
    pub fn check(&self) -> Result<(), String> {
        let mut questions = BTreeSet::new();
        for query in &self.queries {
            name("question", &query.id)?;
            if !questions.insert(query.id.as_str()) {
                return Err(format!("there are two questions `{}`", query.id));
            }
        }
        let mut tables = BTreeSet::new();
        for section in &self.sections {
            name("part", &section.id)?;
            let told = |problem| format!("part {}: {problem}", section.id);
            section.check(&questions, &mut tables).map_err(told)?;
        }
        Ok(())
    }
}

impl Section {
    fn check<'a>(&'a self, questions: &BTreeSet<&str>, tables: &mut BTreeSet<&'a str>) -> Result<(), String> {
        for block in &self.blocks {
            match block {
                Block::Table { table } => table.check(questions, tables)?,
                Block::Chart { chart } => chart.table.check(questions, tables)?,
                Block::Figures { figures } => {
                    for figure in figures {
                        known(questions, figure.query.iter())?;
                        numbers(std::iter::once(&figure.value).chain(&figure.before))?;
                    }
                }
                Block::Paragraph { .. }
                | Block::Verbatim { .. }
                | Block::Gap { .. }
                | Block::Signatures { .. } => {}
            }
        }
        Ok(())
    }
}

impl Table {
    fn check<'a>(&'a self, questions: &BTreeSet<&str>, tables: &mut BTreeSet<&'a str>) -> Result<(), String> {
        // Files are named so.
        name("table", &self.id)?;
        if !tables.insert(&self.id) {
            return Err(format!("there are two tables `{}`", self.id));
        }
        known(questions, self.queries.iter())?;
        let columns = self.columns.len();
        if columns == 0 {
            return Err(format!("table `{}` has no columns", self.id));
        }
        for (at, row) in self.rows.iter().enumerate() {
            if row.len() != columns {
                let cells = row.len();
                return Err(format!(
                    "table `{}` has {columns} columns, and {cells} values in row {}",
                    self.id,
                    at + 1
                ));
            }
            numbers(row).map_err(|problem| format!("table `{}`, row {}: {problem}", self.id, at + 1))?;
        }
        Ok(())
    }
}

fn known<'a>(questions: &BTreeSet<&str>, named: impl Iterator<Item = &'a String>) -> Result<(), String> {
    match named.into_iter().find(|id| !questions.contains(id.as_str())) {
        Some(id) => Err(format!("it names question `{id}`, which is not among the questions")),
        None => Ok(()),
    }
}

fn numbers<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Result<(), String> {
    let is_number = |cell: &Cell| match cell {
        Cell::Decimal(number) | Cell::Seconds(number) | Cell::Share(number) => number.is_finite(),
        _ => true,
    };
    if cells.into_iter().all(is_number) { Ok(()) } else { Err("a number is infinite, or none".to_owned()) }
}

fn name(what: &str, name: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_plain) && !name.starts_with('.') {
        Ok(())
    } else {
        Err(format!(
            "`{name}` is no name of a {what}: letters, digits, `-`, `_`, `.`, at most {NAME_BYTES_MAX}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use palisade_record::Timestamp;

    use super::super::{ColumnKind, Figure, Period, Query};
    use super::*;

    fn document(section: Section) -> Document {
        let time = Timestamp::from_nanos(0);
        let period = Period { from: time, to: time, zone: "UTC".to_owned(), name: "none".to_owned() };
        let query = Query {
            id: "Q1".to_owned(),
            text: "*".to_owned(),
            stream: None,
            from: time,
            to: time,
            note: String::new(),
        };
        Document {
            id: "a".to_owned(),
            title: "b".to_owned(),
            tenant: "c".to_owned(),
            period,
            generated_at: time,
            generator: "d".to_owned(),
            checkpoint: None,
            sections: vec![section],
            queries: vec![query],
        }
    }

    fn table(id: &str, rows: Vec<Vec<Cell>>) -> Section {
        let mut table = Table::new(id, "", &[("a", ColumnKind::Text), ("b", ColumnKind::Number)]);
        table.rows = rows;
        let mut section = Section::new("R1", "");
        section.table(table);
        section
    }

    fn problem(section: Section) -> String {
        document(section).check().unwrap_err()
    }

    #[test]
    fn what_does_not_hold_is_told_with_its_place() {
        let row = || vec![Cell::Missing, Cell::Integer(1)];
        assert_eq!(document(table("t", vec![row(), row()])).check(), Ok(()));
        let short = problem(table("t", vec![row(), vec![Cell::Missing]]));
        assert_eq!(short, "part R1: table `t` has 2 columns, and 1 values in row 2");
        let nan = problem(table("t", vec![vec![Cell::Missing, Cell::Share(f64::NAN)]]));
        assert_eq!(nan, "part R1: table `t`, row 1: a number is infinite, or none");
        assert!(problem(table("../t", vec![])).contains("no name of a table"));
        let mut twice = table("t", vec![]);
        twice.blocks.extend(table("t", vec![]).blocks);
        assert_eq!(problem(twice), "part R1: there are two tables `t`");
        let figure = Figure {
            label: String::new(),
            value: Cell::Integer(1),
            before: vec![],
            query: Some("Q2".to_owned()),
        };
        let mut asked = Section::new("R1", "");
        asked.blocks.push(Block::Figures { figures: vec![figure] });
        assert_eq!(problem(asked), "part R1: it names question `Q2`, which is not among the questions");
    }
}
