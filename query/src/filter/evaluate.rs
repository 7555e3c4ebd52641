//! Which rows of a block pass.

use palisade_index::Error;
use palisade_record::Timestamp;

use super::column::add_rows;
use super::{
    BlockView, Buffers, Certainty, Criterion, FieldTest, FieldView, Instants, Node, RowBitmap, field_views,
    origin_part_of, template_ids,
};

/// The rows among `within` that pass.
pub(crate) fn rows_of<B: BlockView>(node: &Node, block: &B, within: &RowBitmap) -> Result<RowBitmap, Error> {
    Evaluation { block, buffers: Buffers::default() }.rows(node, within)
}

/// Whether words without a field are looked for in a field. What comes from the path of a file would make every
/// record of a pod match its name, and what quarantine says is not what the record said.
pub(crate) fn is_searched_by_words(name: &str) -> bool {
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
            Node::Anywhere(criterion) => self.anywhere(criterion, within),
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
        let times = self.block.times()?;
        let mut passed =
            RowBitmap::from_fn(times.len(), |row| instants.contains(Timestamp::from_nanos(times[row])));
        passed.keep(within);
        Ok(passed)
    }

    fn field(&mut self, test: &FieldTest, within: &RowBitmap) -> Result<RowBitmap, Error> {
        let is_message = test.is_message();
        let mut passed = RowBitmap::empty(self.row_count());
        for name in &test.names {
            // What is known of a field without reading it is enough most of the time.
            match test.of_name(name, self.block) {
                Certainty::Never => continue,
                Certainty::Always => return Ok(within.clone()),
                Certainty::Maybe => {}
            }
            if origin_part_of(name).is_none()
                && self.by_template(&test.criterion, name, is_message, within, &mut passed)?
            {
                continue;
            }
            for view in field_views(self.block, std::slice::from_ref(name))? {
                add_rows(&view, &test.criterion, is_message, within, &mut passed, &mut self.buffers);
            }
        }
        Ok(passed)
    }

    /// Adds the rows that pass, if the templates of a field's texts tell, which are read much less often than the texts.
    fn by_template(
        &mut self,
        criterion: &Criterion,
        name: &str,
        is_message: bool,
        within: &RowBitmap,
        passed: &mut RowBitmap,
    ) -> Result<bool, Error> {
        if !criterion.judges_templates() || self.block.field(name).is_none_or(|field| field.numbers.is_some())
        {
            return Ok(false);
        }
        let Some(ids) = self.block.template_ids(name)? else { return Ok(false) };
        Ok(template_ids::add_rows(&*ids, criterion, is_message, within, passed, &mut self.buffers))
    }

    fn anywhere(&mut self, criterion: &Criterion, within: &RowBitmap) -> Result<RowBitmap, Error> {
        let mut passed = RowBitmap::empty(self.row_count());
        let mut left = within.clone();
        let block = self.block;
        for (name, field) in block.fields() {
            if left.is_empty() {
                break;
            }
            if !is_searched_by_words(name) {
                continue;
            }
            match criterion.of_field(&field, name == "message", self.row_count()) {
                Certainty::Never => continue,
                Certainty::Always => return Ok(within.clone()),
                Certainty::Maybe => {}
            }
            if self.by_template(criterion, name, name == "message", &left, &mut passed)? {
                left.remove(&passed);
                continue;
            }
            if let Some(stored) = block.column(name)? {
                let view = FieldView::Stored(stored);
                add_rows(&view, criterion, name == "message", &left, &mut passed, &mut self.buffers);
                left.remove(&passed);
            }
        }
        Ok(passed)
    }
}

impl Instants {
    /// Whether a time is inside.
    pub(crate) fn contains(self, time: Timestamp) -> bool {
        (self.low..=self.high).contains(&time.as_nanos())
    }
}
