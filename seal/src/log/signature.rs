//! The lines of a note that say who signed it.

use std::fmt;

use data_encoding::BASE64;

use super::verifying_key::is_key_name;

/// An em dash and a space begin a signature line.
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// The bytes of a key's id, which come before the signature's own.
const ID_BYTES: usize = 4;

/// A line that says who signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub id: u32,
    /// What the key made of the text.
    pub bytes: Vec<u8>,
}

impl NoteSignature {
    /// Reads a line without its newline.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_PREFIX)?.split_once(' ')?;
        let bytes = BASE64.decode(encoded.as_bytes()).ok()?;
        let (id, bytes) = bytes.split_first_chunk::<ID_BYTES>()?;
        let is_whole = is_key_name(name) && !bytes.is_empty();
        is_whole.then(|| Self { name: name.into(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.to_be_bytes().as_slice(), &self.bytes].concat();
        write!(formatter, "{SIGNATURE_PREFIX}{} {}", self.name, BASE64.encode(&bytes))
    }
}
