//! The usual stage: one collector, a wire in front of it, and agents that ship to the wire.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::wait::{DEADLINE, pace};
use super::{Agent, Collector, Folder, Gap, Ledger, PlainFile, Verdict, Wire, compare};

/// Time between two looks at what is stored; each look reads all of it.
const LOOK: std::time::Duration = std::time::Duration::from_millis(150);

/// Everything a delivery test needs. Fields are dropped in this order: processes before the folder they write to.
pub(crate) struct World {
    pub(crate) collector: Collector,
    pub(crate) wire: Wire,
    pub(crate) folder: Arc<Folder>,
}

impl World {
    /// A running collector and a wire that leads to it.
    pub(crate) fn new() -> Self {
        let mut world = Self::prepared();
        world.start_collector();
        world
    }

    /// The same before the collector is started.
    pub(crate) fn prepared() -> Self {
        let folder = Arc::new(Folder::new());
        let data_dir = folder.path().join("data");
        Self { collector: Collector::new(&folder, &data_dir), wire: Wire::new(), folder }
    }

    /// Starts the collector, for the first time or again, and leads the wire to it.
    pub(crate) fn start_collector(&mut self) {
        self.collector.start();
        self.wire.lead_to(&self.collector.address());
    }

    /// Where container logs lie.
    pub(crate) fn pods(&self) -> PathBuf {
        self.folder.folder("pods")
    }

    /// Where plain logs lie.
    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.folder("logs")
    }

    /// A plain log `NAME.log` whose records begin with its name.
    pub(crate) fn plain(&self, name: &str) -> PlainFile {
        PlainFile::create(&self.logs().join(format!("{name}.log")), name)
    }

    /// An agent that ships to the wire and reads nothing yet.
    pub(crate) fn agent(&self) -> Agent {
        self.agent_with_state(&self.folder.folder("state"))
    }

    /// The same with a state directory of the test's choice.
    pub(crate) fn agent_with_state(&self, state_dir: &Path) -> Agent {
        let token_file = self.collector.data_dir().join("agent.token");
        Agent::new(&self.folder, &self.wire.url(), &token_file, state_dir)
    }

    /// A running agent that reads container logs.
    pub(crate) fn agent_of_pods(&self) -> Agent {
        self.agent().pods(&self.pods()).started()
    }

    /// A running agent that reads all `*.log` of the plain logs into stream `app`.
    pub(crate) fn agent_of_plain(&self) -> Agent {
        self.agent_for_plain().started()
    }

    /// The same, not started.
    pub(crate) fn agent_for_plain(&self) -> Agent {
        self.agent().pods(&self.folder.folder("no-pods")).files("app", &self.logs().join("*.log"))
    }

    /// The gaps that were reported.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        let records = self.collector.export("palisade.gaps");
        records
            .iter()
            .map(|record| read_gap(&serde_json::from_slice(record).expect("gaps are JSON")))
            .collect()
    }

    /// Compares what is stored in a stream with ledgers, at this moment.
    pub(crate) fn compare(&self, stream: &str, ledgers: &[&Ledger]) -> Verdict {
        compare(ledgers, &self.collector.export(stream), &self.gaps())
    }

    /// Waits until every byte of the ledgers is stored or reported as lost, then compares. When the deadline passes
    /// it compares all the same: what is missing then is what the test's reader wants to see.
    pub(crate) fn settle(&self, stream: &str, ledgers: &[&Ledger]) -> Verdict {
        let start = Instant::now();
        loop {
            let verdict = self.compare(stream, ledgers);
            if verdict.is_accounted() || start.elapsed() > DEADLINE || !verdict.duplicated.is_empty() {
                return verdict;
            }
            pace(LOOK);
        }
    }
}

fn read_gap(record: &Value) -> Gap {
    let number = |name: &str| record[name].as_u64().unwrap_or_else(|| panic!("no number {name} in {record}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Gap {
        from: number("gap.from"),
        to: number("gap.to"),
        bytes: number("gap.bytes"),
        reason: text(&record["gap.reason"]),
        file: text(&record["origin"]["file"]),
    }
}
