//! How a file is known again after a restart: device, inode, and a hash of its head.

use palisade_record::wire::{Malformed, Reader, Writer};

/// How much of a file's beginning is hashed. Lines of container runtimes begin with a time in nanoseconds, so that
/// less would do for them; other files often begin alike.
pub(crate) const HEAD_BYTES_MAX: usize = 1024;

/// How many bytes before the position are compared, to notice a file that was cut and filled again.
pub(crate) const TAIL_BYTES_MAX: usize = 64;

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
