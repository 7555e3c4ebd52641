//! The program as a process: started, signalled, killed, or run to its end.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, Signal, kill_process};

use super::Folder;
use super::wait::wait_for;

/// The program under test.
pub(crate) const PALISADE: &str = env!("CARGO_BIN_EXE_palisade");

/// Processes are numbered, so that their outputs lie in the order of their starts.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// A running process; killed when dropped.
pub(crate) struct Program {
    child: Child,
    output: PathBuf,
}

impl Program {
    /// Starts a command; what it says goes to a file of the folder.
    pub(crate) fn start(folder: &Folder, name: &str, mut command: Command) -> Self {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let output = folder.output(&format!("{number:05}-{name}"));
        let file = File::create(&output).expect("an output file");
        command.stdin(Stdio::null());
        command.stdout(file.try_clone().expect("a second handle"));
        command.stderr(file);
        command.env("RUST_BACKTRACE", "1");
        let child = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { child, output }
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said so far.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.output).expect("the output")).into_owned()
    }

    /// How it ended, when it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_for("the process ends", || self.ended())
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the process is there to be signalled");
    }

    /// Ends it as a power cut would, without asking. What runs under it is what is killed; then it ends by itself,
    /// and nothing of it holds a lock any more.
    pub(crate) fn kill(&mut self) {
        if !self.kill_children() {
            // It may have ended already.
            let _ = self.child.kill();
        }
        self.wait();
    }

    /// Kills what runs under it; says whether there was anything.
    fn kill_children(&self) -> bool {
        let id = self.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|child| child.parse().ok());
        // A child that is gone already is what is wanted, but then it was nobody's end.
        children.filter_map(Pid::from_raw).filter(|child| kill_process(*child, Signal::KILL).is_ok()).count()
            > 0
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Whether it holds an open descriptor of a file, by any name the file ever had.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        let Ok(links) = std::fs::read_dir(format!("/proc/{}/fd", self.id())) else { return false };
        links.flatten().any(|link| std::fs::read_link(link.path()).is_ok_and(|target| target == path))
    }

    /// The most memory it ever had, in KiB.
    pub(crate) fn memory_peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells the peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill_children();
        // It may have ended already; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command that ran to its end left.
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Finished {
    /// The same, after checking that it went well.
    #[track_caller]
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, 0, "stderr: {}\nstdout: {}", self.stderr, self.text());
        self
    }

    /// Its output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Its output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}\nstderr: {}", self.text(), self.stderr))
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Finished {
    let output = command.stdin(Stdio::null()).output().expect("the command can be started");
    Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
