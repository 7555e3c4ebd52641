//! Makes texts of templates and values.

use super::super::template::{LANE_HEX_DIGITS, Piece};
use super::TemplateColumn;
use super::lane::Lane;

/// Digits of the largest 64-bit number.
const DIGITS_MAX: usize = 20;

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// What texts are appended to.
trait Target {
    fn text(&mut self, text: &str);
    fn ascii(&mut self, ascii: &[u8]);
}

impl Target for String {
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }

    fn ascii(&mut self, ascii: &[u8]) {
        self.push_str(std::str::from_utf8(ascii).expect("digits are ASCII"));
    }
}

impl Target for Vec<u8> {
    fn text(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }

    fn ascii(&mut self, ascii: &[u8]) {
        self.extend_from_slice(ascii);
    }
}

impl TemplateColumn {
    /// Appends the text of an entry.
    ///
    /// # Panics
    /// When there are not so many entries.
    pub fn render(&self, entry: usize, target: &mut String) {
        self.render_to(entry, target);
    }

    /// Appends the text of an entry, which is UTF-8. For texts that are searched as bytes: this is the fastest way.
    ///
    /// # Panics
    /// When there are not so many entries.
    pub fn render_bytes(&self, entry: usize, target: &mut Vec<u8>) {
        self.render_to(entry, target);
    }

    fn render_to(&self, entry: usize, target: &mut impl Target) {
        let (id, place) = (self.ids[entry], self.places[entry] as usize);
        if id == 0 {
            let text = std::str::from_utf8(self.standing.get(place)).expect("checked when it was decoded");
            return target.text(text);
        }
        let start = self.starts[usize::from(self.codes[entry])] as usize;
        let mut lanes = self.lanes[start..].iter();
        let mut next = || lanes.next().expect("a lane for every slot");
        for piece in self.template(id).pieces() {
            match piece {
                Piece::Text(text) => target.text(text),
                Piece::Digits => self.decimal(next(), place, target),
                Piece::LowerHex(length) | Piece::UpperHex(length) => {
                    let alphabet = if matches!(piece, Piece::UpperHex(_)) { UPPER } else { LOWER };
                    for start in (0..length).step_by(LANE_HEX_DIGITS) {
                        let value = next().value(place, &self.pools);
                        hexadecimal(value, (length - start).min(LANE_HEX_DIGITS), alphabet, target);
                    }
                }
                Piece::Uuid => {
                    let values = [next().value(place, &self.pools), next().value(place, &self.pools)];
                    uuid(values, target);
                }
            }
        }
    }

    fn decimal(&self, lane: &Lane, place: usize, target: &mut impl Target) {
        let mut value = lane.value(place, &self.pools);
        let mut digits = [b'0'; DIGITS_MAX];
        let mut start = DIGITS_MAX;
        while value > 0 || start == DIGITS_MAX {
            start -= 1;
            digits[start] = b'0' + (value % 10).to_le_bytes()[0];
            value /= 10;
        }
        let start = start.min(DIGITS_MAX - lane.width(place).min(DIGITS_MAX));
        target.ascii(&digits[start..]);
    }
}

fn hexadecimal(value: u64, length: usize, alphabet: &[u8; 16], target: &mut impl Target) {
    let mut digits = [0; LANE_HEX_DIGITS];
    for (place, digit) in digits.iter_mut().enumerate() {
        let shift = 4 * (LANE_HEX_DIGITS - 1 - place);
        *digit = alphabet[usize::from((value >> shift).to_le_bytes()[0] & 0xf)];
    }
    target.ascii(&digits[LANE_HEX_DIGITS - length..]);
}

fn uuid(values: [u64; 2], target: &mut impl Target) {
    for (value, length) in [(values[0] >> 32, 8), (values[0] >> 16, 4), (values[0], 4), (values[1] >> 48, 4)]
    {
        hexadecimal(value, length, LOWER, target);
        target.ascii(b"-");
    }
    hexadecimal(values[1], 12, LOWER, target);
}
