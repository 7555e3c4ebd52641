//! The address of a bucket: `s3://bucket/prefix?key=value&…`.

use std::path::PathBuf;

use super::checksum::Checksum;
use crate::name;

/// What an address says.
///
/// | key | value |
/// |---|---|
/// | `endpoint` | `http://` or `https://` address of a store that is not Amazon's |
/// | `region` | default: what the environment or the profile says; `us-east-1` with an endpoint |
/// | `path_style` | `true`: the bucket is in the path, not in the host name; the default with an endpoint |
/// | `profile` | a profile of the AWS configuration files |
/// | `access_key_file`, `secret_key_file` | files with a key and nothing else, instead of the default credential chain |
/// | `kms_key` | objects are encrypted by the store with this key |
/// | `checksum` | `sha256` (default), `crc32c` or `md5`: how what is put is checked by the store |
///
/// Values are percent-encoded where they have `&`, `%`, `#` or `+`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with: empty, or ends with `/`.
    pub prefix: String,
    /// Where the store is, if it is not Amazon's.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Whether the bucket is in the path.
    pub path_style: bool,
    /// The profile.
    pub profile: Option<String>,
    /// The files with the access key and the secret key.
    pub key_files: Option<(PathBuf, PathBuf)>,
    /// The key for encryption by the store.
    pub kms_key: Option<String>,
    /// How what is put is checked.
    pub checksum: Checksum,
}

/// What is wrong with an address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{address}` is not the address of a bucket: {problem}; write s3://bucket/prefix?region=…")]
pub struct AddressError {
    /// As it was given.
    pub address: String,
    /// What is wrong.
    pub problem: String,
}

/// Longer ones were not typed by anybody.
const ADDRESS_BYTES_MAX: usize = 4_096;

impl Address {
    /// Reads an address.
    pub fn parse(address: &str) -> Result<Self, AddressError> {
        read(address).map_err(|problem| AddressError { address: address.to_owned(), problem })
    }

    /// The address without its parameters, which is how errors call an object.
    pub fn locate(&self, name: &str) -> String {
        format!("s3://{}/{}{name}", self.bucket, self.prefix)
    }
}

fn read(address: &str) -> Result<Address, String> {
    if address.len() > ADDRESS_BYTES_MAX {
        return Err("it is too long".to_owned());
    }
    let rest = address.strip_prefix("s3://").ok_or("it does not begin with s3://")?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let in_bucket = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(in_bucket) {
        return Err("a bucket has 3 to 63 characters of a-z 0-9 . -".to_owned());
    }
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    if !prefix.is_empty() && !name::is_name(prefix) {
        return Err("a prefix is made of the parts a-z 0-9 . _ - joined by /".to_owned());
    }
    let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    let mut read = Address {
        bucket: bucket.to_owned(),
        prefix,
        endpoint: None,
        region: None,
        path_style: false,
        profile: None,
        key_files: None,
        kms_key: None,
        checksum: Checksum::Sha256,
    };
    let (mut path_style, mut access, mut secret) = (None, None, None);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` has no value"))?;
        let value =
            decode(value).ok_or_else(|| format!("the value of `{key}` is not percent-encoded text"))?;
        if value.is_empty() {
            return Err(format!("`{key}` is empty"));
        }
        match key {
            "endpoint" if !value.starts_with("http://") && !value.starts_with("https://") => {
                return Err("`endpoint` begins with http:// or https://".to_owned());
            }
            "endpoint" => read.endpoint = Some(value.trim_end_matches('/').to_owned()),
            "region" => read.region = Some(value),
            "path_style" => path_style = Some(truth(&value).ok_or("`path_style` is true or false")?),
            "profile" => read.profile = Some(value),
            "access_key_file" => access = Some(PathBuf::from(value)),
            "secret_key_file" => secret = Some(PathBuf::from(value)),
            "kms_key" => read.kms_key = Some(value),
            "checksum" => {
                let known = Checksum::from_name(&value);
                read.checksum = known.ok_or("`checksum` is sha256, crc32c or md5")?;
            }
            _ => {
                return Err(format!(
                    "`{key}` is not known (known are endpoint, region, path_style, profile, access_key_file, secret_key_file, kms_key, checksum)"
                ));
            }
        }
    }
    read.path_style = path_style.unwrap_or(read.endpoint.is_some());
    read.key_files = match (access, secret) {
        (Some(access), Some(secret)) => Some((access, secret)),
        (None, None) => None,
        _ => return Err("access_key_file and secret_key_file go together".to_owned()),
    };
    Ok(read)
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Undoes percent-encoding.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, after @ ..] = rest else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains(|letter: char| letter.is_control()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_parameters_are_read() {
        let address = Address::parse(
            "s3://logs-worm/palisade/prod/?endpoint=http://127.0.0.1:8333/&region=eu-west-1&path_style=false&profile=a%20b\
             &access_key_file=/run/key&secret_key_file=/run/secret&kms_key=arn:aws:kms:eu:1:key/2&checksum=md5",
        )
        .unwrap();

        assert_eq!((address.bucket.as_str(), address.prefix.as_str()), ("logs-worm", "palisade/prod/"));
        assert_eq!(address.endpoint.as_deref(), Some("http://127.0.0.1:8333"));
        assert_eq!(address.region.as_deref(), Some("eu-west-1"));
        assert!(!address.path_style);
        assert_eq!(address.profile.as_deref(), Some("a b"));
        assert_eq!(address.key_files, Some(("/run/key".into(), "/run/secret".into())));
        assert_eq!(address.kms_key.as_deref(), Some("arn:aws:kms:eu:1:key/2"));
        assert_eq!(address.checksum, Checksum::Md5);
        assert_eq!(address.locate("a"), "s3://logs-worm/palisade/prod/a");
    }

    #[test]
    fn a_bucket_alone_is_enough_and_an_endpoint_means_path_style() {
        let plain = Address::parse("s3://logs").unwrap();
        assert_eq!((plain.prefix.as_str(), plain.path_style, plain.checksum), ("", false, Checksum::Sha256));
        assert!(Address::parse("s3://logs/?endpoint=http://minio").unwrap().path_style);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (address, problem) in [
            ("http://logs", "s3://"),
            ("s3://", "3 to 63"),
            ("s3://LOGS/a", "3 to 63"),
            ("s3://logs/../a", "prefix"),
            ("s3://logs?region", "no value"),
            ("s3://logs?region=", "empty"),
            ("s3://logs?region=%zz", "percent"),
            ("s3://logs?regoin=x", "`regoin` is not known"),
            ("s3://logs?endpoint=minio:9000", "http://"),
            ("s3://logs?path_style=yes", "true or false"),
            ("s3://logs?access_key_file=/a", "together"),
            ("s3://logs?checksum=sha1", "crc32c"),
        ] {
            let told = Address::parse(address).unwrap_err().to_string();
            assert!(told.contains(problem), "{address}: {told}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(s3://)?[ -~ä]{0,60}") {
            _ = Address::parse(&text);
        }

        #[test]
        fn every_value_comes_back_from_its_encoding(value in "[ -~äß]{1,20}") {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let address = Address::parse(&format!("s3://logs?profile={encoded}")).unwrap();
            prop_assert_eq!(address.profile, Some(value));
        }
    }
}
