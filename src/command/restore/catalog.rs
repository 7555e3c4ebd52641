//! The catalog, made again from what the storages hold; and the drill that shows it can be.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use palisade_disk::{RealDisk, SharedDisk};
use palisade_index::{RestoredCatalog, SplitSummary, Storages, catalog_splits, restore_catalog};
use palisade_lifecycle::drill::{Comparison, Drill as Facts, Targets};
use palisade_lifecycle::{DrillReport, Term};
use palisade_record::{Clock, SystemClock, TenantName, Timestamp};
use palisade_seal::log::{Frontier, leaf_hash};
use palisade_storage::LocalStorage;

use crate::configuration::{self, Configuration};
use crate::output::Output;
use crate::server;

/// Makes the catalog again and tells what came back.
pub(super) fn restore(place: &Place, json: bool) -> anyhow::Result<()> {
    let configuration = place.configured()?;
    let data_dir = configuration.storage.data_dir.clone();
    // A new disk has no data directory yet.
    std::fs::create_dir_all(&data_dir)
        .with_context(|| format!("cannot make the folder {}", data_dir.display()))?;
    // A server that runs has a catalog, and would not see the new one.
    let _lock = server::DataDirLock::take(&data_dir)?;
    let restored = restore_catalog(&data_dir, &storages(&configuration, &data_dir)?)
        .with_context(|| format!("cannot make the catalog of {} again", data_dir.display()))?;
    let mut output = Output::new();
    if json {
        output.line(&serde_json::to_string(&restored)?)?;
    } else {
        lines(&restored).iter().try_for_each(|line| output.line(line))?;
    }
    output.flush()?;
    let (missing, gaps) = (restored.missing.len(), restored.gaps.len());
    if missing == 0 && gaps == 0 {
        return Ok(());
    }
    bail!(
        "{missing} splits are missing and {gaps} ranges of publishings: what is listed above is what there is"
    )
}

/// Where something lies that is to be restored.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// The data directory of the program [default: what the configuration says].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// The configuration file, which names the cold storage.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Whose records; a tenant of the configuration [default: default].
    #[arg(long, value_name = "NAME")]
    tenant: Option<TenantName>,
}

impl Place {
    /// What the tenant has.
    pub(super) fn configured(&self) -> anyhow::Result<Configuration> {
        let mut configuration = configuration::load(self.config.as_deref())?;
        if let Some(data_dir) = &self.data_dir {
            configuration.lie_in(data_dir.clone());
        }
        match &self.tenant {
            Some(tenant) => configuration.of(tenant),
            None => Ok(configuration),
        }
    }
}

/// The storages of a configuration, with the near one below another folder.
pub(super) fn storages(configuration: &Configuration, near: &Path) -> anyhow::Result<Storages> {
    let disk: SharedDisk = Arc::new(RealDisk);
    let objects = near.join("objects");
    let hot = LocalStorage::open(disk.clone(), &objects)
        .with_context(|| format!("cannot open {}", objects.display()))?;
    let far = server::open_storages(&configuration.storage, &disk)?;
    Ok(Storages { hot: Arc::new(hot), warm: far.warm, cold: far.cold, anchor: far.anchor })
}

fn lines(restored: &RestoredCatalog) -> Vec<String> {
    let RestoredCatalog { splits, rows, lanes, log_entries, publications, .. } = restored;
    let mut lines = vec![
        format!("{splits} splits with {rows} records"),
        format!("{log_entries} entries of the log, {publications} publishings, {lanes} positions of agents"),
    ];
    if restored.receipts > 0 {
        let RestoredCatalog { receipts, receipt_rows, .. } = restored;
        lines.push(format!("{receipts} receipts with {receipt_rows} records, which the next start takes in"));
    }
    lines.extend(restored.missing.iter().map(|split| format!("missing: split {split}")));
    let gap = |(first, next): &(u64, u64)| format!("missing: publishings of the batches {first} to {next}");
    lines.extend(restored.gaps.iter().map(gap));
    lines
}

/// Restore the catalog from the cold storage alone into a folder that goes again, and compare.
#[derive(Args, Debug)]
pub(super) struct Drill {
    #[command(flatten)]
    place: Place,

    /// The longest time that it may take.
    #[arg(long, value_name = "TERM")]
    recovery_time: Option<Term>,

    /// The longest span of records that may be missing.
    #[arg(long, value_name = "TERM")]
    recovery_point: Option<Term>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Drill {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let configuration = self.place.configured()?;
        let Some(cold) = &configuration.storage.cold else {
            bail!("the configuration names no cold storage; there is nothing to restore from");
        };
        let place = cold.split('?').next().unwrap_or_default().to_owned();
        let before = catalog_splits(&configuration.storage.data_dir.join("catalog.sqlite"))
            .context("cannot read the catalog to compare with")?;
        let folder = Folder::make(&configuration.storage.data_dir)?;
        let started_at = SystemClock.now();
        let restored = restore_catalog(&folder.0, &storages(&configuration, &folder.0)?)
            .context("cannot restore from the cold storage")?;
        let after =
            catalog_splits(&folder.0.join("catalog.sqlite")).context("cannot read what was restored")?;
        let finished_at = SystemClock.now();
        let facts = Facts {
            source: place,
            started_at,
            finished_at,
            newest_before: newest(&before),
            newest_after: newest(&after),
            targets: Targets { recovery_time: self.recovery_time, recovery_point: self.recovery_point },
            comparisons: comparisons(&before, &after, &restored),
        };
        let report = DrillReport::of(facts)?;
        let mut output = Output::new();
        if self.json {
            output.line(&report.to_json())?;
        } else {
            report.to_string().lines().try_for_each(|line| output.line(line))?;
        }
        output.flush()?;
        if report.passed() { Ok(()) } else { bail!("the drill failed") }
    }
}

fn newest(splits: &[SplitSummary]) -> Timestamp {
    splits.iter().map(|split| split.last_received).max().unwrap_or_default()
}

fn comparisons(
    before: &[SplitSummary],
    after: &[SplitSummary],
    restored: &RestoredCatalog,
) -> Vec<Comparison> {
    let compare =
        |what: &str, expected: String, found: String| Comparison { what: what.to_owned(), expected, found };
    let count = |splits: &[SplitSummary]| splits.iter().map(|split| split.rows).sum::<u64>().to_string();
    vec![
        compare("splits", before.len().to_string(), after.len().to_string()),
        compare("records", count(before), count(after)),
        compare("root over all splits", root(before), root(after)),
        compare("splits without a copy", "0".to_owned(), restored.missing.len().to_string()),
        compare("gaps between publishings", "0".to_owned(), restored.gaps.len().to_string()),
    ]
}

/// The root of a tree whose entries are the roots of splits, in the order of their names.
fn root(splits: &[SplitSummary]) -> String {
    let mut tree = Frontier::new();
    splits.iter().for_each(|split| tree.push(leaf_hash(&split.root.0)));
    tree.root().to_string()
}

/// A folder that goes with its value.
struct Folder(PathBuf);

impl Folder {
    /// Beside what it is compared with, where there is room for a catalog.
    fn make(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(format!("drill-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is small, and its name says what it was.
        _ = std::fs::remove_dir_all(&self.0);
    }
}
