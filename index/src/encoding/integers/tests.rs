//! What every form of numbers keeps.

use palisade_record::wire::Writer;
use proptest::prelude::*;

use super::*;

fn check(values: &[i64]) -> usize {
    let mut writer = Writer::new();
    encode(values, &mut writer);
    let mut reader = Reader::new(writer.as_slice());
    let read = Integers::decode(&mut reader, values.len()).unwrap();
    assert!(reader.is_at_end());
    assert_eq!(read.len(), values.len());
    assert_eq!(read.to_vec(), values);
    assert!((0..values.len()).all(|position| read.get(position) == values[position]));
    writer.len()
}

/// A sequence without a pattern, the same in every run.
fn noise(count: usize) -> impl Iterator<Item = u64> {
    let mut state = 1u64;
    (0..count).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    })
}

fn signed(number: u64) -> i64 {
    number.cast_signed()
}

#[test]
fn equal_numbers_take_no_room() {
    assert_eq!(check(&[]), 0);
    assert!(check(&[-7; 8_192]) <= 3);
}

#[test]
fn the_extremes_come_back() {
    check(&[i64::MIN, i64::MAX, 0, -1, i64::MIN + 1]);
    check(&[i64::MAX, i64::MAX]);
    let wide: Vec<i64> = noise(2_000).map(|n| signed(n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    assert!(check(&wide) <= 2_000 * 8 + 20);
}

#[test]
fn even_noise_takes_its_bits() {
    let values: Vec<i64> = noise(8_000).map(|n| signed(n % 1_000) - 17).collect();
    assert!(check(&values) <= 8_000 * 10 / 8 + 20);
}

#[test]
fn growing_times_in_milliseconds_take_their_differences() {
    let mut time = 1_790_000_000_000_000_000;
    let times: Vec<i64> = noise(8_000)
        .map(|n| {
            time += signed(n % 16) * 1_000_000;
            time
        })
        .collect();
    assert!(check(&times) <= 8_000 * 4 / 8 + 30);
}

#[test]
fn a_number_that_is_frequent_among_noise_is_named() {
    let values: Vec<i64> =
        noise(8_000).map(|n| if n % 10 < 4 { 2_015 } else { signed(n / 10 % 9_000) }).collect();
    let plain = 8_000 * 14 / 8;
    assert!(check(&values) < plain * 4 / 5);
}

#[test]
fn a_few_numbers_far_from_the_rest_stand_apart() {
    let values: Vec<i64> = noise(8_000)
        .enumerate()
        .map(|(at, n)| if at % 1_000 == 5 { 1 << 40 } else { signed(n % 64) })
        .collect();
    assert!(check(&values) <= 8_000 * 6 / 8 + 100);
}

#[test]
fn few_distinct_numbers_far_apart_take_codes() {
    let values: Vec<i64> =
        noise(8_000).map(|n| [200, 404, 1_000_000_007, -5][usize::try_from(n % 4).unwrap()]).collect();
    assert!(check(&values) <= 8_000 / 4 + 60);
}

#[test]
fn a_skewed_number_takes_less_than_its_widest_value() {
    let values: Vec<i64> = noise(8_000)
        .map(|n| signed(n % 1_000 * (n / 1_000 % 1_000) * (n / 1_000_000 % 1_000) / 1_000))
        .collect();
    assert!(check(&values) < 8_000 * 20 / 8 * 95 / 100);
}

proptest! {
    #[test]
    fn any_numbers_come_back(values in proptest::collection::vec(any::<i64>(), 0..80)) {
        check(&values);
    }

    #[test]
    fn numbers_with_a_pattern_come_back(
        count in 0usize..1_500, span in 1u64..100_000, scale in prop::sample::select(vec![1i64, 1_000, 1_000_000_000]),
        start in -1_000_000_000i64..1_000_000_000, grows in any::<bool>(), often in 0u64..4,
    ) {
        let mut value = start;
        let values: Vec<i64> = noise(count).map(|n| {
            let step = if n % 4 < often { 7 } else { signed(n % span) };
            value = if grows { value + step } else { start + step };
            value * scale
        }).collect();
        check(&values);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), count in 0usize..300) {
        if let Ok(read) = Integers::decode(&mut Reader::new(&bytes), count) {
            assert_eq!(read.to_vec().len(), count);
        }
    }

    #[test]
    fn damaged_numbers_never_panic(place in any::<usize>(), damage in any::<u8>(), kind in 0u64..4) {
        let values: Vec<i64> = noise(600).map(|n| match kind {
            0 => signed(n % 3 * 1_000),
            3 => if n % 90 == 0 { i64::MAX } else { signed(n % 8) },
            1 => if n % 2 == 0 { 9 } else { signed(n) },
            _ => signed(n % 100 * (n / 100 % 100)),
        }).collect();
        let mut writer = Writer::new();
        encode(&values, &mut writer);
        let mut bytes = writer.finish();
        let place = place % bytes.len();
        bytes[place] = damage;
        _ = Integers::decode(&mut Reader::new(&bytes), values.len());
        _ = Integers::decode(&mut Reader::new(&bytes[..place]), values.len());
    }
}
