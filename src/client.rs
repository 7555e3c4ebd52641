//! Asking a running server, as the commands do that print answers.

mod events;
mod refusal;

pub(crate) use events::Events;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use palisade_access::Secret;
use serde_json::Value;

use crate::configuration::{DATA_DIR, collector_url};
use crate::output::Usage;

/// Where the server is and how it knows us.
#[derive(Args, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The server [default: the address in the data directory, or http://127.0.0.1:8514].
    #[arg(long, env = "PALISADE_URL", value_name = "URL")]
    url: Option<String>,

    /// The file with the token [default: admin.token in the data directory].
    ///
    /// The environment variable PALISADE_TOKEN, the token itself, comes before the default.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// The data directory of the server on this machine, for its token and address.
    #[arg(long, value_name = "DIR", default_value = DATA_DIR)]
    data_dir: PathBuf,
}

/// How long to wait for a connection. A server on the same continent answers within a tenth of it.
const CONNECT_SECONDS_MAX: Duration = Duration::from_secs(5);

/// Connections idle for longer are not used again: the server closes its side after ten seconds.
const IDLE_SECONDS_MAX: Duration = Duration::from_secs(5);

/// Largest token file; a token has some seventy bytes.
const TOKEN_BYTES_MAX: u64 = 4_096;

/// The body of an answer while it arrives.
pub(crate) type Answer = ureq::BodyReader<'static>;

/// A server and the right to ask it.
#[derive(Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    token: Secret,
}

impl Connection {
    /// Finds server and token; asks nothing yet.
    pub(crate) fn open(&self) -> anyhow::Result<Client> {
        let url = match &self.url {
            Some(url) => collector_url(url).map_err(|wrong| Usage(format!("--url {wrong}")))?,
            None => self.local_url(),
        };
        let settings = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT_SECONDS_MAX))
            .max_idle_age(IDLE_SECONDS_MAX)
            .http_status_as_error(false)
            .user_agent(concat!("palisade/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Client { agent: settings.into(), url, token: self.token()? })
    }

    /// The address that a server on this machine wrote down, which matters when its port was chosen by the system.
    fn local_url(&self) -> String {
        let written = read_line(&self.data_dir.join(crate::server::ADDRESS_FILE));
        let address = written.unwrap_or_else(|_| format!("127.0.0.1:{}", crate::configuration::PORT));
        format!("http://{address}")
    }

    /// The public key of the log, when the data directory is on this machine.
    pub(crate) fn log_key(&self) -> Option<String> {
        let key = read_line(&self.data_dir.join(crate::server::LOG_PUBLIC_KEY_FILE)).ok()?;
        Some(format!("{key}\n"))
    }

    fn token(&self) -> anyhow::Result<Secret> {
        if let Some(path) = &self.token_file {
            return read_line(path).map(Secret::new);
        }
        if let Ok(token) = std::env::var("PALISADE_TOKEN")
            && !token.trim().is_empty()
        {
            return Ok(Secret::new(token.trim()));
        }
        let path = self.data_dir.join(crate::server::ADMIN_TOKEN_FILE);
        read_line(&path).map(Secret::new).context(
            "no token: set PALISADE_TOKEN, or name the file with --token-file, or the server's --data-dir",
        )
    }
}

/// The content of a small file, without the line end.
fn read_line(path: &Path) -> anyhow::Result<String> {
    let bytes = palisade_disk::read_file(&palisade_disk::RealDisk, path, TOKEN_BYTES_MAX)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{} is not text", path.display()))?;
    Ok(text.trim().to_owned())
}

impl Client {
    /// Sends a question. `query` is shown when the server finds a mistake in it.
    pub(crate) fn post(&self, path: &str, accept: &str, body: &Value) -> anyhow::Result<Answer> {
        self.post_for_header(path, accept, body, "").map(|(_, answer)| answer)
    }

    /// Sends a question whose answer also says something in a header; that comes first, empty when it does not.
    pub(crate) fn post_for_header(
        &self,
        path: &str,
        accept: &str,
        body: &Value,
        header: &str,
    ) -> anyhow::Result<(String, Answer)> {
        let request = self.agent.post(format!("{}{path}", self.url)).header("accept", accept);
        let answer = request.header("authorization", self.authorization()).send_json(body);
        let answer = self.accept(answer, body["query"].as_str())?;
        let said = answer.headers().get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok((said.to_owned(), answer.into_body().into_reader()))
    }

    /// Fetches something.
    pub(crate) fn get(
        &self,
        path: &str,
        accept: &str,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let mut request = self.agent.get(format!("{}{path}", self.url)).header("accept", accept);
        for (name, value) in parameters {
            request = request.query(*name, *value);
        }
        let query = parameters.iter().find(|(name, _)| *name == "query").map(|(_, query)| *query);
        let answer = self.accept(request.header("authorization", self.authorization()).call(), query)?;
        Ok(answer.into_body().into_reader())
    }

    /// Ends something.
    pub(crate) fn delete(&self, path: &str, parameters: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let mut request = self.agent.delete(format!("{}{path}", self.url));
        for (name, value) in parameters {
            request = request.query(*name, *value);
        }
        let answer = self.accept(request.header("authorization", self.authorization()).call(), None)?;
        Ok(answer.into_body().into_reader())
    }

    fn authorization(&self) -> String {
        format!("Bearer {}", self.token.reveal())
    }

    fn accept(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        query: Option<&str>,
    ) -> anyhow::Result<ureq::http::Response<ureq::Body>> {
        let answer = answer.with_context(|| {
            format!("cannot ask {}; is `palisade serve` running there? (--url, PALISADE_URL)", self.url)
        })?;
        let status = answer.status();
        if let Some(approval) =
            answer.headers().get("palisade-approval").and_then(|value| value.to_str().ok())
        {
            bail!(
                "this needs a second person, and was not done yet; somebody else approves it: palisade approvals approve {approval}"
            );
        }
        if !status.is_success() {
            return Err(refusal::refusal(status.as_u16(), answer.into_body(), query));
        }
        Ok(answer)
    }
}

/// Reads a JSON answer of at most `bytes_max` bytes.
pub(crate) fn read_json(answer: impl Read, bytes_max: u64) -> anyhow::Result<(Vec<u8>, Value)> {
    let mut bytes = Vec::new();
    answer.take(bytes_max + 1).read_to_end(&mut bytes).context("the answer broke off")?;
    if bytes.len() as u64 > bytes_max {
        bail!("the answer is larger than {bytes_max} bytes; ask for less, or stream with --ndjson");
    }
    let value =
        serde_json::from_slice(&bytes).context("the answer is not JSON; is this a Palisade server?")?;
    Ok((bytes, value))
}
