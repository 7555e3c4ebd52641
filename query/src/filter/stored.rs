//! The blocks of the index, as the evaluation sees them.

use std::any::Any;
use std::sync::Arc;

use palisade_index::{
    Block, Column, ColumnInfo, Error, Record, SliceDictionary, Strings, Template, TemplateColumn, TemplateIds,
};
use palisade_record::{Lane, RecordId, StreamName, Timestamp, Value};

use super::view::{DictionaryView, FewValues};
use super::{
    BlockView, Codes, ColumnView, Content, FieldInfo, RowBitmap, Shared, TemplateIdsView, TemplatesView,
    TextsView,
};

impl FewValues for palisade_index::FewValues {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.iter().for_each(tell);
    }
}

impl<'a> From<&'a ColumnInfo> for FieldInfo<'a> {
    fn from(info: &'a ColumnInfo) -> Self {
        let values = info.values.as_ref().map(|values| values as &dyn FewValues);
        Self { rows: info.rows, numbers: info.numbers, values }
    }
}

impl BlockView for Block {
    type Column = Column;
    type TemplateIds = TemplateIds;

    fn rows(&self) -> u32 {
        self.info().rows
    }
    fn stream(&self) -> &StreamName {
        &self.info().stream
    }
    fn span(&self) -> (Timestamp, Timestamp) {
        (self.info().oldest, self.info().newest)
    }
    fn fields(&self) -> impl Iterator<Item = (&str, FieldInfo<'_>)> {
        self.info().columns.iter().map(|column| (&*column.name, column.into()))
    }
    fn field(&self, name: &str) -> Option<FieldInfo<'_>> {
        let columns = &self.info().columns;
        let found = columns.binary_search_by(|column| (*column.name).cmp(name)).ok()?;
        Some((&columns[found]).into())
    }
    fn times(&self) -> Result<Arc<Vec<i64>>, Error> {
        self.times()
    }
    fn column(&self, name: &str) -> Result<Option<Arc<Column>>, Error> {
        self.column(name)
    }
    fn template_ids(&self, name: &str) -> Result<Option<Arc<TemplateIds>>, Error> {
        self.template_ids(name)
    }
    fn records(&self, rows: &[u32]) -> Result<Vec<Record>, Error> {
        self.records(rows)
    }
    fn ids(&self) -> Result<Arc<Vec<RecordId>>, Error> {
        self.ids()
    }
    fn has_lane(&self, matches: impl Fn(&Lane) -> bool) -> bool {
        self.has_lane(matches)
    }
}

impl ColumnView for Column {
    type Templates = TemplateColumn;

    fn value_count(&self) -> usize {
        self.value_count()
    }
    fn value(&self, position: usize) -> Value<'_> {
        self.value(position)
    }
    fn entry_count(&self) -> usize {
        self.entry_count()
    }
    fn rows(&self) -> Option<&[u32]> {
        self.rows()
    }
    fn codes(&self) -> Codes<'_> {
        match self.codes() {
            Some(codes) => Codes::Of(codes),
            None if self.is_constant() => Codes::One,
            None => Codes::Own,
        }
    }
    fn content(&self) -> Content<'_, TemplateColumn> {
        if let Some(numbers) = self.integers() {
            Content::Integers(numbers)
        } else if let Some(strings) = self.strings() {
            Content::Texts(view(strings))
        } else if let Some(templates) = self.templates() {
            Content::Templates(templates)
        } else if let Some(dictionary) = self.dictionary() {
            let owner: Arc<dyn Any + Send + Sync> = Arc::clone(dictionary) as _;
            Content::Shared(Shared { dictionary: &**dictionary, owner: Arc::downgrade(&owner) })
        } else {
            Content::Values
        }
    }
}

impl TemplatesView for TemplateColumn {
    fn ids(&self) -> &[u32] {
        self.ids()
    }
    fn distinct(&self) -> &[u32] {
        self.distinct()
    }
    fn template(&self, id: u32) -> &Template {
        self.template(id)
    }
    fn render(&self, entry: usize, target: &mut String) {
        self.render(entry, target);
    }
}

impl TemplateIdsView for TemplateIds {
    fn rows(&self) -> Option<&[u32]> {
        self.rows()
    }
    fn distinct(&self) -> &[u32] {
        self.distinct()
    }
    fn template(&self, id: u32) -> &Arc<Template> {
        self.template(id)
    }
    fn standing(&self) -> TextsView<'_> {
        view(self.standing())
    }
    fn entries_with(&self, marked: &[bool]) -> RowBitmap {
        RowBitmap::from_words(self.entries_with(marked))
    }
}

impl DictionaryView for SliceDictionary {
    fn find(&self, text: &str) -> Option<usize> {
        self.find(text)
    }
    fn is_folded(&self) -> bool {
        self.is_folded()
    }
    fn texts(&self) -> TextsView<'_> {
        view(self.strings())
    }
}

fn view(strings: &Strings) -> TextsView<'_> {
    TextsView::new(strings.as_str(), strings.ends())
}
