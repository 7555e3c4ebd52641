//! The root key: it wraps the keys of tenants and is all that has to be kept apart from the key store.
//!
//! | setting | where the key lives |
//! |---|---|
//! | `file:PATH` | in a file of 32 bytes, made at the first start |
//! | `kms:KEY_ID?region=…&endpoint=…` | in AWS KMS |
//! | `vault:URL/KEY?token_file=…&mount=…` | in the transit engine of Vault |

#[cfg(test)]
mod fake;
mod file;
mod kms;
mod setting;
mod vault;

pub use file::FileRoot;
pub use kms::KmsRoot;
pub use setting::open_root;
pub use vault::VaultRoot;

use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

/// How long a request to a key service may take, with what it needs to connect. A start waits for it; nothing else does.
const SERVICE_TIMEOUT: Duration = Duration::from_secs(20);

/// Longest wrapped key that is taken from a key service. Both answer with a few hundred bytes.
const WRAPPED_BYTES_MAX: usize = 16 * 1024;

/// A key that wraps the keys of tenants. It is asked at the start and when keys are rotated, never for a record.
pub trait RootKey: Send + Sync {
    /// Tells this key from others: it stands beside what it wrapped, for messages. Never a secret.
    fn id(&self) -> String;

    /// The wrapped form of a key, bound to `context` (a tenant and a version, as text).
    fn wrap(&self, key: &[u8], context: &str) -> Result<Vec<u8>, RootError>;

    /// The key that was wrapped for `context`.
    fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, RootError>;
}

/// Why a root key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The setting does not name a root key.
    #[error(
        "`{setting}` does not name a root key: {reason}; write `file:PATH`, `kms:KEY_ID?region=…` or `vault:URL/KEY?token_file=…`"
    )]
    Setting {
        /// What was written.
        setting: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The key file cannot be read or written.
    #[error("the root key file {}: {source}; without it no protected value can be read, so restore it from where it is kept", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others may read the key file.
    #[error("the root key file {} can be read by others (mode {mode:04o}); run `chmod 600` on it, and rotate the root key if anyone may have", path.display())]
    Exposed {
        /// Where.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The key file is not one.
    #[error("the root key file {} has {bytes} bytes instead of 32; restore it from where it is kept", path.display())]
    NotAKey {
        /// Where.
        path: PathBuf,
        /// How long it is.
        bytes: u64,
    },
    /// The root key does not open what another one wrapped.
    #[error(
        "the root key {id} does not open the key of {context}; the keys in this store belong to another root key"
    )]
    DoesNotOpen {
        /// The key that was tried.
        id: String,
        /// What should have been opened.
        context: String,
    },
    /// A key service cannot be reached, or refuses.
    #[error("{id} cannot {what}: {reason}; check the address, the credentials and that the key is enabled")]
    Service {
        /// The key.
        id: String,
        /// What it was asked for.
        what: &'static str,
        /// What it or the network said.
        reason: String,
    },
}
