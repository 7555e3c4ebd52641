//! The manifest of an export: what the audit trail says of it, beside the file.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::client::{Client, read_json};

/// Far more than the few lines that a manifest has.
const BYTES_MAX: u64 = 1 << 20;

/// Asks the server for the manifest of an export that has ended.
pub(super) fn fetch(client: &Client, id: &str) -> anyhow::Result<Value> {
    let answer = client.get(&format!("/api/v1/exports/{id}"), "application/json", &[]);
    let answer = answer.context("the file is complete, but its manifest could not be fetched")?;
    read_json(answer, BYTES_MAX).map(|(_, manifest)| manifest)
}

/// Writes the manifest of a file with this SHA-256 beside it.
pub(super) fn write(manifest: &Value, sha256: &str, file: &Path) -> anyhow::Result<PathBuf> {
    let recorded = manifest["sha256"].as_str().unwrap_or_default();
    let place = file.display();
    ensure!(
        recorded == sha256,
        "{place} is not what the server sent: its SHA-256 is {sha256}, the audit trail says {recorded}; export again"
    );
    let mut path = file.as_os_str().to_owned();
    path.push(".manifest.json");
    let path = PathBuf::from(path);
    let text = serde_json::to_string_pretty(manifest).context("a manifest is JSON")?;
    std::fs::write(&path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
