//! The root key in a file: for one machine, and as safe as that file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{RootError, RootKey};
use crate::wrap::{WrappingKey, draw_key};

const KEY_BYTES: usize = 32;

/// Read or written by the group or by everyone.
const OTHERS: u32 = 0o077;

/// A root key of 32 random bytes in a file that only its owner may read.
pub struct FileRoot {
    key: WrappingKey,
    id: String,
}

impl FileRoot {
    /// Opens the key at `path`, or makes one when there is none. It is on the disk, with its name, before this returns.
    pub fn open_or_create(path: &Path) -> Result<Self, RootError> {
        match Self::open(path) {
            Err(RootError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            opened => return opened,
        }
        match create(path) {
            Ok(()) => {}
            // Another process was faster: its key is the key.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(RootError::File { path: path.to_owned(), source }),
        }
        Self::open(path)
    }

    /// Opens the key at `path`.
    pub fn open(path: &Path) -> Result<Self, RootError> {
        let error = |source| RootError::File { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(error)?;
        let metadata = file.metadata().map_err(error)?;
        if metadata.mode() & OTHERS != 0 {
            return Err(RootError::Exposed { path: path.to_owned(), mode: metadata.mode() & 0o7777 });
        }
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        if !metadata.is_file() || metadata.len() != 32 {
            return Err(RootError::NotAKey { path: path.to_owned(), bytes: metadata.len() });
        }
        file.read_exact(key.as_mut_slice()).map_err(error)?;
        let mut digest = Sha256::new();
        digest.update(b"palisade/root/v1");
        digest.update(key.as_slice());
        let digest = digest.finalize();
        let id = format!("file:{}", data_encoding::HEXLOWER.encode(&digest[..8]));
        Ok(Self { key: WrappingKey::new(&key), id })
    }
}

/// A file appears under `path` whole or not at all: a key cut short by a crash would lock everyone out.
fn create(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", rand::random::<u64>()));
    let draft: PathBuf = folder.join(name);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let placed = (|| {
        file.write_all(draw_key().as_slice())?;
        file.sync_all()?;
        // A link, not a rename: a rename would replace a key that another process has just made.
        std::fs::hard_link(&draft, path)
    })();
    std::fs::remove_file(&draft)?;
    placed?;
    File::open(folder)?.sync_all()
}

impl RootKey for FileRoot {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn wrap(&self, key: &[u8], context: &str) -> Result<Vec<u8>, RootError> {
        Ok(self.key.wrap(context.as_bytes(), key))
    }

    fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, RootError> {
        self.key
            .unwrap(context.as_bytes(), wrapped)
            .map_err(|_| RootError::DoesNotOpen { id: self.id(), context: context.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let first = FileRoot::open_or_create(&path).unwrap();
        let wrapped = first.wrap(b"a tenant key", "default/1").unwrap();

        let again = FileRoot::open_or_create(&path).unwrap();
        assert_eq!(again.id(), first.id());
        assert_eq!(again.unwrap(&wrapped, "default/1").unwrap().as_slice(), b"a tenant key");
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        FileRoot::open_or_create(&path).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = FileRoot::open_or_create(&path).err().unwrap();
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        std::fs::write(&path, b"short").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(FileRoot::open_or_create(&path), Err(RootError::NotAKey { bytes: 5, .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"short");
    }

    #[test]
    fn a_key_opens_only_what_it_wrapped_and_for_the_same_tenant() {
        let folder = tempfile::tempdir().unwrap();
        let one = FileRoot::open_or_create(&folder.path().join("one")).unwrap();
        let two = FileRoot::open_or_create(&folder.path().join("two")).unwrap();
        let wrapped = one.wrap(b"a tenant key", "default/1").unwrap();

        assert!(matches!(two.unwrap(&wrapped, "default/1"), Err(RootError::DoesNotOpen { .. })));
        assert!(matches!(one.unwrap(&wrapped, "other/1"), Err(RootError::DoesNotOpen { .. })));
        assert_ne!(one.id(), two.id());
    }
}
