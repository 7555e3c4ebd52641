//! Bytes of a file become lines, and lines become pieces of records.

use std::os::unix::fs::MetadataExt;

use palisade_record::FrameFlags;

use super::{Line, Read, Ready, Work};
use crate::identity::{MARKER_BYTES_MAX, Marker};
use crate::parse::{self, Piece, cri, docker};
use crate::settings::Format;
use crate::status::add;
use crate::tail::Tail;
use crate::tailer::Tailer;

/// A line without end is searched for its newline instead of being read from its beginning each time it grows.
const RESCAN_BYTES_MAX: u64 = 64 * 1024;

/// The part of a long line that is parsed: a largest record and what a runtime writes before it.
const LINE_HEAD_BYTES_MAX: usize = 1024 * 1024 + 1024;

impl Tailer {
    pub(super) fn read_lines(&mut self, work: &mut Work<'_>, buffer: &mut [u8]) -> Read {
        let Some(source) = work.tail.source.as_mut() else { return Read::End };
        if work.tail.scanned > RESCAN_BYTES_MAX {
            return self.read_long_line(work, buffer);
        }
        let before = work.tail.marker.length();
        let count = match source.read_at(buffer, work.tail.position - before as u64) {
            Ok(count) => count,
            Err(error) => return Read::Failed(error),
        };
        if count < before || !work.tail.marker.fits(&buffer[..before]) {
            return Read::Cut;
        }
        let data = &buffer[before..count];
        if (data.len() as u64) < work.tail.scanned {
            return Read::Cut;
        }
        if data.len() as u64 == work.tail.scanned {
            return if was_refilled(work.tail) { Read::Cut } else { Read::End };
        }
        let start = work.tail.position;
        let mut at = 0;
        while let Some(length) = memchr::memchr(b'\n', &data[at..]) {
            let bytes = &data[at..at + length];
            let (offset, span) = (start + at as u64, length as u64 + 1);
            let line = Line { offset, bytes, length: length as u64, span, flags: FrameFlags::default() };
            self.line(work, line);
            at += length + 1;
            work.tail.position = start + at as u64;
        }
        work.tail.scanned = (data.len() - at) as u64;
        // Of the bytes that were compared and parsed, and not read again: they may be others by now.
        work.tail.marker = Marker::at_end_of(&buffer[..before + at]);
        add(&self.counters.read_bytes, at as u64);
        Read::Grew
    }

    fn read_long_line(&mut self, work: &mut Work<'_>, buffer: &mut [u8]) -> Read {
        let Some(source) = work.tail.source.as_mut() else { return Read::End };
        let end = work.tail.position + work.tail.scanned;
        let count = match source.read_at(buffer, end) {
            Ok(count) => count,
            Err(error) => return Read::Failed(error),
        };
        if count == 0 {
            let size = source.file().metadata().map(|metadata| metadata.len());
            let is_cut = !source.is_packed() && size.is_ok_and(|size| size < end);
            return if is_cut { Read::Cut } else { Read::End };
        }
        match memchr::memchr(b'\n', &buffer[..count]) {
            None => work.tail.scanned += count as u64,
            Some(found) => {
                let length = work.tail.scanned + found as u64;
                if let Err(error) = self.long_line(work, length, length + 1, FrameFlags::default()) {
                    return Read::Failed(error);
                }
            }
        }
        Read::Grew
    }

    /// Takes a line of the given length at the position, of which nothing is in memory.
    pub(super) fn long_line(
        &mut self,
        work: &mut Work<'_>,
        length: u64,
        span: u64,
        flags: FrameFlags,
    ) -> std::io::Result<()> {
        let Some(source) = work.tail.source.as_mut() else { return Ok(()) };
        let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(LINE_HEAD_BYTES_MAX);
        let mut head = vec![0; wanted];
        let mut filled = 0;
        while filled < wanted {
            match source.read_at(&mut head[filled..], work.tail.position + filled as u64)? {
                0 => break,
                count => filled += count,
            }
        }
        let end = work.tail.position + span;
        let mut last = vec![0; MARKER_BYTES_MAX.min(usize::try_from(end).unwrap_or(MARKER_BYTES_MAX))];
        let last_start = end - last.len() as u64;
        let read = source.read_at(&mut last, last_start)?;
        if filled < wanted || read < last.len() {
            // It was cut this moment; the next look at it will see that.
            work.tail.scanned = 0;
            return Ok(());
        }
        let line = Line { offset: work.tail.position, bytes: &head, length, span, flags };
        self.line(work, line);
        work.tail.position = end;
        work.tail.scanned = 0;
        work.tail.marker = Marker::at_end_of(&last);
        add(&self.counters.read_bytes, span);
        Ok(())
    }

    fn line(&mut self, work: &mut Work<'_>, line: Line<'_>) {
        let format = *work.tail.format.get_or_insert_with(|| match work.trail.format {
            Format::Auto => {
                // The file's own first line decides, also when reading goes on in its middle.
                let head =
                    work.tail.source.as_mut().and_then(|source| source.head().ok()).unwrap_or_default();
                let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
                match parse::detect(if line.offset == 0 { line.bytes } else { first }) {
                    Format::Plain if work.trail.is_pod => Format::Cri,
                    format => format,
                }
            }
            format => format,
        });
        let missing = line.length - line.bytes.len() as u64;
        let mut scratch = std::mem::take(&mut self.scratch);
        let piece = match format {
            Format::Cri => cri::parse(line.bytes),
            Format::Docker if missing == 0 => docker::parse(line.bytes, &mut scratch),
            Format::Docker => None,
            Format::Plain | Format::Auto => {
                Some(Piece { lane: 0, time: None, is_last: true, payload: line.bytes })
            }
        };
        match piece {
            Some(piece) => self.piece(work, line, piece, missing),
            None => {
                add(&self.counters.malformed_lines, 1);
                // Its writer was interrupted: what was open on the lane that carries this line ends before it.
                self.end_unfinished(work, 0);
                let flags = line.flags.with(FrameFlags::MALFORMED);
                let (offset, span, original) = (line.offset, line.span, line.length);
                let ready = Ready { offset, span, flags, time: None, payload: line.bytes, original };
                self.emit(work, 0, ready);
            }
        }
        self.scratch = scratch;
    }
}

/// Whether a file that is as long as it was holds another beginning: it was cut and filled to the same length, and
/// what stands before the position is alike. Looked at only when it was modified since the last look.
fn was_refilled(tail: &mut Tail) -> bool {
    let Some(source) = tail.source.as_mut().filter(|source| !source.is_packed()) else { return false };
    let Ok(stat) = source.file().metadata() else { return false };
    let nanoseconds = |seconds: i64, rest: i64| seconds.wrapping_mul(1_000_000_000).wrapping_add(rest);
    let changed = nanoseconds(stat.mtime(), stat.mtime_nsec())
        .wrapping_add(nanoseconds(stat.ctime(), stat.ctime_nsec()));
    if changed == tail.changed {
        return false;
    }
    tail.changed = changed;
    tail.number != 0 && source.head().is_ok_and(|head| !tail.identity.fits_head(&head))
}
