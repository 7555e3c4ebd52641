//! Which group an event belongs to: the values of the fields by which a rule keeps events apart, in one spelling.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use palisade_record::canonical::canonical;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The values, in the order of the rule's fields.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupKey(pub Box<[Box<str>]>);

/// Longer values are cut: a key is kept for every group, and told in every alert.
const VALUE_BYTES_MAX: usize = 256;

impl GroupKey {
    /// As it is stored: a JSON list.
    pub fn to_text(&self) -> String {
        serde_json::json!(self.0).to_string()
    }

    /// Reads what [`GroupKey::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Sixteen hexadecimal digits that tell it apart.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.to_text().as_bytes());
        data_encoding::HEXLOWER.encode(&digest[..8])
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(", "))
    }
}

/// Fields whose values are names of people or accounts; the same one in capitals is the same one.
const ACCOUNT_FIELDS: [&str; 6] =
    ["user_id", "User", "TargetUserName", "SubjectUserName", "userIdentity.userName", "UserPrincipalName"];

/// The one spelling of a value. `::ffff:192.0.2.7` is `192.0.2.7`, an address has no zone, account names are in lower case.
pub fn normal<'a>(field: &str, value: &'a str) -> Cow<'a, str> {
    let value = value.trim();
    let value = &value[..value.floor_char_boundary(VALUE_BYTES_MAX)];
    if let Some(address) = address(value) {
        return Cow::Owned(address.to_canonical().to_string());
    }
    let is_account = ACCOUNT_FIELDS.contains(&field) || ACCOUNT_FIELDS.contains(&canonical(field));
    if is_account && value.chars().any(char::is_uppercase) {
        return Cow::Owned(value.to_lowercase());
    }
    Cow::Borrowed(value)
}

fn address(value: &str) -> Option<IpAddr> {
    let first = value.bytes().next()?;
    // Most values are no addresses; do not parse them as such.
    if !(first.is_ascii_hexdigit() || first == b':') || !value.contains([':', '.']) {
        return None;
    }
    let (address, zone) = value.split_once('%').unwrap_or((value, ""));
    let is_zone = zone.is_empty() || address.contains(':');
    address.parse().ok().filter(|_| is_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_spelling() {
        for (value, expected) in [
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("192.0.2.7", "192.0.2.7"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            (" 10.0.0.1 ", "10.0.0.1"),
            ("10.0.0.1:80", "10.0.0.1:80"),
            ("1.2.3", "1.2.3"),
        ] {
            assert_eq!(normal("source_ip", value), expected);
        }
    }

    #[test]
    fn account_names_are_the_same_in_capitals_and_other_values_are_not() {
        assert_eq!(normal("user.name", "Alice"), "alice");
        assert_eq!(normal("TargetUserName", "ADMIN"), "admin");
        assert_eq!(normal("region", "EU"), "EU");
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let long = "ä".repeat(200);
        assert_eq!(normal("region", &long).len(), VALUE_BYTES_MAX);
    }

    #[test]
    fn keys_come_back_from_their_text() {
        let key = GroupKey(["a,b".into(), "\"c\"".into()].into());
        assert_eq!(GroupKey::from_text(&key.to_text()), Some(key.clone()));
        assert_eq!(key.digest().len(), 16);
    }
}
