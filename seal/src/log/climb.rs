//! The way from a node of a tree to its root, without the tree.

use super::hash::Hash;
use super::verify::PathError;

/// On which side the next hash of a path stands.
pub(super) enum Side {
    Left,
    Right,
}

/// The way from a node to the root: its position in its level, and that of the last node there.
pub(super) struct Climb {
    position: u64,
    last: u64,
}

impl Climb {
    pub(super) fn new(position: u64, last: u64) -> Self {
        Self { position, last }
    }

    fn up(&mut self) {
        self.position >>= 1;
        self.last >>= 1;
    }

    pub(super) fn skip_right_children(&mut self) {
        while self.position & 1 == 1 {
            self.up();
        }
    }

    /// Goes one hash up. Nothing if the root is reached already.
    pub(super) fn side(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.position & 1 == 1 || self.position == self.last {
            // The last node of a level may have nothing beside it: it moves up as it is.
            while self.position & 1 == 0 && self.position != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Some(side)
    }

    pub(super) fn is_at_the_root(&self, path: &[Hash]) -> Result<(), PathError> {
        if self.last == 0 { Ok(()) } else { Err(PathError::Length { found: path.len() }) }
    }
}
