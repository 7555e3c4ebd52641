//! The protection names that were ever used in a stream: who unseals has to try them.

use std::sync::Arc;

use palisade_record::limits::FIELD_NAME_BYTES_MAX;

use super::group::Begun;
use super::{Keyring, read, write};
use crate::error::Error;

/// Longest protection name, that of a field.
pub const NAME_BYTES_MAX: usize = FIELD_NAME_BYTES_MAX;

/// Protection names in one stream, ever. Each may have to be tried to unseal a value, at about a microsecond.
pub const STREAM_NAMES_MAX: usize = 1_024;

/// Streams of which the names are kept in memory; past it all are read again.
const STREAMS_KEPT_MAX: usize = 4_096;

/// A name that was used in a stream.
#[derive(Clone)]
pub(super) struct Name {
    pub(super) text: Arc<str>,
    /// The group of writes that makes it durable; 0 when it was read from the store.
    pub(super) group: u64,
}

impl Keyring {
    /// The names of a stream.
    pub(super) fn names(&self, stream: &str) -> Result<Arc<Vec<Name>>, Error> {
        if let Some(names) = read(&self.streams).get(stream) {
            return Ok(Arc::clone(names));
        }
        let stored = self.store.names(&self.tenant, stream)?;
        let names = stored.into_iter().map(|name| Name { text: name.into(), group: 0 }).collect();
        let mut streams = write(&self.streams);
        if streams.len() >= STREAMS_KEPT_MAX {
            streams.clear();
        }
        Ok(Arc::clone(streams.entry(stream.into()).or_insert(Arc::new(names))))
    }

    /// Registers a name, and gives back all names of the stream.
    pub(super) fn add_name(&self, begun: Begun, stream: &str, name: &str) -> Result<Arc<Vec<Name>>, Error> {
        check_name(name)?;
        self.names(stream)?;
        let mut state = self.groups.lock();
        state.check(begun)?;
        let mut streams = write(&self.streams);
        let names = streams.entry(stream.into()).or_default();
        if names.iter().any(|known| &*known.text == name) {
            return Ok(Arc::clone(names));
        }
        if names.len() >= STREAM_NAMES_MAX {
            let reason = "its stream has 1,024 protection names already; protect a field that holds others";
            return Err(Error::Name { name: name.to_owned(), reason });
        }
        state.open.names.push((stream.to_owned(), name.to_owned()));
        Arc::make_mut(names).push(Name { text: name.into(), group: state.number });
        Ok(Arc::clone(names))
    }
}

/// Tenants, streams and protection names are bound to ciphertexts and kept for ever.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let reason = match name.len() {
        0 => "it is empty",
        1..=NAME_BYTES_MAX => return Ok(()),
        _ => "it has more than 512 bytes",
    };
    Err(Error::Name { name: name.chars().take(64).collect(), reason })
}
