//! Near copies: made, compared, and dropped when their time is over.

use palisade_index::{Copies, FarCopy, Split};
use palisade_storage::{Terms, pinned};

use super::error::{Error, Result};
use super::removal::Target;
use super::round::Applier;
use crate::Tier;

impl Applier {
    /// Copies the data object to the warm storage.
    pub(super) fn copy_to_warm(&mut self, split: &Split) -> Result<()> {
        let (bytes, name) = (self.read(split)?, split.data_name());
        let stored = self.storage(Tier::Warm).put(&name, &bytes, &Terms::default());
        let stored = stored.map_err(|source| self.failed(Tier::Warm, "put", &name, source))?;
        self.note_warm(split, Some(FarCopy { version: stored.version, ..FarCopy::default() }))
    }

    /// Reads the warm copy back. One that is not what was published goes.
    pub(super) fn verify_warm(&mut self, split: &Split) -> Result<()> {
        let Some(copy) = split.copies().warm.clone() else { return Ok(()) };
        let name = pinned(&split.data_name(), copy.version.as_deref());
        let read = self.read_whole(Tier::Warm, &name);
        match read.and_then(|bytes| self.check(split, Tier::Warm, &name, &bytes)) {
            Ok(()) => self.note_warm(split, Some(FarCopy { verified: true, ..copy })),
            Err(altered @ Error::Altered { .. }) => {
                self.drop_warm(split)?;
                Err(altered)
            }
            Err(Error::Storage { tier, what, place, source })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                self.note_warm(split, None)?;
                Err(Error::Storage { tier, what, place, source })
            }
            Err(error) => Err(error),
        }
    }

    /// Lets no query begin with the hot copy, and removes it once none reads it any more.
    pub(super) fn drop_hot(&mut self, split: &Split) -> Result<()> {
        let copies = Copies { hot: false, ..split.copies().clone() };
        self.set_copies(split, &copies)?;
        self.removals.add(split.id(), vec![Target::new(Tier::Hot, split.data_name())]);
        Ok(())
    }

    /// The same with the warm copy.
    pub(super) fn drop_warm(&mut self, split: &Split) -> Result<()> {
        let version = split.copies().warm.as_ref().and_then(|copy| copy.version.clone());
        self.set_copies(split, &Copies { warm: None, ..split.copies().clone() })?;
        let name = pinned(&split.data_name(), version.as_deref());
        self.removals.add(split.id(), vec![Target::new(Tier::Warm, name)]);
        Ok(())
    }

    fn note_warm(&mut self, split: &Split, warm: Option<FarCopy>) -> Result<()> {
        self.set_copies(split, &Copies { warm, ..split.copies().clone() })
    }
}
