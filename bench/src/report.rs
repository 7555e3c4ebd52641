//! The figures: as JSON for programs, as a table for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use palisade_record::ByteSize;
use serde::Serialize;

use crate::ingest::Ingested;
use crate::measure::{Usage, rounded};
use crate::search::{Scans, Searched, Timed};
use crate::ship::Shipped;

/// Everything that was measured in one run. What counts are ratios between its figures.
#[derive(Serialize, Debug)]
pub(crate) struct Results {
    pub(crate) corpus_bytes: u64,
    pub(crate) cpus: usize,
    pub(crate) zstd3_cpu_s: f64,
    pub(crate) zstd3_bytes: u64,
    pub(crate) ingest_cpu_s: f64,
    pub(crate) ingest_wall_s: f64,
    pub(crate) ingest_cpu_to_zstd3_cpu: f64,
    pub(crate) bytes_data: u64,
    pub(crate) bytes_index: u64,
    pub(crate) disk_to_zstd3: f64,
    pub(crate) ingest_rss_mb: f64,
    pub(crate) query_rss_mb: f64,
    pub(crate) peak_rss_mb: f64,
    pub(crate) agent_mb_per_cpu_s: f64,
    pub(crate) agent_cpu_s: f64,
    pub(crate) agent_wire_bytes: u64,
    pub(crate) agent_wire_to_zstd3: f64,
    pub(crate) agent_rss_mb: f64,
    pub(crate) agent_rss_mb_10k_files: f64,
    pub(crate) agent_idle_cpu_s_10k_files: f64,
    pub(crate) queries: BTreeMap<&'static str, Timed>,
    pub(crate) ripgrep_ms: Scans,
}

impl Results {
    pub(crate) fn new(
        corpus_bytes: u64,
        (zstd, zstd3_bytes): (Usage, u64),
        ingested: &Ingested,
        searched: Searched,
        shipped: &Shipped,
    ) -> Self {
        let disk_bytes = ingested.bytes_data + ingested.bytes_index;
        let peak_rss_bytes = ingested.usage.peak_rss_bytes.max(searched.peak_rss_bytes);
        Self {
            corpus_bytes,
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            zstd3_cpu_s: rounded(zstd.cpu_s),
            zstd3_bytes,
            ingest_cpu_s: rounded(ingested.usage.cpu_s),
            ingest_wall_s: rounded(ingested.usage.wall_s),
            ingest_cpu_to_zstd3_cpu: ratio(ingested.usage.cpu_s, zstd.cpu_s),
            bytes_data: ingested.bytes_data,
            bytes_index: ingested.bytes_index,
            disk_to_zstd3: ratio(disk_bytes as f64, zstd3_bytes as f64),
            ingest_rss_mb: megabytes(ingested.usage.peak_rss_bytes),
            query_rss_mb: megabytes(searched.peak_rss_bytes),
            peak_rss_mb: megabytes(peak_rss_bytes),
            agent_mb_per_cpu_s: ratio(corpus_bytes as f64 / 1e6, shipped.usage.cpu_s),
            agent_cpu_s: rounded(shipped.usage.cpu_s),
            agent_wire_bytes: shipped.bytes_on_wire,
            agent_wire_to_zstd3: ratio(shipped.bytes_on_wire as f64, zstd3_bytes as f64),
            agent_rss_mb: megabytes(shipped.usage.peak_rss_bytes),
            agent_rss_mb_10k_files: megabytes(shipped.many_files.peak_rss_bytes),
            agent_idle_cpu_s_10k_files: rounded(shipped.many_files.idle_cpu_s),
            queries: searched.queries,
            ripgrep_ms: searched.scans,
        }
    }

    /// The figures, one a line: what, how much, and beside what.
    pub(crate) fn table(&self) -> String {
        let size = |bytes| ByteSize::bytes(bytes).to_string();
        let mut rows = vec![
            row("corpus", size(self.corpus_bytes), format!("{} CPUs", self.cpus)),
            row("zstd -3, CPU", format!("{:.2} s", self.zstd3_cpu_s), String::new()),
            row("zstd -3, size", size(self.zstd3_bytes), String::new()),
            row("ingest, CPU", format!("{:.2} s", self.ingest_cpu_s), times(self.ingest_cpu_to_zstd3_cpu)),
            row("ingest, wall", format!("{:.2} s", self.ingest_wall_s), String::new()),
            row(
                "disk, data",
                size(self.bytes_data),
                times(ratio(self.bytes_data as f64, self.zstd3_bytes as f64)),
            ),
            row(
                "disk, index",
                size(self.bytes_index),
                times(ratio(self.bytes_index as f64, self.zstd3_bytes as f64)),
            ),
            row("disk, both", size(self.bytes_data + self.bytes_index), times(self.disk_to_zstd3)),
            row("peak memory, ingest", format!("{:.0} MB", self.ingest_rss_mb), String::new()),
            row("peak memory, queries", format!("{:.0} MB", self.query_rss_mb), String::new()),
            row("agent, per CPU second", format!("{:.0} MB", self.agent_mb_per_cpu_s), String::new()),
            row("agent, on the wire", size(self.agent_wire_bytes), times(self.agent_wire_to_zstd3)),
            row("agent, peak memory", format!("{:.0} MB", self.agent_rss_mb), String::new()),
            row(
                "agent, 10,000 files, memory",
                format!("{:.0} MB", self.agent_rss_mb_10k_files),
                String::new(),
            ),
            row(
                "agent, 10,000 files, idle CPU",
                format!("{:.2} s in 10 s", self.agent_idle_cpu_s_10k_files),
                String::new(),
            ),
        ];
        for (name, timed) in &self.queries {
            let latency = timed.latency;
            let figure = format!("p50 {:.2} ms  p99 {:.2} ms", latency.p50_ms, latency.p99_ms);
            let mut beside = format!("{} hits", timed.hits);
            if let Some(scan) = self.scan_of(name) {
                // Writing to a String cannot fail.
                _ = write!(beside, ", {} {scan:.0} ms", self.ripgrep_ms.tool);
            }
            rows.push(row(name, figure, beside));
        }
        aligned(&rows)
    }

    fn scan_of(&self, query: &str) -> Option<f64> {
        match query {
            "phrase_count" => Some(self.ripgrep_ms.phrase),
            "substring_count" => Some(self.ripgrep_ms.substring),
            "regex_count" => Some(self.ripgrep_ms.regex),
            _ => None,
        }
    }
}

type TableRow = [String; 3];

fn row(what: &str, figure: String, beside: String) -> TableRow {
    [what.to_owned(), figure, beside]
}

fn aligned(rows: &[TableRow]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let line = |[what, figure, beside]: &TableRow| {
        let line = format!("{what:first$}  {figure:>second$}  {beside}");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

fn times(ratio: f64) -> String {
    format!("{ratio:.2} x zstd -3")
}

fn ratio(figure: f64, unit: f64) -> f64 {
    if unit > 0.0 { rounded(figure / unit) } else { 0.0 }
}

fn megabytes(bytes: u64) -> f64 {
    rounded(bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_table_stand_below_each_other() {
        let rows = [row("a", "1.0 s".into(), "x".into()), row("long", "10.0 s".into(), String::new())];
        assert_eq!(aligned(&rows), "a      1.0 s  x\nlong  10.0 s\n");
    }
}
