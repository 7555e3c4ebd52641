//! Reports on the disk: a folder for each, below the data directory.

use std::path::{Path, PathBuf};

use anyhow::Context;
use data_encoding::HEXLOWER;
use palisade_disk::{Disk, RealDisk, read_file, replace_file};
use palisade_record::Timestamp;
use palisade_report::document::Document;
use palisade_report::render;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const FOLDER: &str = "reports";
/// The report.
pub(super) const PDF: &str = "report.pdf";
/// What it was made of, with all tables.
pub(super) const DOCUMENT: &str = "document.json";
/// What lists tell of it. Written last: what has none is not whole.
const LINE: &str = "report.json";

/// Largest file of a report: a document with all its tables has some megabytes.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Longest name of a report: tenant, month, second.
const ID_BYTES_MAX: usize = 128;

/// Where they are.
pub(super) struct Kept(PathBuf);

/// A report as lists and the log tell it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    /// Its name.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// Its month.
    pub(super) month: String,
    /// The zone of its hours.
    pub(super) zone: String,
    /// When it was made.
    pub(super) generated_at: Timestamp,
    /// By whom.
    pub(super) by: String,
    /// The SHA-256 of the PDF.
    pub(super) sha256: String,
    /// That of its document.
    pub(super) document_sha256: String,
    /// Bytes of the PDF.
    pub(super) bytes: u64,
    /// Entries of the log when it was made: the one that tells of it comes after them.
    #[serde(default)]
    pub(super) log_size: u64,
}

impl Kept {
    pub(super) fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let folder = data_dir.join(FOLDER);
        RealDisk
            .create_directory(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Typesets a document and keeps both.
    pub(super) fn keep(
        &self,
        document: &Document,
        month: &str,
        by: &str,
        log_size: u64,
    ) -> anyhow::Result<Line> {
        let folder = self.0.join(&document.id);
        let pdf = render(document)?;
        let data = serde_json::to_vec(document)?;
        RealDisk
            .create_directory(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let line = Line {
            id: document.id.clone(),
            title: document.title.clone(),
            month: month.to_owned(),
            zone: document.period.zone.clone(),
            generated_at: document.generated_at,
            by: by.to_owned(),
            sha256: HEXLOWER.encode(&Sha256::digest(&pdf)),
            document_sha256: HEXLOWER.encode(&Sha256::digest(&data)),
            bytes: pdf.len() as u64,
            log_size,
        };
        for (name, bytes) in [(PDF, &pdf), (DOCUMENT, &data), (LINE, &serde_json::to_vec(&line)?)] {
            let path = folder.join(name);
            replace_file(&RealDisk, &path, bytes)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(line)
    }

    /// What lists tell of one.
    pub(super) fn line(&self, id: &str) -> Option<Line> {
        serde_json::from_slice(&self.read(id, LINE)?).ok()
    }

    /// All that are whole, the newest first.
    pub(super) fn list(&self) -> anyhow::Result<Vec<Line>> {
        let entries =
            std::fs::read_dir(&self.0).with_context(|| format!("cannot read {}", self.0.display()))?;
        let mut lines: Vec<Line> = Vec::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", self.0.display()))?;
            lines.extend(entry.file_name().to_str().and_then(|id| self.line(id)));
        }
        lines.sort_by(|one, other| (other.generated_at, &other.id).cmp(&(one.generated_at, &one.id)));
        Ok(lines)
    }

    /// A file of a report; nothing when there is none.
    pub(super) fn read(&self, id: &str, name: &str) -> Option<Vec<u8>> {
        // Names come from requests: what passes here cannot leave the folder.
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || id.len() > ID_BYTES_MAX || !id.bytes().all(allowed) {
            return None;
        }
        read_file(&RealDisk, &self.0.join(id).join(name), FILE_BYTES_MAX).ok()
    }
}
