//! `palisade verify`: whether what is stored is what was signed.

mod evidence;
mod keys;
mod report;
mod text;

pub(super) use report::proof_file;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use palisade_disk::RealDisk;
use palisade_index::verify::{Depth, FindingKind, Options, Place, Progress, Report, verify};
use palisade_record::{ByteSize, SystemClock};
use palisade_storage::ObjectStorage;
use serde::Serialize;

use crate::output::{Exit, Output, Usage, complain, say};

/// Something is not what was signed.
const EXIT_TAMPERED: u8 = 1;
/// Something is not there, or not signed.
const EXIT_INCOMPLETE: u8 = 2;
/// The command line is wrong, or what it names is not there.
pub(crate) const EXIT_USAGE: u8 = 3;

/// How often long work says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// Prove that what is stored is what was signed: nothing changed, left out, or put in between.
///
/// Needs the objects and a public key, no running server; it changes nothing, and may run beside a server. Every checkpoint,
/// every entry of the log, every split and every record in it is computed again and compared.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade verify                                        the data directory of this machine
  palisade verify --data-dir /var/lib/palisade --json
  palisade verify --bucket 's3://evidence/palisade?region=eu-central-1' --key auditor.vkey
  palisade verify --bucket /mnt/copy --key 'palisade.log/default+0123abcd+Af…' --anchor /mnt/anchor
  palisade verify --evidence case-4711 --key auditor.vkey
  palisade verify --report october.pdf --key auditor.vkey   with october.pdf.tlog-proof beside it
  palisade verify --shallow                              hashes of objects only; records are not rebuilt

A key that lies beside the evidence proves little: keep a copy of DATA_DIR/log.vkey elsewhere and name it with --key.
Without --anchor or the catalog of a data directory nobody can tell that the end of a log was cut off.

Exit codes: 0 all is as it was signed, 1 something was changed, 2 something is missing or not signed, 3 the command line is
wrong.")]
pub(crate) struct Verify {
    /// The data directory [default: palisade-data, unless --bucket is given].
    ///
    /// Its catalog is compared with the log. With --bucket only the catalog is used: it knows versions and locks.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Objects in a bucket, or in any directory: s3://bucket/prefix?…, or a path.
    #[arg(long, value_name = "URL")]
    bucket: Option<String>,

    /// The public key, or a file with public keys [default: DATA_DIR/log.vkey].
    #[arg(long = "key", value_name = "FILE|KEY")]
    keys: Vec<String>,

    /// Where checkpoints were copied to: the log must continue each of them.
    #[arg(long, value_name = "URL")]
    anchor: Option<String>,

    /// Check a folder that `palisade export --evidence` wrote, with --key.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["data_dir", "bucket", "anchor", "shallow"], requires = "keys")]
    evidence: Option<PathBuf>,

    /// Check a report that `palisade report` wrote, with its proof FILE.tlog-proof and --key.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data_dir", "bucket", "anchor", "shallow", "evidence"], requires = "keys")]
    report: Option<PathBuf>,

    /// Compare hashes of objects, and do not rebuild their records.
    #[arg(long)]
    shallow: bool,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if let Some(file) = &self.report {
            let checked = keys::read(&self.keys, None).and_then(|keys| report::verify(file, &keys));
            let report = checked.map_err(refuse)?;
            return self.tell(&report, text::report_lines(file, &report), report.worst());
        }
        match &self.evidence {
            Some(folder) => {
                let checked = keys::read(&self.keys, None).and_then(|keys| evidence::verify(folder, &keys));
                let report = checked.map_err(refuse)?;
                self.tell(&report, text::evidence_lines(&report), report.worst())
            }
            None => {
                let report = self.verified().map_err(refuse)?;
                self.tell(&report, text::lines(&report), report.worst())
            }
        }
    }

    fn tell(
        &self,
        report: &impl Serialize,
        lines: Vec<String>,
        worst: Option<FindingKind>,
    ) -> anyhow::Result<()> {
        let mut output = Output::new();
        if self.json {
            output.line(&serde_json::to_string(report)?)?;
        } else {
            lines.iter().try_for_each(|line| output.line(line))?;
        }
        output.flush()?;
        match worst {
            None => Ok(()),
            Some(FindingKind::Receipt | FindingKind::Tampered) => Err(Exit(EXIT_TAMPERED).into()),
            Some(FindingKind::Incomplete) => Err(Exit(EXIT_INCOMPLETE).into()),
        }
    }

    fn verified(&self) -> anyhow::Result<Report> {
        let data_dir = match (&self.data_dir, &self.bucket) {
            (Some(data_dir), _) => Some(data_dir.clone()),
            (None, None) => Some(PathBuf::from(crate::configuration::DATA_DIR)),
            (None, Some(_)) => None,
        };
        let objects = data_dir.as_ref().map(|data_dir| data_dir.join("objects")).unwrap_or_default();
        let storage = self.bucket.as_ref().map_or_else(|| open_folder(&objects), |address| open(address))?;
        let keys = keys::read(&self.keys, data_dir.as_deref())?;
        let anchor = self.anchor.as_deref().map(open).transpose()?;
        let catalog = data_dir.as_ref().map(|data_dir| data_dir.join("catalog.sqlite"));
        let options = Options {
            keys: &keys,
            anchor: anchor.as_deref(),
            catalog: catalog.as_deref().filter(|path| path.exists()),
            place: if self.bucket.is_some() { Place::Cold } else { Place::Hot },
            depth: if self.shallow { Depth::Hashed } else { Depth::Decoded },
            part: None,
            // A server writes its address down and takes it away when it stops.
            is_live: data_dir.is_some_and(|data_dir| data_dir.join(crate::server::ADDRESS_FILE).exists()),
            clock: &SystemClock,
        };
        Ok(verify(&storage, &options, &progress()))
    }
}

/// Says what cannot be meant, or is not there.
#[expect(clippy::needless_pass_by_value, reason = "it takes the place of an error")]
fn refuse(error: anyhow::Error) -> Exit {
    complain(&format!("{error:#}"));
    Exit(EXIT_USAGE)
}

/// A storage by its address; a directory must be there, relative ones are taken from here.
fn open(address: &str) -> anyhow::Result<Arc<dyn ObjectStorage>> {
    if address.starts_with("s3://") {
        return Ok(palisade_storage::open(address, Arc::new(RealDisk))?);
    }
    let path = address.strip_prefix("file://").or_else(|| address.strip_prefix("file:")).unwrap_or(address);
    open_folder(Path::new(path))
}

fn open_folder(folder: &Path) -> anyhow::Result<Arc<dyn ObjectStorage>> {
    // Opening would make it.
    if !folder.is_dir() {
        let problem = format!(
            "there is no folder {}; name a data directory with --data-dir, or objects with --bucket",
            folder.display()
        );
        return Err(Usage(problem).into());
    }
    let folder = std::path::absolute(folder)?;
    Ok(palisade_storage::open(&folder.display().to_string(), Arc::new(RealDisk))?)
}

/// Says on standard error how far it is, when it takes long.
fn progress() -> impl Fn(Progress) + Sync {
    let (start, told) = (Instant::now(), AtomicU64::new(1));
    move |done: Progress| {
        let Progress { splits, splits_all, bytes, bytes_all } = done;
        let due = told.load(Ordering::Relaxed);
        let steps = start.elapsed().as_secs() / PROGRESS_EVERY.as_secs();
        if steps >= due && told.compare_exchange(due, steps + 1, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            let (bytes, bytes_all) = (ByteSize::bytes(bytes), ByteSize::bytes(bytes_all));
            say(&format!("{splits} of {splits_all} splits, {bytes} of {bytes_all}"));
        }
    }
}
