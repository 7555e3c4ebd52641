//! Blocks in memory, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_index::{Error, Record};
use palisade_record::{Lane, Origin, RecordId, StreamName, Timestamp, Value};
use proptest::prelude::*;

use super::{BlockView, ColumnView, FieldInfo};

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

#[derive(Debug)]
pub(crate) struct FakeBlock {
    pub(crate) records: Vec<FakeRecord>,
    stream: StreamName,
    fields: BTreeMap<String, FieldInfo>,
}

#[derive(Debug, Default)]
pub(crate) struct FakeColumn {
    values: Vec<Owned>,
    entries: Vec<(u32, u32)>,
}

impl FakeBlock {
    pub(crate) fn new(stream: &str, records: Vec<FakeRecord>) -> Self {
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
            (name.to_owned(), FieldInfo { rows, numbers })
        });
        let fields = columns.collect();
        Self { records, stream: stream.parse().unwrap(), fields }
    }

    pub(crate) fn id(&self, row: u32) -> RecordId {
        self.records(&[row]).unwrap()[0].id
    }
}

impl ColumnView for FakeColumn {
    fn value_count(&self) -> usize {
        self.values.len()
    }
    fn value(&self, position: usize) -> Value<'_> {
        self.values[position].as_value()
    }
    fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.entries.iter().copied()
    }
}

impl BlockView for FakeBlock {
    type Column = FakeColumn;

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
    fn fields(&self) -> impl Iterator<Item = (&str, FieldInfo)> {
        self.fields.iter().map(|(name, info)| (name.as_str(), *info))
    }
    fn field(&self, name: &str) -> Option<FieldInfo> {
        self.fields.get(name).copied()
    }
    fn times(&self) -> Result<Arc<Vec<i64>>, Error> {
        Ok(Arc::new(self.records.iter().map(|record| record.time).collect()))
    }
    fn column(&self, name: &str) -> Result<Option<Arc<FakeColumn>>, Error> {
        let mut column = FakeColumn::default();
        for (row, record) in (0u32..).zip(&self.records) {
            for value in record.fields.get(name).into_iter().flatten() {
                let known = column.values.iter().position(|known| known == value);
                let position = known.unwrap_or_else(|| {
                    column.values.push(value.clone());
                    column.values.len() - 1
                });
                column.entries.push((row, u32::try_from(position).unwrap()));
            }
        }
        Ok((!column.values.is_empty()).then(|| Arc::new(column)))
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
}

/// Words that meet each other often.
pub(crate) fn word() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        prop::sample::select(vec![
            "pay",
            "Payments",
            "payment-api",
            "time",
            "runtime",
            "TIMEOUT",
            "time-out",
            "Übung",
            "übungen",
            "a_b",
            "a",
            "10.0.0.1",
            "10.20.0.7",
            "11.0.0.1",
            "2001:db8::1",
            "::ffff:10.0.0.9",
            "500",
            "500.0",
            "5e2",
            "0500",
            "-1.5",
            "-1.50",
            "12",
            "warn",
            "WARNING",
            "error",
            "err",
            "x=[1]",
            "/var/log/a.log",
            "true",
            "[",
            "--",
            "2026-11-21T08:00:00Z",
            "K\u{212a}",
            "ſet",
            "set",
        ])
        .prop_map(str::to_owned),
        "[aAbé0. _-]{0,6}",
    ]
}

pub(crate) fn value() -> impl Strategy<Value = Owned> {
    let sentence = proptest::collection::vec(word(), 2..5).prop_map(|words| words.join(" "));
    prop_oneof![
        4 => word().prop_map(Owned::Text),
        2 => sentence.prop_map(Owned::Text),
        1 => prop::sample::select(vec![500, 12, -3, 0, 200]).prop_map(Owned::Integer),
        1 => prop::sample::select(vec!["500.0", "5e2", "-1.50", "0.5", "1e400"]).prop_map(|text| Owned::Decimal(text.into())),
        1 => any::<bool>().prop_map(Owned::Boolean),
    ]
}

pub(crate) fn field_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "message",
        "level",
        "status",
        "source_ip",
        "service",
        "custom",
        "kubernetes.pod",
        "msg",
        "id",
    ])
    .prop_map(str::to_owned)
}

pub(crate) fn fake_record() -> impl Strategy<Value = FakeRecord> {
    let fields =
        proptest::collection::btree_map(field_name(), proptest::collection::vec(value(), 1..3), 0..5);
    let file = prop::sample::select(vec!["/var/log/a.log", "/var/log/b.log", ""]);
    (0i64..20, file, fields).prop_map(|(time, file, fields)| FakeRecord {
        time: time * 1_000_000_000,
        file: file.to_owned(),
        fields,
    })
}
