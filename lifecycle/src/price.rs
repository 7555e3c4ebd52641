//! What storage classes cost and demand, as data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::restore::Speed;
use crate::{Dollars, StorageClass};

/// Most rows of a table: no store has near so many classes.
pub const CLASSES_MAX: usize = 64;

/// A table that cannot be right.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum PriceError {
    /// Too many rows.
    #[error("the price table has {0} classes and may have {CLASSES_MAX}; leave out those that are not used")]
    TooMany(usize),
    /// Two rows for one class, or two restores at one speed.
    #[error("the price table has {0} twice; leave one out")]
    Twice(String),
    /// Objects would be there before they can be.
    #[error("a restore from {0} at speed {1} is ready before it begins to be; swap its two times")]
    Times(StorageClass, Speed),
}

/// What a restore at one speed costs and how long it takes, as the store promises it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreTerms {
    /// Which speed this is about.
    pub speed: Speed,
    /// For 1,000 requests, one for each object.
    pub per_thousand_requests: Dollars,
    /// For a GB (2³⁰ bytes) that is brought back.
    pub per_gb: Dollars,
    /// The first moment to expect an object, in seconds after its request.
    pub ready_after_seconds: u64,
    /// The last moment to expect it.
    pub ready_before_seconds: u64,
}

/// What one storage class costs and demands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageTerms {
    /// The class.
    pub class: StorageClass,
    /// For a GB in a month.
    pub per_gb_month: Dollars,
    /// For 1,000 reads.
    pub per_thousand_reads: Dollars,
    /// For 1,000 writes.
    pub per_thousand_writes: Dollars,
    /// For a GB that is read.
    pub per_gb_read: Dollars,
    /// The days that are paid for however soon an object goes.
    pub days_min: u32,
    /// The bytes that are paid for however small an object is.
    pub object_bytes_min: u64,
    /// The bytes that every object costs on top.
    pub object_bytes_extra: u64,
    /// How objects are brought back before they can be read; none when they can be read at once.
    pub restores: Vec<RestoreTerms>,
}

impl StorageTerms {
    /// Whether objects have to be restored before they can be read.
    pub fn needs_restore(&self) -> bool {
        !self.restores.is_empty()
    }
}

/// The prices of a store and a region.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTable {
    /// Where the prices are from, as it is shown beside every estimate.
    pub source: String,
    /// For a GB that leaves the region; nothing when Palisade runs inside.
    pub per_gb_out: Dollars,
    /// The classes.
    pub classes: Vec<StorageTerms>,
}

impl PriceTable {
    /// The row of a class; `None` for a class the table does not know.
    pub fn terms(&self, class: &StorageClass) -> Option<&StorageTerms> {
        self.classes.iter().find(|terms| terms.class == *class)
    }

    /// Whether a table that was given can be right.
    pub fn check(&self) -> Result<(), PriceError> {
        if self.classes.len() > CLASSES_MAX {
            return Err(PriceError::TooMany(self.classes.len()));
        }
        let mut seen = BTreeSet::new();
        for terms in &self.classes {
            let class = &terms.class;
            if !seen.insert((class, None)) {
                return Err(PriceError::Twice(class.to_string()));
            }
            for restore in &terms.restores {
                if !seen.insert((class, Some(restore.speed))) {
                    return Err(PriceError::Twice(format!("{class} at speed {}", restore.speed)));
                }
                if restore.ready_before_seconds < restore.ready_after_seconds {
                    return Err(PriceError::Times(class.clone(), restore.speed));
                }
            }
        }
        Ok(())
    }
}

const HOUR: u64 = 3_600;

impl Default for PriceTable {
    /// AWS list prices for us-east-1, first tier, read from inside the region. Other regions cost up to twice as much: an
    /// installation that cares gives its own table.
    fn default() -> Self {
        let standard = row(StorageClass::STANDARD, 23_000_000, 400_000, 5_000_000, 0);
        let infrequent = row(StorageClass::STANDARD_IA, 12_500_000, 1_000_000, 10_000_000, 10_000_000);
        let instant = row(StorageClass::GLACIER_INSTANT, 4_000_000, 10_000_000, 20_000_000, 30_000_000);
        let flexible = row(StorageClass::GLACIER, 3_600_000, 400_000, 30_000_000, 0);
        let deep = row(StorageClass::DEEP_ARCHIVE, 990_000, 400_000, 50_000_000, 0);
        let small = 128 << 10;
        let extra = 40 << 10;
        Self {
            source: "AWS list prices, us-east-1".to_owned(),
            per_gb_out: Dollars::ZERO,
            classes: vec![
                standard,
                StorageTerms { days_min: 30, object_bytes_min: small, ..infrequent },
                StorageTerms { days_min: 90, object_bytes_min: small, ..instant },
                StorageTerms {
                    days_min: 90,
                    object_bytes_extra: extra,
                    restores: vec![
                        restore(Speed::Expedited, 10_000_000_000, 30_000_000, 60, 300),
                        restore(Speed::Standard, 50_000_000, 10_000_000, 3 * HOUR, 5 * HOUR),
                        restore(Speed::Bulk, 0, 0, 5 * HOUR, 12 * HOUR),
                    ],
                    ..flexible
                },
                StorageTerms {
                    days_min: 180,
                    object_bytes_extra: extra,
                    restores: vec![
                        restore(Speed::Standard, 100_000_000, 20_000_000, 9 * HOUR, 12 * HOUR),
                        restore(Speed::Bulk, 25_000_000, 2_500_000, 12 * HOUR, 48 * HOUR),
                    ],
                    ..deep
                },
            ],
        }
    }
}

/// Prices in billionths of a dollar: GB and month, 1,000 reads, 1,000 writes, GB read.
fn row(class: StorageClass, month: u64, reads: u64, writes: u64, read: u64) -> StorageTerms {
    StorageTerms {
        class,
        per_gb_month: Dollars::from_nanos(month),
        per_thousand_reads: Dollars::from_nanos(reads),
        per_thousand_writes: Dollars::from_nanos(writes),
        per_gb_read: Dollars::from_nanos(read),
        days_min: 0,
        object_bytes_min: 0,
        object_bytes_extra: 0,
        restores: Vec::new(),
    }
}

fn restore(speed: Speed, requests: u64, gb: u64, first: u64, last: u64) -> RestoreTerms {
    RestoreTerms {
        speed,
        per_thousand_requests: Dollars::from_nanos(requests),
        per_gb: Dollars::from_nanos(gb),
        ready_after_seconds: first,
        ready_before_seconds: last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_data_and_comes_back() {
        let table = PriceTable::default();
        let text = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<PriceTable>(&text).unwrap(), table);
        assert!(text.contains(r#""per_thousand_reads":"0.0004""#), "{text}");
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused() {
        assert_eq!(PriceTable::default().check(), Ok(()));
        let changed = |change: fn(&mut PriceTable)| {
            let mut table = PriceTable::default();
            change(&mut table);
            table.check().unwrap_err()
        };
        let twice = changed(|table| table.classes.push(table.classes[0].clone()));
        assert_eq!(twice, PriceError::Twice("STANDARD".to_owned()));
        let turned = changed(|table| table.classes[3].restores[1].ready_before_seconds = 1);
        assert_eq!(turned, PriceError::Times(StorageClass::GLACIER, Speed::Standard));
        let many = changed(|table| table.classes.resize(65, table.classes[0].clone()));
        assert_eq!(many, PriceError::TooMany(65));
    }

    #[test]
    fn archive_classes_are_those_that_need_a_restore() {
        let table = PriceTable::default();
        let needs = |class| table.terms(&class).unwrap().needs_restore();
        assert!(needs(StorageClass::GLACIER) && needs(StorageClass::DEEP_ARCHIVE));
        assert!(!needs(StorageClass::STANDARD) && !needs(StorageClass::GLACIER_INSTANT));
        assert_eq!(table.terms(&"OTHER".parse().unwrap()), None);
    }
}
