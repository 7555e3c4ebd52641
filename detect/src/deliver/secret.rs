//! What must not be shown: keys, tokens, passwords.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use zeroize::Zeroizing;

/// Longest secret. Tokens of large sign-on systems have a few kilobytes; a log file given by mistake has more.
const SECRET_BYTES_MAX: u64 = 16 * 1024;

/// Read or written by the group or by everyone.
const OTHERS: u32 = 0o077;

/// A text that is not printed, and overwritten when it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// From a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// From a file that nobody but its owner may read; white space around it is left out. The error ends a sentence that begins
    /// with the name of the setting.
    pub fn read(path: &Path) -> Result<Self, String> {
        let at = path.display();
        let cannot = |error: std::io::Error| format!("names {at}, which cannot be read: {error}");
        // Opened first and asked then: what is checked is what is read.
        let file = File::open(path).map_err(cannot)?;
        let metadata = file.metadata().map_err(cannot)?;
        if !metadata.is_file() {
            return Err(format!("names {at}, which is not a file"));
        }
        if metadata.mode() & OTHERS != 0 {
            let mode = metadata.mode() & 0o7777;
            return Err(format!("names {at}, which others may read (mode {mode:04o}); run chmod 600 {at}"));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(SECRET_BYTES_MAX + 1).read_to_string(&mut text).map_err(cannot)?;
        if text.len() > usize::try_from(SECRET_BYTES_MAX).unwrap_or(usize::MAX) {
            return Err(format!("names {at}, which is longer than {SECRET_BYTES_MAX} bytes and no secret"));
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(format!("names {at}, which is empty"));
        }
        Ok(Self::new(trimmed))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    fn file(text: &str, mode: u32) -> tempfile::TempPath {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        file.into_temp_path()
    }

    #[test]
    fn a_secret_is_read_from_a_file_of_its_owner_and_never_printed() {
        let secret = Secret::read(&file("  hunter2\n", 0o600)).unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_what_to_run() {
        let wrong = Secret::read(&file("hunter2", 0o640)).unwrap_err();
        assert!(wrong.contains("mode 0640") && wrong.contains("chmod 600"), "{wrong}");
        assert!(!wrong.contains("hunter2"));
    }

    #[test]
    fn what_is_empty_too_long_or_no_file_is_refused() {
        assert!(Secret::read(&file(" \n", 0o600)).unwrap_err().contains("is empty"));
        assert!(Secret::read(&file(&"x".repeat(20_000), 0o600)).unwrap_err().contains("longer than"));
        assert!(Secret::read(Path::new("/")).unwrap_err().contains("not a file"));
        assert!(Secret::read(Path::new("/nowhere/x")).unwrap_err().contains("cannot be read"));
    }
}
