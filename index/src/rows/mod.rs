//! Records that were just parsed, column by column, before they are encoded.

mod append; // many small ones become one
mod cell; // one value
mod column; // the values of one field
mod keep; // what does not count goes
mod read; // what waits is searched as it is

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use foldhash::fast::FixedState;
use palisade_record::limits::RECORD_FIELDS_MAX;
use palisade_record::{StreamName, Timestamp, Value};

use crate::Texts;
use crate::shape::{ClockForm, Escapes, Form, Mark, RAW, Sketch, TIME_COLUMN, write_bare};

pub(crate) use cell::Cell;
use cell::Span;
pub(crate) use column::RowColumn;
pub(crate) use read::Reader;

/// Fields kept apart in one set of rows. A source that invents names must not fill the memory with columns of one value.
const COLUMNS_MAX: usize = 8_192;

/// Records of one stream and one group on their way from a door into the index.
///
/// Filled record by record: [`Rows::begin`], any number of [`Rows::field`] in the order in which the values stand in the
/// record, [`Rows::end`], then the next one. Nothing here allocates per record.
#[derive(Clone, Debug)]
pub struct Rows {
    stream: StreamName,
    group: Box<str>,
    heads: Vec<RowHead>,
    raw: Texts,
    /// The text of values that do not stand in the records as they are.
    aside: String,
    columns: Vec<RowColumn>,
    by_name: HashMap<Box<str>, u32, FixedState>,
    sketch: Sketch,
    /// The column that is expected to be filled next.
    expected: u32,
    /// The column that was filled last, or the number of columns.
    filled: u32,
    /// The column with which the last record began.
    first: u32,
    fields_of_row: usize,
    clock: Option<ClockForm>,
    scratch: Vec<u8>,
}

/// What every row has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RowHead {
    pub(crate) batch: u32,
    pub(crate) offset: u64,
    pub(crate) time: Timestamp,
    pub(crate) flags: u8,
    /// The number of the row's shape in [`Rows::shapes`], or [`RAW`] when its bytes must be kept.
    pub(crate) shape: u32,
}

/// Where a value stands in the bytes of its record, from the byte at the first number to before that at the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It does not stand there: it comes from the origin, or was found inside of another value.
    Nowhere,
    /// As people see it: a number, a truth, a plain line.
    Bare(u32, u32),
    /// As JSON between quotes, which are not part of the range; what JSON demands to be escaped is.
    Quoted(u32, u32),
}

impl Rows {
    /// No records yet, of one group of `stream`: records that resemble each other, those of one service.
    pub fn new(stream: StreamName, group: &str) -> Self {
        Self {
            stream,
            group: group.into(),
            heads: Vec::new(),
            raw: Texts::new(),
            aside: String::new(),
            columns: Vec::new(),
            by_name: HashMap::default(),
            sketch: Sketch::default(),
            expected: 0,
            filled: 0,
            first: 0,
            fields_of_row: 0,
            clock: None,
            scratch: Vec::new(),
        }
    }

    /// The stream of all these records.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The group of all these records.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Bytes of the records as they came.
    pub fn raw_bytes(&self) -> usize {
        self.raw.as_bytes().len()
    }

    /// Begins a record: `batch` is its batch's position in the submission, `offset` and `flags` are those of its frame,
    /// `raw` its exact bytes, `time` its event time.
    pub fn begin(&mut self, batch: u32, offset: u64, flags: u8, time: Timestamp, raw: &[u8]) {
        self.heads.push(RowHead { batch, offset, time, flags, shape: RAW });
        self.raw.push(raw);
        self.fields_of_row = 0;
        self.sketch.begin();
        self.expected = self.first;
        self.filled = u32::MAX;
    }

    /// Gives the record that was begun last a field. A list gives the same name several times. Fields past
    /// [`RECORD_FIELDS_MAX`], and those with new names when there are too many, are not kept apart; they are still in
    /// the record's bytes.
    pub fn field(&mut self, name: &str, value: Value<'_>, standing: Standing) {
        if self.heads.is_empty() || self.fields_of_row >= RECORD_FIELDS_MAX {
            return;
        }
        self.fields_of_row += 1;
        let Some(column) = self.column(name) else { return };
        let (cell, form) = self.cell(value, standing);
        let row =
            u32::try_from(self.heads.len() - 1).expect("rows are counted with 32 bits, as their bytes are");
        let nth = self.columns[column as usize].push(row, cell);
        if let Standing::Bare(start, end) | Standing::Quoted(start, end) = standing {
            match form {
                Some(form) => self.sketch.mark(Mark { start, end, column, nth, form }),
                None => self.sketch.unmarked(end.saturating_sub(start) as usize),
            }
        }
    }

    /// Tells where the record's event time stands, as one of its values. Says whether the record can be had back from
    /// the time alone; if not, what stands there must become a field as well.
    pub fn time(&mut self, standing: Standing) -> bool {
        let (Standing::Bare(start, end) | Standing::Quoted(start, end), Some(head)) =
            (standing, self.heads.last())
        else {
            return false;
        };
        let Some(text) = self.raw.get(self.heads.len() - 1).get(start as usize..end as usize) else {
            return false;
        };
        let is_known = self.clock.is_some_and(|form| form.is_exact(text, head.time, &mut self.scratch));
        if !is_known {
            let Some(form) = ClockForm::of(text, head.time, &mut self.scratch) else { return false };
            self.clock = Some(form);
        }
        if let Some(form) = self.clock {
            self.sketch.mark(Mark { start, end, column: TIME_COLUMN, nth: 0, form: Form::Time(form) });
        }
        true
    }

    /// Ends the record that was begun last: finds its shape. The bytes of a record that is not ended are kept as they
    /// are.
    pub fn end(&mut self) {
        let Some(head) = self.heads.last_mut() else { return };
        let raw = self.raw.get(self.raw.len() - 1);
        let columns = &self.columns;
        head.shape = self.sketch.finish(raw, |column| columns[column as usize].name());
    }

    /// The column of a field; `None` when there are too many.
    fn column(&mut self, name: &str) -> Option<u32> {
        let guess = self.expected;
        let is_expected = self.columns.get(guess as usize).is_some_and(|column| column.name() == name);
        let column = if is_expected { guess } else { self.find_column(name)? };
        match self.columns.get_mut(self.filled as usize) {
            Some(before) => before.next = column,
            None => self.first = column,
        }
        self.filled = column;
        self.expected = self.columns[column as usize].next;
        Some(column)
    }

    fn find_column(&mut self, name: &str) -> Option<u32> {
        if let Some(column) = self.by_name.get(name) {
            return Some(*column);
        }
        if self.columns.len() >= COLUMNS_MAX {
            return None;
        }
        let column = u32::try_from(self.columns.len()).ok()?;
        self.by_name.insert(name.into(), column);
        self.columns.push(RowColumn::new(name));
        Some(column)
    }

    /// The value as it is kept, and how it stands in the record if it can be put back there.
    fn cell(&mut self, value: Value<'_>, standing: Standing) -> (Cell, Option<Form>) {
        let row = self.heads.len() - 1;
        let raw = self.raw.get(row);
        let place = match standing {
            Standing::Nowhere => None,
            Standing::Bare(start, end) | Standing::Quoted(start, end) => {
                raw.get(start as usize..end as usize).map(|bytes| (start, bytes))
            }
        };
        let form = match standing {
            Standing::Quoted(..) => Form::Quoted(Escapes::default()),
            Standing::Nowhere | Standing::Bare(..) => Form::Bare,
        };
        match value {
            Value::Text(text) | Value::Decimal(text) => {
                let (span, form) = match place {
                    Some((start, bytes)) if bytes == text.as_bytes() => {
                        (self.borrowed(row, start, text), Some(form))
                    }
                    Some((_, bytes)) if matches!(standing, Standing::Quoted(..)) => {
                        let escapes = Escapes::of(text, bytes, &mut self.scratch);
                        (self.aside(text), escapes.map(Form::Quoted))
                    }
                    _ => (self.aside(text), None),
                };
                let cell =
                    if matches!(value, Value::Text(_)) { Cell::text(span) } else { Cell::decimal(span) };
                (cell, form)
            }
            Value::Integer(_) | Value::Boolean(_) => {
                self.scratch.clear();
                write_bare(value, &mut self.scratch);
                let is_exact = form == Form::Bare && place.is_some_and(|(_, bytes)| bytes == self.scratch);
                let cell = match value {
                    Value::Boolean(truth) => Cell::boolean(truth),
                    Value::Integer(number) => Cell::integer(number)
                        .unwrap_or_else(|| Cell::wide_integer(self.aside(&number.to_string()))),
                    Value::Text(_) | Value::Decimal(_) => unreachable!("these are texts"),
                };
                (cell, is_exact.then_some(form))
            }
        }
    }

    fn borrowed(&self, row: usize, start: u32, text: &str) -> Span {
        let before = if row == 0 { 0 } else { self.raw.ends()[row - 1] };
        Span { start: before + start, length: length_of(text), is_aside: false }
    }

    fn aside(&mut self, text: &str) -> Span {
        let start = u32::try_from(self.aside.len()).expect("blocks are far smaller than 4 GiB");
        self.aside.push_str(text);
        Span { start, length: length_of(text), is_aside: true }
    }
}

fn length_of(text: &str) -> u32 {
    u32::try_from(text.len()).expect("values are far shorter than 4 GiB, as records are")
}
