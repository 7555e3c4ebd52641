//! Where the bytes of a generation are read from: an open file, or a packed one.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use flate2::read::MultiGzDecoder;
use palisade_record::ByteSize;
use palisade_record::limits::{UNPACK_RATIO_FREE_BYTES, UNPACK_RATIO_MAX};

/// Unpacked bytes that stay readable behind the decoder: reading goes back a line now and then.
const WINDOW_BYTES: usize = 512 * 1024;

/// How large a packed file may become; the kubelet rotates at 10 MiB by default, and nobody at a terabyte.
const UNPACKED_BYTES_MAX: ByteSize = ByteSize::gib(64);

/// Something that can be read at an offset.
#[derive(Debug)]
pub(crate) enum Source {
    /// A file as it is.
    Plain(File),
    /// A gzip file; offsets count unpacked bytes.
    Packed(Box<Unpacker>),
}

impl Source {
    pub(crate) fn packed(file: File) -> Self {
        Self::Packed(Box::new(Unpacker::new(file)))
    }

    /// Fills the buffer from `offset` on as far as there are bytes.
    pub(crate) fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Plain(file) => loop {
                match file.read_at(buffer, offset) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    outcome => return outcome,
                }
            },
            Self::Packed(unpacker) => unpacker.read_at(buffer, offset),
        }
    }

    /// The file behind it.
    pub(crate) fn file(&self) -> &File {
        match self {
            Self::Plain(file) => file,
            Self::Packed(unpacker) => &unpacker.file,
        }
    }

    pub(crate) fn is_packed(&self) -> bool {
        matches!(self, Self::Packed(_))
    }

    /// The head of the file, for its identity.
    pub(crate) fn head(&mut self) -> io::Result<Vec<u8>> {
        let mut head = vec![0; crate::identity::HEAD_BYTES_MAX];
        let mut filled = 0;
        while filled < head.len() {
            match self.read_at(&mut head[filled..], filled as u64)? {
                0 => break,
                count => filled += count,
            }
        }
        head.truncate(filled);
        Ok(head)
    }
}

/// Reads a gzip file forward and remembers the last part of what it read.
#[derive(Debug)]
pub(crate) struct Unpacker {
    file: File,
    decoder: Option<MultiGzDecoder<Cursor>>,
    window: Vec<u8>,
    window_start: u64,
    at_end: bool,
}

/// Reads a file at its own position, so that the descriptor can be shared.
#[derive(Debug)]
struct Cursor {
    file: File,
    offset: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

impl Unpacker {
    fn new(file: File) -> Self {
        Self { file, decoder: None, window: Vec::new(), window_start: 0, at_end: false }
    }

    fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.decoder.is_none() || offset < self.window_start {
            let cursor = Cursor { file: self.file.try_clone()?, offset: 0 };
            self.decoder = Some(MultiGzDecoder::new(cursor));
            self.window.clear();
            (self.window_start, self.at_end) = (0, false);
        }
        let wanted_end = offset + buffer.len() as u64;
        while !self.at_end && self.window_start + (self.window.len() as u64) < wanted_end {
            self.advance(offset)?;
        }
        let start = usize::try_from(offset - self.window_start).unwrap_or(usize::MAX);
        let available = self.window.get(start..).unwrap_or_default();
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        Ok(count)
    }

    fn advance(&mut self, needed_from: u64) -> io::Result<()> {
        let mut chunk = [0; 32 * 1024];
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let count = decoder.read(&mut chunk)?;
        let packed = decoder.get_ref().offset;
        self.at_end = count == 0;
        self.window.extend_from_slice(&chunk[..count]);
        let unpacked = self.window_start + self.window.len() as u64;
        let allowed = UNPACK_RATIO_FREE_BYTES.as_u64().max(packed.saturating_mul(UNPACK_RATIO_MAX));
        if unpacked > allowed.min(UNPACKED_BYTES_MAX.as_u64()) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "packed file becomes implausibly large"));
        }
        let free_below = needed_from.saturating_sub(WINDOW_BYTES as u64);
        if self.window.len() > 4 * WINDOW_BYTES && free_below > self.window_start {
            let freed = usize::try_from(free_below - self.window_start).unwrap_or(0).min(self.window.len());
            self.window.drain(..freed);
            self.window_start += freed as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn pack(content: &[u8]) -> Source {
        let file = tempfile::tempfile().unwrap();
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::best());
        encoder.write_all(content).unwrap();
        Source::packed(encoder.finish().unwrap())
    }

    #[test]
    fn a_packed_file_is_read_at_any_offset() {
        let content: Vec<u8> =
            (0..3_000_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut source = pack(&content);
        for offset in [0, 10, 5_000_000, 4_999_000, 100, 11_999_990, 12_000_000] {
            let mut buffer = [0; 1000];
            let count = source.read_at(&mut buffer, offset as u64).unwrap();
            let end = content.len().min(offset + 1000);
            assert_eq!(&buffer[..count], &content[offset..end], "{offset}");
        }
    }

    #[test]
    fn a_bomb_is_an_error_and_not_a_full_memory() {
        let mut source = pack(&vec![0; 64 << 20]);
        assert!(source.read_at(&mut [0; 10], 60 << 20).is_err());
    }
}
