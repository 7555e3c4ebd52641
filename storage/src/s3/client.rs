//! The client: whose rights it has, and how long it tries.

use std::io;
use std::path::Path;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, Credentials, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::address::Address;

/// A store that is there answers to a connection in milliseconds; across the world in a third of a second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Between a request and the first byte of its answer: checking the sum of a part of 16 MiB takes a busy store seconds.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(30);

/// One attempt: a part of 16 MiB at half a megabyte per second takes 32 seconds.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// All attempts together. After it the caller is told; it decides whether to begin again.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(180);

/// The first and four more, 100 ms to 5 s apart with chance: what fails longer is down. The client's token budget ends
/// repeating earlier when most requests fail, so that a store on its knees is not kicked.
const ATTEMPTS_MAX: u32 = 5;
const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// A key has some dozens of characters; a longer file is another one.
const KEY_FILE_BYTES_MAX: usize = 4_096;

/// Stores other than Amazon's mostly do not care, but a signature needs one.
const REGION_OF_OTHERS: &str = "us-east-1";

/// Makes the client that an address means. Of the store nothing is asked yet.
pub(super) async fn connect(address: &Address) -> io::Result<Client> {
    let http = aws_smithy_http_client::Builder::new();
    let http = http.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http);
    if let Some(profile) = &address.profile {
        loader = loader.profile_name(profile);
    }
    match (&address.region, &address.endpoint) {
        (Some(region), _) => loader = loader.region(Region::new(region.clone())),
        // Asking the environment for the region of a store that has none would ask a metadata service that is not there.
        (None, Some(_)) => loader = loader.region(Region::new(REGION_OF_OTHERS)),
        (None, None) => {}
    }
    if let Some((access, secret)) = &address.key_files {
        let keys = Credentials::new(read_key(access)?, read_key(secret)?, None, None, "key-files");
        loader = loader.credentials_provider(keys);
    }
    let shared = loader.load().await;
    let mut config = Builder::from(&shared)
        .force_path_style(address.path_style)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(ATTEMPTS_MAX)
                .with_initial_backoff(BACKOFF_MIN)
                .with_max_backoff(BACKOFF_MAX),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .read_timeout(FIRST_BYTE_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .operation_timeout(OPERATION_TIMEOUT)
                .build(),
        )
        // Checksums are sent on purpose, one kind; a second one of the client's choice confuses older stores.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    if let Some(endpoint) = &address.endpoint {
        config = config.endpoint_url(endpoint);
    }
    Ok(Client::from_conf(config.build()))
}

fn read_key(path: &Path) -> io::Result<String> {
    let wrong = |kind, problem: String| {
        let advice = "put the key into it and nothing else, readable by this user";
        io::Error::new(kind, format!("key file {}: {problem}; {advice}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.kind(), error.to_string()))?;
    let key = text.trim();
    let is_key =
        !key.is_empty() && key.len() <= KEY_FILE_BYTES_MAX && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key {
        return Err(wrong(io::ErrorKind::InvalidData, "it is not a key".to_owned()));
    }
    Ok(key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_holds_a_key_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        assert_eq!(read_key(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        for (content, is_fine) in [("AKIA123\n", true), ("", false), ("two words", false), ("a\nb", false)] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(read_key(&path).is_ok(), is_fine, "{content:?}");
        }
        assert!(read_key(&path).unwrap_err().to_string().contains("key file"));
    }
}
