//! A node with its files, its agent, its network and its collector, for tests.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::SimulatedDisk;

use super::collector::Collector;
use crate::settings::{FilesSource, Format, PodsSource, Settings};
use crate::status::Counters;
use crate::tailer::{Job, Tailer};
use crate::{Answer, TransportError};

/// What the network does with the next exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Network {
    Works,
    LosesRequest,
    LosesAnswer,
    Duplicates,
    Fails(u16),
    Garbles,
}

/// A node with an agent that can be killed, and its collector.
pub(super) struct World {
    root: tempfile::TempDir,
    settings: Settings,
    pub(super) disk: SimulatedDisk,
    pub(super) tailer: Tailer,
    pub(super) collector: Collector,
    now: Duration,
}

impl World {
    pub(super) fn new(change: impl FnOnce(&mut Settings, &Path)) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut settings = Settings::new("node", "http://localhost", Some("/token".into()), "/state".into());
        change(&mut settings, root.path());
        let disk = SimulatedDisk::new();
        let tailer = start(&settings, &disk);
        Self { root, settings, disk, tailer, collector: Collector::default(), now: Duration::ZERO }
    }

    pub(super) fn plain() -> Self {
        Self::new(|settings, root| settings.files.push(files(root, Format::Plain)))
    }

    pub(super) fn pods() -> Self {
        let world = Self::new(|settings, root| settings.pods = Some(PodsSource::new(root.join("pods"))));
        fs::create_dir_all(world.pod_path("").parent().unwrap()).unwrap();
        world
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(super) fn pod_path(&self, suffix: &str) -> PathBuf {
        self.path(&format!("pods/ns_pod_uid/main/0.log{suffix}"))
    }

    pub(super) fn append(&self, path: &Path, text: &str) {
        OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    pub(super) fn step(&mut self, network: Network) {
        self.now += Duration::from_millis(200);
        self.tailer.step(self.now);
        let Some(job) = self.tailer.next_job(self.now) else { return };
        let lost = TransportError::Unreachable("lost".into());
        match job {
            Job::Positions => {
                let works = matches!(network, Network::Works | Network::Duplicates);
                let outcome = if works { Ok(self.collector.positions()) } else { Err(lost) };
                self.tailer.positioned(outcome, self.now);
            }
            Job::Send(body) => {
                let outcome = match network {
                    Network::LosesRequest => Err(lost),
                    Network::Fails(status) => {
                        Ok(Answer { status, retry_after: None, body: b"<html>".to_vec() })
                    }
                    Network::LosesAnswer => {
                        self.collector.receive(&body);
                        Err(lost)
                    }
                    Network::Garbles => {
                        let mut answer = self.collector.receive(&body);
                        answer.body.truncate(answer.body.len() / 2);
                        Ok(answer)
                    }
                    Network::Works => Ok(self.collector.receive(&body)),
                    Network::Duplicates => {
                        self.collector.receive(&body);
                        Ok(self.collector.receive(&body))
                    }
                };
                self.tailer.answered(outcome, self.now);
            }
        }
    }

    pub(super) fn run(&mut self) {
        for _ in 0..400 {
            self.step(Network::Works);
            if self.tailer.is_drained() {
                // A scan and two looks at every file later it still is.
                (0..12).for_each(|_| self.step(Network::Works));
                if self.tailer.is_drained() {
                    return;
                }
            }
        }
        let tails = self.tailer.tails.iter().flatten().map(|tail| {
            (
                tail.path.clone(),
                tail.lanes,
                tail.in_flight,
                tail.end_polls,
                tail.is_sealed,
                tail.position,
                tail.scanned,
                tail.number,
            )
        });
        let tails: Vec<_> = tails.collect();
        let open: Vec<_> =
            self.tailer.trails.iter().flatten().map(|trail| format!("{:?}", trail.open)).collect();
        panic!("not drained: {tails:?} {open:?} {:?}", self.tailer.counters.read());
    }

    pub(super) fn run_until_delivered(&mut self) {
        for _ in 0..40 {
            self.step(Network::Works);
        }
    }

    /// The agent dies without a word, and the machine with it.
    pub(super) fn crash(&mut self) {
        self.disk.power_off();
        self.disk.power_on();
        self.tailer = start(&self.settings, &self.disk);
    }
}

fn start(settings: &Settings, disk: &SimulatedDisk) -> Tailer {
    Tailer::new(settings.clone(), Arc::new(disk.clone()), Arc::new(Counters::default())).unwrap()
}

pub(super) fn files(root: &Path, format: Format) -> FilesSource {
    let glob = root.join("*.log").to_str().unwrap().to_owned();
    FilesSource { stream: "app".parse().unwrap(), glob, zone: "Europe/Berlin".into(), format }
}

pub(super) fn cri(channel: &str, tag: &str, text: &str) -> String {
    format!("2026-11-21T08:02:00.5Z {channel} {tag} {text}\n")
}

pub(super) fn lines(range: std::ops::Range<usize>) -> (String, Vec<String>) {
    let texts: Vec<String> = range.map(|number| format!("line {number}")).collect();
    (texts.iter().map(|text| format!("{text}\n")).collect(), texts)
}
