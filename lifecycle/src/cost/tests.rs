//! Estimates by example, and what holds for all of them.

use super::*;
use proptest::prelude::*;

fn classes() -> impl Strategy<Value = StorageClass> {
    let names = PriceTable::default().classes.into_iter().map(|terms| terms.class).collect::<Vec<_>>();
    prop::sample::select(names)
}

#[test]
fn a_search_in_a_cold_class_tells_its_price_and_time() {
    let table = PriceTable::default();
    let estimate =
        table.estimate_search(2_304, 100 << 30, &StorageClass::GLACIER_INSTANT, Pace::default()).unwrap();
    // 2.304 × $0.01 for the requests and 100 × $0.03 for the bytes.
    assert_eq!(estimate.dollars.to_string(), "3.02304");
    // 144 rounds of 100 ms, and 859 s for the bytes.
    assert_eq!(estimate.seconds, 15 + 859);
    assert_eq!(estimate.to_string(), "2304 requests, 100 GiB, $3.03, about 15 min");
}

#[test]
fn requests_that_do_not_fit_into_a_round_begin_another() {
    let pace = Pace { latency: Duration::from_secs(1), parallelism: 16, bytes_per_second: u64::MAX };
    let seconds = |requests| {
        PriceTable::default().estimate_search(requests, 0, &StorageClass::STANDARD, pace).unwrap().seconds
    };
    assert_eq!([0, 1, 16, 17].map(seconds), [0, 1, 1, 2]);
}

#[test]
fn an_archive_class_is_restored_first_and_the_speed_must_exist() {
    let table = PriceTable::default();
    let error = table.estimate_search(1, 1, &StorageClass::DEEP_ARCHIVE, Pace::default()).unwrap_err();
    assert_eq!(error, CostError::NeedsRestore(StorageClass::DEEP_ARCHIVE));
    let error = table.estimate_restore(1, 1, &StorageClass::DEEP_ARCHIVE, Speed::Expedited, 1).unwrap_err();
    assert!(error.to_string().ends_with("choose standard or bulk"), "{error}");
    let error = table.estimate_restore(1, 1, &StorageClass::STANDARD, Speed::Bulk, 1).unwrap_err();
    assert!(error.to_string().contains("read at once"), "{error}");
    let error = table.estimate_search(1, 1, &"X".parse().unwrap(), Pace::default()).unwrap_err();
    assert!(error.to_string().contains("us-east-1"), "{error}");
}

#[test]
fn a_restore_tells_its_price_and_when_it_is_ready() {
    let table = PriceTable::default();
    let estimate =
        table.estimate_restore(1_000, 64 << 30, &StorageClass::GLACIER, Speed::Standard, 3).unwrap();
    // $0.05 for the requests, 64 × $0.01 for the bytes, 64 × $0.023 ÷ 10 for three days of copies.
    assert_eq!(estimate.dollars.to_string(), "0.8372");
    let text = estimate.to_string();
    assert_eq!(text, "1000 objects, 64 GiB, $0.84, standard: ready after 3 h to 5 h, kept for 3 d");
}

proptest! {
    #[test]
    fn more_never_costs_less_and_nothing_overflows(
        class in classes(), requests in any::<u64>(), bytes in any::<u64>(),
        parallelism in any::<u32>(), bytes_per_second in any::<u64>(), days in any::<u32>(),
    ) {
        let table = PriceTable::default();
        let pace = Pace { latency: Duration::MAX, parallelism, bytes_per_second };
        let search = |requests, bytes| table.estimate_search(requests, bytes, &class, pace);
        if let (Ok(all), Ok(half)) = (search(requests, bytes), search(requests / 2, bytes / 2)) {
            prop_assert!(half.dollars <= all.dollars && half.seconds <= all.seconds);
        }
        let restore = |requests, bytes| table.estimate_restore(requests, bytes, &class, Speed::Bulk, days);
        if let (Ok(all), Ok(half)) = (restore(requests, bytes), restore(requests / 2, bytes / 2)) {
            prop_assert!(half.dollars <= all.dollars);
            prop_assert!(all.ready_after_seconds <= all.ready_before_seconds);
        }
    }
}
