//! Keys, field encryption, search tokens, and the signed Merkle log.
//!
//! | module | holds |
//! |---|---|
//! | [`policy`] | what a stream protects |
//! | [`detector`] | finds what is sensitive in free text |
//! | [`envelope`] | how a protected value stands in a stored record |
//! | [`keyring`] | the keys of a tenant: seals, finds, unseals, erases, rotates |
//! | [`store`] | rows of wrapped keys |
//! | [`root`] | the key that wraps the others: a file, AWS KMS, Vault |

mod canonical;
mod cipher;
mod context;
mod error;
mod id;
mod wrap;

pub mod detector;
pub mod envelope;
pub mod epoch;
pub mod keyring;
pub mod log;
pub mod policy;
pub mod root;
pub mod store;
pub mod token;

pub use envelope::{Envelope, Kind, envelopes, mask};
pub use epoch::Epoch;
pub use error::{Error, UnsealError};
pub use id::{KeyId, SessionId};
pub use keyring::{Keyring, Proof, Protected, Sealing, Settings};
pub use root::{RootError, RootKey, open_root};
pub use store::{KeyStore, MemoryKeyStore, SqliteKeyStore, StoreError};
pub use token::Token;
