//! Names of tenants.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name of a tenant: 1 to 63 of `a-z 0-9 -`, beginning with a letter or digit.
///
/// Names become parts of paths, keys and addresses; nothing that passes here can leave its folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TenantName(Arc<str>);

impl TenantName {
    /// Longest name, that of a DNS label.
    pub const BYTES_MAX: usize = 63;

    /// Whose records these are as long as nobody names tenants.
    pub fn first() -> Self {
        Self("default".into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !text.is_empty()
            && text.len() <= Self::BYTES_MAX
            && !text.starts_with('-')
            && text.bytes().all(allowed)
        {
            return Ok(Self(text.into()));
        }
        Err(format!(
            "`{}` is not the name of a tenant; use 1 to 63 of a-z, 0-9 and `-`, beginning with a letter or digit",
            text.escape_debug()
        ))
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_a_folder_are_none() {
        for name in ["hospital", "bank-2", "a", "9", &"x".repeat(63)] {
            assert_eq!(name.parse::<TenantName>().unwrap().as_str(), name);
        }
        for name in ["", "-a", "A", "a/b", "..", "a.b", "a_b", "a b", "ä", &"x".repeat(64)] {
            assert!(
                name.parse::<TenantName>().unwrap_err().contains("is not the name of a tenant"),
                "{name}"
            );
        }
    }
}
