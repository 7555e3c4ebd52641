//! Sealing: rows that waited become a slice of encoded blocks.
//!
//! A slice is encoded field by field, all blocks of one field together, because they may share a dictionary; what is
//! held in memory meanwhile is the rows and one field.

mod gather; // the values of a field in a block
mod layout; // which rows become a block
mod words; // what the index is made of

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use palisade_record::sealed::is_body_name;
use palisade_record::{ByteSize, Timestamp, Value};
use palisade_seal::log::{Frontier, Hash, leaf_hash};

use crate::block::{Block, BlockInfo, ColumnInfo, Sections};
use crate::cache::{Cache, Owner};
use crate::class::ClassName;
use crate::column::{Scratch, encode_field, encode_opaque};
use crate::pack::pack;
use crate::placement::Arrival;
use crate::rebuild::Shapes;
use crate::shape::RAW;
use crate::slice::{DictionaryInfo, Section, Slice, Source};
use crate::split::words::SliceWords;
use crate::split::{VocabularyBuilder, VocabularySource};
use crate::tail::UnsealedSlice;
use crate::times::encode_times;
use crate::zone::FewValues;

use layout::{BlockPlan, Part, plan};
use words::Collectors;

/// Rows of each block that are rebuilt and compared with what came, before what came is let go.
const COMPARED_ROWS: u32 = 16;

/// Memory for what is decoded meanwhile: the dictionaries of a slice, which its blocks share.
const COMPARING_BYTES: ByteSize = ByteSize::mib(32);

/// Makes slices of one set of splits after the other.
pub(crate) struct Sealer {
    vocabularies: BTreeMap<ClassName, VocabularyBuilder>,
    cache: Arc<Cache>,
    collectors: Collectors,
    scratch: Scratch,
}

/// Blocks that are encoded, with what the index is made of.
pub(crate) struct SealedSlice {
    pub(crate) class: ClassName,
    pub(crate) slice: Arc<Slice>,
    pub(crate) blocks: Vec<Arc<Block>>,
    pub(crate) words: SliceWords,
}

impl SealedSlice {
    /// Memory that it takes while it waits for its split.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.slice.memory_bytes() + self.words.memory_bytes() as u64
    }
}

/// A block whose fields are being encoded.
struct Draft {
    columns: Vec<ColumnInfo>,
    sections: Sections,
    arrivals: Arc<[Arrival]>,
    root: Hash,
}

impl Sealer {
    pub(crate) fn new(cache: Arc<Cache>) -> Self {
        Self {
            vocabularies: BTreeMap::new(),
            cache,
            collectors: Collectors::default(),
            scratch: Scratch::default(),
        }
    }

    /// The vocabularies of the splits whose slices were sealed so far; the next slices begin others.
    pub(crate) fn finish_splits(&mut self) -> BTreeMap<ClassName, VocabularyBuilder> {
        std::mem::take(&mut self.vocabularies)
    }

    /// Encodes rows.
    pub(crate) fn seal(&mut self, unsealed: &UnsealedSlice) -> SealedSlice {
        let plans = plan(&unsealed.groups);
        let mut vocabulary = self.vocabularies.remove(&unsealed.class).unwrap_or_default();
        let slice = self.encode(&unsealed.class, &plans, &mut vocabulary);
        self.vocabularies.insert(unsealed.class.clone(), vocabulary);
        slice
    }

    fn encode(
        &mut self,
        class: &ClassName,
        plans: &[BlockPlan<'_>],
        vocabulary: &mut VocabularyBuilder,
    ) -> SealedSlice {
        let mut bytes = Vec::new();
        let mut drafts: Vec<Draft> =
            plans.iter().map(|plan| draft(plan, vocabulary, &mut bytes, Shapes::push_row)).collect();
        self.collectors.begin(plans.len());
        let mut dictionaries = Vec::new();
        let names: BTreeSet<&str> = plans.iter().flat_map(BlockPlan::field_names).collect();
        for name in names {
            let shared_name: Arc<str> = name.into();
            let fields: Vec<_> = plans.iter().map(|plan| gather::field(plan, name)).collect();
            let (templates, scratch) = (&mut vocabulary.templates, &mut self.scratch);
            let encoded = if is_body_name(name) {
                encode_opaque(&fields)
            } else {
                encode_field(&fields, templates, &mut self.collectors, scratch)
            };
            if let Some((values, dictionary)) = encoded.dictionary {
                dictionaries.push(DictionaryInfo {
                    field: name.into(),
                    values,
                    section: append(&mut bytes, &dictionary),
                });
            }
            for ((column, field), draft) in encoded.columns.into_iter().zip(&fields).zip(&mut drafts) {
                let (Some(column), Some(field)) = (column, field) else { continue };
                let told = column.distinct.as_deref();
                draft.columns.push(ColumnInfo {
                    name: Arc::clone(&shared_name),
                    rows: field.row_count(),
                    numbers: numbers(told.unwrap_or(&field.values)),
                    values: told.and_then(FewValues::new),
                    section: append(&mut bytes, &column.bytes),
                });
            }
        }
        self.finish(class, plans, vocabulary, drafts, bytes, &dictionaries)
    }

    fn finish(
        &mut self,
        class: &ClassName,
        plans: &[BlockPlan<'_>],
        vocabulary: &mut VocabularyBuilder,
        drafts: Vec<Draft>,
        bytes: Vec<u8>,
        dictionaries: &[DictionaryInfo],
    ) -> SealedSlice {
        let comparing = Arc::new(Cache::new(COMPARING_BYTES));
        let (_, drafted) = blocks(plans, vocabulary, &drafts, bytes.clone(), dictionaries, comparing);
        let differ: Vec<usize> =
            (0..plans.len()).filter(|at| !is_exact(&plans[*at], &drafted[*at])).collect();
        drop(drafted);
        let (mut drafts, mut bytes) = (drafts, bytes);
        for at in differ {
            tracing::error!(
                stream = %plans[at].stream,
                rows = plans[at].row_count(),
                "records could not be rebuilt from their values and are kept as they came; please report this"
            );
            let kept = draft(&plans[at], vocabulary, &mut bytes, |shapes, _, raw| shapes.push_kept(raw));
            drafts[at].sections.shapes = kept.sections.shapes;
        }
        let cache = Arc::clone(&self.cache);
        let (slice, blocks) = blocks(plans, vocabulary, &drafts, bytes, dictionaries, cache);
        SealedSlice { class: class.clone(), slice, blocks, words: self.collectors.finish() }
    }
}

/// The blocks of a slice, as readers see them.
fn blocks(
    plans: &[BlockPlan<'_>],
    vocabulary: &VocabularyBuilder,
    drafts: &[Draft],
    bytes: Vec<u8>,
    dictionaries: &[DictionaryInfo],
    cache: Arc<Cache>,
) -> (Arc<Slice>, Vec<Arc<Block>>) {
    let slice = Arc::new(Slice {
        length: u32::try_from(bytes.len()).expect("slices are far smaller than 4 GiB"),
        source: Source::Memory(bytes.into()),
        dictionaries: dictionaries.to_vec(),
        vocabulary: VocabularySource::Memory(Arc::new(vocabulary.vocabulary())),
        cache,
        owner: Owner::new(),
    });
    let block = |(plan, draft): (&BlockPlan<'_>, &Draft)| {
        let times = || plan.heads().map(|head| head.time);
        let (columns, hidden) = BlockInfo::apart(draft.columns.clone());
        let info = BlockInfo {
            stream: plan.stream.clone(),
            rows: plan.row_count(),
            oldest: times().min().unwrap_or(Timestamp::MIN),
            newest: times().max().unwrap_or(Timestamp::MIN),
            raw_bytes: plan.raw_bytes(),
            columns,
            hidden,
            root: draft.root,
        };
        Arc::new(Block::sealed(info, Arc::clone(&draft.arrivals), Arc::clone(&slice), draft.sections))
    };
    let blocks = plans.iter().zip(drafts).map(block).collect();
    (slice, blocks)
}

/// Everything of a block but its fields.
fn draft(
    plan: &BlockPlan<'_>,
    vocabulary: &mut VocabularyBuilder,
    bytes: &mut Vec<u8>,
    push_row: impl Fn(&mut Shapes, Option<u32>, &[u8]),
) -> Draft {
    let (places, arrivals) = gather::places(plan);
    let times = gather::times(plan);
    let (mut shapes, mut tree) = (Shapes::default(), Frontier::new());
    for Part { chunk, rows, .. } in plan.parts() {
        let known = chunk.rows.shapes();
        let mut numbers: Vec<Option<Option<u32>>> = vec![None; known.len()];
        for row in rows.clone() {
            let head = chunk.rows.heads()[row];
            let shape = if head.shape == RAW {
                None
            } else {
                let number = &mut numbers[head.shape as usize];
                *number.get_or_insert_with(|| {
                    known.get(head.shape).and_then(|shape| vocabulary.shapes.intern(shape))
                })
            };
            let record = chunk.rows.raw().get(row);
            tree.push(leaf_hash(record));
            push_row(&mut shapes, shape, record);
        }
    }
    let sections = Sections {
        times: append(bytes, &encode_times(&times)),
        places: append(bytes, &places.encode()),
        shapes: append(bytes, &shapes.encode()),
    };
    Draft { columns: Vec::new(), sections, arrivals, root: tree.root() }
}

/// Whether some rows, spread over the block, come back byte for byte.
fn is_exact(plan: &BlockPlan<'_>, block: &Block) -> bool {
    let count = plan.row_count();
    let step = (count / COMPARED_ROWS).max(1) as usize;
    let rows: Vec<u32> = (0..count).step_by(step).collect();
    let Ok(records) = block.raw_of(&rows) else { return false };
    let came = plan.records().step_by(step);
    records.len() == rows.len() && records.iter().eq(came)
}

pub(crate) fn append(bytes: &mut Vec<u8>, section: &[u8]) -> Section {
    let packed = pack(section);
    let start = u32::try_from(bytes.len()).expect("slices are far smaller than 4 GiB");
    let length = u32::try_from(packed.len()).expect("slices are far smaller than 4 GiB");
    bytes.extend_from_slice(&packed);
    Section { start, length, crc32c: crc32c::crc32c(&packed) }
}

/// The range of the values when all are numbers.
fn numbers(values: &[Value<'_>]) -> Option<(f64, f64)> {
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values {
        let number = value.as_number().filter(|number| !number.is_nan())?;
        range = (range.0.min(number), range.1.max(number));
    }
    Some(range)
}
