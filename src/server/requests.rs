//! What was asked of the storages, as numbers.

use std::fmt::Write as _;

use palisade_index::Storages;
use palisade_storage::ObjectStorage;

/// Requests by storage and operation, and bytes, as Prometheus text.
pub(super) fn render(storages: &Storages) -> String {
    let far = [("warm", &storages.warm), ("cold", &storages.cold), ("anchor", &storages.anchor)];
    let far = far.into_iter().filter_map(|(name, storage)| Some((name, storage.as_deref()?)));
    let all: Vec<(&str, &dyn ObjectStorage)> = [("hot", &*storages.hot)].into_iter().chain(far).collect();
    let mut text = String::new();
    // Writing to a String cannot fail.
    text.push_str("# HELP palisade_storage_requests_total Requests to storages since the start.\n");
    text.push_str("# TYPE palisade_storage_requests_total counter\n");
    for (name, storage) in &all {
        let asked = storage.requests();
        for (operation, count) in [
            ("put", asked.puts),
            ("get", asked.gets),
            ("head", asked.heads),
            ("list", asked.lists),
            ("remove", asked.removes),
            ("lock", asked.locks),
            ("restore", asked.restores),
        ] {
            let labels = format!("{{storage=\"{name}\",operation=\"{operation}\"}}");
            _ = writeln!(text, "palisade_storage_requests_total{labels} {count}");
        }
    }
    for (family, meaning, of) in [
        ("failed_total", "Requests that ended with an error.", Of::Failed),
        ("read_bytes_total", "Bytes read.", Of::Read),
        ("written_bytes_total", "Bytes written.", Of::Written),
    ] {
        _ = writeln!(text, "# HELP palisade_storage_{family} {meaning}");
        _ = writeln!(text, "# TYPE palisade_storage_{family} counter");
        for (name, storage) in &all {
            let asked = storage.requests();
            let value = match of {
                Of::Failed => asked.failed,
                Of::Read => asked.bytes_read,
                Of::Written => asked.bytes_written,
            };
            _ = writeln!(text, "palisade_storage_{family}{{storage=\"{name}\"}} {value}");
        }
    }
    text
}

#[derive(Clone, Copy)]
enum Of {
    Failed,
    Read,
    Written,
}
