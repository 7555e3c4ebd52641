//! Brings near what several blocks are about to be asked for: few requests, many at once, instead of one for each column
//! when somebody comes to it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::Block;
use crate::cache::Cached;
use crate::error::{Error, Result};
use crate::side_by_side::{READS_AT_ONCE, side_by_side};
use crate::slice::{Section, Slice, Source};

/// Bytes between two wanted parts that are read with them rather than asked for around. A request costs as much as 30 ms,
/// or 100 KB in the cheapest class that is read at once, so a gap of this length always pays.
const GAP_BYTES_MAX: u64 = 64 << 10;

/// Longest range of one request; longer ones come faster as several at once.
const RANGE_BYTES_MAX: u64 = 4 << 20;

/// What of a block is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// The columns of these fields, and the event times if so.
    Fields {
        /// Names of fields.
        names: &'a [&'a str],
        /// Whether times are wanted too.
        times: bool,
        /// Whether it is wanted where each row came from.
        places: bool,
    },
    /// All columns, and what makes records of them.
    Everything,
}

impl Wanted<'_> {
    pub(crate) fn has_field(self, name: &str) -> bool {
        match self {
            Self::Fields { names, .. } => names.contains(&name),
            Self::Everything => true,
        }
    }

    pub(crate) fn has_times(self) -> bool {
        match self {
            Self::Fields { times, .. } => times,
            Self::Everything => true,
        }
    }

    pub(crate) fn has_places(self) -> bool {
        match self {
            Self::Fields { places, .. } => places,
            Self::Everything => true,
        }
    }
}

/// A section of a slice, by its place in the object.
struct Piece<'a> {
    range: Range<u64>,
    slice: &'a Slice,
    section: Section,
}

/// Reads from far away what of these blocks is wanted and not in memory; of near blocks nothing. It stays in the cache for
/// who comes next, as long as there is room.
///
/// # Errors
/// When a part cannot be read.
pub fn fetch<'a>(blocks: impl Iterator<Item = (&'a Arc<Block>, Wanted<'a>)>) -> Result<()> {
    let mut pieces: BTreeMap<(&str, u64), Piece<'_>> = BTreeMap::new();
    for (slice, section) in blocks.filter_map(|(block, wanted)| block.to_fetch(wanted)).flat_map(each_section)
    {
        let Source::Object { name, start, far: Some(far), .. } = &slice.source else { continue };
        if !slice.cache.has(*far, section.start) {
            let start = start + u64::from(section.start);
            let range = start..start + u64::from(section.length);
            pieces.insert((name, start), Piece { range, slice, section });
        }
    }
    let pieces: Vec<Piece<'_>> = pieces.into_values().collect();
    let requests = joined(&pieces);
    side_by_side(&requests, READS_AT_ONCE, |pieces| read(pieces)).into_iter().collect()
}

fn each_section((slice, sections): (&Slice, Vec<Section>)) -> impl Iterator<Item = (&Slice, Section)> {
    sections.into_iter().map(move |section| (slice, section))
}

/// The pieces that are read together, in the order of their objects and places.
fn joined<'p, 'a>(mut pieces: &'p [Piece<'a>]) -> Vec<&'p [Piece<'a>]> {
    let mut requests = Vec::new();
    while let Some(first) = pieces.first() {
        let belongs = |pair: &[Piece<'_>]| {
            let [before, after] = pair else { return false };
            is_same_object(before.slice, after.slice)
                && after.range.start <= before.range.end + GAP_BYTES_MAX
                && after.range.end - first.range.start <= RANGE_BYTES_MAX
        };
        let count = 1 + pieces.windows(2).take_while(|pair| belongs(pair)).count();
        let (request, rest) = pieces.split_at(count);
        requests.push(request);
        pieces = rest;
    }
    requests
}

fn is_same_object(left: &Slice, right: &Slice) -> bool {
    match (&left.source, &right.source) {
        (Source::Object { name: left, .. }, Source::Object { name: right, .. }) => left == right,
        _ => false,
    }
}

/// Reads pieces of one object with one request, and keeps each.
fn read(pieces: &[Piece<'_>]) -> Result<()> {
    let (Some(first), Some(end)) = (pieces.first(), pieces.iter().map(|piece| piece.range.end).max()) else {
        return Ok(());
    };
    let Source::Object { storage, name, .. } = &first.slice.source else { return Ok(()) };
    let start = first.range.start;
    let bytes = storage.get(name, start..end);
    let bytes = bytes.map_err(|source| Error::Read { path: storage.locate(name), source })?;
    for Piece { range, slice, section } in pieces {
        let part = usize::try_from(range.start - start)
            .and_then(|from| Ok(from..usize::try_from(range.end - start)?));
        let (Ok(part), Source::Object { far: Some(far), .. }) = (part, &slice.source) else { continue };
        // A store that gave fewer bytes is told of when the part is asked for.
        if let Some(bytes) = bytes.get(part) {
            slice.cache.put(*far, section.start, Cached::Packed(bytes.into()));
        }
    }
    Ok(())
}
