//! Reads the corpus line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use anyhow::Context;

use super::line::Seen;

/// Bytes read at a time.
const READ_BYTES: usize = 1 << 20;

/// Reads every line, from one end to the other.
pub(super) fn each_line(corpus: &Path, mut take: impl FnMut(&Seen<'_>)) -> anyhow::Result<()> {
    let mut reader = open(corpus)?;
    let (mut text, mut offset, mut number) = (String::new(), 0, 0u64);
    loop {
        text.clear();
        let length = reader.read_line(&mut text).context("the corpus cannot be read as text")?;
        if length == 0 {
            return Ok(());
        }
        number += 1;
        let seen = Seen::read(text.trim_end_matches('\n'), offset).with_context(|| {
            format!("line {number} of {}: a corpus has JSON lines with a timestamp", corpus.display())
        })?;
        take(&seen);
        offset += length as u64;
    }
}

/// The lines that begin at these bytes.
pub(super) fn lines_at(
    corpus: &Path,
    offsets: impl Iterator<Item = u64>,
) -> anyhow::Result<Vec<(u64, String)>> {
    let mut reader = open(corpus)?;
    let mut lines = Vec::new();
    for offset in offsets {
        reader.seek(SeekFrom::Start(offset))?;
        let mut line = String::new();
        reader.read_line(&mut line)?;
        lines.push((offset, line.trim_end_matches('\n').to_owned()));
    }
    Ok(lines)
}

fn open(corpus: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(corpus).with_context(|| format!("cannot read {}", corpus.display()))?;
    Ok(BufReader::with_capacity(READ_BYTES, file))
}
