//! The public keys that an auditor believes.

use std::path::Path;

use anyhow::{Context, ensure};
use palisade_disk::{RealDisk, read_file};
use palisade_seal::log::VerifyingKey;

use crate::server::LOG_PUBLIC_KEY_FILE;

/// Largest file of keys: a key has some hundred bytes, and a log few of them in its life.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// Keys as they are given: each a key, or a file with one on every line; else that of the data directory.
pub(super) fn read(given: &[String], data_dir: Option<&Path>) -> anyhow::Result<Vec<VerifyingKey>> {
    let mut keys = Vec::new();
    for text in given {
        match text.parse() {
            Ok(key) => keys.push(key),
            Err(_) => keys.append(&mut of_file(Path::new(text))?),
        }
    }
    if given.is_empty() {
        let data_dir = data_dir
            .context("name the public key with --key: the one from log.vkey of the data directory")?;
        keys = of_file(&data_dir.join(LOG_PUBLIC_KEY_FILE)).context("name the public key with --key")?;
    }
    Ok(keys)
}

fn of_file(path: &Path) -> anyhow::Result<Vec<VerifyingKey>> {
    let place = path.display();
    let bytes =
        read_file(&RealDisk, path, FILE_BYTES_MAX).with_context(|| format!("cannot read the key {place}"))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{place} is not text"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys: Result<Vec<VerifyingKey>, _> = lines.map(str::parse).collect();
    let keys = keys.with_context(|| format!("{place} holds something that is no public key"))?;
    ensure!(!keys.is_empty(), "{place} holds no public key");
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use palisade_seal::log::SigningKey;

    use super::*;

    #[test]
    fn a_key_is_given_itself_or_in_a_file_and_else_taken_from_the_data_directory() {
        let directory = tempfile::tempdir().unwrap();
        let key = SigningKey::from_secret("palisade.log/test", &[7; 32]).unwrap().verifying_key().clone();
        let file = directory.path().join(LOG_PUBLIC_KEY_FILE);
        std::fs::write(&file, format!("{key}\n\n{key}\n")).unwrap();

        assert_eq!(read(&[key.to_string()], None).unwrap(), std::slice::from_ref(&key));
        assert_eq!(read(&[file.display().to_string()], None).unwrap().len(), 2);
        assert_eq!(read(&[], Some(directory.path())).unwrap().len(), 2);
        assert!(read(&[], None).unwrap_err().to_string().contains("--key"));
        assert!(read(&["nowhere".into()], None).is_err());
    }
}
