//! What records look like when they leave.

mod columns;
mod csv;
mod evidence;
mod lines;
mod parquet;
mod raw;

use bytes::Bytes;

pub(crate) use self::columns::{
    COLUMNS_MAX, Column, Columns, Kind, columns_of, columns_of_table, named_columns,
};
pub(crate) use self::csv::Csv;
pub(crate) use self::evidence::Proved;
pub(crate) use self::lines::Lines;
pub(crate) use self::parquet::Parquet;
pub(crate) use self::raw::Raw;

use super::search::Hit;
use super::statistics::Cell;
use super::{Failure, Scan};

/// Writes records, some at a time, in the order in which they come.
pub(crate) trait Encoder: Send {
    /// The bytes of the next records.
    fn records(&mut self, hits: &[Hit], scan: &Scan<'_>) -> Result<Bytes, Failure>;

    /// What stands behind the last one.
    fn end(&mut self) -> Result<Bytes, Failure> {
        Ok(Bytes::new())
    }
}

/// Writes rows of a table, some at a time. All have as many cells as there are columns.
pub(crate) trait RowEncoder: Send {
    /// The bytes of the next rows.
    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<Bytes, Failure>;

    /// What stands behind the last one.
    fn end(&mut self) -> Result<Bytes, Failure>;
}
