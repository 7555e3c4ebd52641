//! Computes a whole log again from its entries, and tells every object that is not what it must be.
//!
//! Every tile is compared with what the tiles below it give, and every tile of level 0 with the entries. Where two
//! disagree, the tile above decides which of them was changed, and at the right edge, which has nothing above it, the
//! checkpoint's root. If neither fits, both are told. So a changed byte is told where it is, and not again in every tile
//! up to the root. Memory: a tile for every level, and a bundle.

use std::ops::{ControlFlow, Range};

use super::bundle::{Bundle, LENGTH_BYTES};
use super::checkpoint::Checkpointed;
use super::edge::edge_peaks;
use super::finding::Finding;
use super::frontier::fold;
use super::hash::{HASH_BYTES, Hash, leaf_hash};
use super::reader::{Stored, TileReader, read_bundle, read_tile};
use super::tile::{LEVEL_MAX, TILE_WIDTH, Tile, encode_tile};
use super::tree::{SIZE_MAX, root};

/// Whoever finds so many things wrong needs no more of them. An audit ends there.
pub const FINDINGS_MAX: usize = 10_000;

/// Audits a log in the state that a verified checkpoint describes. Nothing is found exactly if every bundle and tile of
/// that state is there, byte for byte, and gives the checkpoint's root; a partial object may be replaced by the full one.
/// Objects that do not belong to that state are not looked at. Ends at [`FINDINGS_MAX`].
pub fn audit_log(reader: &dyn TileReader, tree: &Checkpointed) -> Vec<Finding> {
    let mut findings = Vec::new();
    let _ = audit_each(reader, tree, &mut |finding| {
        findings.push(finding);
        if findings.len() < FINDINGS_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    findings
}

/// Like [`audit_log`], telling each finding as it comes, for logs that take long. Ends when `found` breaks.
pub fn audit_each(
    reader: &dyn TileReader,
    tree: &Checkpointed,
    found: &mut dyn FnMut(Finding) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if tree.size > SIZE_MAX {
        return found(Finding::checkpoint(format!("no log has {} entries", tree.size)));
    }
    let levels = (0..=LEVEL_MAX).map(|_| Level::default()).collect();
    let mut audit = Audit { reader, size: tree.size, found, levels, bundle: None };
    for index in 0..tree.size.div_ceil(TILE_WIDTH.into()) {
        audit.bundle(index)?;
    }
    audit.right_edge(tree.root)
}

/// The tile of a level that is being computed.
#[derive(Default)]
struct Level {
    index: u64,
    /// Its hashes from below, as far as they are known.
    computed: Vec<Option<Hash>>,
    /// The tile as it is stored. Nothing before it is read, or if it cannot be.
    stored: Option<Stored<Vec<Hash>>>,
    is_read: bool,
}

impl Level {
    /// The positions at which both are known and differ.
    fn differences(&self) -> Vec<usize> {
        let stored = self.stored.iter().flat_map(|stored| &stored.content);
        let pairs = self.computed.iter().zip(stored).enumerate();
        pairs
            .filter(|(_, (computed, stored))| computed.is_some_and(|hash| hash != **stored))
            .map(|(at, _)| at)
            .collect()
    }

    /// All hashes from below; those that are not known are taken from the tile.
    fn hashes_from_below(&self) -> Option<Vec<Hash>> {
        let stored = |at: usize| self.stored.as_ref().map(|stored| stored.content[at]);
        self.computed.iter().enumerate().map(|(at, hash)| hash.or_else(|| stored(at))).collect()
    }

    /// All hashes from the tile, or from below if there is none.
    fn hashes_from_tile(&self) -> Option<Vec<Hash>> {
        self.stored.as_ref().map_or_else(|| self.hashes_from_below(), |stored| Some(stored.content.clone()))
    }
}

/// Which of two that disagree was changed.
struct Blame {
    tile: bool,
    below: bool,
}

struct Audit<'a> {
    reader: &'a dyn TileReader,
    size: u64,
    found: &'a mut dyn FnMut(Finding) -> ControlFlow<()>,
    levels: Vec<Level>,
    /// Where the entries of the present bundle lie in it.
    bundle: Option<Stored<Vec<Range<u64>>>>,
}

impl Audit<'_> {
    /// Takes the next bundle, and every tile that it completes.
    fn bundle(&mut self, index: u64) -> ControlFlow<()> {
        let bundle = Bundle::at(self.size, index).expect("the index is within the log");
        self.load(0)?;
        match read_bundle(self.reader, bundle) {
            Ok(Stored { path, content }) => {
                self.levels[0].computed = content.iter().map(|entry| Some(leaf_hash(entry))).collect();
                let mut end = 0;
                let extent = content.iter().map(|entry| {
                    let start = end;
                    end += (LENGTH_BYTES + entry.len()) as u64;
                    start..end
                });
                self.bundle = Some(Stored { path, content: extent.collect() });
            }
            Err(error) => {
                self.levels[0].computed = vec![None; bundle.width.into()];
                self.bundle = None;
                (self.found)(error.into())?;
            }
        }
        let mut level = 0;
        while self.levels[usize::from(level)].computed.len() == usize::from(TILE_WIDTH) {
            self.full(level)?;
            level += 1;
        }
        ControlFlow::Continue(())
    }

    /// Reads the present tile of a level, once.
    fn load(&mut self, level: u8) -> ControlFlow<()> {
        let state = &mut self.levels[usize::from(level)];
        if state.is_read {
            return ControlFlow::Continue(());
        }
        state.is_read = true;
        let tile = Tile::at(self.size, level, state.index).expect("there is a tile above every full one");
        match read_tile(self.reader, tile) {
            Ok(stored) => state.stored = Some(stored),
            Err(error) => (self.found)(error.into())?,
        }
        ControlFlow::Continue(())
    }

    /// Judges a full tile by the one above, and hands its root up.
    fn full(&mut self, level: u8) -> ControlFlow<()> {
        self.load(level + 1)?;
        let (below, above) = (usize::from(level), usize::from(level) + 1);
        let next = Level { index: self.levels[below].index + 1, ..Level::default() };
        let state = std::mem::replace(&mut self.levels[below], next);
        let position = self.levels[above].computed.len();
        let expected = self.levels[above].stored.as_ref().map(|stored| stored.content[position]);

        let (by_tile, by_below) =
            (state.hashes_from_tile().map(|all| root(&all)), state.hashes_from_below().map(|all| root(&all)));
        let is_tile_right = expected.is_some() && by_tile == expected;
        let is_below_right = expected.is_some() && by_below == expected;
        self.tell(level, &state, &Blame { tile: !is_tile_right, below: !is_below_right })?;
        self.levels[above].computed.push(if is_tile_right { by_tile } else { by_below.or(expected) });
        ControlFlow::Continue(())
    }

    /// Judges the partial tiles: those and the hashes from below of which one choice gives the checkpoint's root.
    fn right_edge(&mut self, expected: Hash) -> ControlFlow<()> {
        let levels = std::mem::take(&mut self.levels);
        let differing: Vec<usize> =
            (0..levels.len()).filter(|level| !levels[*level].differences().is_empty()).collect();
        // Bit n of a choice: whether the tile of the n-th level that differs is trusted. There are at most 7 of them.
        let is_trusted = |choice: u32, level: usize| {
            differing.iter().position(|differs| *differs == level).is_some_and(|bit| choice >> bit & 1 == 1)
        };
        let reached = |choice: u32| {
            let hashes = levels.iter().enumerate().map(|(level, state)| {
                if is_trusted(choice, level) { state.hashes_from_tile() } else { state.hashes_from_below() }
            });
            let edge: Option<Vec<_>> = hashes.collect();
            edge.map(|edge| fold(&edge_peaks(&edge)).unwrap_or_else(Hash::of_nothing))
        };
        let right = (0..1_u32 << differing.len()).find(|choice| reached(*choice) == Some(expected));
        for (level, state) in (0..).zip(&levels) {
            let tile = right.map(|choice| is_trusted(choice, level.into()));
            let blame = Blame { tile: tile != Some(true), below: tile != Some(false) };
            self.tell(level, state, &blame)?;
        }
        match (right, reached(0)) {
            (None, Some(found)) => (self.found)(Finding::checkpoint(format!(
                "the entries give root {found}, but the checkpoint of {} entries says {expected}",
                self.size
            ))),
            // If there is no root, something is missing, which has been told.
            _ => ControlFlow::Continue(()),
        }
    }

    /// Tells where a tile and what is below it differ.
    fn tell(&mut self, level: u8, state: &Level, blame: &Blame) -> ControlFlow<()> {
        let differences = state.differences();
        let (Some(first), Some(last), Some(stored)) =
            (differences.first(), differences.last(), &state.stored)
        else {
            return ControlFlow::Continue(());
        };
        if blame.tile {
            let computed = state.hashes_from_below().expect("there is a tile to fill gaps from");
            let range = differing_bytes(&encode_tile(&stored.content), &encode_tile(&computed));
            let problem = "these hashes are not those of what is below them; the tile was changed";
            (self.found)(Finding::tampered(&stored.path, range, problem.into()))?;
        }
        if !blame.below {
            return ControlFlow::Continue(());
        }
        let first_below = state.index * u64::from(TILE_WIDTH);
        if level > 0 {
            for at in differences {
                let tile = Tile { level: level - 1, index: first_below + at as u64, width: TILE_WIDTH };
                let problem = format!(
                    "the tile, or what is below it, was changed: `{}` has another hash for it",
                    stored.path
                );
                let range = 0..u64::from(TILE_WIDTH) * HASH_BYTES as u64;
                (self.found)(Finding::tampered(tile.path(), range, problem))?;
            }
        } else if let Some(bundle) = &self.bundle {
            let range = bundle.content[*first].start..bundle.content[*last].end;
            let problem = format!(
                "entries {} to {} were changed, or some of them: `{}` has other hashes for them",
                first_below + *first as u64,
                first_below + *last as u64,
                stored.path
            );
            (self.found)(Finding::tampered(&bundle.path, range, problem))?;
        }
        ControlFlow::Continue(())
    }
}

/// From the first byte that differs to the last.
fn differing_bytes(stored: &[u8], computed: &[u8]) -> Range<u64> {
    let differs = |(one, other): (&u8, &u8)| one != other;
    let mut pairs = stored.iter().zip(computed);
    let first = pairs.clone().position(differs).unwrap_or_default();
    let last = pairs.rposition(differs).unwrap_or_default();
    first as u64..last as u64 + 1
}
