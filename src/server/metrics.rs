//! Numbers in the text format of Prometheus.

use std::fmt::Write as _;

/// What a number does over time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// The text while it is written.
#[derive(Default)]
pub(super) struct Metrics {
    text: String,
}

impl Metrics {
    /// Adds a number; its name ends with its unit.
    pub(super) fn add(&mut self, kind: Kind, name: &str, meaning: &str, value: u64) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        // Writing to a String cannot fail.
        _ = writeln!(self.text, "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value}");
    }

    /// Adds what another crate has rendered already.
    pub(super) fn append(&mut self, rendered: &str) {
        self.text.push_str(rendered);
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Adds what the operating system knows about this process, under the names every exporter uses.
    pub(super) fn add_process(&mut self) {
        if let Some(bytes) = resident_bytes() {
            let meaning = "Memory of the process that is in RAM.";
            self.add(Kind::Gauge, "process_resident_memory_bytes", meaning, bytes);
        }
        if let Ok(entries) = std::fs::read_dir("/proc/self/fd") {
            let meaning = "File descriptors that are open.";
            self.add(Kind::Gauge, "process_open_fds", meaning, entries.count() as u64);
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn resident_bytes() -> Option<u64> {
    resident_bytes_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn resident_bytes_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_meaning_and_its_kind() {
        let mut metrics = Metrics::default();

        metrics.add(Kind::Counter, "palisade_index_records_total", "Records stored.", 7);

        assert_eq!(
            metrics.finish(),
            "# HELP palisade_index_records_total Records stored.\n# TYPE palisade_index_records_total counter\npalisade_index_records_total 7\n"
        );
    }

    #[test]
    fn the_memory_of_the_process_is_read_in_bytes() {
        assert_eq!(resident_bytes_in("Name:\tpalisade\nVmRSS:\t    2048 kB\nThreads:\t9\n"), Some(2_097_152));
        assert_eq!(resident_bytes_in("Name:\tpalisade\n"), None);
    }
}
