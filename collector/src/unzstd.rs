//! Unpacks zstd, and wipes what the decompressor leaves behind: its window and its literals are memory of a C library, which
//! the allocator of this program never sees.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::OnceLock;

use palisade_record::limits::ZSTD_WINDOW_LOG_MAX;
use zstd::stream::raw::{CParameter, DParameter, Decoder, InBuffer, Operation, OutBuffer};

/// Most that a block unpacks to, and most literals that the decompressor keeps. Smaller windows have smaller blocks.
const BLOCK_LOG: u32 = 17;
const BLOCK_BYTES: usize = 1 << BLOCK_LOG;

/// Smallest window there is.
const WINDOW_LOG_MIN: u32 = 10;

/// Unpacked at a time. A frame that is not longer and says so goes straight there, and needs no window.
const STEP_BYTES: usize = 256 << 10;

/// A body that is being unpacked.
pub(crate) struct Unzstd<'a> {
    decoder: Decoder<'static>,
    packed: &'a [u8],
    at: usize,
    /// Whether the last frame is whole.
    is_whole: bool,
    step: Vec<u8>,
    /// What of the step is not read yet.
    unread: Range<usize>,
    /// The smallest and the largest window of the frames.
    windows: Option<(usize, usize)>,
}

impl<'a> Unzstd<'a> {
    pub(crate) fn new(packed: &'a [u8]) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))?;
        let step = vec![0; STEP_BYTES];
        Ok(Self { decoder, packed, at: 0, is_whole: true, step, unread: 0..0, windows: None })
    }

    /// Writes over all that the decompressor may still hold of what it unpacked: first with the smallest window, for a
    /// larger one would be a new piece of memory, and the old one would be given back as it is.
    pub(crate) fn wipe(mut self) -> io::Result<()> {
        let Some((smallest, largest)) = self.windows else { return Ok(()) };
        let log = smallest.max(1).ilog2().clamp(WINDOW_LOG_MIN, BLOCK_LOG);
        self.run_wipe(log, largest)?;
        if log < BLOCK_LOG { self.run_wipe(BLOCK_LOG, largest) } else { Ok(()) }
    }

    fn run_wipe(&mut self, window_log: u32, window_bytes: usize) -> io::Result<()> {
        self.decoder.reinit()?;
        let frame = wipe_frame(window_log, window_bytes);
        let mut input = InBuffer::around(frame);
        // Less than a frame: it goes through the window.
        let mut sink = vec![0; BLOCK_BYTES];
        loop {
            let mut output = OutBuffer::around(sink.as_mut_slice());
            if self.decoder.run(&mut input, &mut output)? == 0 {
                return Ok(());
            }
        }
    }

    /// Unpacks the next step; says whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            let left = &self.packed[self.at..];
            if left.is_empty() && self.is_whole {
                return Ok(false);
            }
            if self.is_whole {
                let window = window_bytes(left).unwrap_or(1 << ZSTD_WINDOW_LOG_MAX);
                let (smallest, largest) = self.windows.unwrap_or((window, window));
                self.windows = Some((smallest.min(window), largest.max(window)));
            }
            let mut input = InBuffer::around(left);
            let mut output = OutBuffer::around(self.step.as_mut_slice());
            let hint = self.decoder.run(&mut input, &mut output)?;
            let (read, written) = (input.pos(), output.pos());
            self.at += read;
            self.is_whole = hint == 0;
            if written > 0 {
                self.unread = 0..written;
                return Ok(true);
            }
            if read == 0 && !self.is_whole {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "incomplete frame"));
            }
        }
    }
}

impl Read for Unzstd<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.unread.is_empty() && !self.advance()? {
            return Ok(0);
        }
        let count = target.len().min(self.unread.len());
        target[..count].copy_from_slice(&self.step[self.unread.start..self.unread.start + count]);
        self.unread.start += count;
        Ok(count)
    }
}

/// The window that a frame asks for (RFC 8878, section 3.1.1.1); `None` when its header says nothing of it.
fn window_bytes(frame: &[u8]) -> Option<usize> {
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    /// The bit of the descriptor which says that the window is the content.
    const SINGLE_SEGMENT: u8 = 1 << 5;
    let (magic, rest) = frame.split_first_chunk()?;
    let (descriptor, rest) = rest.split_first()?;
    if *magic != MAGIC {
        return None;
    }
    if descriptor & SINGLE_SEGMENT != 0 {
        let dictionary_id = [0, 1, 2, 4][usize::from(descriptor & 3)];
        let sizes: [usize; 4] = [1, 2, 4, 8];
        let size = rest.get(dictionary_id..dictionary_id + sizes[usize::from(descriptor >> 6)])?;
        let number = size.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        // Of two bytes, 256 is not counted.
        return usize::try_from(number + if size.len() == 2 { 256 } else { 0 }).ok();
    }
    let window = *rest.first()?;
    let base = 1usize << (10 + (window >> 3));
    Some(base + base / 8 * usize::from(window & 7))
}

/// A frame with a window of its own that unpacks to more than another window: letters without repetition, which fill the
/// buffer of literals, and then zeros.
fn wipe_frame(window_log: u32, window_bytes: usize) -> &'static [u8] {
    /// Windows up to these sizes.
    const CLASSES: [usize; 3] = [1 << 19, 1 << 21, 1 << ZSTD_WINDOW_LOG_MAX];
    const LOGS: usize = (BLOCK_LOG - WINDOW_LOG_MIN + 1) as usize;
    static FRAMES: [[OnceLock<Vec<u8>>; LOGS]; CLASSES.len()] =
        [const { [const { OnceLock::new() }; LOGS] }; CLASSES.len()];
    let class = CLASSES.iter().position(|class| *class >= window_bytes).unwrap_or(CLASSES.len() - 1);
    let log = usize::try_from(window_log - WINDOW_LOG_MIN).unwrap_or(0).min(LOGS - 1);
    FRAMES[class][log].get_or_init(|| {
        let mut content = vec![0u8; CLASSES[class] + BLOCK_BYTES * 4];
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        for byte in &mut content[..BLOCK_BYTES * 3] {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = b'A' + (state >> 60) as u8;
        }
        let mut compressor = zstd::bulk::Compressor::new(1).expect("a compressor can be made");
        compressor.set_parameter(CParameter::WindowLog(window_log)).expect("the window is one");
        compressor.compress(&content).expect("compressing into memory cannot fail")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut unzstd = Unzstd::new(packed)?;
        let mut content = Vec::new();
        unzstd.read_to_end(&mut content)?;
        unzstd.wipe()?;
        Ok(content)
    }

    #[test]
    fn frames_are_unpacked_one_after_the_other_and_a_cut_one_is_told() {
        let frame = |text: &[u8]| zstd::encode_all(text, 1).unwrap();
        assert_eq!(unpack(&[frame(b"one "), frame(b"two")].concat()).unwrap(), b"one two");
        assert_eq!(unpack(&frame(b"")).unwrap(), b"");
        let whole = frame(b"a text of some length");
        let cut = unpack(&whole[..whole.len() - 3]).unwrap_err();
        assert!(cut.to_string().contains("incomplete frame"), "{cut}");
    }

    #[test]
    fn the_window_of_a_frame_is_read_from_its_header() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(20).unwrap();
        io::Write::write_all(&mut encoder, b"streamed").unwrap();
        assert_eq!(window_bytes(&encoder.finish().unwrap()), Some(1 << 20));
        for length in [0, 5, 300, 70_000] {
            assert_eq!(window_bytes(&zstd::bulk::compress(&vec![7; length], 1).unwrap()), Some(length));
        }
        assert_eq!(window_bytes(b"(\xb5/\xfd"), None);
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_back(content in proptest::collection::vec(prop_oneof![Just(0), any::<u8>()], 0..20_000), level in 1..4) {
            let packed = zstd::encode_all(content.as_slice(), level).unwrap();
            prop_assert_eq!(unpack(&packed).unwrap(), content);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            _ = unpack(&bytes);
            _ = unpack(&[&[0x28, 0xb5, 0x2f, 0xfd], bytes.as_slice()].concat());
        }
    }
}
