//! The program's index and query, with empty caches, answering over HTTP as it does everywhere.

use std::io::Read;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use palisade_access::{Caller, Credentials, Gate, Notebook, Secret};
use palisade_collector::Normaliser;
use palisade_disk::RealDisk;
use palisade_index::{Index, Parts};
use palisade_query::Engine;
use palisade_record::{ManualClock, SystemClock, Timestamp};
use palisade_storage::ObjectStorage;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::history::settings;

const TOKEN: &str = "bench";

/// Longest wait for an answer: far above the program's own limit.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(300);

/// A server in this process.
pub(super) struct Server {
    index: Index,
    address: String,
    runtime: Runtime,
}

impl Server {
    /// Opens an index whose objects lie in `cold`, at a time.
    pub(super) fn start(
        directory: &Path,
        cold: Arc<dyn ObjectStorage>,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let parts = Parts { cold: Some(cold), ..Parts::near(Arc::new(RealDisk), Arc::new(SystemClock)) };
        let index = Index::open(settings(directory), parts, &Normaliser)?;
        let clock = Arc::new(ManualClock::at(now));
        let engine = Engine::new(index.clone(), palisade_query::Settings::default(), clock, None)?;
        let mut credentials = Credentials::new();
        credentials.add(&Secret::new(TOKEN), Caller::owner("bench"));
        let router = palisade_query::routes(engine)
            .into_router(&Gate::new(credentials, Arc::new(Notebook::default())));
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = format!("http://{}", listener.local_addr()?);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { index, address, runtime })
    }

    /// Asks, and takes the whole answer.
    pub(super) fn post(&self, path: &str, request: &Value) -> anyhow::Result<Vec<u8>> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(ANSWER_TIME_MAX)).build().into();
        let request = agent
            .post(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {TOKEN}"))
            .send_json(request);
        let mut answer = Vec::new();
        request
            .with_context(|| format!("{path} refuses"))?
            .into_body()
            .into_reader()
            .read_to_end(&mut answer)?;
        Ok(answer)
    }

    pub(super) fn stop(self) {
        self.index.close();
        self.runtime.shutdown_background();
    }
}
