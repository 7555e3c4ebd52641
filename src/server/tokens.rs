//! The tokens that exist from the first start on, each in a file that its owner alone can read.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use palisade_access::{Caller, Credentials, Role, Secret};
use palisade_disk::{Disk, read_file, replace_file};

use super::{ADMIN_TOKEN_FILE, AGENT_TOKEN_FILE};

/// Largest token file. Tokens have some seventy bytes.
const TOKEN_BYTES_MAX: u64 = 4_096;
/// A shorter token could be guessed.
const TOKEN_BYTES_MIN: usize = 32;

/// Who is let in: the bearers of the tokens in a data directory. Tokens that are missing are made.
pub(super) fn open(disk: &dyn Disk, data_dir: &Path) -> anyhow::Result<Credentials> {
    let admin = token(disk, &data_dir.join(ADMIN_TOKEN_FILE), "pal_admin_")?;
    let agent = token(disk, &data_dir.join(AGENT_TOKEN_FILE), "pal_agent_")?;
    if admin == agent {
        bail!(
            "{ADMIN_TOKEN_FILE} and {AGENT_TOKEN_FILE} hold the same token; remove one of them and restart"
        );
    }
    let mut credentials = Credentials::new();
    credentials.add(&admin, Caller::owner("admin"));
    credentials.add(&agent, Caller::new("agent", [Role::Agent]));
    Ok(credentials)
}

fn token(disk: &dyn Disk, path: &Path, prefix: &str) -> anyhow::Result<Secret> {
    let place = path.display();
    match read_file(disk, path, TOKEN_BYTES_MAX) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).with_context(|| format!("{place} is not text"))?;
            let text = text.trim();
            if text.len() < TOKEN_BYTES_MIN || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                bail!(
                    "{place} does not hold a token of at least {TOKEN_BYTES_MIN} letters and digits; remove the file and a new one is made"
                );
            }
            warn_if_others_can_read(path);
            Ok(Secret::new(text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = Secret::random(prefix);
            replace_file(disk, path, format!("{}\n", secret.reveal()).as_bytes())
                .with_context(|| format!("cannot write {place}"))?;
            Ok(secret)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {place}")),
    }
}

fn warn_if_others_can_read(path: &Path) {
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(file = %path.display(), "others on this machine can read this token; run chmod 600 on it");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use palisade_disk::RealDisk;

    use super::*;

    #[test]
    fn tokens_are_made_once_and_only_their_owner_can_read_them() {
        let directory = tempfile::tempdir().unwrap();

        open(&RealDisk, directory.path()).unwrap();
        let text = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
        let (admin, agent) = (text(ADMIN_TOKEN_FILE), text(AGENT_TOKEN_FILE));
        let again = open(&RealDisk, directory.path()).unwrap();

        assert_eq!(again.caller(admin.trim()).unwrap(), Caller::owner("admin"));
        assert_eq!(again.caller(agent.trim()).unwrap(), Caller::new("agent", [Role::Agent]));
        let mode = fs::metadata(directory.path().join(ADMIN_TOKEN_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_without_a_token_is_refused_instead_of_letting_everyone_in() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(ADMIN_TOKEN_FILE), "\n").unwrap();

        let refusal = open(&RealDisk, directory.path()).err().unwrap().to_string();

        assert!(refusal.contains("admin.token does not hold a token"), "{refusal}");
    }
}
