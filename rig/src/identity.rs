//! Who asks a server for tests.

/// Who may do what. The writer may do all that a program needs, and not bypass a lock; only the admin may.
pub(crate) const IDENTITIES: &str = r#"{"identities":[
{"name":"admin","credentials":[{"accessKey":"rig-admin","secretKey":"rig-admin-secret"}],"actions":["Admin","Read","Write","List","Tagging"]},
{"name":"writer","credentials":[{"accessKey":"rig-writer","secretKey":"rig-writer-secret"}],"actions":["Read","Write","List","Tagging","GetObjectRetention","PutObjectRetention","GetObjectLegalHold","PutObjectLegalHold","GetBucketObjectLockConfiguration"]}]}"#;

/// As in [`IDENTITIES`].
const KEYS_OF_ADMIN: (&str, &str) = ("rig-admin", "rig-admin-secret");
const KEYS_OF_WRITER: (&str, &str) = ("rig-writer", "rig-writer-secret");

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identity {
    /// May do everything, and bypass a lock in governance mode.
    Admin,
    /// May read, write and lock; may not bypass a lock nor manage buckets.
    Writer,
}

impl Identity {
    /// The access key and the secret key.
    pub fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Admin => KEYS_OF_ADMIN,
            Self::Writer => KEYS_OF_WRITER,
        }
    }
}
