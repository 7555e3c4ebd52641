//! A container as the kubelet lays out its logs: `PODS/namespace_pod_uid/container/0.log`, lines in the format of the
//! container runtime interface, rotation by renaming, older files gzipped.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Ledger;

/// Which output a line goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Channel {
    Stdout,
    Stderr,
}

/// One output: what was written to it, and the record that is begun and not finished.
struct Output {
    name: &'static str,
    ledger: Ledger,
    begun: Vec<u8>,
    begun_span: u64,
}

/// A container that writes logs.
pub(crate) struct Container {
    folder: PathBuf,
    file: File,
    restarts: u32,
    written: u64,
    rotations: u64,
    stdout: Output,
    stderr: Output,
}

impl Container {
    /// A pod's only container, in namespace `default`.
    pub(crate) fn create(pods: &Path, pod: &str) -> Self {
        let folder = pods.join(format!("default_{pod}_uid-{pod}")).join("main");
        fs::create_dir_all(&folder).expect("a folder for the container");
        let file = open(&folder.join("0.log"));
        let output = |name, letter| Output {
            name,
            ledger: Ledger::new(&format!("{pod}-{letter}")),
            begun: Vec::new(),
            begun_span: 0,
        };
        let (stdout, stderr) = (output("stdout", 'o'), output("stderr", 'e'));
        Self { folder, file, restarts: 0, written: 0, rotations: 0, stdout, stderr }
    }

    /// The file that is being written.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.restarts))
    }

    /// The folder of the container's files.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was written to standard output and standard error.
    pub(crate) fn ledgers(&self) -> [&Ledger; 2] {
        [&self.stdout.ledger, &self.stderr.ledger]
    }

    fn output(&mut self, channel: Channel) -> &mut Output {
        match channel {
            Channel::Stdout => &mut self.stdout,
            Channel::Stderr => &mut self.stderr,
        }
    }

    /// Writes one numbered line to standard output.
    pub(crate) fn line(&mut self, filler: &str) {
        self.line_to(Channel::Stdout, filler);
    }

    /// Writes one numbered line.
    pub(crate) fn line_to(&mut self, channel: Channel, filler: &str) {
        let text = self.output(channel).ledger.next_text(filler);
        self.finish(channel, text.as_bytes());
    }

    /// Writes the beginning of a numbered line, which the runtime cut.
    pub(crate) fn begin(&mut self, channel: Channel, filler: &str) {
        let output = self.output(channel);
        let text = if output.begun.is_empty() { output.ledger.next_text(filler) } else { filler.to_owned() };
        let span = self.write(channel, "P", text.as_bytes());
        let output = self.output(channel);
        output.begun.extend_from_slice(text.as_bytes());
        output.begun_span += span;
    }

    /// Writes the end of a line: all of it, if none was begun.
    pub(crate) fn finish(&mut self, channel: Channel, rest: &[u8]) {
        let span = self.write(channel, "F", rest);
        let output = self.output(channel);
        let mut payload = std::mem::take(&mut output.begun);
        payload.extend_from_slice(rest);
        let span = std::mem::take(&mut output.begun_span) + span;
        output.ledger.note(payload, span);
    }

    /// Notes that the line which was begun will never be finished, and what of it counts as a record.
    pub(crate) fn abandon(&mut self, channel: Channel) {
        let output = self.output(channel);
        let (payload, span) = (std::mem::take(&mut output.begun), std::mem::take(&mut output.begun_span));
        output.ledger.note(payload, span);
    }

    fn write(&mut self, channel: Channel, tag: &str, text: &[u8]) -> u64 {
        self.written += 1;
        let (seconds, nanos) = (self.written / 1_000 % 3_600, self.written % 1_000);
        let (minute, second) = (seconds / 60, seconds % 60);
        let name = self.output(channel).name;
        let mut line =
            format!("2026-11-20T08:{minute:02}:{second:02}.{nanos:09}Z {name} {tag} ").into_bytes();
        line.extend_from_slice(text);
        line.push(b'\n');
        self.raw(&line);
        line.len() as u64
    }

    /// Writes bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.file.write_all(bytes).expect("the log can be written");
    }

    /// Notes a record that was written raw.
    pub(crate) fn note(&mut self, channel: Channel, payload: &[u8], span: u64) {
        self.output(channel).ledger.note(payload.to_vec(), span);
    }

    /// Renames the file as the kubelet does; the runtime still writes to it.
    pub(crate) fn rename(&mut self) -> PathBuf {
        self.rotations += 1;
        let (minute, second) = (self.rotations / 60, self.rotations % 60);
        let rotated = PathBuf::from(format!("{}.20261120-08{minute:02}{second:02}", self.path().display()));
        fs::rename(self.path(), &rotated).expect("a log can be renamed");
        rotated
    }

    /// Goes over to a new file, as the runtime does when the kubelet tells it.
    pub(crate) fn reopen(&mut self) {
        self.file = open(&self.path());
    }

    /// Both together.
    pub(crate) fn rotate(&mut self) -> PathBuf {
        let rotated = self.rename();
        self.reopen();
        rotated
    }

    /// Ends the container; the next one of the pod begins its own file.
    pub(crate) fn restart(&mut self) {
        self.restarts += 1;
        self.reopen();
    }

    /// Removes the pod's folder with all its logs.
    pub(crate) fn remove(&self) {
        let pod = self.folder.parent().expect("a container is in a pod");
        fs::remove_dir_all(pod).expect("a pod can be removed");
    }
}

/// Compresses a rotated file by way of `.tmp`, as the kubelet does, and removes the original.
pub(crate) fn compress(rotated: &Path) -> PathBuf {
    let temporary = PathBuf::from(format!("{}.tmp", rotated.display()));
    let compressed = PathBuf::from(format!("{}.gz", rotated.display()));
    let target = File::create(&temporary).expect("a temporary file");
    let mut encoder = GzEncoder::new(target, Compression::fast());
    encoder.write_all(&fs::read(rotated).expect("the rotated file")).expect("it can be compressed");
    encoder.finish().expect("it can be finished");
    fs::rename(&temporary, &compressed).expect("it can be renamed");
    fs::remove_file(rotated).expect("the original can be removed");
    compressed
}

fn open(path: &Path) -> File {
    OpenOptions::new().append(true).create(true).open(path).expect("a log can be opened")
}
