//! An address that may be asked: its form was checked. Where its name leads to is checked each time it is asked.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use super::guard::{Reach, check};

/// Longest address. Those of chat systems carry a secret of a hundred letters.
pub const ADDRESS_BYTES_MAX: usize = 2_048;

/// An address that may be asked. Its path may be a secret (Slack's is), so it is shown without.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    uri: Uri,
    reach: Reach,
}

impl Target {
    /// Checks an address; the error ends a sentence that begins with the name of the setting.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, String> {
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(format!("is longer than {ADDRESS_BYTES_MAX} bytes"));
        }
        let uri: Uri =
            text.parse().map_err(|_| "is not a URL; write it like https://host/path".to_owned())?;
        match (uri.scheme_str(), reach) {
            (Some("https"), _) | (Some("http"), Reach::Private) => {}
            (Some("http"), Reach::Public) => {
                return Err("is not https; what is told there could be read and changed on its way. Write \
                            https://…, or `allow_private = true` where the way is a trusted network"
                    .to_owned());
            }
            _ => return Err("must begin with https://".to_owned()),
        }
        let Some(authority) = uri.authority() else {
            return Err("has no host; write it like https://host/path".to_owned());
        };
        if authority.as_str().contains('@') {
            return Err("has a user name in it; give a token in its own setting".to_owned());
        }
        if authority.host().is_empty() || authority.as_str().ends_with(':') {
            return Err("has no host, or a port that is empty; write it like https://host/path".to_owned());
        }
        // What is an address already can be told at once, not when the first alert is lost.
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = host.parse::<IpAddr>() {
            check(address, reach).map_err(|what| refused(address, what, reach))?;
        }
        Ok(Self { uri, reach })
    }

    /// The address.
    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// How far it may reach.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        format!("{}://{authority}", self.uri.scheme_str().unwrap_or("https"))
    }

    /// The same origin with another path.
    ///
    /// # Panics
    /// Never for a path that begins with `/` and is made of unreserved letters.
    pub fn with_path(&self, path: &str) -> Self {
        let uri = format!("{}{path}", self.origin()).parse().expect("an origin and a plain path are a URL");
        Self { uri, reach: self.reach }
    }

    /// Its path.
    pub fn path(&self) -> &str {
        self.uri.path()
    }
}

/// What is said about an address that may not be connected to.
pub(super) fn refused(address: IpAddr, what: &str, reach: Reach) -> String {
    match (reach, check(address, Reach::Private)) {
        (Reach::Public, Ok(())) => {
            format!("leads to {address}, {what}; write `allow_private = true` where that is wanted")
        }
        _ => format!("leads to {address}, {what}; nothing is sent there"),
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Target({}/…)", self.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_shown_without_the_secret_in_its_path() {
        let target = Target::parse("https://hooks.example/services/T0/B0/secret", Reach::Public).unwrap();
        assert_eq!(target.to_string(), "https://hooks.example");
        assert!(!format!("{target:?}").contains("secret"));
    }

    #[test]
    fn what_is_not_https_to_a_host_is_refused_with_what_to_write() {
        for (text, hint) in [
            ("http://hooks.example/", "allow_private"),
            ("ftp://hooks.example/", "https://"),
            ("hooks.example", "https://"),
            ("https:///path", "https://host/path"),
            ("https://user:secret@hooks.example/", "user name"),
            ("https://127.0.0.1/", "allow_private"),
            ("https://[::1]:8080/", "allow_private"),
            ("https://169.254.169.254/latest/meta-data", "nothing is sent there"),
            ("", "https://host/path"),
        ] {
            let wrong = Target::parse(text, Reach::Public).unwrap_err();
            assert!(wrong.contains(hint), "{text}: {wrong}");
            assert!(!wrong.contains("secret"), "{wrong}");
        }
    }

    #[test]
    fn a_private_address_may_be_http_where_that_is_allowed() {
        assert!(Target::parse("http://127.0.0.1:9093/api", Reach::Private).is_ok());
        assert!(Target::parse("http://169.254.169.254/", Reach::Private).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_has_a_host(text in ".{0,60}", rest in "[a-z0-9:@/.?#\\[\\]-]{0,30}") {
            for text in [text, format!("https://{rest}")] {
                if let Ok(target) = Target::parse(&text, Reach::Public) {
                    prop_assert!(target.origin().len() > "https://".len());
                    prop_assert!(target.with_path("/a").path() == "/a");
                }
            }
        }
    }
}
