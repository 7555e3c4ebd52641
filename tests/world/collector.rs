//! A `palisade serve` that can be killed, stopped and started again on the same data.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::program::PALISADE;
use super::wait::wait_for;
use super::{Client, Finished, Folder, Program, run};

/// A server on its own data directory.
pub(crate) struct Collector {
    folder: Arc<Folder>,
    data_dir: PathBuf,
    arguments: Vec<OsString>,
    wrapper: Vec<OsString>,
    program: Option<Program>,
}

impl Collector {
    /// One that is not started yet; it reads no logs of its own.
    pub(crate) fn new(folder: &Arc<Folder>, data_dir: &Path) -> Self {
        let pods = folder.folder("no-pods");
        Self {
            folder: folder.clone(),
            data_dir: data_dir.to_owned(),
            arguments: vec!["--pods".into(), pods.into()],
            wrapper: Vec::new(),
            program: None,
        }
    }

    /// Adds arguments for the starts to come.
    pub(crate) fn arguments(&mut self, arguments: &[&str]) -> &mut Self {
        self.arguments.extend(arguments.iter().map(Into::into));
        self
    }

    /// Takes all arguments away, those it was made with as well.
    pub(crate) fn without_arguments(&mut self) -> &mut Self {
        self.arguments.clear();
        self
    }

    /// Runs the program under another one from the next start on, such as `strace`.
    pub(crate) fn under(&mut self, wrapper: &[&str]) -> &mut Self {
        self.wrapper = wrapper.iter().map(Into::into).collect();
        self
    }

    /// Where it keeps everything.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Starts it without waiting for anything.
    pub(crate) fn launch(&mut self) -> &mut Program {
        // Left over when the last one was killed.
        let _ = fs::remove_file(self.data_dir.join("address"));
        let mut words = self.wrapper.clone();
        words.extend([PALISADE.into(), "serve".into(), "--data-dir".into(), self.data_dir.clone().into()]);
        words.extend(["--listen".into(), "127.0.0.1:0".into()]);
        words.extend(self.arguments.iter().cloned());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        self.program.insert(Program::start(&self.folder, "serve", command))
    }

    /// Starts it and waits until it is ready.
    pub(crate) fn start(&mut self) {
        self.launch();
        assert!(self.becomes_ready(), "the collector ended: {}", self.program().said());
    }

    /// Waits until it is ready, or until it ended before it was.
    pub(crate) fn becomes_ready(&mut self) -> bool {
        let address = self.data_dir.join("address");
        wait_for("the collector is ready", || {
            if self.program().ended().is_some() {
                return Some(false);
            }
            let address = fs::read_to_string(&address).ok()?;
            let client = Client::new(address.trim(), None);
            (client.attempt("GET", "/health/ready", &[], &[])?.status == 200).then_some(true)
        })
    }

    /// The running process.
    pub(crate) fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("the collector was started")
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.program().kill();
    }

    /// Asks it to end; it must end well.
    pub(crate) fn terminate(&mut self) {
        let status = self.program().terminate();
        assert!(status.success(), "{status} after SIGTERM: {}", self.program().said());
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        fs::read_to_string(self.data_dir.join("address")).expect("a started collector").trim().to_owned()
    }

    /// The token of the first start.
    pub(crate) fn token(&self) -> String {
        let token =
            fs::read_to_string(self.data_dir.join("admin.token")).expect("a token since the first start");
        token.trim().to_owned()
    }

    /// A caller who may do everything.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.address(), Some(&self.token()))
    }

    /// A number of `/metrics`.
    pub(crate) fn metric(&self, name: &str) -> Option<u64> {
        let text = self.client().attempt("GET", "/metrics", &[], &[])?.text();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    /// How many records of a stream are in splits, and how many are not yet.
    pub(crate) fn stored(&self, stream: &str) -> (u64, u64) {
        let stats = self.command(&["stats", "--json"]).well().json();
        let lines = stats["streams"].as_array().expect("statistics list the streams");
        let Some(line) = lines.iter().find(|line| line["stream"] == stream) else { return (0, 0) };
        let of = |name: &str| line[name].as_u64().expect("a number");
        (of("records") - of("tail_records"), of("tail_records"))
    }

    /// Runs a client command against it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Finished {
        run(&mut self.command_to_run(arguments))
    }

    /// A client command, for those who want to run it differently.
    pub(crate) fn command_to_run(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PALISADE);
        command.args(arguments);
        command.env("PALISADE_URL", format!("http://{}", self.address()));
        command.env("PALISADE_TOKEN", self.token());
        command
    }

    /// The exact bytes of the records of a stream, in the order of their arrival; why not, when it cannot be asked.
    pub(crate) fn try_export_bytes(&self, stream: &str) -> Result<Vec<u8>, String> {
        let request = serde_json::json!({"stream": stream, "order": "arrival"}).to_string();
        let address = fs::read_to_string(self.data_dir.join("address")).map_err(|error| error.to_string())?;
        let client = Client::new(address.trim(), Some(&self.token()));
        let answer = client.attempt("POST", "/api/v1/export", &[], request.as_bytes());
        let answer = answer.ok_or("there is no answer, or it broke off")?;
        if answer.status == 200 {
            Ok(answer.body)
        } else {
            Err(format!("{} {}", answer.status, answer.text()))
        }
    }

    /// The same from a server that must answer.
    #[track_caller]
    pub(crate) fn export_bytes(&self, stream: &str) -> Vec<u8> {
        self.try_export_bytes(stream)
            .unwrap_or_else(|problem| panic!("{stream} cannot be exported: {problem}"))
    }

    /// The records of a stream, in the order of their arrival.
    #[track_caller]
    pub(crate) fn export(&self, stream: &str) -> Vec<Vec<u8>> {
        let bytes = self.export_bytes(stream);
        let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        // What comes after the last newline is a record only when its file ended so.
        lines.pop_if(|rest| rest.is_empty());
        lines
    }
}
