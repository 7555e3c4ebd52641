//! The storages in which the objects of one tenant lie, the nearest first.

use std::sync::Arc;

use palisade_storage::{ObjectStorage, pinned};

use crate::copies::{Copies, FarCopy};
use crate::far::{FarReads, FarStorage};

/// Where objects can be.
#[derive(Clone)]
pub struct Storages {
    /// The data directory. New objects are written here, and indexes are read from here.
    pub hot: Arc<dyn ObjectStorage>,
    /// For copies of middle age.
    pub warm: Option<Arc<dyn ObjectStorage>>,
    /// For the evidence, locked as its class says.
    pub cold: Option<Arc<dyn ObjectStorage>>,
    /// For copies of checkpoints, out of reach of who could change the evidence.
    pub anchor: Option<Arc<dyn ObjectStorage>>,
}

impl Storages {
    /// A near one alone.
    pub fn near(hot: Arc<dyn ObjectStorage>) -> Self {
        Self { hot, warm: None, cold: None, anchor: None }
    }

    /// The same, with reads of the far ones counted.
    pub(crate) fn counted(self, total: &Arc<FarReads>) -> Self {
        let counted =
            |storage: Option<Arc<dyn ObjectStorage>>| storage.map(|storage| FarStorage::over(storage, total));
        Self { warm: counted(self.warm), cold: counted(self.cold), ..self }
    }

    /// Whether an object with these copies is read from far away.
    pub(crate) fn is_far(&self, copies: &Copies) -> bool {
        let is_warm = self.warm.is_some() && copies.warm.is_some();
        !copies.hot && (is_warm || self.cold.is_some() && copies.cold.is_some())
    }

    /// The nearest storage that has an object with these copies, and its name there.
    pub(crate) fn nearest(&self, name: &str, copies: &Copies) -> (Arc<dyn ObjectStorage>, Arc<str>) {
        let far = |storage: &Option<Arc<dyn ObjectStorage>>, copy: &Option<FarCopy>| {
            let (storage, copy) = (storage.as_ref()?, copy.as_ref()?);
            Some((storage.clone(), pinned(name, copy.version.as_deref()).into()))
        };
        let near = copies.hot.then(|| (self.hot.clone(), name.into()));
        near.or_else(|| far(&self.warm, &copies.warm))
            .or_else(|| far(&self.cold, &copies.cold))
            .unwrap_or_else(|| (self.hot.clone(), name.into()))
    }
}
