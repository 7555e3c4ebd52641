//! Records with what proves them, as a folder that can be given away.
//!
//! ```text
//! records/NNNNNNNN.record        the exact bytes of a record
//! records/NNNNNNNN.tlog-proof    that it is in the log (c2sp.org/tlog-proof); none while the log does not tell of it
//! entries/N.json                 entries of the log that proofs lead to
//! report.json, report.txt        what was asked, what came, and the SHA-256 of every file
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use palisade_record::{Clock, SystemClock};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Most records in a folder: each is two files. More of them are better verified where they lie.
const RECORDS_MAX: u64 = 100_000;

/// The longest line: a largest record as base64, and its proof.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// What the report calls itself.
pub(in crate::command) const FORMAT: &str = "palisade-evidence-1";

/// A line of the server's answer.
#[derive(Deserialize)]
struct Line {
    content: Option<String>,
    entry: Option<u64>,
    raw: Option<String>,
    proof: Option<String>,
}

/// What was written.
pub(super) struct Written {
    pub(super) records: u64,
    pub(super) unproved: u64,
}

struct Folder {
    path: PathBuf,
    /// The SHA-256 of every file, by its name.
    files: BTreeMap<String, String>,
}

impl Folder {
    /// A new one: what lies in another could be taken for a part of it.
    fn create(path: &Path) -> anyhow::Result<Self> {
        let place = path.display();
        ensure!(!path.exists(), "{place} is there already; name a folder that is not");
        for inside in ["records", "entries"] {
            fs::create_dir_all(path.join(inside))
                .with_context(|| format!("cannot make the folder {place}"))?;
        }
        Ok(Self { path: path.to_owned(), files: BTreeMap::new() })
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        let digest = HEXLOWER.encode(&Sha256::digest(bytes));
        self.files.insert(name.to_owned(), digest);
        Ok(())
    }
}

/// Writes everything of an answer into a new folder.
pub(super) fn write(
    answer: impl Read,
    path: &Path,
    request: &Value,
    key: Option<&str>,
) -> anyhow::Result<Written> {
    let mut folder = Folder::create(path)?;
    let mut written = Written { records: 0, unproved: 0 };
    let mut lines = BufReader::new(answer);
    while let Some(line) = next_line(&mut lines)? {
        take(&line, &mut folder, &mut written)?;
    }
    if let Some(key) = key {
        folder.write("log.vkey", key.as_bytes())?;
    }
    let at = SystemClock.now().to_string();
    folder.write("report.txt", text(request, &at, &written).as_bytes())?;
    let Written { records, unproved } = written;
    let report = json!({
        "format": FORMAT, "asked": request, "exported_at": at, "records": records, "proved": records - unproved,
        "unproved": unproved, "files": folder.files,
    });
    folder.write("report.json", serde_json::to_string_pretty(&report)?.as_bytes())?;
    Ok(written)
}

fn next_line(lines: &mut impl BufRead) -> anyhow::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let broken = "the export broke off and is not complete; remove the folder and run it again";
    lines.take(LINE_BYTES_MAX).read_until(b'\n', &mut line).context(broken)?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => bail!(broken),
    }
}

fn take(line: &[u8], folder: &mut Folder, written: &mut Written) -> anyhow::Result<()> {
    let line: Line =
        serde_json::from_slice(line).context("the server answered something else; is it a Palisade?")?;
    let decode = |text: &str| STANDARD.decode(text).context("the server's answer is not base64");
    match (line.content, line.entry, line.raw) {
        (Some(content), Some(entry), None) => {
            folder.write(&format!("entries/{entry}.json"), &decode(&content)?)
        }
        (None, _, Some(raw)) => {
            written.records += 1;
            ensure!(
                written.records <= RECORDS_MAX,
                "more than {RECORDS_MAX} records; ask for a shorter time, or verify where they lie with `palisade verify`"
            );
            let name = format!("records/{:08}", written.records);
            folder.write(&format!("{name}.record"), &decode(&raw)?)?;
            match line.proof {
                Some(proof) => folder.write(&format!("{name}.tlog-proof"), proof.as_bytes()),
                None => {
                    written.unproved += 1;
                    Ok(())
                }
            }
        }
        _ => bail!(
            "the server answered a line that is neither a record nor an entry; is it as new as this program?"
        ),
    }
}

fn text(request: &Value, at: &str, written: &Written) -> String {
    let asked = request.as_object().into_iter().flatten();
    let asked: String = asked.map(|(name, value)| format!("  {name}: {value}\n")).collect();
    let Written { records, unproved } = written;
    format!(
        "Records exported from Palisade at {at}\n\nAsked:\n{asked}\nRecords: {records}, of which {} are proved and \
        {unproved} are not yet.\n\nCheck with a public key that came to you by another way:\n  palisade verify --evidence \
        FOLDER --key log.vkey\n\nA proof shows that a record was stored exactly so, no later than its checkpoint. It does not \
        show that no other record\nmatched the question: for that, verify all of the evidence.\n",
        records - unproved
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_answer_is_no_evidence() {
        let directory = tempfile::tempdir().unwrap();
        let answer = &b"{\"entry\":1,\"content\":\"e30=\"}\n{\"raw\":\"YQ=="[..];

        let error = write(answer, &directory.path().join("a"), &json!({}), None).err().unwrap();

        assert!(error.to_string().contains("broke off"), "{error}");
        assert!(
            write(&b""[..], directory.path(), &json!({}), None)
                .err()
                .unwrap()
                .to_string()
                .contains("already")
        );
    }
}
