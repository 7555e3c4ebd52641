//! The real way to the collector: HTTP with TLS, a token, and bounds on everything that comes back.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use palisade_record::{ByteSize, Clock, SystemClock};
use ureq::http::{Response, StatusCode};
use ureq::{Body, RequestBuilder};

use crate::client::Client;
use crate::transport::parse_positions;
use crate::{Answer, Error, KnownPosition, Settings, Transport, TransportError};

/// An answer tells one number per batch: 16,384 batches of at most 60 bytes, and this is the next power of two.
const ANSWER_BYTES_MAX: ByteSize = ByteSize::mib(1);

/// Positions of a node: a hundred thousand lanes.
const POSITIONS_BYTES_MAX: ByteSize = ByteSize::mib(16);

/// Speaks HTTP to a collector.
pub struct HttpTransport {
    client: Client,
    batches_url: String,
    positions_url: String,
    token_file: Option<PathBuf>,
    token: Mutex<String>,
}

impl HttpTransport {
    /// Prepares the connection; does not connect yet. The token file may still be missing.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let base = settings.collector_url.trim_end_matches('/');
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(Error::Setting(format!(
                "collector `{}` is not a URL; write it like https://logs.example:8514",
                settings.collector_url
            )));
        }
        let client = Client::new(settings)?;
        let agent: String = settings.agent.bytes().map(encode_query_byte).collect();
        let transport = Self {
            client,
            batches_url: format!("{base}/agent/v1/batches?agent={agent}"),
            positions_url: format!("{base}/agent/v1/positions?agent={agent}"),
            token_file: settings.token_file.clone(),
            token: Mutex::new(String::new()),
        };
        transport.reload_token();
        Ok(transport)
    }

    /// Says who this is, unless a certificate does.
    fn authorized<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.is_empty() {
            return request;
        }
        request.header("authorization", format!("Bearer {token}"))
    }

    fn reload_token(&self) {
        let Some(path) = &self.token_file else { return };
        match fs::read_to_string(path) {
            Ok(text) => {
                *self.token.lock().unwrap_or_else(PoisonError::into_inner) = text.trim().to_owned();
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "token cannot be read");
            }
        }
    }

    fn receive(&self, mut response: Response<Body>, bytes_max: ByteSize) -> Result<Answer, TransportError> {
        let status = response.status();
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            self.reload_token();
        }
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let body =
            response.body_mut().with_config().limit(bytes_max.as_u64()).read_to_vec().map_err(unreachable)?;
        Ok(Answer { status: status.as_u16(), retry_after, body })
    }
}

impl Transport for HttpTransport {
    fn send(&self, body: &[u8]) -> Result<Answer, TransportError> {
        let client = self.client.current();
        let request = client
            .post(&self.batches_url)
            // By which the collector tells how far the clock here is off.
            .query("sent_at", SystemClock.now().to_string())
            .header("content-encoding", "zstd")
            .header("content-type", "application/vnd.palisade.batches");
        self.receive(self.authorized(request).send(body).map_err(unreachable)?, ANSWER_BYTES_MAX)
    }

    fn positions(&self) -> Result<Vec<KnownPosition>, TransportError> {
        let request = self.client.current().get(&self.positions_url);
        let answer =
            self.receive(self.authorized(request).call().map_err(unreachable)?, POSITIONS_BYTES_MAX)?;
        match answer.status {
            200 => parse_positions(&answer.body),
            status => Err(TransportError::Refused { status }),
        }
    }
}

fn unreachable(error: ureq::Error) -> TransportError {
    TransportError::Unreachable(error.to_string())
}

fn encode_query_byte(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
