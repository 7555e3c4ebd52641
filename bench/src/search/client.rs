//! Speaks to the server as any program would.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(300);

/// Asks one server.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: String,
}

impl Client {
    /// Asks the server at `address` (host and port).
    pub(crate) fn new(address: &str, token: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .new_agent();
        Self { agent, base: format!("http://{address}"), authorization: format!("Bearer {token}") }
    }

    /// Whether it is ready for questions.
    pub(crate) fn is_ready(&self) -> bool {
        let answer = self.agent.get(format!("{}/health/ready", self.base)).call();
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The whole answer, as text.
    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<String> {
        self.send(path, "application/json", &body.to_string())
    }

    /// The same for a body of any type.
    pub(crate) fn send(&self, path: &str, kind: &str, body: &str) -> anyhow::Result<String> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = request.header("authorization", &self.authorization);
        let mut answer = request
            .header("content-type", kind)
            .send(body)
            .with_context(|| format!("no answer to {path} {body:.300}"))?;
        let text = answer.body_mut().read_to_string().with_context(|| format!("half an answer to {path}"))?;
        if !answer.status().is_success() {
            bail!("{path} {body:.300} was answered {}: {text:.300}", answer.status());
        }
        Ok(text)
    }
}
