//! The event times of a block's rows. A row that tells no time has that of its receipt, which its batch knows.
//!
//! ```text
//! times = unit:u8 told time:integers        nanoseconds in units of 10^unit
//! told  = 0                                 every row tells a time
//!       | 1 count:varint is_told:integers   so many do: 1; the others, 0, have the time of their receipt
//! ```

use palisade_record::wire::{Malformed, Reader, Writer};

use crate::encoding::{Integers, integers};

/// Units that clocks of programs tell: seconds, milli-, micro- and nanoseconds.
const UNITS: [u8; 4] = [9, 6, 3, 0];

/// Encodes the time of each row, with the time of its receipt beside it.
pub(crate) fn encode_times(times: &[(i64, i64)]) -> Vec<u8> {
    let told: Vec<i64> =
        times.iter().filter(|(time, received)| time != received).map(|(time, _)| *time).collect();
    let divides = |unit: &u8| told.iter().all(|time| time % 10i64.pow(u32::from(*unit)) == 0);
    let unit = UNITS.into_iter().find(divides).unwrap_or(0);
    let mut writer = Writer::new();
    writer.u8(unit);
    if told.len() == times.len() {
        writer.u8(0);
    } else {
        writer.u8(1);
        writer.varint(told.len() as u64);
        let is_told: Vec<i64> = times.iter().map(|(time, received)| i64::from(time != received)).collect();
        integers::encode(&is_told, &mut writer);
    }
    let scale = 10i64.pow(u32::from(unit));
    let scaled: Vec<i64> = told.iter().map(|time| time / scale).collect();
    integers::encode(&scaled, &mut writer);
    writer.finish()
}

/// Times as they are stored.
pub(crate) enum Times {
    /// Of every row.
    Told(Vec<i64>),
    /// For each row its time, or none when it is that of its receipt.
    Partly(Vec<Option<i64>>),
}

pub(crate) fn decode_times(bytes: &[u8], rows: u32) -> Result<Times, Malformed> {
    let mut reader = Reader::new(bytes);
    let unit = reader.u8()?;
    if !UNITS.contains(&unit) {
        return Err(reader.malformed("unknown unit of times"));
    }
    match reader.u8()? {
        0 => decode_told(&mut reader, rows as usize, unit).map(Times::Told),
        1 => {
            let count = reader.count(rows as usize)?;
            let is_told = Integers::decode(&mut reader, rows as usize)?.to_vec();
            if is_told.iter().filter(|is_told| **is_told != 0).count() != count {
                return Err(reader.malformed("times and rows that tell one differ in number"));
            }
            let mut told = decode_told(&mut reader, count, unit)?.into_iter();
            let time = |is_told: i64| if is_told == 0 { None } else { told.next() };
            Ok(Times::Partly(is_told.into_iter().map(time).collect()))
        }
        _ => Err(reader.malformed("unknown kind of times")),
    }
}

fn decode_told(reader: &mut Reader<'_>, count: usize, unit: u8) -> Result<Vec<i64>, Malformed> {
    let scale = 10i64.pow(u32::from(unit));
    let mut times = Integers::decode(reader, count)?.to_vec();
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
        fn times_of_any_unit_come_back(times in proptest::collection::vec((any::<i32>(), any::<bool>()), 0..50), unit in 0u32..10) {
            let time = |(time, is_told)| {
                let time = i64::from(time) * 10i64.pow(unit);
                (time, if is_told { time + 1 } else { time })
            };
            let times: Vec<(i64, i64)> = times.into_iter().map(time).collect();
            let rows = u32::try_from(times.len()).unwrap();
            let decoded: Vec<i64> = match decode_times(&encode_times(&times), rows).unwrap() {
                Times::Told(times) => times,
                Times::Partly(told) => {
                    told.into_iter().zip(&times).map(|(time, (_, received))| time.unwrap_or(*received)).collect()
                }
            };
            prop_assert_eq!(decoded, times.into_iter().map(|(time, _)| time).collect::<Vec<_>>());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), rows in 0u32..100) {
            _ = decode_times(&bytes, rows);
        }
    }

    #[test]
    fn rows_that_tell_no_time_cost_nothing() {
        let received = 1_795_253_667_617_716_427;
        let all: Vec<(i64, i64)> = vec![(received, received); 8_000];
        assert!(encode_times(&all).len() < 16);
    }
}
