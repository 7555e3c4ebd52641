//! How a field is stored: the blocks of a slice together, because they may share a dictionary.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use palisade_record::Value;
use std::hash::BuildHasher as _;

use super::stored::{Form, encode, text_of};
use crate::encoding::{CutTexts, TemplateDictionary};

/// Distinct values of a dictionary of one block: with more, codes are no shorter than values by much, and looking for a
/// value would ask most of them.
const DICTIONARY_VALUES_MAX: usize = 4_096;

/// A dictionary of one block pays when values come so often on average.
const DICTIONARY_REPEATS_MIN: usize = 4;

/// Longest value of a slice's dictionary on average: longer texts are messages, which templates serve better.
const SLICE_VALUE_BYTES_MAX: usize = 64;

/// Entries from which on a dictionary of a slice can pay.
const SLICE_ENTRIES_MIN: usize = 1_024;

/// Values that are looked at to tell how many bits one takes without a dictionary.
const SAMPLE: usize = 256;

/// The entries of a field in one block.
pub(crate) struct FieldValues<'a> {
    /// The row of each entry, unless entry `n` is row `n`.
    pub(crate) rows: Option<Vec<i64>>,
    pub(crate) values: Vec<Value<'a>>,
}

impl FieldValues<'_> {
    /// How many rows have the field.
    pub(crate) fn row_count(&self) -> u32 {
        let lists =
            self.rows.as_ref().map_or(0, |rows| rows.windows(2).filter(|pair| pair[0] == pair[1]).count());
        u32::try_from(self.values.len() - lists).unwrap_or(u32::MAX)
    }
}

/// A field of a slice, encoded.
pub(crate) struct FieldSections<'a> {
    /// The dictionary that blocks share, if any: how many values, and them.
    pub(crate) dictionary: Option<(u32, Vec<u8>)>,
    /// For each block that has the field its column.
    pub(crate) columns: Vec<Option<EncodedColumn<'a>>>,
}

/// A column as bytes.
pub(crate) struct EncodedColumn<'a> {
    pub(crate) bytes: Vec<u8>,
    /// The distinct values, when they are known.
    pub(crate) distinct: Option<Vec<Value<'a>>>,
}

impl EncodedColumn<'_> {
    fn varied(bytes: Vec<u8>) -> Option<Self> {
        Some(Self { bytes, distinct: None })
    }
}

/// Told the words of a field, for the index.
pub(crate) trait WordSink {
    /// A value of block `block`.
    fn of_block(&mut self, block: usize, value: Value<'_>);
    /// A value of the slice's dictionary of this field.
    fn of_slice(&mut self, value: &str);
}

/// Buffers that are used again from field to field.
#[derive(Default)]
pub(crate) struct Scratch {
    distinct: Distinct,
    cut: CutTexts,
}

/// Encodes a field in all blocks of a slice; `None` for blocks without it.
pub(crate) fn encode_field<'a>(
    blocks: &'a [Option<FieldValues<'a>>],
    templates: &mut TemplateDictionary,
    words: &mut impl WordSink,
    scratch: &mut Scratch,
) -> FieldSections<'a> {
    let mut columns: Vec<Option<EncodedColumn<'a>>> = Vec::with_capacity(blocks.len());
    let mut varied = Vec::new();
    for (block, field) in blocks.iter().enumerate() {
        let Some(field) = field else {
            columns.push(None);
            continue;
        };
        let column = repeated(field, &mut scratch.distinct, |value| words.of_block(block, value));
        if column.is_none() {
            varied.push(block);
        }
        columns.push(column);
    }
    let fields = || varied.iter().filter_map(|block| Some((*block, blocks[*block].as_ref()?)));
    let shared = SharedDictionary::of(fields().map(|(_, field)| field));
    let mut dictionary = None;
    if let Some(shared) = shared {
        let mut codes = shared.codes.iter();
        for (block, field) in fields() {
            let codes: Vec<i64> = codes.by_ref().take(field.values.len()).copied().collect();
            columns[block] = EncodedColumn::varied(encode(
                field.rows.as_deref(),
                &Form::SliceDictionary { codes: &codes },
            ));
        }
        shared.values.iter().for_each(|value| words.of_slice(value));
        let count = u32::try_from(shared.values.len()).expect("a slice has far fewer than 2^32 values");
        dictionary = Some((count, super::dictionary::encode(&shared.values)));
    } else {
        let mut texts: Vec<(usize, &FieldValues<'_>)> = Vec::new();
        for (block, field) in fields() {
            for value in &field.values {
                words.of_block(block, *value);
            }
            match kind_of(&field.values) {
                Kind::Texts { .. } => texts.push((block, field)),
                Kind::Integers => columns[block] = EncodedColumn::varied(integers(field)),
                Kind::Mixed => {
                    let form = Form::Mixed(&field.values);
                    columns[block] = EncodedColumn::varied(encode(field.rows.as_deref(), &form));
                }
            }
        }
        encode_texts(&texts, templates, &mut scratch.cut, &mut columns);
    }
    FieldSections { dictionary, columns }
}

enum Kind {
    Integers,
    Texts { are_decimals: bool },
    Mixed,
}

fn kind_of(values: &[Value<'_>]) -> Kind {
    let all = |is: fn(&Value<'_>) -> bool| values.iter().all(is);
    match values.first() {
        Some(Value::Integer(_)) if all(|value| matches!(value, Value::Integer(_))) => Kind::Integers,
        Some(Value::Text(_)) if all(|value| matches!(value, Value::Text(_))) => {
            Kind::Texts { are_decimals: false }
        }
        Some(Value::Decimal(_)) if all(|value| matches!(value, Value::Decimal(_))) => {
            Kind::Texts { are_decimals: true }
        }
        _ => Kind::Mixed,
    }
}

fn integers(field: &FieldValues<'_>) -> Vec<u8> {
    let number = |value: &Value<'_>| if let Value::Integer(number) = value { *number } else { 0 };
    let numbers: Vec<i64> = field.values.iter().map(number).collect();
    encode(field.rows.as_deref(), &Form::Integers(&numbers))
}

/// The column when it is constant or its values repeat enough within the block, or are numbers; tells the words of what
/// it encodes.
fn repeated<'a>(
    field: &'a FieldValues<'a>,
    distinct: &mut Distinct,
    mut word: impl FnMut(Value<'a>),
) -> Option<EncodedColumn<'a>> {
    let rows = field.rows.as_deref();
    let values = &field.values;
    let first = *values.first()?;
    if values.iter().all(|value| *value == first) {
        word(first);
        let bytes = encode(rows, &Form::Constant(first));
        return Some(EncodedColumn { bytes, distinct: Some(vec![first]) });
    }
    let values_max = (values.len() / DICTIONARY_REPEATS_MIN).min(DICTIONARY_VALUES_MAX);
    let known = distinct.codes_of(values, values_max).map(|(firsts, codes)| {
        let known: Vec<Value<'a>> = firsts.iter().map(|at| values[*at]).collect();
        (known, codes)
    });
    let told = known.as_ref().map_or(values.as_slice(), |(known, _)| known);
    let is_integers = matches!(kind_of(values), Kind::Integers);
    if is_integers || known.is_some() {
        told.iter().for_each(|value| word(*value));
    }
    if is_integers {
        return Some(EncodedColumn { bytes: integers(field), distinct: known.map(|(known, _)| known) });
    }
    let (known, codes) = known?;
    let bytes = encode(rows, &Form::Dictionary { values: &known, codes });
    Some(EncodedColumn { bytes, distinct: Some(known) })
}

fn encode_texts(
    texts: &[(usize, &FieldValues<'_>)],
    templates: &mut TemplateDictionary,
    cut: &mut CutTexts,
    columns: &mut [Option<EncodedColumn<'_>>],
) {
    cut.clear();
    texts.iter().flat_map(|(_, field)| &field.values).for_each(|value| cut.push(text_of(*value)));
    cut.settle(templates);
    let mut start = 0;
    for (block, field) in texts {
        let range = start..start + field.values.len();
        let text = |position: usize| text_of(field.values[position - start]).as_bytes();
        let bytes = cut.encode(range.clone(), text, templates);
        start = range.end;
        let are_decimals = matches!(kind_of(&field.values), Kind::Texts { are_decimals: true });
        let form = match &bytes {
            Some(bytes) => Form::Templates { are_decimals, bytes },
            None => Form::Texts { are_decimals, values: &field.values },
        };
        columns[*block] = EncodedColumn::varied(encode(field.rows.as_deref(), &form));
    }
}

/// Finds distinct values; its tables are used again.
#[derive(Default)]
struct Distinct {
    table: HashTable<u32>,
    /// Where each distinct value stands first.
    firsts: Vec<usize>,
    codes: Vec<i64>,
}

impl Distinct {
    /// Where each distinct value stands first, and the code of every value; `None` when there are more than
    /// `values_max`.
    fn codes_of(&mut self, values: &[Value<'_>], values_max: usize) -> Option<(&[usize], &[i64])> {
        self.table.clear();
        self.firsts.clear();
        self.codes.clear();
        let firsts = &mut self.firsts;
        for (at, value) in values.iter().enumerate() {
            let hash = hash_of(*value);
            let is_same = |code: &u32| same(values[firsts[*code as usize]], *value);
            let code = match self.table.find(hash, is_same) {
                Some(code) => *code,
                None => {
                    let code = u32::try_from(firsts.len()).ok()?;
                    firsts.push(at);
                    if firsts.len() > values_max {
                        return None;
                    }
                    self.table.insert_unique(hash, code, |code| hash_of(values[firsts[*code as usize]]));
                    code
                }
            };
            self.codes.push(i64::from(code));
        }
        Some((&self.firsts, &self.codes))
    }
}

/// Values are the same when they are written the same and of one kind.
fn same(left: Value<'_>, right: Value<'_>) -> bool {
    left == right
}

fn hash_of(value: Value<'_>) -> u64 {
    match value {
        Value::Text(text) | Value::Decimal(text) => HASHER.hash_one(text),
        Value::Integer(number) => HASHER.hash_one(number),
        Value::Boolean(truth) => HASHER.hash_one(truth),
    }
}

const HASHER: FixedState = FixedState::with_seed(0);

/// A dictionary for the varied values of a field in several blocks.
struct SharedDictionary<'a> {
    /// Sorted.
    values: Vec<&'a str>,
    /// Of all entries of all blocks.
    codes: Vec<i64>,
}

impl<'a> SharedDictionary<'a> {
    /// The dictionary, when it makes the field smaller.
    fn of(fields: impl Iterator<Item = &'a FieldValues<'a>> + Clone) -> Option<Self> {
        let is_text =
            |field: &FieldValues<'_>| matches!(kind_of(&field.values), Kind::Texts { are_decimals: false });
        let entries: usize = fields.clone().map(|field| field.values.len()).sum();
        if entries < SLICE_ENTRIES_MIN || !fields.clone().all(is_text) {
            return None;
        }
        let texts = || fields.clone().flat_map(|field| field.values.iter().map(|value| text_of(*value)));
        let step = (entries / SAMPLE).max(1);
        let (mut bits, mut bytes, mut sampled) = (0.0, 0, 0);
        for text in texts().step_by(step) {
            bits += bits_of(text);
            bytes += text.len();
            sampled += 1;
        }
        if sampled == 0 || bytes / sampled > SLICE_VALUE_BYTES_MAX {
            return None;
        }
        let value_bits = bits / f64::from(u32::try_from(sampled).unwrap_or(u32::MAX));
        let mut known: HashTable<(&str, u32)> = HashTable::new();
        let (mut values, mut codes) = (Vec::new(), Vec::with_capacity(entries));
        for text in texts() {
            let hash = HASHER.hash_one(text);
            let code = match known.find(hash, |(value, _)| *value == text) {
                Some((_, code)) => *code,
                None => {
                    let code = u32::try_from(values.len()).ok()?;
                    known.insert_unique(hash, (text, code), |(value, _)| HASHER.hash_one(*value));
                    values.push(text);
                    code
                }
            };
            codes.push(code);
        }
        if !pays(values.len(), entries, value_bits) {
            return None;
        }
        let beginnings: Vec<u64> = values.iter().map(|value| beginning(value)).collect();
        let mut order: Vec<u32> = (0..u32::try_from(values.len()).ok()?).collect();
        // Most values differ within their first bytes, which are compared as one number.
        order.sort_unstable_by(|left, right| {
            let (left, right) = (*left as usize, *right as usize);
            beginnings[left].cmp(&beginnings[right]).then_with(|| values[left].cmp(values[right]))
        });
        let mut ranks = vec![0i64; values.len()];
        for (rank, code) in (0i64..).zip(&order) {
            ranks[*code as usize] = rank;
        }
        let codes = codes.into_iter().map(|code| ranks[code as usize]).collect();
        let values = order.iter().map(|code| values[*code as usize]).collect();
        Some(Self { values, codes })
    }
}

/// The first bytes of a text as a number: of two texts the smaller one has no larger number.
fn beginning(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let count = text.len().min(bytes.len());
    bytes[..count].copy_from_slice(&text.as_bytes()[..count]);
    u64::from_be_bytes(bytes)
}

/// Whether distinct values once, sorted, and a code for every entry take fewer bits than every value by itself.
fn pays(distinct: usize, entries: usize, value_bits: f64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (distinct, entries) = (distinct as f64, entries as f64);
    let code_bits = distinct.log2().ceil();
    // Sorted values share their beginnings: of so many, about as many bits as their count has.
    let sorted_bits = (value_bits - distinct.log2()).max(0.0) + 2.0;
    distinct * sorted_bits + entries * code_bits < 0.95 * entries * value_bits
}

/// About how many bits a text takes when only its digits and letters of identifiers vary.
fn bits_of(text: &str) -> f64 {
    let (mut digits, mut letters) = (0.0, 0.0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1.0,
            b'a'..=b'z' | b'A'..=b'Z' => letters += 1.0,
            _ => {}
        }
    }
    // A text with more digits than a third of its letters is an id, whose letters vary like its digits.
    let is_id = digits * 3.0 > letters && letters > 1.0;
    digits * if is_id { 4.0 } else { 3.32 } + if is_id { letters * 4.0 } else { 0.0 }
}
