//! Where a run works: the program, the corpus and a folder for everything that is written.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use tempfile::TempDir;

/// Everything that the measurements share.
pub(crate) struct Stage {
    pub(crate) palisade: PathBuf,
    pub(crate) corpus: PathBuf,
    pub(crate) corpus_bytes: u64,
    folder: TempDir,
}

impl Stage {
    /// A stage in a new folder inside `parent`, which goes when the run is over.
    pub(crate) fn new(palisade: &Path, parent: &Path) -> anyhow::Result<Self> {
        let palisade = fs::canonicalize(palisade).with_context(|| {
            format!(
                "there is no program {}; build it with `cargo build --release` or name it with --palisade",
                palisade.display()
            )
        })?;
        let context =
            || format!("cannot make a folder in {}; name another with --work-dir", parent.display());
        fs::create_dir_all(parent).with_context(context)?;
        let parent = fs::canonicalize(parent).with_context(context)?;
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(parent).with_context(context)?;
        fs::create_dir(folder.path().join("no-pods"))?;
        Ok(Self { palisade, corpus: PathBuf::new(), corpus_bytes: 0, folder })
    }

    /// Takes the file that is measured with.
    pub(crate) fn take_corpus(&mut self, corpus: &Path) -> anyhow::Result<()> {
        let context = || format!("cannot read the corpus {}", corpus.display());
        self.corpus = fs::canonicalize(corpus).with_context(context)?;
        self.corpus_bytes = fs::metadata(&self.corpus).with_context(context)?.len();
        if self.corpus_bytes == 0 {
            bail!("the corpus {} is empty", corpus.display());
        }
        Ok(())
    }

    /// A path in the folder of this run.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where a program's output goes.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}.log"))
    }

    /// A command of the program that reads no logs of this machine.
    pub(crate) fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(&self.palisade);
        command.arg(subcommand).arg("--pods").arg(self.path("no-pods"));
        command
    }

    /// The argument that lets the program read files into a stream.
    pub(crate) fn files(stream: &str, glob: &Path) -> OsString {
        let mut argument = OsString::from(format!("{stream}="));
        argument.push(glob);
        argument
    }
}
