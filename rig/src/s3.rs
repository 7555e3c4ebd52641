//! S3 by hand: what somebody with keys and bad intentions would send. A client library would check first, and never ask
//! the server what it would do.

mod signature;

use std::io;

use jiff::Timestamp;

use crate::{Identity, SeaweedFs};
use signature::Signature;

/// A page of a listing is at most so long: a thousand versions with long names.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Versions in one answer.
const PAGE: &str = "1000";

/// A bucket, and who asks.
pub struct S3<'a> {
    server: &'a SeaweedFs,
    bucket: String,
    identity: Identity,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// The body; the reason, when something was refused.
    pub body: Vec<u8>,
}

impl Reply {
    /// Whether the server did as it was asked.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A version of an object; delete markers are none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The name of the object.
    pub key: String,
    /// Which of its versions.
    pub id: String,
}

impl<'a> S3<'a> {
    /// A bucket of a server, asked as `identity`.
    pub fn new(server: &'a SeaweedFs, bucket: &str, identity: Identity) -> Self {
        let settings = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { server, bucket: bucket.to_owned(), identity, agent: settings.into() }
    }

    /// All versions of all objects.
    pub fn versions(&self) -> io::Result<Vec<Version>> {
        let mut versions = Vec::new();
        let (mut key, mut id) = (String::new(), String::new());
        loop {
            let query =
                [("key-marker", &*key), ("max-keys", PAGE), ("version-id-marker", &*id), ("versions", "")];
            let reply = self.send("GET", "", &query, &[], b"")?;
            let text = reply.text();
            if !reply.is_success() {
                return Err(io::Error::other(format!(
                    "versions of {}: {} {text}",
                    self.bucket, reply.status
                )));
            }
            let of_version =
                |part: &str| Version { key: element(part, "Key"), id: element(part, "VersionId") };
            versions.extend(text.split("<Version>").skip(1).map(of_version));
            (key, id) = (element(&text, "NextKeyMarker"), element(&text, "NextVersionIdMarker"));
            if element(&text, "IsTruncated") != "true" || key.is_empty() {
                return Ok(versions);
            }
        }
    }

    /// Reads a version.
    pub fn get(&self, version: &Version) -> io::Result<Reply> {
        self.send("GET", &version.key, &[("versionId", &version.id)], &[], b"")
    }

    /// Removes a version for good; with `bypass` it says that it may.
    pub fn delete(&self, version: &Version, bypass: bool) -> io::Result<Reply> {
        let headers: &[(&str, &str)] =
            if bypass { &[("x-amz-bypass-governance-retention", "true")] } else { &[] };
        self.send("DELETE", &version.key, &[("versionId", &version.id)], headers, b"")
    }

    /// Asks for another lock of a version, in governance mode.
    pub fn lock(&self, version: &Version, until: Timestamp) -> io::Result<Reply> {
        let until = until.strftime("%Y-%m-%dT%H:%M:%SZ");
        let body = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>GOVERNANCE</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>"
        );
        let query = [("retention", ""), ("versionId", version.id.as_str())];
        self.send("PUT", &version.key, &query, &[], body.as_bytes())
    }

    /// The lock of a version, as the server tells it; nothing when it has none.
    pub fn lock_of(&self, version: &Version) -> io::Result<Option<String>> {
        let query = [("retention", ""), ("versionId", version.id.as_str())];
        let reply = self.send("GET", &version.key, &query, &[], b"")?;
        let until = element(&reply.text(), "RetainUntilDate");
        Ok(Some(until).filter(|until| reply.is_success() && !until.is_empty()))
    }

    /// Puts other bytes under a name.
    pub fn put(&self, key: &str, bytes: &[u8]) -> io::Result<Reply> {
        self.send("PUT", key, &[], &[], bytes)
    }

    /// Sends a signed request. The query is in the order of its names, and names need no escapes.
    fn send(
        &self,
        method: &str,
        key: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let path =
            if key.is_empty() { format!("/{}", self.bucket) } else { format!("/{}/{key}", self.bucket) };
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let (query, host) = (query.join("&"), self.server.address().to_string());
        let signature = Signature { method, path: &path, query: &query, host: &host, headers, body };
        let uri = format!("http://{host}{path}?{query}");
        let mut request = ureq::http::Request::builder().method(method).uri(uri);
        for (name, value) in signature.headers(self.identity.keys(), Timestamp::now()) {
            request = request.header(name, value);
        }
        // The host is said by the client itself.
        let answer = if method == "PUT" {
            self.agent.run(request.body(body).map_err(io::Error::other)?)
        } else {
            self.agent.run(request.body(()).map_err(io::Error::other)?)
        };
        let answer = answer.map_err(io::Error::other)?;
        let status = answer.status().as_u16();
        let body = answer.into_body().into_with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        Ok(Reply { status, body: body.map_err(io::Error::other)? })
    }
}

/// The text of the first element of a name; nothing when there is none.
fn element(xml: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let text = xml.split_once(&open).and_then(|(_, rest)| rest.split_once(&close)).map(|(text, _)| text);
    text.unwrap_or_default().to_owned()
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_and_values_escaped() {
        let xml = "<Version><Key>a/b</Key><VersionId>v1</VersionId></Version>";
        assert_eq!((element(xml, "Key"), element(xml, "Size")), ("a/b".to_owned(), String::new()));
        assert_eq!(escaped("a/b c~"), "a%2Fb%20c~");
    }
}
