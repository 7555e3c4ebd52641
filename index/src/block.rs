//! A block: rows of one stream, read column by column.
//!
//! The rows of a *fresh* block lie as they were parsed; those of a *sealed* one are encoded, in a slice. What [`BlockInfo`]
//! says is known without reading either.

use std::ops::Range;
use std::sync::Arc;

use palisade_record::sealed::is_body_name;
use palisade_record::wire::Malformed;
use palisade_record::{Lane, RecordId, StreamName, Timestamp};
use palisade_seal::log::Hash;

use crate::cache::{Cached, Owner};
use crate::chunk::Chunk;
use crate::error::{Error, Result};
use crate::fetch::Wanted;
use crate::placement::{Arrival, Placement};
use crate::rebuild::{self, Shapes};
use crate::slice::{Section, Slice, Source};
use crate::times::{Times, decode_times};
use crate::zone::FewValues;
use crate::{Column, TemplateIds, Texts, column};

/// What is known of a block without reading its columns.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockInfo {
    /// The stream of all rows.
    pub stream: StreamName,
    /// How many rows.
    pub rows: u32,
    /// The earliest event time.
    pub oldest: Timestamp,
    /// The latest event time.
    pub newest: Timestamp,
    /// Bytes of the records as they came.
    pub raw_bytes: u64,
    /// The fields that any row has, sorted by name.
    pub columns: Vec<ColumnInfo>,
    /// The columns that nobody searches or shows, sorted by name: they are read to have records back.
    pub(crate) hidden: Vec<ColumnInfo>,
    /// The root of the Merkle tree over the bytes of its records, row by row; of no use while the rows are fresh.
    pub root: Hash,
}

impl BlockInfo {
    /// Takes the columns apart: those of fields, and those that nobody searches or shows. Both stay sorted.
    pub(crate) fn apart(columns: Vec<ColumnInfo>) -> (Vec<ColumnInfo>, Vec<ColumnInfo>) {
        columns.into_iter().partition(|column| !is_body_name(&column.name))
    }

    /// The place of a column; hidden ones come after the others.
    fn position(&self, name: &str) -> Option<usize> {
        let find =
            |columns: &[ColumnInfo]| columns.binary_search_by(|column| column.name.as_ref().cmp(name)).ok();
        find(&self.columns).or_else(|| Some(self.columns.len() + find(&self.hidden)?))
    }

    fn section(&self, position: usize) -> Section {
        let columns = &self.columns;
        columns.get(position).unwrap_or_else(|| &self.hidden[position - columns.len()]).section
    }
}

/// What is known of a column without reading it.
#[derive(Clone, PartialEq, Debug)]
pub struct ColumnInfo {
    /// The field's name.
    pub name: Arc<str>,
    /// How many rows have the field.
    pub rows: u32,
    /// Smallest and largest number, when every value is a number or text that is nothing but one.
    pub numbers: Option<(f64, f64)>,
    /// The distinct values, when they are few and short.
    pub values: Option<FewValues>,
    /// Where the column lies in its slice; nothing for columns of fresh rows.
    pub(crate) section: Section,
}

/// Where the parts of a sealed block that are no fields lie in its slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sections {
    pub(crate) times: Section,
    pub(crate) places: Section,
    pub(crate) shapes: Section,
}

/// A block.
pub struct Block {
    info: BlockInfo,
    /// What is told of it, where some of its fields are not shown.
    shown: Option<BlockInfo>,
    arrivals: Arc<[Arrival]>,
    content: Content,
    owner: Owner,
}

#[derive(Clone)]
enum Content {
    Fresh(Arc<Chunk>),
    Sealed { slice: Arc<Slice>, sections: Sections },
}

/// What a row is, apart from its fields.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name for ever.
    pub id: RecordId,
    /// Its event time.
    pub time: Timestamp,
    /// When the collector got it.
    pub received_at: Timestamp,
    /// Where it came from.
    pub lane: Arc<Lane>,
    /// `FrameFlags` bits.
    pub flags: u8,
}

/// Parts of a block in the cache; its columns have the numbers from 0 on.
const TIMES: u32 = u32::MAX;
const PLACES: u32 = u32::MAX - 1;
const SHAPES: u32 = u32::MAX - 2;

/// The templates of columns, from here on; a block has far fewer columns than lie in between.
const TEMPLATE_IDS: u32 = 1 << 31;

impl Block {
    /// A block of rows that wait to be sealed.
    pub(crate) fn fresh(info: BlockInfo, arrivals: Arc<[Arrival]>, chunk: Arc<Chunk>) -> Self {
        Self { info, shown: None, arrivals, content: Content::Fresh(chunk), owner: Owner::new() }
    }

    /// A block of a slice.
    pub(crate) fn sealed(
        info: BlockInfo,
        arrivals: Arc<[Arrival]>,
        slice: Arc<Slice>,
        sections: Sections,
    ) -> Self {
        let content = Content::Sealed { slice, sections };
        Self { info, shown: None, arrivals, content, owner: Owner::new() }
    }

    /// The same rows for somebody to whom only some fields are shown: the others are not there, and neither are the exact bytes.
    #[must_use]
    pub fn showing(&self, shows: impl Fn(&str) -> bool) -> Self {
        let mut shown = self.info().clone();
        shown.columns.retain(|column| shows(&column.name));
        shown.hidden.clear();
        Self {
            info: self.info.clone(),
            shown: Some(shown),
            arrivals: self.arrivals.clone(),
            content: self.content.clone(),
            owner: self.owner,
        }
    }

    /// Whether all fields and the exact bytes are shown.
    pub fn is_whole(&self) -> bool {
        self.shown.is_none()
    }

    /// What is known without reading.
    pub fn info(&self) -> &BlockInfo {
        self.shown.as_ref().unwrap_or(&self.info)
    }

    /// The place of a column that is shown.
    fn position(&self, name: &str) -> Option<usize> {
        self.info().position(name)?;
        self.info.position(name)
    }

    /// The event time of each row, in nanoseconds. Rows stand in the order in which they arrived.
    pub fn times(&self) -> Result<Arc<Vec<i64>>> {
        match &self.content {
            Content::Fresh(chunk) => Ok(Arc::new(chunk.times())),
            Content::Sealed { slice, sections } => {
                let section = sections.times;
                let read = || {
                    let times = decode_times(&slice.read(section)?, self.info.rows)
                        .map_err(|malformed| slice.damaged(section, &malformed))?;
                    Ok::<_, Error>(Cached::Times(Arc::new(self.whole_times(times)?)))
                };
                match slice.cache.get(self.owner, TIMES, read)? {
                    Cached::Times(times) => Ok(times),
                    _ => Err(confused(slice, section)),
                }
            }
        }
    }

    fn whole_times(&self, times: Times) -> Result<Vec<i64>> {
        let told = match times {
            Times::Told(times) => return Ok(times),
            Times::Partly(told) => told,
        };
        let places = self.places()?;
        let received = |batch: &u32| self.arrivals[*batch as usize].received_at.as_nanos();
        let rows = told.into_iter().zip(&places.batches);
        Ok(rows.map(|(time, batch)| time.unwrap_or_else(|| received(batch))).collect())
    }

    /// A field's column; `None` when no row has the field.
    pub fn column(&self, name: &str) -> Result<Option<Arc<Column>>> {
        let Some(found) = self.position(name) else { return Ok(None) };
        match &self.content {
            Content::Fresh(chunk) => Ok(column::of_rows(&chunk.rows, name).map(Arc::new)),
            Content::Sealed { slice, .. } => {
                let section = self.info.section(found);
                let read = || {
                    let (bytes, dictionary) = (slice.read(section)?, slice.dictionary(name)?);
                    let vocabulary = slice.vocabulary()?;
                    column::decode(&bytes, self.info.rows, &vocabulary.templates, dictionary.as_ref())
                        .map(|column| Cached::Column(Arc::new(column)))
                        .map_err(|malformed| slice.damaged(section, &malformed))
                };
                match slice.cache.get(self.owner, u32::try_from(found).unwrap_or(u32::MAX), read)? {
                    Cached::Column(column) => Ok(Some(column)),
                    _ => Err(confused(slice, section)),
                }
            }
        }
    }

    /// Which template each text of a field's column has: read much less often than the column, because it stays in
    /// memory much longer. `None` when the texts are not stored by template, or no row has the field.
    pub fn template_ids(&self, name: &str) -> Result<Option<Arc<TemplateIds>>> {
        let found = self.position(name).filter(|found| *found < self.info.columns.len());
        let (Some(found), Content::Sealed { slice, .. }) = (found, &self.content) else { return Ok(None) };
        let section = self.info.columns[found].section;
        let read = || {
            let (bytes, vocabulary) = (slice.read(section)?, slice.vocabulary()?);
            column::decode_template_ids(&bytes, self.info.rows, &vocabulary.templates)
                .map(|ids| Cached::TemplateIds(ids.map(Arc::new)))
                .map_err(|malformed| slice.damaged(section, &malformed))
        };
        let part = TEMPLATE_IDS.saturating_add(u32::try_from(found).unwrap_or(u32::MAX));
        match slice.cache.get(self.owner, part, read)? {
            Cached::TemplateIds(ids) => Ok(ids),
            _ => Err(confused(slice, section)),
        }
    }

    /// The exact bytes of every row's record.
    pub fn raw(&self) -> Result<Arc<Texts>> {
        let rows: Vec<u32> = (0..self.info.rows).collect();
        self.raw_of(&rows).map(Arc::new)
    }

    /// The exact bytes of the records of some rows, which grow.
    ///
    /// # Errors
    /// When they are not shown, or cannot be read.
    pub fn raw_of(&self, rows: &[u32]) -> Result<Texts> {
        if !self.is_whole() {
            return Err(Error::Withheld);
        }
        match &self.content {
            Content::Fresh(chunk) => {
                let mut texts = Texts::new();
                rows.iter().for_each(|row| texts.push(chunk.rows.raw().get(*row as usize)));
                Ok(texts)
            }
            Content::Sealed { slice, sections } => {
                let (shapes, vocabulary) = (self.shapes(slice, sections.shapes)?, slice.vocabulary()?);
                let records = rebuild::records(self, &shapes, &vocabulary, rows)?;
                let malformed =
                    Malformed { offset: 0, problem: "a record cannot be rebuilt from its values" };
                records.ok_or_else(|| slice.damaged(sections.shapes, &malformed))
            }
        }
    }

    fn shapes(&self, slice: &Slice, section: Section) -> Result<Arc<Shapes>> {
        let read = || {
            Shapes::decode(&slice.read(section)?, self.info.rows)
                .map(|shapes| Cached::Shapes(Arc::new(shapes)))
                .map_err(|malformed| slice.damaged(section, &malformed))
        };
        match slice.cache.get(self.owner, SHAPES, read)? {
            Cached::Shapes(shapes) => Ok(shapes),
            _ => Err(confused(slice, section)),
        }
    }

    /// Identity and origin of a row.
    pub fn record(&self, row: u32) -> Result<Record> {
        let (places, times) = (self.places()?, self.times()?);
        Ok(self.record_at(row as usize, &places, &times))
    }

    /// Identity and origin of some rows, read at once.
    pub fn records(&self, rows: &[u32]) -> Result<Vec<Record>> {
        let (places, times) = (self.places()?, self.times()?);
        Ok(rows.iter().map(|row| self.record_at(*row as usize, &places, &times)).collect())
    }

    fn record_at(&self, row: usize, places: &Placement, times: &[i64]) -> Record {
        let arrival = &self.arrivals[places.batches[row] as usize];
        Record {
            id: places.id(row, &self.arrivals),
            time: Timestamp::from_nanos(times[row]),
            received_at: arrival.received_at,
            lane: arrival.lane.clone(),
            flags: places.flags.get(row).copied().unwrap_or(0),
        }
    }

    /// The ids of all rows.
    pub fn ids(&self) -> Result<Arc<Vec<RecordId>>> {
        let places = self.places()?;
        Ok(Arc::new((0..self.info.rows as usize).map(|row| places.id(row, &self.arrivals)).collect()))
    }

    /// The ids of some rows.
    pub fn ids_of(&self, rows: &[u32]) -> Result<Vec<RecordId>> {
        let places = self.places()?;
        Ok(rows.iter().map(|row| places.id(*row as usize, &self.arrivals)).collect())
    }

    /// Arrival order: of two rows in one snapshot the one with the smaller number arrived first.
    pub fn arrivals(&self) -> Result<Arc<Vec<(u64, u64)>>> {
        let places = self.places()?;
        let arrival =
            |row: usize| (self.arrivals[places.batches[row] as usize].sequence, places.offsets[row]);
        Ok(Arc::new((0..self.info.rows as usize).map(arrival).collect()))
    }

    /// Whether any row came from one of these lanes; answered without reading.
    pub fn has_lane(&self, matches: impl Fn(&Lane) -> bool) -> bool {
        self.arrivals.iter().any(|arrival| matches(&arrival.lane))
    }

    /// The first and the last batch that rows of this block came with, as numbers that count batches.
    pub fn sequences(&self) -> Range<u64> {
        let sequences = || self.arrivals.iter().map(|arrival| arrival.sequence);
        sequences().min().unwrap_or(0)..sequences().max().map_or(0, |last| last + 1)
    }

    /// Its slice, when that is far away, and those of its sections that must be read for some fields, or for everything.
    pub(crate) fn to_fetch(&self, wanted: Wanted<'_>) -> Option<(&Slice, Vec<Section>)> {
        let Content::Sealed { slice, sections } = &self.content else { return None };
        let Source::Object { far: Some(_), .. } = &slice.source else { return None };
        let mut needed = Vec::new();
        let mut need = |part: u32, section: Section| {
            if section.length > 0 && !slice.cache.has(self.owner, part) {
                needed.push(section);
            }
        };
        // Records are made of hidden columns too, and these are numbered on after the others.
        let columns = || self.info.columns.iter().chain(&self.info.hidden);
        for (found, column) in (0u32..).zip(columns()) {
            if wanted.has_field(&column.name) {
                need(found, column.section);
            }
        }
        if wanted.has_times() {
            need(TIMES, sections.times);
        }
        if wanted.has_places() {
            need(PLACES, sections.places);
        }
        if matches!(wanted, Wanted::Everything) {
            need(SHAPES, sections.shapes);
        }
        let fields = columns().map(|column| &*column.name);
        let fields = fields.filter(|name| wanted.has_field(name));
        needed.extend(fields.filter_map(|name| slice.dictionary_to_read(name)));
        Some((slice, needed))
    }

    /// Whether it is read from far away.
    pub fn is_far(&self) -> bool {
        self.slice().is_some_and(|slice| matches!(slice.source, Source::Object { far: Some(_), .. }))
    }

    /// Whether it is encoded; what is not has just arrived.
    pub fn is_sealed(&self) -> bool {
        matches!(self.content, Content::Sealed { .. })
    }

    pub(crate) fn batches(&self) -> &Arc<[Arrival]> {
        &self.arrivals
    }

    pub(crate) fn sections(&self) -> Sections {
        match &self.content {
            Content::Fresh(_) => Sections::default(),
            Content::Sealed { sections, .. } => *sections,
        }
    }

    /// Bytes of everything that is this block's alone, packed.
    pub fn packed_bytes(&self) -> u64 {
        self.parts().map(|(.., bytes)| bytes).sum()
    }

    /// Its parts: their kind, the field's name if they are one, and their bytes, packed.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &str, u64)> {
        let sections = self.sections();
        let others = [("times", sections.times), ("places", sections.places), ("shapes", sections.shapes)];
        let others = others.into_iter().map(|(kind, section)| (kind, "", section));
        let columns = self.info.columns.iter().chain(&self.info.hidden);
        let fields = columns.map(|column| ("field", &*column.name, column.section));
        fields.chain(others).map(|(kind, name, section)| (kind, name, u64::from(section.length)))
    }

    pub(crate) fn all_sections(&self) -> impl Iterator<Item = Section> {
        let Sections { times, places, shapes } = self.sections();
        let columns = self.info.columns.iter().chain(&self.info.hidden);
        columns.map(|column| column.section).chain([times, places, shapes])
    }

    pub(crate) fn slice(&self) -> Option<&Arc<Slice>> {
        match &self.content {
            Content::Fresh(_) => None,
            Content::Sealed { slice, .. } => Some(slice),
        }
    }

    fn places(&self) -> Result<Arc<Placement>> {
        match &self.content {
            Content::Fresh(chunk) => Ok(Arc::new(chunk.places())),
            Content::Sealed { slice, sections } => {
                let section = sections.places;
                let read = || {
                    Placement::decode(&slice.read(section)?, self.info.rows, self.arrivals.len())
                        .map(|places| Cached::Places(Arc::new(places)))
                        .map_err(|malformed| slice.damaged(section, &malformed))
                };
                match slice.cache.get(self.owner, PLACES, read)? {
                    Cached::Places(places) => Ok(places),
                    _ => Err(confused(slice, section)),
                }
            }
        }
    }
}

/// Parts of one number are always of one kind; this says so instead of panicking.
fn confused(slice: &Slice, section: Section) -> Error {
    slice.damaged(section, &Malformed { offset: 0, problem: "another part of the block stands here" })
}

impl std::fmt::Debug for Block {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Block").field("info", &self.info).finish_non_exhaustive()
    }
}
