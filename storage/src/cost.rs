//! What requests and restores cost, roughly: Amazon's list prices for its region us-east-1 in 2026, in millionths of a
//! dollar. Other stores and regions differ; the figures are for an order of magnitude before somebody confirms.

use std::time::Duration;

use serde::Serialize;

use crate::{Requests, RestoreSpeed, StorageClass};

/// The prices of a storage class, in millionths of a US dollar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prices {
    /// For a thousand puts, or pages of names.
    pub thousand_puts: u64,
    /// For a thousand reads, or questions.
    pub thousand_gets: u64,
    /// For a gigabyte that is read.
    pub gigabyte_read: u64,
    /// For a gigabyte that is kept for a month.
    pub gigabyte_month: u64,
    /// Objects are billed for as many days at least.
    pub days_min: u32,
}

/// What a restore would take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct RestoreEstimate {
    /// In millionths of a US dollar.
    pub micro_dollars: u64,
    /// It is usually done after this time.
    pub typically: Duration,
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

const GIGABYTE: u128 = 1 << 30;

/// The prices of a class; those of the standard class for one that is not known.
pub fn prices(class: &StorageClass) -> Prices {
    let (thousand_puts, thousand_gets, gigabyte_read, gigabyte_month, days_min) = match class {
        StorageClass::Standard | StorageClass::Other(_) => (5_000, 400, 0, 23_000, 0),
        StorageClass::StandardIa => (10_000, 1_000, 10_000, 12_500, 30),
        StorageClass::GlacierInstant => (20_000, 10_000, 30_000, 4_000, 90),
        StorageClass::Glacier => (30_000, 400, 0, 3_600, 90),
        StorageClass::DeepArchive => (50_000, 400, 0, 990, 180),
    };
    Prices { thousand_puts, thousand_gets, gigabyte_read, gigabyte_month, days_min }
}

/// What these requests cost in a class, in millionths of a US dollar; without keeping the objects, and without restores.
pub fn of_requests(requests: &Requests, class: &StorageClass) -> u64 {
    let prices = prices(class);
    let puts = each(requests.puts + requests.lists + requests.locks, prices.thousand_puts);
    let gets = each(requests.gets + requests.heads, prices.thousand_gets);
    puts.saturating_add(gets).saturating_add(bytes(requests.bytes_read, prices.gigabyte_read))
}

/// What a restore of so many objects and bytes costs and takes; `None` for a class that needs none, or a speed that it
/// does not have.
pub fn of_restore(
    class: &StorageClass,
    speed: RestoreSpeed,
    objects: u64,
    size: u64,
) -> Option<RestoreEstimate> {
    const HOUR: u64 = 3_600;
    let (thousand, gigabyte, seconds) = match (class, speed) {
        (StorageClass::Glacier, RestoreSpeed::Expedited) => (10_000_000, 30_000, HOUR / 12),
        (StorageClass::Glacier, RestoreSpeed::Standard) => (50_000, 10_000, 5 * HOUR),
        (StorageClass::Glacier, RestoreSpeed::Bulk) => (0, 0, 12 * HOUR),
        (StorageClass::DeepArchive, RestoreSpeed::Standard) => (100_000, 20_000, 12 * HOUR),
        (StorageClass::DeepArchive, RestoreSpeed::Bulk) => (25_000, 2_500, 48 * HOUR),
        _ => return None,
    };
    let micro_dollars = each(objects, thousand).saturating_add(bytes(size, gigabyte));
    Some(RestoreEstimate { micro_dollars, typically: Duration::from_secs(seconds), objects, bytes: size })
}

fn each(count: u64, per_thousand: u64) -> u64 {
    u64::try_from(u128::from(count) * u128::from(per_thousand) / 1_000).unwrap_or(u64::MAX)
}

fn bytes(count: u64, per_gigabyte: u64) -> u64 {
    u64::try_from(u128::from(count) * u128::from(per_gigabyte) / GIGABYTE).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_is_estimated_by_objects_and_bytes() {
        let estimate = of_restore(&StorageClass::Glacier, RestoreSpeed::Standard, 2_000, 10 << 30).unwrap();
        assert_eq!(estimate.micro_dollars, 2 * 50_000 + 10 * 10_000);
        assert_eq!(estimate.typically, Duration::from_secs(5 * 3_600));
        assert_eq!(of_restore(&StorageClass::Standard, RestoreSpeed::Bulk, 1, 1), None);
        assert_eq!(of_restore(&StorageClass::DeepArchive, RestoreSpeed::Expedited, 1, 1), None);
    }

    #[test]
    fn requests_are_priced_by_kind_and_nothing_overflows() {
        let requests = Requests { puts: 1_000, gets: 2_000, bytes_read: 1 << 30, ..Requests::default() };
        assert_eq!(of_requests(&requests, &StorageClass::StandardIa), 10_000 + 2_000 + 10_000);
        let most = Requests { bytes_read: u64::MAX, ..Requests::default() };
        assert!(of_requests(&most, &StorageClass::GlacierInstant) > 0);
        assert!(of_restore(&StorageClass::Glacier, RestoreSpeed::Expedited, u64::MAX, u64::MAX).is_some());
    }
}
