//! How the store checks what arrives.

use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::operation::upload_part::builders::UploadPartFluentBuilder;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedPart};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::md5::md5;

/// The checksum that goes with what is put.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Checksum {
    /// The hash that manifests have: what the store keeps and tells can be compared with them.
    #[default]
    Sha256,
    /// For stores that know the cheap sums only.
    Crc32c,
    /// For old stores, which take `Content-MD5` and nothing else.
    Md5,
}

/// A checksum as the header wants it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sum {
    kind: Checksum,
    pub(super) text: String,
}

impl Checksum {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "sha256" => Some(Self::Sha256),
            "crc32c" => Some(Self::Crc32c),
            "md5" => Some(Self::Md5),
            _ => None,
        }
    }

    /// The checksum of some bytes.
    pub(crate) fn of(self, bytes: &[u8]) -> Sum {
        let text = match self {
            Self::Sha256 => STANDARD.encode(Sha256::digest(bytes)),
            Self::Crc32c => STANDARD.encode(crc32c::crc32c(bytes).to_be_bytes()),
            Self::Md5 => STANDARD.encode(md5(bytes)),
        };
        Sum { kind: self, text }
    }

    /// What a multipart upload must be begun with; MD5 is not announced.
    pub(crate) fn announced(self) -> Option<ChecksumAlgorithm> {
        match self {
            Self::Sha256 => Some(ChecksumAlgorithm::Sha256),
            Self::Crc32c => Some(ChecksumAlgorithm::Crc32C),
            Self::Md5 => None,
        }
    }
}

impl Sum {
    /// When the hash is known already.
    pub(super) fn of_sha256(sha256: &[u8; 32]) -> Self {
        Self { kind: Checksum::Sha256, text: STANDARD.encode(sha256) }
    }

    pub(crate) fn on_put(self, request: PutObjectFluentBuilder) -> PutObjectFluentBuilder {
        match self.kind {
            Checksum::Sha256 => request.checksum_sha256(self.text),
            Checksum::Crc32c => request.checksum_crc32_c(self.text),
            Checksum::Md5 => request.content_md5(self.text),
        }
    }

    pub(crate) fn on_part(self, request: UploadPartFluentBuilder) -> UploadPartFluentBuilder {
        match self.kind {
            Checksum::Sha256 => request.checksum_sha256(self.text),
            Checksum::Crc32c => request.checksum_crc32_c(self.text),
            Checksum::Md5 => request.content_md5(self.text),
        }
    }

    /// A part as the end of an upload names it.
    pub(crate) fn completed(self, number: i32, e_tag: Option<&str>) -> CompletedPart {
        let part = CompletedPart::builder().part_number(number).set_e_tag(e_tag.map(str::to_owned));
        match self.kind {
            Checksum::Sha256 => part.checksum_sha256(self.text).build(),
            Checksum::Crc32c => part.checksum_crc32_c(self.text).build(),
            Checksum::Md5 => part.build(),
        }
    }

    /// Whether what the store answered, if it did, is this one. `sha256` and `crc32c` are its answers.
    pub(super) fn agrees(&self, sha256: Option<&str>, crc32c: Option<&str>) -> bool {
        let answered = match self.kind {
            Checksum::Sha256 => sha256,
            Checksum::Crc32c => crc32c,
            Checksum::Md5 => None,
        };
        answered.is_none_or(|answered| answered == self.text)
    }
}

/// The hash that a header tells; `None` when it is not the one of a whole object.
pub(super) fn whole_sha256(header: Option<&str>) -> Option<[u8; 32]> {
    STANDARD.decode(header?).ok()?.try_into().ok()
}

/// What the store tells for an object of several parts: the hash of their hashes, and how many there are.
pub(super) fn of_parts(parts: &[[u8; 32]]) -> String {
    format!("{}-{}", STANDARD.encode(Sha256::digest(parts.as_flattened())), parts.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_ones_that_stores_compute() {
        assert_eq!(Checksum::Sha256.of(b"").text, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        // The check value of CRC-32C is 0xe3069283.
        assert_eq!(Checksum::Crc32c.of(b"123456789").text, STANDARD.encode([0xe3, 0x06, 0x92, 0x83]));
        assert_eq!(Checksum::Md5.of(b"").text, "1B2M2Y8AsgTpgAmY7PhCfg==");
    }

    #[test]
    fn the_hash_of_parts_is_not_taken_for_the_hash_of_the_object() {
        let header = of_parts(&[[1; 32], [2; 32]]);
        assert!(header.ends_with("-2"));
        assert_eq!(whole_sha256(Some(&header)), None);
        assert_eq!(whole_sha256(Some(&Sum::of_sha256(&[7; 32]).text)), Some([7; 32]));
        assert_eq!(whole_sha256(Some("")), None);
        assert_eq!(whole_sha256(None), None);
    }

    #[test]
    fn an_answer_that_differs_does_not_agree() {
        let sum = Checksum::Sha256.of(b"a");
        assert!(sum.agrees(None, None) && sum.agrees(Some(&sum.text), Some("x")));
        assert!(!sum.agrees(Some("x"), None));
    }
}
