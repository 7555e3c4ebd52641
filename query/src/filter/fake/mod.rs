//! Blocks in memory, for tests.

mod column;
mod strategies;

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_index::{Error, Record};
use palisade_record::{Lane, Origin, RecordId, StreamName, Timestamp, Value};

pub(crate) use column::{FakeColumn, FakeTemplateIds};
pub(crate) use strategies::{fake_record, field_name, form, word};

use super::view::FewValues;
use super::{BlockView, FieldInfo};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Owned {
    Text(String),
    Integer(i64),
    Decimal(String),
    Boolean(bool),
}

impl Owned {
    pub(crate) fn as_value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Integer(number) => Value::Integer(*number),
            Self::Decimal(text) => Value::Decimal(text),
            Self::Boolean(truth) => Value::Boolean(*truth),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct FakeRecord {
    pub(crate) time: i64,
    pub(crate) file: String,
    pub(crate) fields: BTreeMap<String, Vec<Owned>>,
}

/// How columns lie whose values allow it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    Distinct,
    Own,
    Texts,
    Templates,
    Shared,
}

#[derive(Debug)]
pub(crate) struct FakeBlock {
    pub(crate) records: Vec<FakeRecord>,
    stream: StreamName,
    fields: BTreeMap<String, Description>,
    form: Form,
}

#[derive(Debug)]
struct Description {
    rows: u32,
    numbers: Option<(f64, f64)>,
    few: Option<Few>,
}

/// Values are described when they are at most so many.
const FEW: usize = 3;

#[derive(Debug)]
struct Few(Vec<Owned>);

impl FewValues for Few {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|value| tell(value.as_value()));
    }
}

impl FakeBlock {
    pub(crate) fn new(stream: &str, records: Vec<FakeRecord>) -> Self {
        Self::with_form(stream, records, Form::Distinct)
    }

    pub(crate) fn with_form(stream: &str, records: Vec<FakeRecord>, form: Form) -> Self {
        let mut columns: BTreeMap<&str, (u32, Vec<&Owned>)> = BTreeMap::new();
        for record in &records {
            for (name, values) in &record.fields {
                let column = columns.entry(name).or_default();
                column.0 += 1;
                column.1.extend(values);
            }
        }
        let columns = columns.into_iter().map(|(name, (rows, values))| {
            let numbers: Option<Vec<f64>> = values.iter().map(|value| value.as_value().as_number()).collect();
            let numbers = numbers.map(|numbers| {
                let smallest = numbers.iter().copied().fold(f64::MAX, f64::min);
                (smallest, numbers.iter().copied().fold(f64::MIN, f64::max))
            });
            let mut few: Vec<Owned> = Vec::new();
            for value in values {
                if !few.contains(value) {
                    few.push(value.clone());
                }
            }
            let few = (few.len() <= FEW).then_some(Few(few));
            (name.to_owned(), Description { rows, numbers, few })
        });
        let fields = columns.collect();
        Self { records, stream: stream.parse().unwrap(), fields, form }
    }

    pub(crate) fn id(&self, row: u32) -> RecordId {
        self.records(&[row]).unwrap()[0].id
    }
}

impl BlockView for FakeBlock {
    type Column = FakeColumn;
    type TemplateIds = FakeTemplateIds;

    fn rows(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap()
    }
    fn stream(&self) -> &StreamName {
        &self.stream
    }
    fn span(&self) -> (Timestamp, Timestamp) {
        let times = || self.records.iter().map(|record| record.time);
        let (oldest, newest) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        (Timestamp::from_nanos(oldest), Timestamp::from_nanos(newest))
    }
    fn fields(&self) -> impl Iterator<Item = (&str, FieldInfo<'_>)> {
        self.fields.keys().filter_map(|name| Some((name.as_str(), self.field(name)?)))
    }
    fn field(&self, name: &str) -> Option<FieldInfo<'_>> {
        let Description { rows, numbers, few } = self.fields.get(name)?;
        let values = few.as_ref().map(|few| few as &dyn FewValues);
        Some(FieldInfo { rows: *rows, numbers: *numbers, values })
    }
    fn times(&self) -> Result<Arc<Vec<i64>>, Error> {
        Ok(Arc::new(self.records.iter().map(|record| record.time).collect()))
    }
    fn column(&self, name: &str) -> Result<Option<Arc<FakeColumn>>, Error> {
        let mut entries = Vec::new();
        for (row, record) in (0u32..).zip(&self.records) {
            let values = record.fields.get(name).into_iter().flatten();
            entries.extend(values.map(|value| (row, value.clone())));
        }
        let column = || Arc::new(FakeColumn::new(entries, self.rows(), self.form));
        Ok(self.fields.contains_key(name).then(column))
    }
    fn template_ids(&self, name: &str) -> Result<Option<Arc<FakeTemplateIds>>, Error> {
        Ok(self.column(name)?.and_then(|column| column.template_ids()).map(Arc::new))
    }
    fn records(&self, rows: &[u32]) -> Result<Vec<Record>, Error> {
        let record = |row: &u32| {
            let record = &self.records[*row as usize];
            let origin = Arc::new(Origin { file: record.file.clone(), ..Origin::default() });
            let lane = Arc::new(Lane { agent: "node-1".into(), origin, generation: 1 });
            Record {
                id: RecordId { prefix: lane.id_prefix(), offset: u64::from(*row) },
                time: Timestamp::from_nanos(record.time),
                received_at: Timestamp::from_nanos(record.time + 5),
                lane,
                flags: 0,
            }
        };
        Ok(rows.iter().map(record).collect())
    }
    fn ids(&self) -> Result<Arc<Vec<RecordId>>, Error> {
        Ok(Arc::new((0..self.rows()).map(|row| self.id(row)).collect()))
    }
    fn has_lane(&self, matches: impl Fn(&Lane) -> bool) -> bool {
        let all: Vec<u32> = (0..self.rows()).collect();
        self.records(&all).unwrap().iter().any(|record| matches(&record.lane))
    }
}
