//! The event times of a block's rows.
//!
//! ```text
//! times = unit:u8 time:integers       nanoseconds in units of 10^unit
//! ```

use palisade_record::wire::{Malformed, Reader, Writer};

use crate::encoding::{Integers, integers};

/// Units that clocks of programs tell: seconds, milli-, micro- and nanoseconds.
const UNITS: [u8; 4] = [9, 6, 3, 0];

pub(crate) fn encode_times(times: &[i64]) -> Vec<u8> {
    let divides = |unit: &u8| times.iter().all(|time| time % 10i64.pow(u32::from(*unit)) == 0);
    let unit = UNITS.into_iter().find(divides).unwrap_or(0);
    let mut writer = Writer::new();
    writer.u8(unit);
    let scale = 10i64.pow(u32::from(unit));
    let times: Vec<i64> = times.iter().map(|time| time / scale).collect();
    integers::encode(&times, &mut writer);
    writer.finish()
}

pub(crate) fn decode_times(bytes: &[u8], rows: u32) -> Result<Vec<i64>, Malformed> {
    let mut reader = Reader::new(bytes);
    let unit = reader.u8()?;
    if !UNITS.contains(&unit) {
        return Err(reader.malformed("unknown unit of times"));
    }
    let scale = 10i64.pow(u32::from(unit));
    let mut times = Integers::decode(&mut reader, rows as usize)?.to_vec();
    for time in &mut times {
        *time = time.checked_mul(scale).ok_or_else(|| reader.malformed("time out of range"))?;
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn times_of_any_unit_come_back(times in proptest::collection::vec(any::<i32>(), 0..50), unit in 0u32..10) {
            let times: Vec<i64> = times.into_iter().map(|time| i64::from(time) * 10i64.pow(unit)).collect();
            let rows = u32::try_from(times.len()).unwrap();
            prop_assert_eq!(decode_times(&encode_times(&times), rows).unwrap(), times);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), rows in 0u32..100) {
            _ = decode_times(&bytes, rows);
        }
    }
}
