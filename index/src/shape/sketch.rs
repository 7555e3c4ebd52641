//! The shape of the record that is being read, compared with those of the records before it.

use palisade_record::wire::Writer;

use super::{Form, HOLES_MAX, Hole, LITERAL_BYTES_MAX, RAW, Shape, ShapeDictionary};

/// Shapes kept apart in one set of rows. Past it the names are values, or every line is coloured differently.
const SHAPES_MAX: usize = 1_024;

/// Shapes compared directly before one is looked up: a source writes few kinds of records.
const RECENT: usize = 4;

/// Longest value that stays in the shape when it cannot be a hole.
const LITERAL_VALUE_BYTES_MAX: usize = 16;

/// The column of the event time, which is none.
pub(crate) const TIME_COLUMN: u32 = u32::MAX;

/// Where a value stands in the record that is being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) column: u32,
    /// Which of the row's values of this column.
    pub(crate) nth: u32,
    pub(crate) form: Form,
}

/// The shapes of one set of rows, and the marks of the record that is being read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sketch {
    shapes: ShapeDictionary,
    /// For each shape, the column of each of its holes.
    columns: Vec<Box<[u32]>>,
    /// The shapes of the records before, the last one first.
    recent: [u32; RECENT],
    marks: Vec<Mark>,
    /// A long value of the record could not be marked: no other record will have this shape.
    is_spoilt: bool,
}

impl Sketch {
    pub(crate) fn shapes(&self) -> &ShapeDictionary {
        &self.shapes
    }

    /// The column of each hole of a shape; that of the time is [`TIME_COLUMN`].
    pub(crate) fn columns_of(&self, shape: u32) -> &[u32] {
        self.columns.get(shape as usize).map_or(&[], |columns| columns)
    }

    /// Forgets the marks.
    pub(crate) fn begin(&mut self) {
        self.marks.clear();
        self.is_spoilt = false;
    }

    /// Notes that a value cannot be put back as it stands in the record. Short ones stay in the shape, as few values as
    /// they have; a long one makes it the shape of this record alone.
    pub(crate) fn unmarked(&mut self, bytes: usize) {
        self.is_spoilt |= bytes > LITERAL_VALUE_BYTES_MAX;
    }

    /// Notes where a value stands. Values come in the order in which they stand; one that does not is no hole, so that
    /// its bytes stay in the shape.
    pub(crate) fn mark(&mut self, mark: Mark) {
        let after = self.marks.last().map_or(0, |mark| mark.end);
        if mark.start >= after && self.marks.len() < HOLES_MAX {
            self.marks.push(mark);
        }
    }

    /// The number of the shape of `raw`, whose values were marked. `name_of` gives the name of a column.
    pub(crate) fn finish<'a>(&mut self, raw: &[u8], name_of: impl Fn(u32) -> &'a str) -> u32 {
        if self.is_spoilt {
            return RAW;
        }
        for position in 0..RECENT {
            let id = self.recent[position];
            if self.is_shape(id, raw) {
                self.recent[..=position].rotate_right(1);
                return id;
            }
        }
        let id = self.look_up(raw, name_of).unwrap_or(RAW);
        if id != RAW {
            self.recent.rotate_right(1);
            self.recent[0] = id;
        }
        id
    }

    fn is_shape(&self, id: u32, raw: &[u8]) -> bool {
        let (Some(shape), Some(columns)) = (self.shapes.get(id), self.columns.get(id as usize)) else {
            return false;
        };
        if shape.holes().len() != self.marks.len() {
            return false;
        }
        let mut from = 0;
        for (position, mark) in self.marks.iter().enumerate() {
            let hole = &shape.holes()[position];
            let is_same = columns[position] == mark.column && hole.nth == mark.nth && hole.form == mark.form;
            if !is_same || &raw[from..mark.start as usize] != shape.literal(position) {
                return false;
            }
            from = mark.end as usize;
        }
        &raw[from..] == shape.literal(self.marks.len())
    }

    fn look_up<'a>(&mut self, raw: &[u8], name_of: impl Fn(u32) -> &'a str) -> Option<u32> {
        let holes_bytes = self.marks.iter().map(|mark| (mark.end - mark.start) as usize).sum::<usize>();
        if raw.len() - holes_bytes > LITERAL_BYTES_MAX {
            return None;
        }
        let mut shape = Shape::with_holes(self.marks.len());
        let mut from = 0;
        for mark in &self.marks {
            shape.push_literal(&raw[from..mark.start as usize]);
            let field = if mark.column == TIME_COLUMN { "" } else { name_of(mark.column) };
            shape.holes.push(Hole { field: field.into(), nth: mark.nth, form: mark.form });
            from = mark.end as usize;
        }
        shape.push_literal(&raw[from..]);
        let columns = self.marks.iter().map(|mark| mark.column).collect();
        self.intern(shape, columns)
    }

    /// The number of a shape of other rows, whose holes have these columns here.
    pub(crate) fn intern(&mut self, shape: Shape, columns: Box<[u32]>) -> Option<u32> {
        let mut writer = Writer::new();
        shape.encode(&mut writer);
        if let Some(id) = self.shapes.id_of(writer.as_slice()) {
            return Some(id);
        }
        let id = self.shapes.push(writer.finish(), shape, SHAPES_MAX)?;
        self.columns.push(columns);
        Some(id)
    }
}
