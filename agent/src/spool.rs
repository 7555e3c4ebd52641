//! The backlog on disk: requests that wait while the collector is away, each a file of exactly its bytes.
//!
//! `spool/<sequence>` is written under another name, synced, renamed; the name orders them. It is removed when the
//! collector has answered. There is no ledger that could contradict the files.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palisade_disk::{SharedDisk, read_file};
use palisade_record::limits::REQUEST_BYTES_MAX;

use crate::request::{Body, Entry, Request, unpack};

/// The spool of one agent.
pub(crate) struct Spool {
    disk: SharedDisk,
    directory: PathBuf,
    bytes: u64,
    bytes_max: u64,
    next: u64,
}

impl Spool {
    /// Finds what an earlier run left; files that cannot be read go to the quarantine.
    pub(crate) fn open(
        disk: SharedDisk,
        directory: PathBuf,
        bytes_max: u64,
        quarantine: &Path,
    ) -> io::Result<(Self, std::collections::VecDeque<Request>)> {
        let mut spool = Self { disk, directory, bytes: 0, bytes_max, next: 1 };
        spool.disk.create_directory(&spool.directory)?;
        spool.disk.create_directory(quarantine)?;
        let mut requests = std::collections::VecDeque::new();
        for path in spool.disk.list(&spool.directory)? {
            let number =
                path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u64>().ok());
            let Some(number) = number else {
                // Half-written: its records are still in their files.
                spool.disk.remove(&path)?;
                continue;
            };
            spool.next = spool.next.max(number + 1);
            let body = read_file(spool.disk.as_ref(), &path, REQUEST_BYTES_MAX.as_u64());
            let batches =
                body.map_err(|error| error.to_string()).and_then(|body| Ok((unpack(&body)?, body.len())));
            match batches {
                Ok((batches, length)) => {
                    spool.bytes += length as u64;
                    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                    let entry = |batch: &palisade_record::Batch| Entry {
                        tail: None,
                        lane: usize::from(batch.lane.origin.channel == palisade_record::Channel::Stderr),
                        epoch: 0,
                        from: batch.from,
                        to: batch.to,
                        records: count(batch.frames.len()),
                        bytes: 0,
                    };
                    let body = Body::Spool { path, bytes: length as u64 };
                    requests.push_back(Request {
                        entries: batches.iter().map(entry).collect(),
                        body,
                        refusals: 0,
                    });
                }
                Err(problem) => {
                    tracing::error!(path = %path.display(), problem, "spool file is damaged and put aside");
                    let name = format!("spool-{number}");
                    spool.disk.rename(&path, &quarantine.join(name))?;
                    spool.disk.sync_directory(quarantine)?;
                    spool.disk.sync_directory(&spool.directory)?;
                }
            }
        }
        Ok((spool, requests))
    }

    /// Bytes in the spool.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether a request of this size still fits.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.bytes + bytes as u64 <= self.bytes_max
    }

    /// Moves a request from memory to disk.
    pub(crate) fn put(&mut self, body: &Arc<Vec<u8>>) -> io::Result<Body> {
        let path = self.directory.join(format!("{:020}", self.next));
        let temporary = self.directory.join("next.tmp");
        let file = self.disk.create(&temporary)?;
        file.write_at(body, 0)?;
        file.sync()?;
        self.disk.rename(&temporary, &path)?;
        self.disk.sync_directory(&self.directory)?;
        self.next += 1;
        self.bytes += body.len() as u64;
        Ok(Body::Spool { path, bytes: body.len() as u64 })
    }

    /// The bytes of a request, checked.
    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        let body = read_file(self.disk.as_ref(), path, REQUEST_BYTES_MAX.as_u64())
            .map_err(|error| error.to_string())?;
        unpack(&body)?;
        Ok(body)
    }

    /// Removes a request that was delivered, or moves a damaged one away.
    pub(crate) fn remove(&mut self, body: &Body, quarantine: Option<&Path>) {
        let Body::Spool { path, bytes } = body else { return };
        self.bytes = self.bytes.saturating_sub(*bytes);
        let outcome = match (quarantine, path.file_name()) {
            (Some(quarantine), Some(name)) => self.disk.rename(path, &quarantine.join(name)),
            _ => self.disk.remove(path),
        };
        // When it comes back after a crash, the collector sees that it has it already.
        if let Err(error) = outcome {
            tracing::warn!(path = %path.display(), %error, "spool file cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Pending;
    use palisade_disk::{Disk as _, Fault, SimulatedDisk};
    use palisade_record::{Batch, Lane, Origin};

    fn body(number: u64) -> Arc<Vec<u8>> {
        let lane = Lane { agent: "n".into(), origin: Arc::new(Origin::default()), generation: number };
        let mut batch = Batch::new(lane, 1, vec![], "app".parse().unwrap(), 0);
        batch.to = 10;
        let mut pending = Pending::default();
        pending.push(&batch, 0, 0, 0);
        let Body::Memory(bytes) = pending.seal().unwrap().body else { panic!("not in memory") };
        bytes
    }

    fn open(disk: &SimulatedDisk) -> (Spool, Vec<u64>) {
        let (spool, requests) = Spool::open(
            Arc::new(disk.clone()),
            "/state/spool".into(),
            1 << 20,
            Path::new("/state/quarantine"),
        )
        .unwrap();
        let generations = requests.iter().map(|request| {
            let Body::Spool { path, .. } = &request.body else { panic!("in memory") };
            unpack(&spool.read(path).unwrap()).unwrap()[0].lane.generation
        });
        let generations = generations.collect();
        (spool, generations)
    }

    #[test]
    fn after_a_power_cut_at_any_operation_what_was_spooled_is_there_in_order() {
        for cut in 1.. {
            let disk = SimulatedDisk::new();
            let (mut spool, _) = open(&disk);
            disk.fail_at(disk.operations() + cut, Fault::PowerCut);
            let confirmed = (1..=3).take_while(|number| spool.put(&body(*number)).is_ok()).count();
            disk.power_off();
            disk.power_on();

            let (_, found) = open(&disk);
            let whole = (1..=found.len() as u64).collect::<Vec<_>>();
            assert_eq!(found, whole);
            assert!(found.len() == confirmed || found.len() == confirmed + 1);
            if confirmed == 3 {
                return;
            }
        }
    }

    #[test]
    fn a_damaged_file_goes_to_the_quarantine_and_the_others_stay() {
        let disk = SimulatedDisk::new();
        let (mut spool, _) = open(&disk);
        for number in 1..=3 {
            spool.put(&body(number)).unwrap();
        }
        let second = PathBuf::from(format!("/state/spool/{:020}", 2));
        disk.open(&second).unwrap().write_at(b"garbage", 3).unwrap();

        let (_, found) = open(&disk);

        assert_eq!(found, [1, 3]);
        assert_eq!(disk.list(Path::new("/state/quarantine")).unwrap().len(), 1);
    }
}
