//! What a keyring promises, on both kinds of store.

mod durability;
mod erasure;
mod opening;
mod rotation;
mod searching;
mod transplants;

use std::path::Path;
use std::sync::Arc;

use palisade_record::{Clock, ManualClock, Timestamp};

use super::{Keyring, Protected, Settings};
use crate::envelope::Kind;
use crate::root::{FileRoot, RootKey};
use crate::store::{KeyStore, MemoryKeyStore};
use crate::token::Token;

const RECORD: [u8; 16] = [7; 16];

fn clock() -> ManualClock {
    ManualClock::at(Timestamp::parse_rfc3339("2026-11-25T12:00:00Z").unwrap())
}

fn root_in(folder: &Path) -> Arc<dyn RootKey> {
    Arc::new(FileRoot::open_or_create(&folder.join("root.key")).unwrap())
}

/// A keyring and all that it was made of.
struct Fixture {
    _folder: tempfile::TempDir,
    root: Arc<dyn RootKey>,
    store: Arc<dyn KeyStore>,
    clock: ManualClock,
    keyring: Keyring,
}

impl Fixture {
    fn new() -> Self {
        Self::on(Arc::new(MemoryKeyStore::new()))
    }

    fn on(store: Arc<dyn KeyStore>) -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
        let root = root_in(folder.path());
        let keyring = open(&store, &root, "default", &clock);
        Self { _folder: folder, root, store, clock, keyring }
    }

    /// Another process on the same store.
    fn reopened(&self) -> Keyring {
        open(&self.store, &self.root, "default", &self.clock)
    }
}

fn open(store: &Arc<dyn KeyStore>, root: &Arc<dyn RootKey>, tenant: &str, clock: &ManualClock) -> Keyring {
    let (store, root) = (Arc::clone(store), Arc::clone(root));
    Keyring::open(store, root, tenant, Arc::new(clock.clone()), Settings::default()).unwrap()
}

fn patient<'a>(value: &'a str, plaintext: &'a [u8]) -> Protected<'a> {
    Protected {
        record: &RECORD,
        name: "patient_id",
        kind: Kind::Text,
        subject: Some(("patient_id", value)),
        value,
        plaintext,
    }
}

/// Seals one value in a request of its own.
fn seal(keyring: &Keyring, stream: &str, protected: &Protected<'_>) -> Vec<u8> {
    let mut sealing = keyring.begin(stream).unwrap();
    let mut out = Vec::new();
    sealing.seal(protected, &mut out).unwrap();
    assert_eq!(sealing.finish().unwrap().sealed(), 1);
    out
}

fn token_of(envelope: &[u8]) -> Token {
    crate::Envelope::parse(envelope).unwrap().token
}
