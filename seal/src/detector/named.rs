//! Values that stand beside the name of a protected field in free text: `patient_id=P-17`, `patient_id: P-17`,
//! `"patient_id":"P-17"`, also inside a JSON text that was written into a text, and in the query of an address.
//!
//! A value without quotes ends with the word: of `name: Ada Lovelace` only `Ada` is found.

mod value;

use std::collections::HashMap;

use memchr::memchr2_iter;

use super::Found;

/// Longest name that is looked for.
const NAME_BYTES_MAX: usize = palisade_record::limits::FIELD_NAME_BYTES_MAX;

/// Names of protected fields, as they may be written.
#[derive(Debug)]
pub(super) struct NamedValues {
    /// By the name in lower case with `_` for `-`, as configured.
    names: HashMap<Box<[u8]>, Box<str>>,
    /// Whether a name ends with this byte: most separators of a log line are those of times, and are passed over so.
    endings: [bool; 256],
    longest: usize,
}

impl NamedValues {
    pub(super) fn new(fields: &[String]) -> Self {
        let names: HashMap<Box<[u8]>, Box<str>> =
            fields.iter().map(|field| (folded(field.as_bytes()).into(), field.as_str().into())).collect();
        let mut endings = [false; 256];
        for name in names.keys() {
            let last = name.last().copied().unwrap_or_default();
            endings[usize::from(last)] = true;
        }
        // A field also covers those inside it: `patient` covers `patient.name`, which can end with anything.
        let longest = names.keys().map(|name| name.len()).max().unwrap_or(0);
        Self { names, endings, longest }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn find<'a>(&'a self, bytes: &[u8], found: &mut Vec<Found<'a>>) {
        if self.names.is_empty() {
            return;
        }
        let mut from = 0;
        for separator in memchr2_iter(b'=', b':', bytes) {
            if separator < from {
                continue;
            }
            let Some(name) = self.name_before(&bytes[..separator]) else { continue };
            if let Some(range) = value::after(bytes, separator) {
                from = range.end;
                found.push(Found { range, name });
            }
        }
    }

    /// The protected field whose name stands at the end, perhaps in quotes and with a space behind it.
    fn name_before(&self, text: &[u8]) -> Option<&str> {
        let mut text = text.strip_suffix(b" ").unwrap_or(text);
        while let [shorter @ .., b'"' | b'\'' | b'\\' | b'`'] = text {
            text = shorter;
        }
        let tail = &text[text.len().saturating_sub(NAME_BYTES_MAX)..];
        let is_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || *byte >= 128;
        let length = tail.iter().rev().take_while(|byte| is_name(byte)).count();
        let word = &tail[tail.len() - length..];
        let last = word.last()?.to_ascii_lowercase();
        let last = if last == b'-' { b'_' } else { last };
        let is_path = memchr::memchr(b'.', word).is_some();
        if !is_path && (!self.endings[usize::from(last)] || word.len() > self.longest) {
            return None;
        }
        let word = folded(word);
        self.known(&word).or_else(|| {
            // Either end of a path may be protected: `request.patient_id` as well as `patient.name`.
            let dots = memchr::memchr_iter(b'.', &word);
            dots.flat_map(|dot| [&word[dot + 1..], &word[..dot]]).find_map(|part| self.known(part))
        })
    }

    fn known(&self, name: &[u8]) -> Option<&str> {
        self.names.get(name).map(|name| &**name)
    }
}

/// Names are compared without regard to case and to what joins their words.
fn folded(name: &[u8]) -> Vec<u8> {
    let fold = |byte: &u8| if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    name.iter().map(fold).collect()
}
