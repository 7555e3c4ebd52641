//! What the evaluation needs of a block, so that tests can make blocks of their own.

use std::any::Any;
use std::sync::{Arc, Weak};

use palisade_index::{Error, Record, Template};
use palisade_record::{Lane, RecordId, StreamName, Timestamp, Value};

use super::{RowBitmap, TextsView};

/// A block.
pub(crate) trait BlockView {
    /// Its columns.
    type Column: ColumnView;
    /// Which templates a column has.
    type TemplateIds: TemplateIdsView;
    /// How many rows.
    fn rows(&self) -> u32;
    /// The stream of all rows.
    fn stream(&self) -> &StreamName;
    /// The earliest and the latest event time.
    fn span(&self) -> (Timestamp, Timestamp);
    /// The fields that any row has.
    fn fields(&self) -> impl Iterator<Item = (&str, FieldInfo<'_>)>;
    /// What is known of a field.
    fn field(&self, name: &str) -> Option<FieldInfo<'_>>;
    /// See [`palisade_index::Block::times`].
    fn times(&self) -> Result<Arc<Vec<i64>>, Error>;
    /// See [`palisade_index::Block::column`].
    fn column(&self, name: &str) -> Result<Option<Arc<Self::Column>>, Error>;
    /// See [`palisade_index::Block::template_ids`].
    fn template_ids(&self, name: &str) -> Result<Option<Arc<Self::TemplateIds>>, Error>;
    /// See [`palisade_index::Block::records`].
    fn records(&self, rows: &[u32]) -> Result<Vec<Record>, Error>;
    /// See [`palisade_index::Block::ids`].
    fn ids(&self) -> Result<Arc<Vec<RecordId>>, Error>;
    /// See [`palisade_index::Block::has_lane`].
    fn has_lane(&self, matches: impl Fn(&Lane) -> bool) -> bool;
}

/// What is known of a field without reading it.
#[derive(Clone, Copy)]
pub(crate) struct FieldInfo<'a> {
    /// How many rows have it.
    pub(crate) rows: u32,
    /// See [`palisade_index::ColumnInfo::numbers`].
    pub(crate) numbers: Option<(f64, f64)>,
    /// See [`palisade_index::ColumnInfo::values`].
    pub(crate) values: Option<&'a dyn FewValues>,
}

/// Few distinct values.
pub(crate) trait FewValues {
    /// Tells each.
    fn each(&self, tell: &mut dyn FnMut(Value<'_>));
}

/// Which value an entry has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Codes<'a> {
    /// Entry `n` has value `n`.
    Own,
    /// Every entry has value 0.
    One,
    /// Entry `n` has this value.
    Of(&'a [u32]),
}

/// How the values of a column lie.
pub(crate) enum Content<'a, T> {
    /// In a way in which only [`ColumnView::value`] finds them.
    Values,
    /// Whole numbers, one after the other.
    Integers(&'a [i64]),
    /// Texts, one after the other.
    Texts(TextsView<'a>),
    /// Texts by their templates; every entry has a value of its own.
    Templates(&'a T),
    /// Texts in a dictionary of several columns.
    Shared(Shared<'a>),
}

/// Distinct texts that several columns share.
pub(crate) struct Shared<'a> {
    /// The texts.
    pub(crate) dictionary: &'a dyn DictionaryView,
    /// What they belong to: of two columns with one dictionary, the same.
    pub(crate) owner: Weak<dyn Any + Send + Sync>,
}

/// Distinct texts.
pub(crate) trait DictionaryView {
    /// See [`palisade_index::SliceDictionary::find`].
    fn find(&self, text: &str) -> Option<usize>;
    /// See [`palisade_index::SliceDictionary::is_folded`].
    fn is_folded(&self) -> bool;
    /// All of them; they may have to be made first.
    fn texts(&self) -> TextsView<'_>;
}

/// Texts stored by their templates.
pub(crate) trait TemplatesView {
    /// The template of each entry; 0 for a text as it stands.
    fn ids(&self) -> &[u32];
    /// The distinct ids, growing.
    fn distinct(&self) -> &[u32];
    /// The template with an id, which is not 0.
    fn template(&self, id: u32) -> &Template;
    /// Appends the text of an entry.
    fn render(&self, entry: usize, target: &mut String);
}

/// Which template each text of a column has.
pub(crate) trait TemplateIdsView {
    /// The row of each text; `None` when text `n` is of row `n`.
    fn rows(&self) -> Option<&[u32]>;
    /// The distinct ids, growing; 0 for texts as they stand.
    fn distinct(&self) -> &[u32];
    /// The template with an id, which is not 0.
    fn template(&self, id: u32) -> &Arc<Template>;
    /// The texts as they stand, in order.
    fn standing(&self) -> TextsView<'_>;
    /// The texts whose id is marked at its place in [`TemplateIdsView::distinct`].
    fn entries_with(&self, marked: &[bool]) -> RowBitmap;
}

/// A column.
pub(crate) trait ColumnView {
    /// Its texts by their templates.
    type Templates: TemplatesView;
    /// See [`palisade_index::Column::value_count`].
    fn value_count(&self) -> usize;
    /// See [`palisade_index::Column::value`].
    fn value(&self, position: usize) -> Value<'_>;
    /// How many entries there are.
    fn entry_count(&self) -> usize;
    /// The row of each entry; `None` when entry `n` is row `n`.
    fn rows(&self) -> Option<&[u32]>;
    /// The value of each entry.
    fn codes(&self) -> Codes<'_>;
    /// How the values lie.
    fn content(&self) -> Content<'_, Self::Templates>;
    /// See [`palisade_index::Column::entries`].
    fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (rows, codes) = (self.rows(), self.codes());
        (0u32..).zip(0..self.entry_count()).map(move |(entry, place)| {
            let position = match codes {
                Codes::Own => entry,
                Codes::One => 0,
                Codes::Of(codes) => codes[place],
            };
            (rows.map_or(entry, |rows| rows[place]), position)
        })
    }
}
