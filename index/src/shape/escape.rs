//! How loggers escape texts in JSON: what must be is escaped alike by nearly all, the rest is a matter of habit.

/// What a logger escapes beyond what JSON demands, and how.
///
/// Without any habit: `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u001b` with small letters for the other controls, and
/// everything else as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Escapes(u8);

/// Everything beyond ASCII, as Python does.
const NON_ASCII: u8 = 1;
/// `/` as `\/`, as PHP does.
const SLASH: u8 = 2;
/// `<`, `>`, `&` and the separators of lines and paragraphs, as Go does.
const HTML: u8 = 4;
/// Hexadecimal digits as capitals, as Jackson does.
const CAPITALS: u8 = 8;
/// Backspace and form feed by their numbers, as older Go does.
const NUMBERED: u8 = 16;
/// The quote by its number, and `'`, `+`, the back quote and delete as well, as .NET does.
const CAUTIOUS: u8 = 32;
const KNOWN: u8 = 63;

impl Escapes {
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn from_bits(bits: u8) -> Option<Self> {
        (bits & !KNOWN == 0).then_some(Self(bits))
    }

    fn has(self, habit: u8) -> bool {
        self.0 & habit != 0
    }

    /// The habits by which `text` is written exactly as `raw`, if there are such. `scratch` is a buffer.
    pub(crate) fn of(text: &str, raw: &[u8], scratch: &mut Vec<u8>) -> Option<Self> {
        let (habits, has_separators) = habits(raw);
        // Whether separators of lines are escaped as part of HTML or of what is beyond ASCII, only trying tells.
        let more: &[u8] = if has_separators { &[HTML, NON_ASCII] } else { &[0] };
        more.iter().map(|more| Self(habits | more)).find(|escapes| {
            scratch.clear();
            escapes.write(text, scratch);
            scratch == raw
        })
    }

    /// Appends a text as it stands between quotes.
    pub(crate) fn write(self, text: &str, target: &mut Vec<u8>) {
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| self.may_escape(byte)) {
            target.extend_from_slice(&rest.as_bytes()[..at]);
            rest = &rest[at..];
            let Some(character) = rest.chars().next() else { break };
            self.write_character(character, target);
            rest = &rest[character.len_utf8()..];
        }
        target.extend_from_slice(rest.as_bytes());
    }

    /// Whether a character that begins with this byte needs a closer look.
    fn may_escape(self, byte: u8) -> bool {
        match byte {
            b'"' | b'\\' | ..0x20 => true,
            b'/' => self.has(SLASH),
            b'<' | b'>' | b'&' => self.has(HTML),
            b'\'' | b'+' | b'`' | 0x7f => self.has(CAUTIOUS),
            // U+2028 and U+2029 begin so.
            0xe2 => self.has(HTML | NON_ASCII),
            0xc0.. => self.has(NON_ASCII),
            _ => false,
        }
    }

    fn write_character(self, character: char, target: &mut Vec<u8>) {
        let short = match character {
            '"' | '\'' | '+' | '`' | '\u{7f}' if self.has(CAUTIOUS) => {
                return self.write_numbers(character, target);
            }
            '"' | '\\' => character,
            '/' if self.has(SLASH) => '/',
            '\u{8}' if !self.has(NUMBERED) => 'b',
            '\u{c}' if !self.has(NUMBERED) => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            ..' ' => return self.write_numbers(character, target),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if self.has(HTML) => {
                return self.write_numbers(character, target);
            }
            '\u{80}'.. if self.has(NON_ASCII) => return self.write_numbers(character, target),
            _ => {
                target.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return;
            }
        };
        target.push(b'\\');
        target.extend_from_slice(short.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn write_numbers(self, character: char, target: &mut Vec<u8>) {
        let digits: &[u8; 16] = if self.has(CAPITALS) { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        for unit in character.encode_utf16(&mut [0; 2]) {
            target.extend_from_slice(b"\\u");
            target.extend([12, 8, 4, 0].map(|shift| digits[usize::from(*unit >> shift & 15)]));
        }
    }
}

/// The habits that the escapes in a text show, and whether there are separators of lines or paragraphs among them.
fn habits(raw: &[u8]) -> (u8, bool) {
    let (mut habits, mut has_separators, mut at) = (0, false, 0);
    while let Some(found) = raw.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += found;
        match raw.get(at + 1) {
            Some(b'/') => habits |= SLASH,
            Some(b'u') => {
                let digits = raw.get(at + 2..at + 6).unwrap_or(&[]);
                if digits.iter().any(u8::is_ascii_uppercase) {
                    habits |= CAPITALS;
                }
                let number = digits
                    .iter()
                    .fold(0, |number, digit| number * 16 + char::from(*digit).to_digit(16).unwrap_or(0));
                has_separators |= matches!(number, 0x2028 | 0x2029);
                habits |= match number {
                    0x8 | 0xc => NUMBERED,
                    0x22 | 0x27 | 0x2b | 0x60 | 0x7f => CAUTIOUS,
                    0x3c | 0x3e | 0x26 => HTML,
                    0x2028 | 0x2029 => 0,
                    0x80.. => NON_ASCII,
                    _ => 0,
                };
            }
            _ => {}
        }
        at += 2;
    }
    (habits, has_separators)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(escapes: Escapes, text: &str) -> String {
        let mut target = Vec::new();
        escapes.write(text, &mut target);
        String::from_utf8(target).unwrap()
    }

    #[test]
    fn every_habit_is_recognised_by_what_it_writes() {
        let text = "\"\\/\u{8}\u{c}\n\r\t\u{1b}<>&\u{2028}é\u{1f600}x'+`\u{7f}";
        for bits in 0..=KNOWN {
            let escapes = Escapes::from_bits(bits).unwrap();
            let raw = written(escapes, text);
            let found = Escapes::of(text, raw.as_bytes(), &mut Vec::new()).unwrap();
            assert_eq!(written(found, text), raw, "{bits}");
        }
        assert_eq!(
            written(Escapes::default(), text),
            "\\\"\\\\/\\b\\f\\n\\r\\t\\u001b<>&\u{2028}é\u{1f600}x'+`\u{7f}"
        );
        assert_eq!(written(Escapes(NON_ASCII), "é\u{1f600}"), "\\u00e9\\ud83d\\ude00");
    }

    #[test]
    fn what_nobody_writes_so_is_not_recognised() {
        for (text, raw) in [
            ("a", "\\u0061"),
            ("//", "/\\/"),
            ("\u{fffd}", "\\ud800"),
            ("\u{1b}\u{1c}\u{1f}", "\\u001B\\u001c\\u001f"),
        ] {
            assert_eq!(Escapes::of(text, raw.as_bytes(), &mut Vec::new()), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn texts_are_escaped_as_serde_does(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let raw = &json[1..json.len() - 1];
            prop_assert_eq!(written(Escapes::default(), &text), raw);
        }

        #[test]
        fn arbitrary_bytes_never_panic(raw in proptest::collection::vec(prop_oneof![Just(b'\\'), Just(b'u'), any::<u8>()], 0..30), text in any::<String>()) {
            _ = Escapes::of(&text, &raw, &mut Vec::new());
        }
    }
}
