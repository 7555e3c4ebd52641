//! International bank account numbers (ISO 13616).

use std::ops::Range;

use super::digits::{is_open_after, is_open_before};

/// Countries and the length of their numbers, from the registry of ISO 13616, by country.
const LENGTHS: [(&[u8; 2], usize); 82] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"XK", 20),
];

/// The number whose two check digits a group of digits begins with: the country stands right before them.
pub(super) fn at(bytes: &[u8], first: &Range<usize>) -> Option<Range<usize>> {
    let start = first.start.checked_sub(2)?;
    let country: &[u8; 2] = bytes[start..first.start].try_into().ok()?;
    if first.len() < 2 || !country.iter().all(u8::is_ascii_uppercase) || !is_open_before(bytes, start) {
        return None;
    }
    let place = LENGTHS.binary_search_by_key(&country, |(of, _)| of).ok()?;
    let length = LENGTHS[place].1;
    let mut rest = Remainder::default();
    let (mut taken, mut end) = (0, start);
    while taken < length {
        let byte = *bytes.get(end)?;
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' => {
                taken += 1;
                if taken > 4 {
                    rest.add(byte);
                }
                end += 1;
            }
            // Printed numbers stand in groups of four.
            b' ' if taken % 4 == 0 => end += 1,
            _ => return None,
        }
    }
    bytes[start..start + 4].iter().for_each(|byte| rest.add(*byte));
    (rest.0 == 1 && is_open_after(bytes, end)).then_some(start..end)
}

/// The remainder by 97 of a number of which letters are the numbers from 10 on.
#[derive(Default)]
struct Remainder(u32);

impl Remainder {
    fn add(&mut self, byte: u8) {
        self.0 = match byte {
            b'0'..=b'9' => self.0 * 10 + u32::from(byte - b'0'),
            _ => self.0 * 100 + u32::from(byte - b'A') + 10,
        } % 97;
    }
}
