//! What an agent tells about itself.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident: $kind:literal, $help:literal;)+) => {
        /// The numbers as they are counted.
        #[derive(Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: AtomicU64,)+
            pub(crate) last_error: Mutex<String>,
        }

        /// The numbers of an agent at one moment.
        #[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
        pub struct Status {
            $($(#[doc = $doc])+ pub $name: u64,)+
            /// What last went wrong, or nothing.
            pub last_error: String,
        }

        impl Counters {
            /// The numbers now.
            pub(crate) fn read(&self) -> Status {
                Status {
                    $($name: self.$name.load(Ordering::Relaxed),)+
                    last_error: self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone(),
                }
            }
        }

        impl Status {
            /// The numbers in the text format of Prometheus.
            pub fn metrics(&self) -> String {
                let mut text = String::new();
                $(
                    let name = concat!("palisade_agent_", stringify!($name));
                    let suffix = if $kind == "counter" { "_total" } else { "" };
                    // Writing to a String cannot fail.
                    _ = writeln!(text, "# HELP {name}{suffix} {}\n# TYPE {name}{suffix} {}\n{name}{suffix} {}", $help, $kind, self.$name);
                )+
                text
            }
        }
    };
}

counters! {
    /// Files that are followed.
    files: "gauge", "Files that are followed.";
    /// Files that are open.
    open_files: "gauge", "Files that are open.";
    /// Bytes of files that were parsed.
    read_bytes: "counter", "Bytes of files that were parsed.";
    /// Records that were queued, again for those that were sent again.
    records: "counter", "Records that were queued.";
    /// Records that the collector has acknowledged.
    acked_records: "counter", "Records that the collector has acknowledged.";
    /// Payload bytes that the collector has acknowledged.
    acked_bytes: "counter", "Payload bytes that the collector has acknowledged.";
    /// Requests that wait or are on their way.
    waiting_requests: "gauge", "Requests that wait or are on their way.";
    /// Memory taken by what is on its way.
    memory_bytes: "gauge", "Memory taken by what is on its way.";
    /// Bytes in the spool.
    spool_bytes: "gauge", "Bytes in the spool.";
    /// Bytes known to be unread.
    lag_bytes: "gauge", "Bytes known to be unread.";
    /// Unread bytes of files that were deleted.
    deleted_bytes: "gauge", "Unread bytes of files that were deleted.";
    /// Ranges that were given up, each recorded at the collector.
    gaps: "counter", "Ranges that were given up.";
    /// Bytes in those ranges.
    gap_bytes: "counter", "Bytes in ranges that were given up.";
    /// Paths that must not be opened: links that lead out, devices, folders.
    refused_paths: "counter", "Paths that must not be opened.";
    /// Files that were cut while they were followed.
    truncated_generations: "counter", "Files that were cut while they were followed.";
    /// Lines that are not what their format says; shipped as they stand.
    malformed_lines: "counter", "Lines that are not what their format says.";
    /// Records of which only the head was kept.
    truncated_records: "counter", "Records of which only the head was kept.";
    /// Requests that failed and were or will be sent again.
    failed_requests: "counter", "Requests that failed.";
    /// Requests or batches that were put aside because the collector called them bad.
    quarantined: "counter", "Requests that were put aside because the collector called them bad.";
    /// Lanes that were sent again from an earlier offset.
    rewinds: "counter", "Lanes that were sent again from an earlier offset.";
    /// The checkpoint could not be written.
    checkpoint_failures: "counter", "The checkpoint could not be written.";
    /// The kernel's notifications do not work and folders are only polled.
    polling_only: "gauge", "The kernel's notifications do not work.";
    /// Things that must never happen happened.
    invariant_violations: "counter", "Things that must never happen happened.";
}

pub(crate) fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

pub(crate) fn set(counter: &AtomicU64, amount: u64) {
    counter.store(amount, Ordering::Relaxed);
}

impl Counters {
    pub(crate) fn error(&self, text: String) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_in_the_text_format_of_prometheus() {
        let counters = Counters::default();
        add(&counters.gaps, 3);
        let text = counters.read().metrics();
        assert!(
            text.contains("# TYPE palisade_agent_gaps_total counter\npalisade_agent_gaps_total 3\n"),
            "{text}"
        );
        assert!(text.contains("palisade_agent_files 0\n"));
    }
}
