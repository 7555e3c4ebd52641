//! Rows as comma-separated values (RFC 4180), with a header.

use bytes::Bytes;

use super::{Column, RowEncoder};
use crate::engine::Failure;
use crate::engine::statistics::Cell;

/// Writes a header and rows. A text that a spreadsheet would take for a formula gets a `'` before it: what is in a log was written by
/// somebody else.
pub(crate) struct Csv {
    /// Until it is written.
    header: Option<Vec<String>>,
}

impl Csv {
    /// A file with these columns.
    pub(crate) fn new(columns: &[Column]) -> Self {
        Self { header: Some(columns.iter().map(|column| column.name.clone()).collect()) }
    }
}

impl RowEncoder for Csv {
    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<Bytes, Failure> {
        let terminator = ::csv::Terminator::CRLF;
        let mut writer = ::csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        if let Some(header) = self.header.take() {
            writer
                .write_record(header.iter().map(|name| safe(name).into_owned()))
                .map_err(|error| failure(&error))?;
        }
        let mut text = String::new();
        for row in rows {
            for cell in row {
                text.clear();
                push_text(cell, &mut text);
                writer.write_field(safe(&text).as_bytes()).map_err(|error| failure(&error))?;
            }
            writer.write_record(None::<&[u8]>).map_err(|error| failure(&error))?;
        }
        writer.into_inner().map(Bytes::from).map_err(|error| failure(error.error()))
    }

    fn end(&mut self) -> Result<Bytes, Failure> {
        self.rows(&[])
    }
}

fn failure(error: &impl std::error::Error) -> Failure {
    Failure::Invalid(error.to_string(), "export as ndjson instead".to_owned())
}

/// A text as it may stand in a spreadsheet.
fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    let begins_a_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins_a_formula && text.parse::<f64>().is_err() { format!("'{text}").into() } else { text.into() }
}

/// A value as people read it: nothing for none, times in RFC 3339, several values as a JSON list.
pub(super) fn push_text(cell: &Cell, text: &mut String) {
    match cell {
        Cell::Null => {}
        Cell::List(_) => cell.push_json(text),
        one => one.scalar().iter().for_each(|scalar| text.push_str(&scalar.as_text())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::encode::Kind;

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    fn columns(names: &[&str]) -> Vec<Column> {
        names.iter().map(|name| Column { name: (*name).to_owned(), kind: Kind::Text }).collect()
    }

    fn written(names: &[&str], rows: &[Vec<Cell>]) -> String {
        let mut encoder = Csv::new(&columns(names));
        let mut bytes = encoder.rows(rows).unwrap().to_vec();
        bytes.extend(encoder.end().unwrap());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rows_are_lines_under_a_header_and_quoted_where_they_must_be() {
        let rows = [
            vec![text("a,b"), Cell::Integer(-5), Cell::Null],
            vec![text("say \"no\""), Cell::Decimal("1.50".into()), Cell::Time(0)],
            vec![text("two\nlines"), Cell::Boolean(true), Cell::List([text("x"), Cell::Integer(1)].into())],
        ];
        let expected = "one,two,three\r\n\
                        \"a,b\",-5,\r\n\
                        \"say \"\"no\"\"\",1.50,1970-01-01T00:00:00.000Z\r\n\
                        \"two\nlines\",true,\"[\"\"x\"\",1]\"\r\n";
        assert_eq!(written(&["one", "two", "three"], &rows), expected);
    }

    #[test]
    fn no_rows_are_a_header() {
        let mut encoder = Csv::new(&columns(&["one", "two"]));
        assert_eq!(encoder.end().unwrap(), "one,two\r\n");
        assert_eq!(encoder.end().unwrap(), "");
    }

    #[test]
    fn a_formula_is_a_text() {
        let rows = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "-2", "+4.5", "a=b"]
            .map(|value| vec![text(value)]);
        let expected = "field\r\n'=1+1\r\n'+cmd|' /C calc'!A0\r\n'@SUM(A1)\r\n'-2+3\r\n-2\r\n+4.5\r\na=b\r\n";
        assert_eq!(written(&["field"], &rows), expected);
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(values in prop::collection::vec(("[ -~\\n\\r\\t\"ß]{0,12}", any::<i64>()), 0..8)) {
            let rows: Vec<Vec<Cell>> =
                values.iter().map(|(value, number)| vec![text(value), Cell::Integer(*number)]).collect();
            let written = written(&["text", "number"], &rows);
            let mut reader = ::csv::Reader::from_reader(written.as_bytes());
            let read: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read.len(), values.len());
            for (record, (value, number)) in read.iter().zip(&values) {
                prop_assert_eq!(record[0].strip_prefix('\'').unwrap_or(&record[0]), value.strip_prefix('\'').unwrap_or(value));
                prop_assert_eq!(&record[1], number.to_string());
            }
        }
    }
}
