//! Cuts texts into a skeleton and the values of its slots.

use super::template::{DIGITS, LANE_HEX_DIGITS, LANES_MAX, LOWER_HEX, SKELETON_BYTES_MAX, UPPER_HEX, UUID};

/// Longest text that is cut; the skeletons of longer ones hardly repeat.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// From this length on, a word of hexadecimal digits with a letter and a digit is a value; shorter ones (`e2e`, `4xx`,
/// `x86`) are mostly names.
const HEX_DIGITS_MIN: usize = 5;

/// Longest run of hexadecimal digits that is one slot: its length is one byte of the skeleton.
const HEX_DIGITS_MAX: usize = 255;

/// Decimal digits that always fit into a signed 64-bit number.
const DECIMAL_DIGITS_MAX: usize = 18;

const UUID_BYTES: usize = 36;
const UUID_DASHES: [usize; 4] = [8, 13, 18, 23];

/// A text, cut; used again for the next.
#[derive(Default, Debug)]
pub(crate) struct Cut {
    skeleton: Vec<u8>,
    lanes: Vec<Lane>,
}

/// A number that stands in a slot: a run of decimal digits, or up to sixteen hexadecimal ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Lane {
    pub(crate) value: u64,
    /// Digits in the text; leading zeros count.
    pub(crate) digits: u8,
}

impl Cut {
    /// What remains of the text when markers stand for the values.
    pub(crate) fn skeleton(&self) -> &[u8] {
        &self.skeleton
    }

    /// The values, in the order of the slots.
    pub(crate) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Cuts a text; `false` when it is too long or has too many slots, and must be kept as it stands.
    pub(crate) fn cut(&mut self, text: &str) -> bool {
        self.skeleton.clear();
        self.lanes.clear();
        let bytes = text.as_bytes();
        if bytes.len() > TEXT_BYTES_MAX {
            return false;
        }
        let mut done = 0;
        while let Some(digit) = next_digit(bytes, done) {
            let start = word_start(bytes, done, digit);
            if let Some(end) = self.uuid(bytes, start, done) {
                done = end;
                continue;
            }
            let end = word_end(bytes, digit);
            self.skeleton.extend_from_slice(&bytes[done..start]);
            self.word(&bytes[start..end]);
            done = end;
            if self.lanes.len() > LANES_MAX {
                return false;
            }
        }
        self.skeleton.extend_from_slice(&bytes[done..]);
        self.skeleton.len() <= SKELETON_BYTES_MAX && self.lanes.len() <= LANES_MAX
    }

    /// Takes a UUID whose first group is the word at `start`; the place behind it.
    fn uuid(&mut self, bytes: &[u8], start: usize, done: usize) -> Option<usize> {
        let uuid = bytes.get(start..start + UUID_BYTES)?;
        if UUID_DASHES.iter().any(|dash| uuid[*dash] != b'-') || is_word_byte(bytes.get(start + UUID_BYTES)) {
            return None;
        }
        let digits = || uuid.iter().enumerate().filter(|(place, _)| !UUID_DASHES.contains(place));
        let is_lower = digits().all(|(_, byte)| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_lower && !digits().all(|(_, byte)| matches!(byte, b'0'..=b'9' | b'A'..=b'F')) {
            return None;
        }
        self.skeleton.extend_from_slice(&bytes[done..start]);
        if is_lower {
            self.skeleton.push(UUID);
            let mut values = [0u64; 2];
            for (position, (_, byte)) in digits().enumerate() {
                let value = &mut values[position / LANE_HEX_DIGITS];
                *value = *value << 4 | u64::from(nibble(*byte));
            }
            self.lanes.extend(values.map(|value| Lane { value, digits: 16 }));
        } else {
            for (position, group) in uuid.split(|byte| *byte == b'-').enumerate() {
                if position > 0 {
                    self.skeleton.push(b'-');
                }
                self.hex(group, UPPER_HEX);
            }
        }
        Some(start + UUID_BYTES)
    }

    /// Cuts a word that has a digit.
    fn word(&mut self, word: &[u8]) {
        if (HEX_DIGITS_MIN..=HEX_DIGITS_MAX).contains(&word.len())
            && word.iter().any(|byte| byte.is_ascii_alphabetic())
            && let Some(marker) = hex_case(word)
        {
            return self.hex(word, marker);
        }
        if let Some(address) = word.strip_prefix(b"0x")
            && (1..=HEX_DIGITS_MAX).contains(&address.len())
            && let Some(marker) = hex_case(address)
        {
            self.skeleton.extend_from_slice(b"0x");
            return self.hex(address, marker);
        }
        let mut rest = word;
        while !rest.is_empty() {
            let letters = rest.iter().position(u8::is_ascii_digit).unwrap_or(rest.len());
            self.skeleton.extend_from_slice(&rest[..letters]);
            rest = &rest[letters..];
            let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            if digits > 0 {
                self.digits(&rest[..digits]);
            }
            rest = &rest[digits..];
        }
    }

    fn digits(&mut self, run: &[u8]) {
        match u8::try_from(run.len()) {
            Ok(digits) if run.len() <= DECIMAL_DIGITS_MAX => {
                self.skeleton.push(DIGITS);
                let value = run.iter().fold(0, |value, byte| value * 10 + u64::from(*byte - b'0'));
                self.lanes.push(Lane { value, digits });
            }
            // Longer numbers have the digits of hexadecimal ones; very long ones are literal text.
            Ok(_) => self.hex(run, LOWER_HEX),
            Err(_) => self.skeleton.extend_from_slice(run),
        }
    }

    fn hex(&mut self, run: &[u8], marker: u8) {
        let Ok(length) = u8::try_from(run.len()) else { return self.skeleton.extend_from_slice(run) };
        self.skeleton.extend_from_slice(&[marker, length]);
        for part in run.chunks(LANE_HEX_DIGITS) {
            let value = part.iter().fold(0, |value, byte| value << 4 | u64::from(nibble(*byte)));
            self.lanes.push(Lane { value, digits: u8::try_from(part.len()).unwrap_or(16) });
        }
    }
}

/// The marker for a run of hexadecimal digits; `None` when other characters or both cases stand in it.
fn hex_case(run: &[u8]) -> Option<u8> {
    if run.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        Some(LOWER_HEX)
    } else if run.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')) {
        Some(UPPER_HEX)
    } else {
        None
    }
}

/// The value of a hexadecimal digit of either case.
fn nibble(digit: u8) -> u8 {
    (digit & 0xf) + (digit >> 6) * 9
}

/// The place of the first decimal digit at or after `from`.
fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let mut at = from;
    while let Some(eight) = bytes[at..].first_chunk::<8>() {
        // A byte is a digit when, its bits compared to those of `0`, it is below ten.
        let distance = u64::from_le_bytes(*eight) ^ 0x3030_3030_3030_3030;
        let digits = !(((distance & LOW) + 0x7676_7676_7676_7676) | distance) & !LOW;
        if digits != 0 {
            return Some(at + digits.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found)
}

fn is_word_byte(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Where the word around `at` begins, not before `done`.
fn word_start(bytes: &[u8], done: usize, at: usize) -> usize {
    let mut start = at;
    while start > done && is_word_byte(bytes.get(start - 1)) {
        start -= 1;
    }
    start
}

/// Where the word around `at` ends.
fn word_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while is_word_byte(bytes.get(end)) {
        end += 1;
    }
    end
}
