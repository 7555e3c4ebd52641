//! Index objects, made again from the records.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anyhow::{Context, bail};
use palisade_index::{IndexSource, open_splits};
use palisade_record::SystemClock;
use serde_json::json;

use super::catalog::{Place, storages};
use crate::output::Output;
use crate::server;

/// Sees to it that every split has its index object near, and tells where each came from.
pub(super) fn restore(place: &Place, json: bool) -> anyhow::Result<()> {
    let configuration = place.configured()?;
    let data_dir = configuration.storage.data_dir.clone();
    let _lock = server::DataDirLock::take(&data_dir)?;
    let storages = storages(&configuration, &data_dir)?;
    let splits = open_splits(&data_dir, &storages, configuration.tenant.as_str(), Arc::new(SystemClock))
        .with_context(|| format!("cannot read the catalog of {}", data_dir.display()))?;
    let mut sources: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failures = Vec::new();
    for (done, split) in splits.iter().enumerate() {
        show_progress(done, splits.len());
        match split.restore_index() {
            Ok(IndexSource::Near) => *sources.entry("near").or_default() += 1,
            Ok(IndexSource::Fetched) => *sources.entry("fetched").or_default() += 1,
            Ok(IndexSource::Made) => *sources.entry("made").or_default() += 1,
            Err(error) => failures.push(format!("split {}: {error}", split.id())),
        }
    }
    show_progress(splits.len(), splits.len());
    let of = |source| sources.get(source).copied().unwrap_or(0);
    let mut output = Output::new();
    if json {
        let answer = json!({
            "splits": splits.len(), "near": of("near"), "fetched": of("fetched"), "made": of("made"),
            "failures": failures,
        });
        output.line(&answer.to_string())?;
    } else {
        let (near, fetched, made) = (of("near"), of("fetched"), of("made"));
        output
            .line(&format!("{near} index objects were there, {fetched} were fetched, {made} made again"))?;
        if made > 0 {
            output.line("they have other bytes than before; the log tells so, and the next start of the server signs it")?;
        }
        failures.iter().try_for_each(|failure| output.line(failure))?;
    }
    output.flush()?;
    match failures.len() {
        0 => Ok(()),
        failed => bail!("the index objects of {failed} splits could not be restored"),
    }
}

/// A line that changes, for who watches a terminal.
fn show_progress(done: usize, all: usize) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        let end = if done == all { "\n" } else { "" };
        _ = write!(terminal, "\rsplit {done} of {all}{end}");
    }
}
