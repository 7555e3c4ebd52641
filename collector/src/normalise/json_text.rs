//! Texts inside JSON: where they end and what their escapes mean.

use super::json::Problem;

/// A text as it stands between its quotes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) raw: &'a str,
    pub(crate) is_escaped: bool,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The bits of the bytes that are zero. A byte above the first such byte may be marked wrongly, so that only the first
/// may be used.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// The offset of the first quote, backslash or control character from `offset` on; eight bytes at a time, because most
/// of all bytes of logs stand in texts.
fn next_special(bytes: &[u8], mut offset: usize) -> usize {
    while let Some(chunk) = bytes.get(offset..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let quote = zero_bytes(word ^ (ONES * 0x22));
        let special = control | quote | zero_bytes(word ^ (ONES * 0x5c));
        if special != 0 {
            return offset + (special.trailing_zeros() / 8) as usize;
        }
        offset += 8;
    }
    while let Some(byte) = bytes.get(offset) {
        if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
            break;
        }
        offset += 1;
    }
    offset
}

/// Where the text that begins at `start` has its closing quote, and whether anything in it is escaped.
pub(crate) fn end_of_text(bytes: &[u8], start: usize) -> Result<(usize, bool), Problem> {
    let (mut offset, mut is_escaped) = (start, false);
    loop {
        offset = next_special(bytes, offset);
        match bytes.get(offset) {
            Some(b'"') => return Ok((offset, is_escaped)),
            Some(b'\\') => {
                is_escaped = true;
                offset = end_of_escape(bytes, offset)?;
            }
            Some(_) => {
                return Err(Problem { offset, what: "expected no control character inside of quotes" });
            }
            None => return Err(Problem { offset, what: "expected a closing quote, found the end" }),
        }
    }
}

fn end_of_escape(bytes: &[u8], offset: usize) -> Result<usize, Problem> {
    match bytes.get(offset + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(offset + 2),
        Some(b'u') => match bytes.get(offset + 2..offset + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(offset + 6),
            _ => Err(Problem { offset, what: "expected four hexadecimal digits after `\\u`" }),
        },
        _ => Err(Problem { offset, what: "expected an escape that JSON knows" }),
    }
}

impl Text<'_> {
    /// Appends the text without its escapes.
    pub(crate) fn append_to(&self, target: &mut String) {
        if !self.is_escaped {
            target.push_str(self.raw);
            return;
        }
        let mut rest = self.raw;
        while let Some(position) = memchr::memchr(b'\\', rest.as_bytes()) {
            target.push_str(&rest[..position]);
            let (character, length) = unescape(&rest.as_bytes()[position..]);
            target.push(character);
            rest = &rest[position + length..];
        }
        target.push_str(rest);
    }
}

/// The character of a checked escape, and how long the escape is.
fn unescape(escape: &[u8]) -> (char, usize) {
    let simple = match escape[1] {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unescape_unicode(escape),
        other => char::from(other),
    };
    (simple, 2)
}

fn unescape_unicode(escape: &[u8]) -> (char, usize) {
    let first = hexadecimal(&escape[2..6]);
    if (0xd800..0xdc00).contains(&first) && escape.len() >= 12 && escape[6..].starts_with(b"\\u") {
        let second = hexadecimal(&escape[8..12]);
        if (0xdc00..0xe000).contains(&second) {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
        }
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}

fn hexadecimal(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |code, digit| code * 16 + char::from(*digit).to_digit(16).unwrap_or(0))
}
