//! A `palisade agent` that can be killed, stopped and started again on the same state.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::program::PALISADE;
use super::wait::wait_until;
use super::{Folder, Program};

/// An agent with its own state directory.
pub(crate) struct Agent {
    folder: Arc<Folder>,
    state_dir: PathBuf,
    arguments: Vec<OsString>,
    wrapper: Vec<OsString>,
    user: Option<u32>,
    program: Option<Program>,
}

impl Agent {
    /// One that is not started yet and reads nothing yet.
    pub(crate) fn new(folder: &Arc<Folder>, url: &str, token_file: &Path, state_dir: &Path) -> Self {
        Self::that_is(folder, url, ["--token-file".into(), token_file.into()], state_dir)
    }

    /// One that shows who it is as a configuration file says.
    pub(crate) fn configured(folder: &Arc<Folder>, url: &str, file: &Path, state_dir: &Path) -> Self {
        Self::that_is(folder, url, ["--config".into(), file.into()], state_dir)
    }

    fn that_is(folder: &Arc<Folder>, url: &str, who: [OsString; 2], state_dir: &Path) -> Self {
        let mut arguments: Vec<OsString> = vec!["--collector".into(), url.into()];
        arguments.extend(who);
        arguments.extend(["--state-dir".into(), state_dir.into()]);
        let (wrapper, program) = (Vec::new(), None);
        Self {
            folder: folder.clone(),
            state_dir: state_dir.to_owned(),
            arguments,
            wrapper,
            user: None,
            program,
        }
    }

    /// Lets it read container logs.
    pub(crate) fn pods(mut self, pods: &Path) -> Self {
        self.arguments.extend(["--pods".into(), pods.into()]);
        self
    }

    /// Lets it read plain files into a stream.
    pub(crate) fn files(mut self, stream: &str, pattern: &Path) -> Self {
        self.arguments.extend(["--files".into(), format!("{stream}={}", pattern.display()).into()]);
        self
    }

    /// Adds any arguments.
    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(Into::into));
        self
    }

    /// Lets it run as an ordinary user, whom file modes concern.
    pub(crate) fn user(mut self, user: u32) -> Self {
        self.user = Some(user);
        self
    }

    /// Runs the program under another one from the next start on, such as `strace`.
    pub(crate) fn under(&mut self, wrapper: &[&str]) {
        self.wrapper = wrapper.iter().map(Into::into).collect();
    }

    /// Where it keeps its checkpoint.
    pub(crate) fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// Starts it.
    pub(crate) fn start(&mut self) {
        let mut words = self.wrapper.clone();
        words.extend([PALISADE.into(), "agent".into()]);
        words.extend(self.arguments.iter().cloned());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        if let Some(user) = self.user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
        }
        self.program = Some(Program::start(&self.folder, "agent", command));
    }

    /// Waits until it is at work: before that, a signal ends it as it ends every program that has just begun.
    pub(crate) fn wait_until_at_work(&mut self) {
        wait_until("the agent is at work", || self.program().said().contains("shipping to"));
    }

    /// The same, when the agent is made and started at once.
    pub(crate) fn started(mut self) -> Self {
        self.start();
        self
    }

    /// The running process.
    pub(crate) fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("the agent was started")
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.program().kill();
    }

    /// Asks it to end; it must end well.
    pub(crate) fn terminate(&mut self) {
        self.wait_until_at_work();
        let status = self.program().terminate();
        assert!(status.success(), "{status} after SIGTERM: {}", self.program().said());
    }
}
