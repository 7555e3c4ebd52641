//! Everything that was measured: as JSON for programs, as tables for people.

use std::collections::BTreeMap;

use palisade_record::ByteSize;
use serde::Serialize;

use crate::figures::{Figure, figures};
use crate::fresh::Freshness;
use crate::ingest::Ingested;
use crate::measure::{Latency, Usage, rounded};
use crate::search::{Scans, Searched, Timed};
use crate::ship::Shipped;
use crate::table::Table;

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
    pub(crate) ingest_cpu_s_by_stage: BTreeMap<String, f64>,
    pub(crate) bytes_data: u64,
    pub(crate) bytes_index: u64,
    pub(crate) disk_to_zstd3: f64,
    pub(crate) ingest_rss_mb: f64,
    pub(crate) query_rss_mb: f64,
    pub(crate) peak_rss_mb: f64,
    pub(crate) cold_start_ms: f64,
    pub(crate) fresh: Latency,
    pub(crate) fresh_load_mb_per_s: f64,
    pub(crate) agent_mb_per_cpu_s: f64,
    pub(crate) agent_cpu_s: f64,
    pub(crate) agent_wire_bytes: u64,
    pub(crate) agent_wire_to_zstd3: f64,
    pub(crate) agent_rss_mb: f64,
    pub(crate) agent_rss_mb_10k_files: f64,
    pub(crate) agent_idle_cpu_s_10k_files: f64,
    pub(crate) queries: BTreeMap<&'static str, Timed>,
    pub(crate) wrong: Vec<String>,
    pub(crate) ripgrep: Scans,
    pub(crate) figures: Vec<Figure>,
}

impl Results {
    pub(crate) fn new(
        corpus_bytes: u64,
        (zstd, zstd3_bytes): (Usage, u64),
        ingested: Ingested,
        searched: Searched,
        fresh: Freshness,
        shipped: &Shipped,
    ) -> Self {
        let disk_bytes = ingested.bytes_data + ingested.bytes_index;
        let peak_rss_bytes = ingested.usage.peak_rss_bytes.max(searched.peak_rss_bytes);
        let stages = ingested.cpu_by_stage.into_iter().map(|(stage, seconds)| (stage, rounded(seconds)));
        let mut results = Self {
            corpus_bytes,
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            zstd3_cpu_s: rounded(zstd.cpu_s),
            zstd3_bytes,
            ingest_cpu_s: rounded(ingested.usage.cpu_s),
            ingest_wall_s: rounded(ingested.usage.wall_s),
            ingest_cpu_to_zstd3_cpu: ratio(ingested.usage.cpu_s, zstd.cpu_s),
            ingest_cpu_s_by_stage: stages.collect(),
            bytes_data: ingested.bytes_data,
            bytes_index: ingested.bytes_index,
            disk_to_zstd3: ratio(disk_bytes as f64, zstd3_bytes as f64),
            ingest_rss_mb: megabytes(ingested.usage.peak_rss_bytes),
            query_rss_mb: megabytes(searched.peak_rss_bytes),
            peak_rss_mb: megabytes(peak_rss_bytes),
            cold_start_ms: searched.start_ms,
            fresh: fresh.latency,
            fresh_load_mb_per_s: rounded(fresh.load_mb_per_s),
            agent_mb_per_cpu_s: ratio(corpus_bytes as f64 / 1e6, shipped.usage.cpu_s),
            agent_cpu_s: rounded(shipped.usage.cpu_s),
            agent_wire_bytes: shipped.bytes_on_wire,
            agent_wire_to_zstd3: ratio(shipped.bytes_on_wire as f64, zstd3_bytes as f64),
            agent_rss_mb: megabytes(shipped.usage.peak_rss_bytes),
            agent_rss_mb_10k_files: megabytes(shipped.many_files.peak_rss_bytes),
            agent_idle_cpu_s_10k_files: rounded(shipped.many_files.idle_cpu_s),
            queries: searched.queries,
            wrong: searched.wrong,
            ripgrep: searched.scans,
            figures: Vec::new(),
        };
        results.figures = figures(&results);
        results
    }

    /// The middle time of a question; none when its answer was wrong.
    pub(crate) fn p50(&self, query: &str) -> Option<f64> {
        self.queries.get(query).map(|timed| timed.latency.p50_ms)
    }

    /// Everything, in tables.
    pub(crate) fn tables(&self) -> String {
        [self.measured(), self.stages(), self.questions(), self.promised()].concat()
    }

    fn measured(&self) -> String {
        let size = |bytes| ByteSize::bytes(bytes).to_string();
        let seconds = |seconds: f64| format!("{seconds:.2} s");
        let memory = |megabytes: f64| format!("{megabytes:.0} MB");
        let beside = |bytes: u64| times(ratio(bytes as f64, self.zstd3_bytes as f64));
        let mut table = Table::default();
        let mut row = |what: &str, figure: String, beside: &str| table.row([what, figure.as_str(), beside]);
        row("corpus", size(self.corpus_bytes), &format!("{} CPUs", self.cpus));
        row("zstd -3, CPU", seconds(self.zstd3_cpu_s), "");
        row("zstd -3, size", size(self.zstd3_bytes), "");
        row("ingest, CPU", seconds(self.ingest_cpu_s), &times(self.ingest_cpu_to_zstd3_cpu));
        row("ingest, wall", seconds(self.ingest_wall_s), "");
        row("disk, data", size(self.bytes_data), &beside(self.bytes_data));
        row("disk, index", size(self.bytes_index), &beside(self.bytes_index));
        row("disk, both", size(self.bytes_data + self.bytes_index), &times(self.disk_to_zstd3));
        row("peak memory, ingest", memory(self.ingest_rss_mb), "");
        row("peak memory, queries", memory(self.query_rss_mb), "");
        row("start, cold", format!("{:.0} ms", self.cold_start_ms), "");
        let load = format!("p50 {:.1} ms, {:.0} MB/s come in", self.fresh.p50_ms, self.fresh_load_mb_per_s);
        row("acknowledged to searchable, p99", format!("{:.1} ms", self.fresh.p99_ms), &load);
        row("agent, per CPU second", memory(self.agent_mb_per_cpu_s), "");
        row("agent, on the wire", size(self.agent_wire_bytes), &beside(self.agent_wire_bytes));
        row("agent, peak memory", memory(self.agent_rss_mb), "");
        row("agent, 10,000 files, memory", memory(self.agent_rss_mb_10k_files), "");
        row("agent, 10,000 files, idle CPU", seconds(self.agent_idle_cpu_s_10k_files), "in 10 s");
        table.text("Measured")
    }

    fn stages(&self) -> String {
        let mut table = Table::default();
        table.row(["stage", "CPU s", "share", "MB per CPU s", ""]);
        let mut stages: Vec<_> = self.ingest_cpu_s_by_stage.iter().collect();
        stages.sort_by(|left, right| right.1.total_cmp(left.1));
        for (stage, cpu_s) in stages {
            let share = format!("{:.0} %", ratio(*cpu_s, self.ingest_cpu_s) * 100.0);
            let speed = format!("{:.0}", ratio(self.corpus_bytes as f64 / 1e6, *cpu_s));
            table.row([stage, &format!("{cpu_s:.2}"), &share, &speed, ""]);
        }
        table.text("Where the CPU of ingest goes")
    }

    fn questions(&self) -> String {
        let mut table = Table::default();
        table.row(["question", "p50 ms", "p99 ms", "cold ms", "hits", "beside"]);
        for (name, timed) in &self.queries {
            let millis = |millis: f64| format!("{millis:.2}");
            let (p50, p99) = (millis(timed.latency.p50_ms), millis(timed.latency.p99_ms));
            let scan = self.ripgrep.of(name).map(|scan| format!("{} {scan:.0} ms", self.ripgrep.tool));
            let (cold, hits) = (millis(timed.cold_ms), timed.hits.to_string());
            table.row([name, &p50, &p99, &cold, &hits, scan.as_deref().unwrap_or("")]);
        }
        let wrong = self.wrong.iter().map(|wrong| format!("{wrong}\n"));
        table.text("Questions") + &wrong.collect::<String>()
    }

    fn promised(&self) -> String {
        let mut table = Table::default();
        table.row(["figure", "measured", "must", "goal", "unit", "reaches"]);
        for figure in &self.figures {
            let value = figure.value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
            let (must, goal) = (figure.must.to_string(), figure.goal.to_string());
            table.row([figure.name, &value, &must, &goal, figure.unit, figure.mark.sign()]);
        }
        table.text("Promised")
    }
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
