//! The server, its three storages, and what was sent to it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use palisade_rig::{Identity, SeaweedFs};
use serde_json::Value;

use super::ledger::{Fate, Ledger, Parcel};
use crate::world::{Client, Collector, Finished, Folder, PALISADE, run, wait_for};

/// Every stream, with a class of its own each.
pub(super) const STREAMS: [&str; 4] = ["moving", "near", "mild", "straight"];

pub(super) const BUCKET: &str = "chaos";

/// Terms of seconds: records reach the last tier while the test still runs. The strongest lock is that of `straight`.
const CLASSES: &str = r#"
[[classes]]
name = "moving"
like = "standard"
hot = "2s"
warm = "4s"
retention = "2d"

[[classes]]
name = "near"
like = "standard"
hot = "1d"
warm = "0s"
retention = "2d"

[[classes]]
name = "mild"
like = "standard"
hot = "1s"
warm = "1d"
retention = "2d"

[[classes]]
name = "straight"
like = "standard"
hot = "0s"
warm = "0s"
retention = "3d"
lock = "compliance"
confirmation = "nobody can delete straight for 3d"
"#;

/// How long the store may take until it has all of its volumes after a kill.
const COMES_BACK: Duration = Duration::from_secs(10);

pub(super) struct Stage {
    pub(super) server: Collector,
    pub(super) store: SeaweedFs,
    /// Operations until the store comes back; nothing while it runs.
    pub(super) store_away: Option<u64>,
    /// When it came back last.
    store_back: Option<Instant>,
    pub(super) ledger: Ledger,
    pub(super) holds: Vec<String>,
    pub(super) folder: Arc<Folder>,
}

impl Stage {
    /// A running server.
    pub(super) fn new() -> Self {
        let store = SeaweedFs::start().unwrap();
        store.create_bucket(BUCKET, true).unwrap();
        let folder = Arc::new(Folder::new());
        let mut text = format!(
            "[storage]\nsplit_age = \"1s\"\ncold = \"{}\"\nwarm = \"{}\"\nanchor = \"{}\"\n{CLASSES}",
            store.address_of(BUCKET, Identity::Writer),
            folder.folder("warm").display(),
            folder.folder("anchor").display(),
        );
        for stream in STREAMS {
            text.push_str(&format!("\n[[streams]]\nname = \"{stream}\"\nclass = \"{stream}\"\n"));
        }
        let config = folder.path().join("palisade.toml");
        fs::write(&config, text).unwrap();
        let mut server = Collector::new(&folder, &folder.folder("data"));
        server.arguments(&["--config", &config.display().to_string()]);
        server.start();
        Self {
            server,
            store,
            store_away: None,
            store_back: None,
            ledger: Ledger::default(),
            holds: Vec::new(),
            folder,
        }
    }

    pub(super) fn config(&self) -> PathBuf {
        self.folder.path().join("palisade.toml")
    }

    pub(super) fn warm(&self) -> PathBuf {
        self.folder.folder("warm")
    }

    pub(super) fn objects(&self) -> PathBuf {
        self.server.data_dir().join("objects")
    }

    /// Runs `palisade` beside the server.
    pub(super) fn palisade(&self, arguments: &[&str]) -> Finished {
        run(Command::new(PALISADE).args(arguments))
    }

    /// Makes a lost catalog again, while the server is down.
    pub(super) fn restore_catalog(&self) {
        let data = self.server.data_dir();
        // What the last run left beside it depends on how that ended, and stays.
        fs::remove_file(data.join("catalog.sqlite")).unwrap();
        let (config, data) = (self.config().display().to_string(), data.display().to_string());
        let restored = wait_for("the catalog is made again", || {
            let done =
                self.palisade(&["restore", "--catalog", "--config", &config, "--json", "--data-dir", &data]);
            (done.code == 0 || self.store_answers()).then_some(done)
        });
        restored.well();
    }

    /// Starts the store again, if it is away.
    pub(super) fn bring_back_store(&mut self) {
        if self.store_away.take().is_some() {
            self.store.restart().unwrap();
            self.store_back = Some(Instant::now());
        }
    }

    /// Whether whoever asks for what lies in the store has to get it: what was killed finds its own volumes again after a while only,
    /// and answers meanwhile that they are not there.
    pub(super) fn store_answers(&self) -> bool {
        self.store_away.is_none() && self.store_back.is_none_or(|back| back.elapsed() > COMES_BACK)
    }

    /// The marks of all records of a stream, as an export has them; why not, when there is none.
    pub(super) fn exported(&self, stream: &str) -> Result<Vec<String>, String> {
        let bytes = self.server.try_export_bytes(stream)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mark = |line: &[u8]| {
            let record: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
            record["mark"].as_str().map(str::to_owned).ok_or_else(|| format!("no mark in {record}"))
        };
        lines.map(mark).collect()
    }
}

/// Sends records; what came of it.
pub(super) fn send(client: &Client, parcel: &Parcel) -> Fate {
    let path = format!("/api/v1/ingest/{}", parcel.stream);
    match client.attempt("POST", &path, &[], parcel.body.as_bytes()) {
        Some(answer) if answer.status == 200 => {
            assert_eq!(answer.json()["accepted"], parcel.marks.len());
            Fate::Acknowledged
        }
        _ => Fate::Cut,
    }
}
