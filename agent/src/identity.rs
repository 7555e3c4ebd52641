//! How a file is known again after a restart: device, inode, and a hash of its head.

use palisade_record::wire::{Malformed, Reader, Writer};

/// How much of a file's beginning is hashed. Lines of container runtimes begin with a time in nanoseconds, so that
/// less would do for them; other files often begin alike.
pub(crate) const HEAD_BYTES_MAX: usize = 1024;

/// How many bytes before the position are compared, to notice a file that was cut and filled again: several lines, as
/// single ones often are alike.
pub(crate) const MARKER_BYTES_MAX: usize = 1024;

/// The layout of [`Identity::encode`].
const VERSION: u8 = 1;

/// What a file looks like from outside and at its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Identity {
    /// A hint only: it may change when the machine starts again.
    pub(crate) device: u64,
    /// A hint only: it is given to another file after a deletion.
    pub(crate) inode: u64,
    /// How many bytes were hashed: less than the most while the file is short.
    pub(crate) head_bytes: u64,
    /// The hash of so many bytes.
    pub(crate) head_hash: u64,
}

impl Identity {
    /// As bytes that travel with each batch.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.encode_into(&mut writer);
        writer.finish()
    }

    pub(crate) fn encode_into(&self, writer: &mut Writer) {
        writer.u8(VERSION);
        writer.varint(self.device);
        writer.varint(self.inode);
        writer.varint(self.head_bytes);
        writer.u64(self.head_hash);
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.u8()? != VERSION {
            return Err(reader.malformed("unknown kind of file identity"));
        }
        let (device, inode, head_bytes) = (reader.varint()?, reader.varint()?, reader.varint()?);
        Ok(Self { device, inode, head_bytes, head_hash: reader.u64()? })
    }

    /// Whether a file that begins with `head` can be the one described here.
    pub(crate) fn fits_head(&self, head: &[u8]) -> bool {
        let bytes = usize::try_from(self.head_bytes).unwrap_or(usize::MAX);
        head.get(..bytes).is_some_and(|head| hash(head) == self.head_hash)
    }

    /// Takes over a head that may have grown.
    pub(crate) fn set_head(&mut self, head: &[u8]) {
        let head = &head[..head.len().min(HEAD_BYTES_MAX)];
        (self.head_bytes, self.head_hash) = (head.len() as u64, hash(head));
    }
}

/// What stood before an offset of a file, as a hash: ten thousand quiet files need not keep the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Marker {
    /// How many bytes before the offset were hashed: at most [`MARKER_BYTES_MAX`].
    length: u16,
    hash: u64,
}

impl Marker {
    /// The marker of the offset at which `bytes` end.
    pub(crate) fn at_end_of(bytes: &[u8]) -> Self {
        let bytes = &bytes[bytes.len().saturating_sub(MARKER_BYTES_MAX)..];
        Self { length: u16::try_from(bytes.len()).unwrap_or(u16::MAX), hash: hash(bytes) }
    }

    /// How many bytes before the offset are compared.
    pub(crate) fn length(&self) -> usize {
        usize::from(self.length)
    }

    /// Whether exactly these bytes stood before the offset.
    pub(crate) fn fits(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.length() && (bytes.is_empty() || hash(bytes) == self.hash)
    }

    pub(crate) fn encode_into(self, writer: &mut Writer) {
        writer.varint(u64::from(self.length));
        writer.u64(self.hash);
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match u16::try_from(reader.varint()?) {
            Ok(length) if usize::from(length) <= MARKER_BYTES_MAX => Ok(Self { length, hash: reader.u64()? }),
            _ => Err(reader.malformed("marker of more bytes than are compared")),
        }
    }
}

/// FNV-1a: the hash only has to tell files of one folder apart, together with their inodes and lengths.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_fits_only_the_bytes_it_was_made_of() {
        let bytes: Vec<u8> = (0..3_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let marker = Marker::at_end_of(&bytes);
        assert_eq!(marker.length(), MARKER_BYTES_MAX);
        assert!(marker.fits(&bytes[bytes.len() - MARKER_BYTES_MAX..]));
        assert!(!marker.fits(&bytes[..MARKER_BYTES_MAX - 1]));
        assert!(!marker.fits(&vec![0; MARKER_BYTES_MAX]));
        let mut writer = Writer::new();
        marker.encode_into(&mut writer);
        assert_eq!(Marker::decode(&mut Reader::new(&writer.finish())), Ok(marker));
    }

    #[test]
    fn a_file_that_grew_is_known_by_the_head_it_had() {
        let mut identity = Identity { device: 1, inode: 2, ..Identity::default() };
        identity.set_head(b"first line\n");

        assert!(identity.fits_head(b"first line\nsecond line\n"));
        assert!(!identity.fits_head(b"first word\nsecond line\n"));
        assert!(!identity.fits_head(b"first"));
        let bytes = identity.encode();
        assert_eq!(Identity::decode(&mut Reader::new(&bytes)), Ok(identity));
    }
}
