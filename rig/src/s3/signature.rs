//! AWS Signature Version 4: who asks, proved by a hash of everything that is asked.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The server takes any region that the signature names.
const REGION: &str = "us-east-1";

/// A request that is to be signed.
pub(super) struct Signature<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// In the order of its names, and escaped.
    pub(super) query: &'a str,
    pub(super) host: &'a str,
    /// Headers of the request's own, all of which are signed.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

impl Signature<'_> {
    /// All headers that the request has to be sent with, except its host.
    pub(super) fn headers(&self, (access, secret): (&str, &str), now: Timestamp) -> Vec<(String, String)> {
        let (time, day) = (now.strftime("%Y%m%dT%H%M%SZ").to_string(), now.strftime("%Y%m%d").to_string());
        let body = hex(&Sha256::digest(self.body));
        let mut signed: Vec<(&str, &str)> = self.headers.to_vec();
        signed.extend([("host", self.host), ("x-amz-content-sha256", &body), ("x-amz-date", &time)]);
        signed.sort_unstable();
        let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let request = [self.method, self.path, self.query, &lines, &names, &body].join("\n");
        let scope = format!("{day}/{REGION}/s3/aws4_request");
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(request)));
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [&*day, REGION, "s3", "aws4_request"] {
            key = keyed_hash(&key, part.as_bytes());
        }
        let proof = hex(&keyed_hash(&key, text.as_bytes()));
        let value =
            format!("AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={proof}");
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let unsaid = signed.into_iter().filter(|(name, _)| *name != "host").map(own);
        unsaid.chain([("authorization".to_owned(), value)]).collect()
    }
}

fn keyed_hash(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is one");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_requests_have_equal_proofs_and_other_ones_have_others() {
        let now: Timestamp = "2013-05-24T00:00:00Z".parse().unwrap();
        let proof = |path: &str, secret: &str| {
            let signature =
                Signature { method: "GET", path, query: "", host: "examplebucket", headers: &[], body: b"" };
            signature.headers(("access", secret), now).pop().unwrap().1
        };
        assert_eq!(proof("/a", "secret"), proof("/a", "secret"));
        assert_ne!(proof("/a", "secret"), proof("/b", "secret"));
        assert_ne!(proof("/a", "secret"), proof("/a", "other"));
        assert!(proof("/a", "secret").starts_with(
            "AWS4-HMAC-SHA256 Credential=access/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
        ));
    }
}
