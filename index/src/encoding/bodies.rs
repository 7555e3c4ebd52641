//! Bodies of sealed values: base64 text of a head, in which little changes from value to value, and of bytes that look like
//! chance, which nobody can make fewer.
//!
//! ```text
//! bodies = mark:integers key:integers session:integers counter:integers length:integers ciphertext:bytes
//!          of each body its bytes 0-1, 2-9, 10-17, 18-23 as numbers, big endian; how many follow; and these, one after the other
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::integers::{self, Integers};
use crate::Texts;

const HEAD_BYTES: usize = 24;

/// No body is longer than the longest record is as base64, and then some.
const BODY_BYTES_MAX: usize = 64 << 20;

/// Bodies, taken apart.
#[derive(Default)]
pub(crate) struct Bodies {
    heads: [Vec<i64>; 4],
    lengths: Vec<i64>,
    rest: Vec<u8>,
}

impl Bodies {
    /// Takes texts apart; `None` when one of them is no body, or would not come back as it is written.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let (mut bodies, mut body, mut again) = (Self::default(), Vec::new(), String::new());
        for text in texts {
            body.clear();
            again.clear();
            URL_SAFE_NO_PAD.decode_vec(text, &mut body).ok()?;
            URL_SAFE_NO_PAD.encode_string(&body, &mut again);
            if again.as_bytes() != text {
                return None;
            }
            let (head, rest) = body.split_first_chunk::<HEAD_BYTES>()?;
            let numbers = [&head[..2], &head[2..10], &head[10..18], &head[18..]].map(number);
            bodies.heads.iter_mut().zip(numbers).for_each(|(list, number)| list.push(number));
            bodies.lengths.push(i64::try_from(rest.len()).ok()?);
            bodies.rest.extend_from_slice(rest);
        }
        Some(bodies)
    }

    /// Writes them; their count is not written.
    pub(crate) fn encode(&self, target: &mut Writer) {
        self.heads.iter().for_each(|numbers| integers::encode(numbers, target));
        integers::encode(&self.lengths, target);
        target.bytes(&self.rest);
    }
}

/// Reads `count` bodies, as the texts they were.
///
/// # Errors
/// When the bytes are not so many bodies.
pub(crate) fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Texts, Malformed> {
    let mut heads: [Vec<i64>; 4] = Default::default();
    for numbers in &mut heads {
        *numbers = Integers::decode(reader, count)?.to_vec();
    }
    let lengths = Integers::decode(reader, count)?.to_vec();
    let mut rest = reader.bytes(reader.remaining())?;
    let (mut texts, mut body, mut text) = (Texts::new(), Vec::new(), String::new());
    for (at, length) in lengths.into_iter().enumerate() {
        let length = usize::try_from(length).ok().filter(|length| *length <= BODY_BYTES_MAX);
        let taken = length.and_then(|length| rest.split_at_checked(length));
        let (ciphertext, behind) = taken.ok_or_else(|| reader.malformed("length of a sealed value"))?;
        rest = behind;
        body.clear();
        for (numbers, bytes) in heads.iter().zip([2, 8, 8, 6]) {
            body.extend_from_slice(&numbers[at].to_be_bytes()[8 - bytes..]);
        }
        body.extend_from_slice(ciphertext);
        text.clear();
        URL_SAFE_NO_PAD.encode_string(&body, &mut text);
        texts.push(text.as_bytes());
    }
    if rest.is_empty() {
        Ok(texts)
    } else {
        Err(reader.malformed("lengths and bytes of sealed values differ"))
    }
}

fn number(bytes: &[u8]) -> i64 {
    let mut all = [0; 8];
    all[8 - bytes.len()..].copy_from_slice(bytes);
    i64::from_be_bytes(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bodies_come_back(bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 24..80), 0..40)) {
            let texts: Vec<String> = bodies.iter().map(|body| URL_SAFE_NO_PAD.encode(body)).collect();
            let mut writer = Writer::new();
            Bodies::of(texts.iter().map(String::as_bytes)).unwrap().encode(&mut writer);
            let mut reader = Reader::new(writer.as_slice());
            let read = decode(&mut reader, texts.len()).unwrap();
            prop_assert!(reader.is_at_end());
            prop_assert!(read.iter().eq(texts.iter().map(String::as_bytes)));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), count in 0usize..100) {
            _ = decode(&mut Reader::new(&bytes), count);
        }
    }

    #[test]
    fn what_is_no_body_is_not_taken_for_one() {
        let body = URL_SAFE_NO_PAD.encode([7; 40]);
        // The last letter of 40 bytes has four bits that mean nothing.
        let twisted = body[..body.len() - 1].to_owned() + "x";
        for text in ["", "short", &body[..20], "äöü", &twisted, &(body.clone() + "=")] {
            assert!(Bodies::of([body.as_bytes(), text.as_bytes()].into_iter()).is_none(), "{text}");
        }
        assert!(Bodies::of([body.as_bytes()].into_iter()).is_some());
    }
}
