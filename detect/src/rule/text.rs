//! From a value as a rule writes it to patterns: wildcards, backslashes, dashes, encodings.

use super::modifier::{Base64, TextForm, Utf16};
use super::{DASHES, Pattern, Piece, Place};

/// The most texts that dashes may turn one value into before it is encoded: five for each dash, so that three dashes fit.
const VARIANTS_MAX: usize = 125;

/// Splits a value at its wildcards. `\*` and `\?` are plain characters, `\\` is one backslash, any other backslash stands for
/// itself.
pub(crate) fn wildcards(value: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        let wildcard = match character {
            '\\' => {
                let escaped = characters.next_if(|next| matches!(next, '*' | '?' | '\\'));
                text.push(escaped.unwrap_or('\\'));
                continue;
            }
            '*' => Piece::Many,
            '?' => Piece::One,
            plain => {
                text.push(plain);
                continue;
            }
        };
        pieces.push(Piece::Text(std::mem::take(&mut text)));
        pieces.push(wildcard);
    }
    pieces.push(Piece::Text(text));
    pieces
}

/// The patterns that a value stands for.
pub(super) fn patterns(value: &str, form: &TextForm) -> Result<Vec<Pattern>, String> {
    let pieces = wildcards(value);
    if form.utf16.is_none() && form.base64.is_none() {
        let pieces = if form.dashes { with_dashes(pieces) } else { pieces };
        return Ok(vec![placed(pieces, form)]);
    }
    let mut plain = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => plain.push_str(&text),
            _ => return Err(format!("`{value}` has wildcards, and those cannot be encoded")),
        }
    }
    let mut patterns = Vec::new();
    for text in if form.dashes { variants(&plain)? } else { vec![plain] } {
        let bytes = to_bytes(&text, form.utf16);
        let encoded = match form.base64 {
            None => vec![String::from_utf8(bytes).map_err(|_| {
                format!("`{value}` in UTF-16 is not text; put `base64` or `base64offset` behind it")
            })?],
            Some(Base64::Whole) => vec![base64(&bytes)],
            Some(Base64::AnyOffset) => at_any_offset(&bytes).ok_or_else(|| {
                format!("`{value}` is too short for `base64offset`; it would match anything")
            })?,
        };
        patterns.extend(encoded.into_iter().map(|text| placed(vec![Piece::Text(text)], form)));
    }
    Ok(patterns)
}

fn placed(mut pieces: Vec<Piece>, form: &TextForm) -> Pattern {
    if matches!(form.place, Place::End | Place::Anywhere) {
        pieces.insert(0, Piece::Many);
    }
    if matches!(form.place, Place::Start | Place::Anywhere) {
        pieces.push(Piece::Many);
    }
    Pattern::new(pieces, form.cased)
}

/// The pieces with [`Piece::Dash`] for every dash: all the permutations that the specification asks for, without writing
/// them down.
fn with_dashes(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut dashed = Vec::new();
    for piece in pieces {
        let Piece::Text(text) = piece else {
            dashed.push(piece);
            continue;
        };
        for (number, part) in text.split(DASHES).enumerate() {
            if number > 0 {
                dashed.push(Piece::Dash);
            }
            dashed.push(Piece::Text(part.to_owned()));
        }
    }
    dashed
}

/// The permutations themselves, where each is to be encoded.
fn variants(text: &str) -> Result<Vec<String>, String> {
    let mut variants = vec![String::new()];
    for character in text.chars() {
        if !DASHES.contains(&character) {
            variants.iter_mut().for_each(|variant| variant.push(character));
            continue;
        }
        if variants.len() * DASHES.len() > VARIANTS_MAX {
            return Err(format!("`{text}` has more than three dashes, too many to encode each way"));
        }
        variants = variants.iter().flat_map(|start| DASHES.map(|dash| format!("{start}{dash}"))).collect();
    }
    Ok(variants)
}

fn to_bytes(text: &str, utf16: Option<Utf16>) -> Vec<u8> {
    let mark: &[u16] = if utf16 == Some(Utf16::Marked) { &[0xfeff] } else { &[] };
    let units = || mark.iter().copied().chain(text.encode_utf16());
    match utf16 {
        None => text.as_bytes().to_vec(),
        Some(Utf16::Big) => units().flat_map(u16::to_be_bytes).collect(),
        Some(Utf16::Little | Utf16::Marked) => units().flat_map(u16::to_le_bytes).collect(),
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit <= chunk.len() {
                text.push(char::from(ALPHABET[(bits >> (18 - 6 * digit) & 63) as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// The characters that stay the same whatever is encoded before and after these bytes, for each of the three places that
/// bytes can have in groups of three; `None` if one of them would be nothing.
fn at_any_offset(bytes: &[u8]) -> Option<Vec<String>> {
    (0..3)
        .map(|offset| {
            let mut shifted = vec![b' '; offset];
            shifted.extend_from_slice(bytes);
            let text = base64(&shifted);
            // The characters that also hold bits of what stands before or after.
            let first = [0, 2, 3][offset];
            let last = text.len() - [0, 3, 2][shifted.len() % 3];
            text.get(first..last).filter(|kept| !kept.is_empty()).map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORM: TextForm =
        TextForm { place: Place::Whole, cased: true, dashes: false, utf16: None, base64: None };

    fn text(text: &str) -> Piece {
        Piece::Text(text.into())
    }

    fn read(value: &str) -> Vec<Piece> {
        patterns(value, &FORM).unwrap()[0].pieces().to_vec()
    }

    fn encoded(value: &str, form: &TextForm) -> Vec<String> {
        patterns(value, form)
            .unwrap()
            .iter()
            .map(|pattern| match pattern.pieces() {
                [Piece::Text(text)] => text.clone(),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn backslashes_escape_wildcards_and_themselves_and_nothing_else() {
        assert_eq!(read(r"C:\Windows\x"), [text(r"C:\Windows\x")]);
        assert_eq!(read(r"a\\b"), [text(r"a\b")]);
        assert_eq!(read(r"a\*b"), [text("a*b")]);
        assert_eq!(read(r"a\\*b"), [text(r"a\"), Piece::Many, text("b")]);
        assert_eq!(read(r"a\\\*b"), [text(r"a\*b")]);
        assert_eq!(read(r"a\\\\b"), [text(r"a\\b")]);
        assert_eq!(read(r"a\\\b"), [text(r"a\\b")]);
        assert_eq!(read(r"\"), [text(r"\")]);
        assert_eq!(read("a?b"), [text("a"), Piece::One, text("b")]);
    }

    #[test]
    fn dashes_stand_for_one_another() {
        let form = TextForm { dashes: true, place: Place::Anywhere, cased: false, ..FORM };
        let pattern = &patterns(" -Ma ", &form).unwrap()[0];
        for dash in DASHES {
            assert!(pattern.matches_folded(&format!("rundll32 {dash}ma x")));
        }
        assert!(!pattern.matches_folded("rundll32 +ma x"));
        assert!(patterns(" /ma ", &form).unwrap()[0].matches_folded(" -ma "));
    }

    #[test]
    fn encodings_are_those_of_the_specification() {
        let base64 = TextForm { base64: Some(Base64::Whole), ..FORM };
        assert_eq!(encoded("foobar", &base64), ["Zm9vYmFy"]);
        assert_eq!(encoded("fooba", &base64), ["Zm9vYmE="]);
        let offset = TextForm { base64: Some(Base64::AnyOffset), ..FORM };
        assert_eq!(encoded("http://", &offset), ["aHR0cDovL", "h0dHA6Ly", "odHRwOi8v"]);
        let wide = TextForm { utf16: Some(Utf16::Little), ..FORM };
        assert_eq!(encoded("cmd", &wide), ["c\0m\0d\0"]);
        let marked = TextForm { utf16: Some(Utf16::Marked), ..base64.clone() };
        assert_eq!(encoded("cmd", &marked), ["//5jAG0AZAA="]);
        let dashes = TextForm { dashes: true, ..base64 };
        assert_eq!(encoded("-a", &dashes).len(), 5);
    }

    #[test]
    fn what_cannot_be_encoded_is_refused() {
        let base64 = TextForm { base64: Some(Base64::Whole), ..FORM };
        assert!(patterns("a*", &base64).is_err());
        assert!(patterns("é", &TextForm { utf16: Some(Utf16::Little), ..FORM }).is_err());
        assert!(patterns("a", &TextForm { base64: Some(Base64::AnyOffset), ..FORM }).is_err());
        assert!(patterns("----", &TextForm { dashes: true, ..base64 }).is_err());
    }

    proptest! {
        #[test]
        fn one_of_the_offsets_lies_in_whatever_was_encoded(
            before in proptest::collection::vec(any::<u8>(), 0..7),
            value in "[a-zA-Z -]{3,12}",
            after in proptest::collection::vec(any::<u8>(), 0..7),
        ) {
            let whole = [before, value.clone().into_bytes(), after].concat();
            let text = base64(&whole);
            let offset = TextForm { base64: Some(Base64::AnyOffset), ..FORM };
            prop_assert!(encoded(&value, &offset).iter().any(|part| text.contains(part)), "{value} in {text}");
        }
    }
}
