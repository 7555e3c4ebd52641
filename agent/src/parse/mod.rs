//! From a line of a file to a piece of a record.

pub(crate) mod cri;
pub(crate) mod docker;

use palisade_record::Timestamp;

use crate::settings::Format;

/// What a line holds: a whole record, or one of several pieces of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Piece<'a> {
    /// The lane: 0 for standard output and plain files, 1 for standard error.
    pub(crate) lane: usize,
    /// The time the runtime wrote.
    pub(crate) time: Option<Timestamp>,
    /// Whether the record ends here.
    pub(crate) is_last: bool,
    /// The bytes, without newline.
    pub(crate) payload: &'a [u8],
}

/// Cuts the zeros off the front that a crash of the machine leaves in files.
pub(crate) fn skip_zeros(line: &[u8]) -> &[u8] {
    let zeros = line.iter().take_while(|byte| **byte == 0).count();
    &line[zeros..]
}

/// Decides how a file is framed by how it begins.
pub(crate) fn detect(first_line: &[u8]) -> Format {
    let line = skip_zeros(first_line);
    let mut scratch = Vec::new();
    if cri::parse(line).is_some() {
        Format::Cri
    } else if docker::parse(line, &mut scratch).is_some() {
        Format::Docker
    } else {
        Format::Plain
    }
}
