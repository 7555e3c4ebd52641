//! The object store, and the line to it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use palisade_disk::RealDisk;
use palisade_index::{Copies, FarCopy, Index, Parts, side_by_side};
use palisade_record::SystemClock;
use palisade_rig::{CountingProxy, Identity, SeaweedFs, Traffic};
use palisade_storage::{ObjectStorage, Terms};

use super::history::settings;

const BUCKET: &str = "cold";

/// Objects that are put at once.
const PUTS_AT_ONCE: usize = 16;

/// A store on this machine, and a counting, slow line to it.
pub(super) struct Far {
    store: SeaweedFs,
    line: CountingProxy,
}

impl Far {
    pub(super) fn start() -> anyhow::Result<Self> {
        let store = SeaweedFs::start().context("the object store does not start")?;
        store.create_bucket(BUCKET, false)?;
        let line = CountingProxy::start(store.address())?;
        Ok(Self { store, line })
    }

    /// The bucket behind the line.
    pub(super) fn storage(&self) -> anyhow::Result<Arc<dyn ObjectStorage>> {
        let address = self.store.address_of(BUCKET, Identity::Writer);
        let address = address.replace(&self.store.endpoint(), &self.line.endpoint());
        Ok(palisade_storage::open(&address, Arc::new(RealDisk))?)
    }

    pub(super) fn set_delay(&self, delay: Duration) {
        self.line.set_delay(delay);
    }

    /// What travelled since the last call.
    pub(super) fn traffic(&self) -> Traffic {
        self.line.take()
    }

    /// Puts all objects of an index into the bucket, and removes them near; says how many, and their bytes.
    pub(super) fn take_everything(&self, directory: &Path) -> anyhow::Result<(usize, u64)> {
        let address = self.store.address_of(BUCKET, Identity::Writer);
        let far = palisade_storage::open(&address, Arc::new(RealDisk))?;
        let parts = Parts::near(Arc::new(RealDisk), Arc::new(SystemClock));
        let index = Index::open(settings(directory), parts, &palisade_collector::Normaliser)?;
        let near = index.storages().hot.clone();
        for split in index.splits() {
            let copies = Copies { hot: false, warm: None, cold: Some(FarCopy::default()) };
            index.set_copies(split.id(), &copies)?;
        }
        let mut names = near.list("splits/")?;
        names.extend(near.list("needles/")?);
        let moved = side_by_side(&names, PUTS_AT_ONCE, |name| {
            let object = near.get(name, 0..near.length(name)?)?;
            far.put(name, &object, &Terms::pointer())?;
            near.remove(name)?;
            Ok::<_, std::io::Error>(object.len() as u64)
        });
        let bytes = moved.into_iter().sum::<Result<u64, _>>()?;
        index.close();
        Ok((names.len(), bytes))
    }
}
