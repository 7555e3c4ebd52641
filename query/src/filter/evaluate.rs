//! Which rows of a block pass.

use palisade_index::Error;
use palisade_record::Timestamp;

use super::{
    BlockView, Buffers, ColumnView, FieldTest, FieldView, Instants, Node, Predicate, RowBitmap, field_views,
};

/// The rows among `within` that pass.
pub(crate) fn rows_of<B: BlockView>(node: &Node, block: &B, within: &RowBitmap) -> Result<RowBitmap, Error> {
    Evaluation { block, buffers: Buffers::default() }.rows(node, within)
}

/// Whether words without a field are looked for in a field. What comes from the path of a file would make every
/// record of a pod match its name, and what quarantine says is not what the record said.
fn is_searched_by_words(name: &str) -> bool {
    !name.starts_with("kubernetes.") && !name.starts_with("quarantine.")
}

struct Evaluation<'a, B> {
    block: &'a B,
    buffers: Buffers,
}

impl<B: BlockView> Evaluation<'_, B> {
    fn rows(&mut self, node: &Node, within: &RowBitmap) -> Result<RowBitmap, Error> {
        match node {
            Node::All => Ok(within.clone()),
            Node::And(parts) => {
                let mut passed = within.clone();
                for part in parts {
                    if passed.is_empty() {
                        break;
                    }
                    passed = self.rows(part, &passed)?;
                }
                Ok(passed)
            }
            Node::Or(parts) => {
                let (mut passed, mut left) = (RowBitmap::empty(self.row_count()), within.clone());
                for part in parts {
                    if left.is_empty() {
                        break;
                    }
                    let more = self.rows(part, &left)?;
                    left.remove(&more);
                    passed.add(&more);
                }
                Ok(passed)
            }
            Node::Not(inner) => {
                let mut passed = within.clone();
                passed.remove(&self.rows(inner, within)?);
                Ok(passed)
            }
            Node::Field(test) => self.field(test, within),
            Node::Anywhere(predicate) => self.anywhere(predicate, within),
            Node::Time(instants) => self.times(*instants, within),
            Node::Received(instants) => {
                let mut passed = RowBitmap::empty(self.row_count());
                let rows: Vec<u32> = within.iter().collect();
                for (row, record) in rows.iter().zip(self.block.records(&rows)?) {
                    if instants.contains(record.received_at) {
                        passed.insert(*row);
                    }
                }
                Ok(passed)
            }
            Node::Id(id) => {
                let mut passed = RowBitmap::empty(self.row_count());
                let ids = self.block.ids()?;
                let rows = (0u32..).zip(ids.iter()).filter(|(_, found)| *found == id);
                rows.filter(|(row, _)| within.contains(*row)).for_each(|(row, _)| passed.insert(row));
                Ok(passed)
            }
        }
    }

    fn row_count(&self) -> u32 {
        self.block.rows()
    }

    fn times(&self, instants: Instants, within: &RowBitmap) -> Result<RowBitmap, Error> {
        let mut passed = RowBitmap::empty(self.row_count());
        let times = self.block.times()?;
        for row in within.iter() {
            if instants.contains(Timestamp::from_nanos(times[row as usize])) {
                passed.insert(row);
            }
        }
        Ok(passed)
    }

    fn field(&mut self, test: &FieldTest, within: &RowBitmap) -> Result<RowBitmap, Error> {
        let is_message = test.names.iter().any(|name| name == "message");
        let mut passed = RowBitmap::empty(self.row_count());
        for view in field_views(self.block, &test.names)? {
            self.values(&view, &test.predicate, is_message, within, &mut passed);
        }
        Ok(passed)
    }

    fn anywhere(&mut self, predicate: &Predicate, within: &RowBitmap) -> Result<RowBitmap, Error> {
        let mut passed = RowBitmap::empty(self.row_count());
        let mut left = within.clone();
        let block = self.block;
        for (name, field) in block.fields() {
            if left.is_empty() {
                break;
            }
            let cannot = field.numbers.is_some() && !predicate.may_hold_for_numbers();
            if cannot || !is_searched_by_words(name) {
                continue;
            }
            if let Some(stored) = block.column(name)? {
                let view = FieldView::Stored(stored);
                self.values(&view, predicate, name == "message", &left, &mut passed);
                left.remove(&passed);
            }
        }
        Ok(passed)
    }

    /// Asks once per value, and only for values of rows that still matter.
    fn values(
        &mut self,
        view: &FieldView<B::Column>,
        predicate: &Predicate,
        is_message: bool,
        within: &RowBitmap,
        passed: &mut RowBitmap,
    ) {
        let mut answers = vec![None; view.value_count()];
        for (row, position) in view.entries() {
            if !within.contains(row) {
                continue;
            }
            let position = position as usize;
            let holds = match answers[position] {
                Some(holds) => holds,
                None => {
                    let holds = predicate.holds(view.value(position), is_message, &mut self.buffers);
                    answers[position] = Some(holds);
                    holds
                }
            };
            if holds {
                passed.insert(row);
            }
        }
    }
}

impl Instants {
    /// Whether a time is inside.
    pub(crate) fn contains(self, time: Timestamp) -> bool {
        (self.low..=self.high).contains(&time.as_nanos())
    }
}

impl Predicate {
    /// Whether a number can have what is looked for.
    fn may_hold_for_numbers(&self) -> bool {
        let of_number = |character: char| character.is_ascii_digit() || "+-.eE".contains(character);
        match self {
            Self::Phrase(phrase) => phrase.folded().chars().all(of_number),
            Self::Glob(glob, _) => glob.runs().iter().all(|run| run.text.chars().all(of_number)),
            _ => true,
        }
    }
}
