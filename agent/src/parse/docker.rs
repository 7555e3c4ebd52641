//! Docker's `json-file`: `{"log":"text\n","stream":"stdout","time":"…"}`, one object per line.
//!
//! A record longer than 16 KiB is split without any mark: a value that does not end in a newline goes on in the next
//! object of its channel. Keys other than the three are skipped.

use palisade_record::Timestamp;

use super::{Piece, skip_zeros};

/// Depth of objects in skipped values; a deeper one is not a log line.
const DEPTH_MAX: usize = 32;

/// Reads one line, without its newline; the text is unescaped into `text`. `None` when it is not such an object.
pub(crate) fn parse<'a>(line: &[u8], text: &'a mut Vec<u8>) -> Option<Piece<'a>> {
    let mut cursor = Cursor { bytes: skip_zeros(line), at: 0 };
    text.clear();
    let (mut has_text, mut lane, mut time) = (false, None, None);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    cursor.expect(b'{')?;
    if !cursor.take(b'}') {
        loop {
            key.clear();
            cursor.string(&mut key)?;
            cursor.expect(b':')?;
            match key.as_slice() {
                b"log" => {
                    text.clear();
                    cursor.string(text)?;
                    has_text = true;
                }
                b"stream" => {
                    value.clear();
                    cursor.string(&mut value)?;
                    lane = match value.as_slice() {
                        b"stdout" => Some(0),
                        b"stderr" => Some(1),
                        _ => return None,
                    };
                }
                b"time" => {
                    value.clear();
                    cursor.string(&mut value)?;
                    time = Some(Timestamp::parse_rfc3339(std::str::from_utf8(&value).ok()?)?);
                }
                _ => cursor.skip_value(0)?,
            }
            if cursor.take(b'}') {
                break;
            }
            cursor.expect(b',')?;
        }
    }
    cursor.skip_spaces();
    if cursor.at != cursor.bytes.len() || !has_text {
        return None;
    }
    let is_last = text.pop_if(|last| *last == b'\n').is_some();
    Some(Piece { lane: lane.unwrap_or(0), time, is_last, payload: text })
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn skip_spaces(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        self.skip_spaces();
        let found = self.bytes.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        self.take(wanted).then_some(())
    }

    fn string(&mut self, target: &mut Vec<u8>) -> Option<()> {
        self.expect(b'"')?;
        loop {
            let rest = &self.bytes[self.at..];
            let plain = memchr::memchr2(b'"', b'\\', rest)?;
            target.extend_from_slice(&rest[..plain]);
            self.at += plain + 1;
            if rest[plain] == b'"' {
                return Some(());
            }
            self.escape(target)?;
        }
    }

    fn escape(&mut self, target: &mut Vec<u8>) -> Option<()> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        target.push(match byte {
            b'"' | b'\\' | b'/' => byte,
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let character = self.unicode()?;
                let mut utf8 = [0; 4];
                target.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
                return Some(());
            }
            _ => return None,
        });
        Some(())
    }

    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        let is_pair = (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u");
        if is_pair {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.at = before;
        }
        Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
    }

    fn skip_value(&mut self, depth: usize) -> Option<()> {
        self.skip_spaces();
        match *self.bytes.get(self.at)? {
            b'"' => self.string(&mut Vec::new()),
            open @ (b'{' | b'[') if depth < DEPTH_MAX => {
                let close = if open == b'{' { b'}' } else { b']' };
                self.at += 1;
                if self.take(close) {
                    return Some(());
                }
                loop {
                    if open == b'{' {
                        self.string(&mut Vec::new())?;
                        self.expect(b':')?;
                    }
                    self.skip_value(depth + 1)?;
                    if self.take(close) {
                        return Some(());
                    }
                    self.expect(b',')?;
                }
            }
            b'{' | b'[' => None,
            _ => {
                let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let length = self.bytes[self.at..].iter().take_while(is_word).count();
                self.at += length;
                (length > 0).then_some(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Option<(usize, bool, String)> {
        let mut text = Vec::new();
        let piece = parse(line.as_bytes(), &mut text)?;
        Some((piece.lane, piece.is_last, String::from_utf8(piece.payload.to_vec()).unwrap()))
    }

    #[test]
    fn objects_are_read_and_other_keys_skipped() {
        let check = |line: &str, lane, is_last, text: &str| {
            assert_eq!(read(line), Some((lane, is_last, text.into())), "{line}");
        };
        check(r#"{"log":"hello\n","stream":"stdout","time":"2026-11-21T08:02:00.5Z"}"#, 0, true, "hello");
        check(r#"{"log":"piece","stream":"stderr","time":"2026-11-21T08:02:00.5Z"}"#, 1, false, "piece");
        check(r#"{"log":"\n","stream":"stdout","attrs":{"a":[1,{"b":"}"}],"c":null}}"#, 0, true, "");
        check(
            r#" { "time" : "2026-11-21T08:02:00Z" , "log" : "tab\t\"q\" \\ \u00fc\ud83d\ude00\ud800 end\n" }"#,
            0,
            true,
            "tab\t\"q\" \\ ü😀\u{fffd} end",
        );
        check("\0\0{\"log\":\"after zeros\\n\"}", 0, true, "after zeros");
        check(r#"{"log":"escaped \\n"}"#, 0, false, r"escaped \n");
    }

    #[test]
    fn torn_and_foreign_lines_are_not_taken_for_it() {
        for line in [
            "",
            "{}",
            "hello",
            r#"{"stream":"stdout"}"#,
            r#"lo\n","stream":"stdout"}"#,
            r#"{"log":"torn"#,
            r#"{"log":"x\n"}{"log":"y\n"}"#,
            r#"{"log":1}"#,
            r#"{"log":"x\q"}"#,
            r#"{"log":"x","stream":"both"}"#,
            &format!(r#"{{"log":"x","a":{}}}"#, "[".repeat(100_000)),
        ] {
            assert_eq!(read(line), None, "{}", &line[..line.len().min(60)]);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(line in proptest::collection::vec(any::<u8>(), 0..80)) {
            _ = parse(&line, &mut Vec::new());
        }

        #[test]
        fn any_text_comes_back(text in ".{0,60}", is_last in any::<bool>()) {
            let written = if is_last { format!("{text}\n") } else { text.clone() };
            prop_assume!(is_last || !text.ends_with('\n'));
            let line = serde_json::json!({"log": written, "stream": "stderr"}).to_string();
            prop_assert_eq!(read(&line), Some((1, is_last, text)));
        }
    }
}
