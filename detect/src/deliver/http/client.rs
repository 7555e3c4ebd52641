//! Requests with bounds: an address that was checked, no redirects, no proxy of the environment, so much time, so many bytes.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use palisade_record::Clock;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use super::super::outcome::{FailureKind, Outcome};
use super::resolver::{Guard, Guarded};
use super::{Answer, Reach, Target, retry_after};

/// Answers are a line, or an object of a kilobyte; what is past this is not read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Headers of an answer.
const HEADER_BYTES_MAX: usize = 32 * 1024;

/// Asks addresses.
pub struct Client {
    agent: Agent,
    clock: Arc<dyn Clock>,
}

/// What is sent.
pub struct Request<'a> {
    /// Where to.
    pub target: &'a Target,
    /// Headers beside the usual.
    pub headers: &'a [(&'static str, String)],
    /// The body, as JSON; a GET without one.
    pub body: Option<&'a [u8]>,
}

impl Client {
    /// A client of one channel. `authorities` are certificates (PEM) that take the place of the well-known ones.
    pub fn new(
        reach: Reach,
        authorities: Option<&[u8]>,
        timeout: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = authorities {
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates(pem)?));
        }
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy would resolve the name itself, past the check.
            .proxy(None)
            // Every message resolves and checks anew; alerts are too rare to share connections.
            .max_idle_connections(0)
            .max_response_header_size(HEADER_BYTES_MAX)
            .timeout_global(Some(timeout))
            .user_agent(concat!("palisade/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Guarded { inner: DefaultResolver::default(), reach };
        Ok(Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver), clock })
    }

    /// Sends and waits for the answer. What is no answer is already an outcome.
    pub fn send(&self, request: &Request<'_>) -> Result<Answer, Outcome> {
        let uri = request.target.uri();
        let response = match request.body {
            None => {
                let mut builder = self.agent.get(uri);
                for (name, value) in request.headers {
                    builder = builder.header(*name, value);
                }
                builder.call()
            }
            Some(body) => {
                let mut builder = self.agent.post(uri).header("content-type", "application/json");
                for (name, value) in request.headers {
                    builder = builder.header(*name, value);
                }
                builder.send(body)
            }
        };
        response.map(|response| self.answer(response)).map_err(|error| failure(request.target, &error))
    }

    fn answer(&self, mut response: Response<Body>) -> Answer {
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| retry_after::parse(text, self.clock.now()));
        let mut body = Vec::new();
        // The status has been said; a body that breaks off or never ends does not unsay it.
        let read = response.body_mut().as_reader().take(ANSWER_BYTES_MAX).read_to_end(&mut body);
        if let Err(error) = read {
            tracing::debug!(%error, "an answer broke off");
        }
        Answer { status: response.status().as_u16(), retry_after, body }
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| error.to_string())? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err("has no certificate in it; the file must be in PEM format".to_owned());
    }
    Ok(certificates)
}

fn failure(target: &Target, error: &ureq::Error) -> Outcome {
    match error {
        ureq::Error::Other(other) if other.is::<Guard>() => {
            Outcome::failed(FailureKind::Refused, format!("{target} {other}"))
        }
        // Says the whole address, and its path may be a secret.
        ureq::Error::BadUri(_) => {
            Outcome::failed(FailureKind::Refused, format!("{target} cannot be asked: no address"))
        }
        error => Outcome::failed(FailureKind::Unavailable, format!("{target} cannot be asked: {error}")),
    }
}
