//! What can go wrong with keys, and what to do then.

use crate::root::RootError;
use crate::store::StoreError;

/// Why a keyring cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The root key failed.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The root key is not the one that the key store was made with.
    #[error(
        "the keys of tenant {tenant} were wrapped by the root key {stored}, but the configured one is {configured} ({source}); configure the root key they were wrapped by, then rotate to another"
    )]
    WrongRoot {
        /// Whose keys.
        tenant: String,
        /// The root key that stands in the store.
        stored: String,
        /// The root key that was tried.
        configured: String,
        /// What happened when it was tried.
        source: Box<RootError>,
    },
    /// A row of the key store does not open with the keys it names.
    #[error(
        "{what} in the key store does not open with its key; the store is damaged or was changed, so restore it from a backup"
    )]
    Damaged {
        /// Which row.
        what: String,
    },
    /// The store has no keys of this tenant.
    #[error("there are no keys of tenant {tenant} in {place}; check the tenant's name and the file")]
    NoTenant {
        /// The tenant.
        tenant: String,
        /// Where they were looked for.
        place: String,
    },
    /// Keys that a request needs could not be made durable.
    #[error(
        "the keys that seal this request could not be stored: {reason}; nothing of it may be written, send it again"
    )]
    NotDurable {
        /// What the store said.
        reason: String,
    },
    /// A value is longer than a record may be.
    #[error(
        "a protected value has {bytes} bytes, {} are allowed; cut the record before it is sealed",
        crate::envelope::PLAINTEXT_BYTES_MAX
    )]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A name cannot be used.
    #[error("the name `{name}` cannot be used: {reason}")]
    Name {
        /// The name, as far as it can be shown.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Every counter of this run has been used.
    #[error("this process has sealed all the values that one run may; restart it")]
    Exhausted,
    /// A value is shared by so many that a search for it would tell nothing.
    #[error("this value of `{name}` stands in records of more than {max} people; search by another field as well", max = crate::store::VALUE_LINKS_MAX)]
    TooCommon {
        /// The protection name.
        name: String,
    },
    /// There is nobody to erase.
    #[error(
        "no subject is registered under this value of `{name}`, but {linked} others have it in their records; erase them by the value that names them, or ask for all that are linked"
    )]
    OnlyLinked {
        /// The protection name.
        name: String,
        /// How many have it.
        linked: usize,
    },
    /// An erasure without a reason.
    #[error("an erasure needs a reason and who asked for it, each of 1 to {max} bytes; both are kept", max = crate::keyring::REASON_BYTES_MAX)]
    Reason,
}

/// Why an envelope cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum UnsealError {
    /// The subject was erased: its key is destroyed.
    #[error("the subject of this value was erased; nobody can read it any more")]
    Erased,
    /// No key of this name was ever in the store.
    #[error(
        "the key of this value is not in the key store; it belongs to another tenant or installation, or the store was restored from an older backup"
    )]
    UnknownKey,
    /// The tag does not fit: the envelope, or where it stands, was changed.
    #[error(
        "this value was changed, or moved here from another record, field or stream; verify the objects that it lies in"
    )]
    Tampered,
    /// It is no envelope.
    #[error("this is not a sealed value")]
    Malformed,
    /// The keys cannot be asked.
    #[error(transparent)]
    Keys(#[from] Error),
}
