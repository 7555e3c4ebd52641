//! `palisade export`: the exact bytes of records.

mod evidence;
mod manifest;

pub(super) use evidence::FORMAT as EVIDENCE_FORMAT;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::search::Scope;
use crate::client::{Client, Connection};
use crate::output::{Output, say};

/// Write records, or the table of a query with pipes, as a file.
///
/// Without a format these are the exact bytes of each record, one per line, also where they are no valid text. In the other formats
/// every line and row carries the id of the export, under which the audit trail tells who took it out. A transfer that breaks off is a
/// failure, never a shorter file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade export --stream audit --from 2026-11-01 --to 2026-12-01 --out audit-november.log
  palisade export --query 'correlation_id:c-4f1d09aa17' --order time
  palisade export --query 'level:error' --from now-1d | zstd > errors.zst
  palisade export --stream audit --format csv --columns timestamp,user_id,action --out reads.csv
  palisade export --query '* | stats count() by user_id, bin(1d)' --format parquet --out per-day.parquet
  palisade export --query 'patient_id:p-17' --evidence case-4711")]
pub(crate) struct Export {
    /// Which records; all when left out.
    #[arg(long, value_name = "QUERY", default_value = "")]
    query: String,

    #[command(flatten)]
    scope: Scope,

    /// The order of the records.
    #[arg(long, value_enum, default_value = "arrival")]
    order: Order,

    /// What the file is.
    #[arg(long, value_enum, default_value = "raw")]
    format: Format,

    /// The columns of a CSV or Parquet file; all fields that the records have when left out.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    columns: Vec<String>,

    /// Write to this file, which is there only once it is complete.
    ///
    /// Its manifest is written to FILE.manifest.json: who asked for what, how much it is, and its SHA-256, as the audit trail has it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write records with what proves them into this new folder, for somebody who shall not have to believe.
    ///
    /// `palisade verify --evidence DIR --key KEY` checks it, without a server.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "format", "columns"])]
    evidence: Option<PathBuf>,

    #[command(flatten)]
    connection: Connection,
}

/// The order of exported records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Order {
    /// As they arrived: the records of a file stand as they stood in it.
    Arrival,
    /// By the time of what they tell, the earliest first.
    Time,
}

/// The formats of exported records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// The exact bytes of each record, one per line.
    Raw,
    /// A JSON object per line.
    Ndjson,
    /// Comma-separated values with a header. A text that a spreadsheet would take for a formula gets a `'` before it.
    Csv,
    /// Apache Parquet, compressed with zstd.
    Parquet,
}

const PATH: &str = "/api/v1/export";
const ID_HEADER: &str = "palisade-export";
const EVIDENCE_PATH: &str = "/api/v1/evidence";

/// Bytes that are copied at once.
const BUFFER_BYTES: usize = 64 * 1024;

impl Export {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = self.connection.open()?;
        let mut request = self.scope.request(&self.query);
        request["order"] = json!(match self.order {
            Order::Arrival => "arrival",
            Order::Time => "time",
        });
        if let Some(folder) = &self.evidence {
            return self.write_evidence(&client, folder, &request);
        }
        let format = self.format.to_possible_value();
        request["format"] = json!(format.as_ref().map(PossibleValue::get_name));
        request["columns"] = json!(self.columns);
        let (id, body) = client.post_for_header(PATH, "*/*", &request, ID_HEADER)?;
        let Some(path) = &self.out else {
            let mut output = Output::new();
            copy(body, |bytes| output.write(bytes))?;
            return output.flush();
        };
        let written = write_file(body, path)?;
        let manifest = manifest::fetch(&client, &id)?;
        let manifest_path = manifest::write(&manifest, &written.sha256, path)?;
        let size = palisade_record::ByteSize::bytes(written.bytes);
        say(&format!("{size} written to {}, its manifest to {}", path.display(), manifest_path.display()));
        Ok(())
    }
}

impl Export {
    fn write_evidence(&self, client: &Client, folder: &Path, request: &Value) -> anyhow::Result<()> {
        let answer = client.post(EVIDENCE_PATH, "application/x-ndjson", request)?;
        let written = evidence::write(answer, folder, request, self.connection.log_key().as_deref())?;
        say(&format!("{} records with their proofs written to {}", written.records, folder.display()));
        if written.unproved > 0 {
            say(&format!(
                "{} of them are not in the signed log yet; export again in some minutes",
                written.unproved
            ));
        }
        Ok(())
    }
}

/// Copies everything; says how many bytes.
fn copy(mut body: impl Read, mut write: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<u64> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut total = 0;
    loop {
        let count = match body.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("the export broke off after {total} bytes and is not complete; run it again")
                });
            }
        };
        write(&buffer[..count])?;
        total += count as u64;
    }
}

/// What a file holds.
struct Written {
    bytes: u64,
    sha256: String,
}

/// Writes beside the file first: what has its name is complete.
fn write_file(body: impl Read, path: &Path) -> anyhow::Result<Written> {
    let cannot = || format!("cannot write {}", path.display());
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".part");
    let temporary = PathBuf::from(temporary);
    let mut file = File::create(&temporary).with_context(cannot)?;
    let mut digest = Sha256::new();
    let copied = copy(body, |bytes| {
        digest.update(bytes);
        file.write_all(bytes).with_context(cannot)
    });
    let copied = copied.and_then(|bytes| {
        file.sync_all().and_then(|()| std::fs::rename(&temporary, path)).with_context(cannot)?;
        Ok(Written { bytes, sha256: HEXLOWER.encode(&digest.finalize()) })
    });
    if copied.is_err() {
        // The first error is the one to tell.
        _ = std::fs::remove_file(&temporary);
    }
    copied
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(bool);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            buffer[..3].copy_from_slice(b"abc");
            Ok(3)
        }
    }

    #[test]
    fn a_complete_transfer_is_a_file_with_exactly_its_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.log");

        assert_eq!(write_file(&b"a\xff\n\0b\n"[..], &path).unwrap().bytes, 6);

        assert_eq!(std::fs::read(&path).unwrap(), b"a\xff\n\0b\n");
    }

    #[test]
    fn a_broken_transfer_is_an_error_and_leaves_no_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.log");

        let error = write_file(Broken(false), &path).err().unwrap();

        assert!(format!("{error:#}").contains("broke off after 3 bytes"), "{error:#}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
