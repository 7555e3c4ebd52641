//! The storages beside the data directory, and which stream has which class.

use std::sync::Arc;

use anyhow::Context;
use palisade_disk::SharedDisk;
use palisade_index::StreamClasses;
use palisade_storage::ObjectStorage;

use crate::configuration::{Storage, Stream};

/// The storages that are configured.
pub(crate) struct Far {
    pub(crate) warm: Option<Arc<dyn ObjectStorage>>,
    pub(crate) cold: Option<Arc<dyn ObjectStorage>>,
    pub(crate) anchor: Option<Arc<dyn ObjectStorage>>,
}

/// Opens them. A bucket is asked nothing yet: the program starts while it cannot be reached, and comes back to it.
pub(crate) fn open(storage: &Storage, disk: &SharedDisk) -> anyhow::Result<Far> {
    let open = |key: &str, address: &Option<String>| {
        let open = |address: &String| {
            palisade_storage::open(address, disk.clone()).with_context(|| {
                // The parameters of an address name files with keys, which are nobody's business in a log.
                let place = address.split('?').next().unwrap_or_default();
                format!("cannot open the {key} storage {place}; correct storage.{key} in the configuration")
            })
        };
        address.as_ref().map(open).transpose()
    };
    Ok(Far {
        warm: open("warm", &storage.warm)?,
        cold: open("cold", &storage.cold)?,
        anchor: open("anchor", &storage.anchor)?,
    })
}

/// The class of every stream of which something is said, and which have receipts if somebody is there to put them.
pub(crate) fn classes(streams: &[Stream], puts_receipts: bool) -> StreamClasses {
    let classes = streams.iter().map(|stream| (stream.name.clone(), stream.class.clone())).collect();
    let receipts = streams.iter().filter(|stream| stream.receipts);
    if !puts_receipts && receipts.clone().next().is_some() {
        tracing::warn!(
            "streams are to have receipts, and the role lifecycle, which puts them, does not run; add it to --roles"
        );
    }
    let receipts = receipts.filter(|_| puts_receipts).map(|stream| stream.name.clone());
    StreamClasses::new(classes).with_receipts(receipts)
}
