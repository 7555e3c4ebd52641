//! Envelopes: how a protected value stands inside a stored record, as text.
//!
//! ```text
//! <sealed:TOKEN:BODY>
//!   TOKEN  search token, 32 lowercase hexadecimal digits
//!   BODY   base64url without padding of
//!          version and algorithm (1) = 1 | kind (1) | key id (8) | session (8) | counter (6, big endian) |
//!          ciphertext (as long as the plaintext) | tag (16)
//! ```
//!
//! All of it is ASCII that needs no escaping in JSON. Text that merely looks like an envelope is left alone.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memmem::Finder;
use palisade_record::limits::RECORD_BYTES_MAX;

use crate::id::{KeyId, SessionId};
use crate::token::Token;

/// Version 1 with AES-256-GCM. Another algorithm gets another number.
pub(crate) const VERSION: u8 = 1;

pub(crate) const HEADER_BYTES: usize = 24;
pub(crate) const TAG_BYTES: usize = 16;

/// Longest plaintext of an envelope: no record is longer.
pub const PLAINTEXT_BYTES_MAX: usize = RECORD_BYTES_MAX.as_usize();

/// Longest envelope as text: token, body of the longest plaintext, and what stands around them.
pub const ENVELOPE_BYTES_MAX: usize =
    OPENING.len() + Token::TEXT_BYTES + 2 + (HEADER_BYTES + PLAINTEXT_BYTES_MAX + TAG_BYTES) * 4 / 3 + 2;

const OPENING: &[u8] = b"<sealed:";
const BODY_TEXT_BYTES_MIN: usize = (HEADER_BYTES + TAG_BYTES) * 4 / 3;

static OPENING_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(OPENING));

/// What an envelope stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A whole JSON value. The plaintext is its exact bytes, with its quotes if it is a string; the envelope stands in quotes.
    Json,
    /// A piece of text. The envelope stands in its place.
    Text,
    /// A whole record. The envelope is all there is.
    Record,
}

impl Kind {
    pub(crate) fn to_byte(self) -> u8 {
        match self {
            Self::Json => 1,
            Self::Text => 2,
            Self::Record => 3,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Json),
            2 => Some(Self::Text),
            3 => Some(Self::Record),
            _ => None,
        }
    }
}

/// An envelope that was found in the bytes of a record. It is well formed; whether its tag fits shows when it is unsealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope<'a> {
    /// Where it stands, from `<` to `>`.
    pub range: Range<usize>,
    /// The search token.
    pub token: Token,
    /// What it stands for.
    pub kind: Kind,
    /// The subject's key.
    pub key: KeyId,
    /// The run of the writer.
    pub session: SessionId,
    /// The writer's counter.
    pub counter: u64,
    body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads `text` when it is an envelope and nothing else.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let envelope = parse_at(text, 0)?;
        (envelope.range.end == text.len()).then_some(envelope)
    }

    /// The body as base64 text.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Bytes of what is inside.
    pub fn plaintext_bytes(&self) -> usize {
        (self.body.len() * 3 / 4).saturating_sub(HEADER_BYTES + TAG_BYTES)
    }

    /// Header, ciphertext and tag; `None` when the text has bits too many.
    pub(crate) fn decoded(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.body).ok()
    }
}

/// All envelopes in the bytes of a record, from the front.
pub fn envelopes(bytes: &[u8]) -> Envelopes<'_> {
    Envelopes { bytes, at: 0 }
}

/// See [`envelopes`].
#[derive(Clone, Debug)]
pub struct Envelopes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Envelopes<'a> {
    type Item = Envelope<'a>;

    fn next(&mut self) -> Option<Envelope<'a>> {
        while let Some(found) = OPENING_FINDER.find(&self.bytes[self.at..]) {
            let start = self.at + found;
            if let Some(envelope) = parse_at(self.bytes, start) {
                self.at = envelope.range.end;
                return Some(envelope);
            }
            self.at = start + OPENING.len();
        }
        self.at = self.bytes.len();
        None
    }
}

/// The envelope that begins at `start`.
fn parse_at(bytes: &[u8], start: usize) -> Option<Envelope<'_>> {
    let rest = bytes.get(start..)?.strip_prefix(OPENING)?;
    let (token, rest) = rest.split_at_checked(Token::TEXT_BYTES)?;
    let token = Token::parse(token)?;
    let rest = rest.strip_prefix(b":")?;
    // No base64 text has a `<` in it: envelopes that begin over and over are not walked through again and again.
    let length = memchr::memchr2(b'>', b'<', rest).filter(|length| rest[*length] == b'>')?;
    let body = &rest[..length];
    let end = start + OPENING.len() + Token::TEXT_BYTES + 1 + length + 1;
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_');
    // Without an early end, which lets many letters be looked at in one step.
    let is_body = body.iter().fold(true, |all, byte| all & is_letter(*byte));
    if !is_body || length < BODY_TEXT_BYTES_MIN || end - start > ENVELOPE_BYTES_MAX {
        return None;
    }
    let mut header = [0; HEADER_BYTES];
    // 24 bytes are exactly 32 letters.
    URL_SAFE_NO_PAD.decode_slice(body.get(..HEADER_BYTES * 4 / 3)?, &mut header).ok()?;
    let (version, kind) = (header[0], Kind::from_byte(header[1])?);
    let mut counter = [0; 8];
    counter[2..].copy_from_slice(&header[18..24]);
    // One letter over a multiple of four is no base64.
    (version == VERSION && length % 4 != 1).then(|| Envelope {
        range: start..end,
        token,
        kind,
        key: KeyId::from_bytes(header[2..10].try_into().expect("eight bytes")),
        session: SessionId::from_bytes(header[10..18].try_into().expect("eight bytes")),
        counter: u64::from_be_bytes(counter),
        body,
    })
}

/// The first 24 bytes of a body.
pub(crate) fn header(kind: Kind, key: KeyId, session: SessionId, counter: u64) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[0] = VERSION;
    header[1] = kind.to_byte();
    header[2..10].copy_from_slice(key.as_bytes());
    header[10..18].copy_from_slice(session.as_bytes());
    header[18..24].copy_from_slice(&counter.to_be_bytes()[2..]);
    header
}

/// Appends an envelope: `body` is header, ciphertext and tag.
pub(crate) fn write(token: Token, body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(OPENING);
    out.extend_from_slice(&token.to_text());
    out.push(b':');
    let start = out.len();
    out.resize(start + body.len().div_ceil(3) * 4, 0);
    let written =
        URL_SAFE_NO_PAD.encode_slice(body, &mut out[start..]).expect("four letters for three bytes");
    out.truncate(start + written);
    out.push(b'>');
}

/// How people see an envelope: `<sealed:` and the first eight digits of the token, so that equal values can be told.
pub fn mask(token: Token) -> String {
    let text = token.to_string();
    format!("<sealed:{}…>", &text[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sealed(kind: Kind, ciphertext: &[u8]) -> Vec<u8> {
        let mut body =
            header(kind, KeyId::from_bytes([1; 8]), SessionId::from_bytes([2; 8]), 0x0102_0304).to_vec();
        body.extend_from_slice(ciphertext);
        body.extend_from_slice(&[9; TAG_BYTES]);
        let mut text = Vec::new();
        write(Token::from_bytes([0xab; 16]), &body, &mut text);
        text
    }

    #[test]
    fn envelopes_are_found_where_they_stand() {
        let mut bytes = br#"{"a":""#.to_vec();
        let first = bytes.len();
        bytes.extend(sealed(Kind::Json, b"one"));
        bytes.extend(br#"","b":" <sealed: <sealed:"#);
        let second = bytes.len();
        bytes.extend(sealed(Kind::Text, b""));
        bytes.extend(b"\"}");

        let found: Vec<_> = envelopes(&bytes).collect();
        assert_eq!(found.iter().map(|envelope| envelope.range.start).collect::<Vec<_>>(), [first, second]);
        assert_eq!((found[0].kind, found[1].kind), (Kind::Json, Kind::Text));
        assert_eq!((found[0].plaintext_bytes(), found[1].plaintext_bytes()), (3, 0));
        assert_eq!((found[0].key, found[0].counter), (KeyId::from_bytes([1; 8]), 0x0102_0304));
        assert_eq!(found[0].token, Token::from_bytes([0xab; 16]));
    }

    #[test]
    fn what_merely_looks_like_an_envelope_is_left_alone() {
        let real = String::from_utf8(sealed(Kind::Text, b"x")).unwrap();
        assert!(Envelope::parse(real.as_bytes()).is_some());
        for text in [
            "<sealed:>".to_owned(),
            "<sealed:abababababababababababababababab:AQIB>".to_owned(),
            real.replace("ab", "AB"),
            real.replace(":AQI", ":AgI"),
            real.replace(":AQI", ":AQU"),
            real.replace(":AQI", ":A+I"),
            real.trim_end_matches('>').to_owned(),
            real.replace('>', "==>"),
        ] {
            assert_eq!(envelopes(text.as_bytes()).count(), 0, "{text}");
        }
        assert!(Envelope::parse(format!("{real} ").as_bytes()).is_none());
    }

    #[test]
    fn people_see_eight_digits_of_the_token() {
        assert_eq!(mask(Token::from_bytes([0xab; 16])), "<sealed:abababab…>");
    }

    proptest! {
        #[test]
        fn an_envelope_is_read_back(
            ciphertext in proptest::collection::vec(any::<u8>(), 0..200),
            before in "[ -~]{0,20}",
            after in "[ -~]{0,20}",
        ) {
            let text = sealed(Kind::Record, &ciphertext);
            let bytes = [before.as_bytes(), &text, after.as_bytes()].concat();
            let found: Vec<_> = envelopes(&bytes).collect();
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(&bytes[found[0].range.clone()], text.as_slice());
            let decoded = found[0].decoded().unwrap();
            prop_assert_eq!(&decoded[HEADER_BYTES..decoded.len() - TAG_BYTES], ciphertext.as_slice());
            prop_assert_eq!(found[0].plaintext_bytes(), ciphertext.len());
        }

        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..100) {
            let mut text = sealed(Kind::Text, b"some text");
            let at = at.min(text.len());
            text.splice(at..at, bytes);
            for envelope in envelopes(&text) {
                _ = envelope.decoded();
            }
        }
    }
}
