//! Asking the provider: bounded, without redirects, over TLS or on this machine.

use std::time::Duration;

use openidconnect::http::{Request, Response};
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// Someone waits before a browser.
const ANSWER_SECONDS_MAX: u64 = 10;

/// Largest answer. Providers with hundreds of keys or groups send some hundred kilobytes.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Asks over HTTP.
pub(super) struct Fetch(Agent);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NoAnswer(String);

impl Fetch {
    pub(super) fn new(authorities: Option<&[u8]>) -> Result<Self, String> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = authorities {
            let is_certificate = |item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            };
            let roots: Vec<Certificate<'static>> = parse_pem(pem).filter_map(is_certificate).collect();
            if roots.is_empty() {
                return Err("the file of authorities holds no certificate in PEM format".to_owned());
            }
            tls = tls.root_certs(RootCerts::new_with_certs(&roots));
        }
        // A redirect could lead to what only this machine reaches.
        let settings = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(ANSWER_SECONDS_MAX)))
            .user_agent(concat!("palisade/", env!("CARGO_PKG_VERSION")));
        Ok(Self(settings.build().new_agent()))
    }

    pub(super) fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NoAnswer> {
        let no_answer = |error: ureq::Error| NoAnswer(error.to_string());
        let (head, mut body) = self.0.run(request).map_err(no_answer)?.into_parts();
        let bytes = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(no_answer)?;
        Ok(Response::from_parts(head, bytes))
    }
}
