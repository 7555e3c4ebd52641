//! Rows as an Apache Parquet file, a row group for each of the pieces in which they come.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::Type;
use bytes::Bytes;

use super::csv::push_text;
use super::{Column, Kind, RowEncoder};
use crate::engine::Failure;
use crate::engine::statistics::Cell;

/// Writes rows with columns of a kind each. Of a number with a fraction the nearest double is written; several values of one field are
/// a JSON list.
pub(crate) struct Parquet {
    columns: Vec<Column>,
    writer: SerializedFileWriter<Piece>,
    piece: Piece,
}

/// What was written and has not left.
#[derive(Clone, Default)]
struct Piece(Arc<Mutex<Vec<u8>>>);

impl Piece {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Piece {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Parquet {
    /// A file with these columns, in whose metadata stands what it is.
    pub(crate) fn new(columns: Vec<Column>, about: &[(&str, String)]) -> Result<Self, Failure> {
        let fields = columns.iter().map(|column| field(column).map(Arc::new)).collect::<Result<_, _>>();
        let schema =
            fields.and_then(|fields| Type::group_type_builder("records").with_fields(fields).build());
        let about = about.iter().map(|(name, value)| KeyValue::new((*name).to_owned(), value.clone()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(format!("palisade version {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(about.collect()))
            .build();
        let piece = Piece::default();
        let schema = schema.map_err(|error| failure(&error))?;
        let writer = SerializedFileWriter::new(piece.clone(), Arc::new(schema), Arc::new(properties));
        Ok(Self { columns, writer: writer.map_err(|error| failure(&error))?, piece })
    }
}

impl RowEncoder for Parquet {
    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<Bytes, Failure> {
        if rows.is_empty() {
            return Ok(self.piece.take());
        }
        let mut group = self.writer.next_row_group().map_err(|error| failure(&error))?;
        for (place, column) in self.columns.iter().enumerate() {
            let cells = rows.iter().map(|row| &row[place]);
            if let Some(writer) = group.next_column().map_err(|error| failure(&error))? {
                write_column(writer, column, cells)?;
            }
        }
        group.close().map_err(|error| failure(&error))?;
        Ok(self.piece.take())
    }

    fn end(&mut self) -> Result<Bytes, Failure> {
        self.writer.finish().map_err(|error| failure(&error))?;
        Ok(self.piece.take())
    }
}

/// A column in the schema; every value may be missing.
fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Float => (Physical::DOUBLE, None),
        Kind::Boolean => (Physical::BOOLEAN, None),
        Kind::Time => {
            (Physical::INT64, Some(LogicalType::timestamp(true, ::parquet::basic::TimeUnit::NANOS)))
        }
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

fn write_column<'a>(
    mut writer: SerializedColumnWriter<'_>,
    column: &Column,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<(), Failure> {
    match writer.untyped() {
        ColumnWriter::ByteArrayColumnWriter(target) => {
            let (values, levels) = values(column, cells, |cell| {
                let mut text = String::new();
                push_text(cell, &mut text);
                Some(ByteArray::from(text.into_bytes()))
            })?;
            target.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::Int64ColumnWriter(target) => {
            let (values, levels) = values(column, cells, |cell| match cell {
                Cell::Integer(number) | Cell::Time(number) => Some(*number),
                _ => None,
            })?;
            target.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::DoubleColumnWriter(target) => {
            let (values, levels) = values(column, cells, |cell| match cell {
                Cell::Integer(number) => number.to_string().parse().ok(),
                Cell::Float(number) => Some(*number),
                Cell::Decimal(text) => text.parse().ok(),
                _ => None,
            })?;
            target.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::BoolColumnWriter(target) => {
            let (values, levels) = values(column, cells, |cell| match cell {
                Cell::Boolean(truth) => Some(*truth),
                _ => None,
            })?;
            target.write_batch(&values, Some(&levels), None)
        }
        _ => Err(ParquetError::General("a column of a kind that is not written".to_owned())),
    }
    .and_then(|_| writer.close())
    .map_err(|error| failure(&error))
}

/// The values of a column, and for each row whether it has one.
fn values<'a, T>(
    column: &Column,
    cells: impl Iterator<Item = &'a Cell>,
    value_of: impl Fn(&Cell) -> Option<T>,
) -> Result<(Vec<T>, Vec<i16>), Failure> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        if *cell == Cell::Null {
            levels.push(0);
            continue;
        }
        let value = value_of(cell).ok_or_else(|| {
            let message =
                format!("a record that came meanwhile has another kind of value in `{}`", column.name);
            Failure::Invalid(message, "export again".to_owned())
        })?;
        levels.push(1);
        values.push(value);
    }
    Ok((values, levels))
}

fn failure(error: &ParquetError) -> Failure {
    Failure::Invalid(
        format!("this cannot be written as Parquet: {error}"),
        "export as csv or ndjson".to_owned(),
    )
}
