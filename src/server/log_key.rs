//! The key that signs the log of what happened, and the one with which everybody can check it.

use std::path::Path;

use anyhow::{Context, bail};
use palisade_disk::{Disk, read_file, replace_file};
use palisade_record::TenantName;
use palisade_seal::log::SigningKey;

/// The file with the secret key, below the data directory.
pub(crate) const LOG_KEY_FILE: &str = "keys/log.key";

/// The file with the public key. Give it to whoever shall be able to verify; it proves nothing to somebody who took it from
/// the same place as the evidence.
pub(crate) const LOG_PUBLIC_KEY_FILE: &str = "log.vkey";

/// Largest key file. Keys have some hundred bytes.
const KEY_BYTES_MAX: u64 = 4_096;

/// What logs call themselves, before the name of the tenant: it stands in every checkpoint.
const ORIGIN: &str = "palisade.log/";

/// The signing key of a data directory, which is made when it is not there; the public one is written beside it.
pub(super) fn open(disk: &dyn Disk, data_dir: &Path, tenant: &TenantName) -> anyhow::Result<SigningKey> {
    let path = data_dir.join(LOG_KEY_FILE);
    let place = path.display();
    let key = match read_file(disk, &path, KEY_BYTES_MAX) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).with_context(|| format!("{place} is not text"))?;
            SigningKey::parse(text.trim()).with_context(|| {
                format!("{place} does not hold a signing key; bring it back from a copy of the keys")
            })?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if data_dir.join("objects/log").exists() {
                bail!(
                    "{place} is missing although there is a log; bring it back from a copy of the keys, or run \
                    `palisade keys renew-log` to go on with another key"
                );
            }
            let key = SigningKey::generate(&format!("{ORIGIN}{tenant}"))
                .context("cannot make a key that signs the log")?;
            write(disk, &path, &key)?;
            key
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {place}")),
    };
    let public = data_dir.join(LOG_PUBLIC_KEY_FILE);
    let text = format!("{}\n", key.verifying_key());
    if read_file(disk, &public, KEY_BYTES_MAX).ok().as_deref() != Some(text.as_bytes()) {
        replace_file(disk, &public, text.as_bytes())
            .with_context(|| format!("cannot write {}", public.display()))?;
    }
    Ok(key)
}

fn write(disk: &dyn Disk, path: &Path, key: &SigningKey) -> anyhow::Result<()> {
    let folder = path.parent().context("the key lies in a folder")?;
    disk.create_directory(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let text = key.to_secret_text();
    replace_file(disk, path, format!("{}\n", text.as_str()).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use palisade_disk::RealDisk;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_can_read_it() {
        let directory = tempfile::tempdir().unwrap();

        let first =
            open(&RealDisk, directory.path(), &TenantName::first()).unwrap().verifying_key().to_string();
        let second =
            open(&RealDisk, directory.path(), &TenantName::first()).unwrap().verifying_key().to_string();

        assert_eq!(first, second);
        assert_eq!(fs::read_to_string(directory.path().join(LOG_PUBLIC_KEY_FILE)).unwrap().trim(), first);
        let mode = fs::metadata(directory.path().join(LOG_KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_log_without_its_key_is_not_gone_on_with_silently() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("objects/log")).unwrap();

        let refusal = open(&RealDisk, directory.path(), &TenantName::first()).err().unwrap().to_string();

        assert!(refusal.contains("log.key is missing"), "{refusal}");
    }
}
