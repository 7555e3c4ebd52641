//! A store at rest with several splits, streams and checkpoints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::world::{Collector, Finished, Folder, PALISADE, World, run};

/// Records of each file and round.
const LINES: usize = 400;

/// A data directory of a server that has ended.
pub(crate) struct Store {
    world: World,
}

impl Store {
    /// Filled by three runs, each with splits and checkpoints of its own.
    pub(crate) fn new() -> Self {
        let mut world = World::prepared();
        let (app, audit) = (world.logs().join("app.log"), world.logs().join("audit.jsonl"));
        let files = [format!("app={}", app.display()), format!("audit={}", audit.display())];
        world.collector.arguments(&["--files", &files[0], "--files", &files[1], "--until-idle"]);
        for round in 0..3 {
            let lines: String =
                (0..LINES).map(|line| format!("round {round} line {line} of app\n")).collect();
            append(&app, &lines);
            let records = (0..LINES).map(|line| {
                format!(
                    "{{\"level\":\"info\",\"round\":{round},\"n\":{line},\"message\":\"patient p-{line}\"}}\n"
                )
            });
            append(&audit, &records.collect::<String>());
            let status = world.collector.launch().wait();
            assert!(status.success(), "{}", world.collector.program().said());
        }
        Self { world }
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.world.collector.data_dir()
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.world.folder
    }

    pub(crate) fn objects(&self) -> PathBuf {
        self.data_dir().join("objects")
    }

    /// A server on the same data that reads no files.
    pub(crate) fn server(&self) -> Collector {
        Collector::new(&self.world.folder, self.data_dir())
    }

    /// The names of all objects, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        names_below(&self.objects(), "", &mut names);
        names.sort();
        names
    }

    /// Verifies the data directory.
    pub(crate) fn verify(&self, more: &[&str]) -> Finished {
        let mut command = Command::new(PALISADE);
        command.args(["verify", "--data-dir"]).arg(self.data_dir()).args(more);
        run(&mut command)
    }
}

fn append(path: &Path, text: &str) {
    let before = fs::read_to_string(path).unwrap_or_default();
    fs::write(path, before + text).unwrap();
}

fn names_below(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            names_below(&entry.path(), &format!("{name}/"), names);
        } else {
            names.push(name);
        }
    }
}
