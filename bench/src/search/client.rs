//! Speaks to the server as any program would.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(300);

pub(super) struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: String,
}

impl Client {
    pub(super) fn new(address: &str, token: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .new_agent();
        Self { agent, base: format!("http://{address}"), authorization: format!("Bearer {token}") }
    }

    pub(super) fn is_ready(&self) -> bool {
        let answer = self.agent.get(format!("{}/health/ready", self.base)).call();
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The whole answer, as text.
    pub(super) fn post(&self, path: &str, body: &Value) -> anyhow::Result<String> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = request.header("authorization", &self.authorization);
        let mut answer = request
            .header("content-type", "application/json")
            .send(body.to_string())
            .with_context(|| format!("no answer to {path} {body}"))?;
        let text = answer.body_mut().read_to_string().with_context(|| format!("half an answer to {path}"))?;
        if !answer.status().is_success() {
            bail!("{path} {body} was answered {}: {text}", answer.status());
        }
        Ok(text)
    }
}
