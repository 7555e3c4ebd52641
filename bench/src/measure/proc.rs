//! What the kernel says about processes.

use std::fs;

use anyhow::{Context, bail};

/// Clock ticks of `/proc/PID/stat`: on Linux a hundred a second for every program, whatever the kernel counts in.
pub(super) const TICKS_PER_SECOND: f64 = 100.0;

/// Fields of `/proc/PID/stat` behind the name of the program, counted from zero.
pub(super) const OWN: [usize; 2] = [11, 12];
const OF_CHILDREN: [usize; 2] = [13, 14];

/// CPU seconds that a running process has used.
pub(crate) fn cpu_seconds(process: u32) -> anyhow::Result<f64> {
    seconds(&process.to_string(), OWN)
}

/// CPU seconds of all children of this process that have ended and were waited for.
pub(crate) fn cpu_seconds_of_children() -> anyhow::Result<f64> {
    seconds("self", OF_CHILDREN)
}

fn seconds(process: &str, fields: [usize; 2]) -> anyhow::Result<f64> {
    let path = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    match sum_of_ticks(&text, fields) {
        Some(ticks) => Ok(ticks / TICKS_PER_SECOND),
        None => bail!("{path} is not what Linux writes"),
    }
}

/// The sum of two fields of a `stat` file.
pub(super) fn sum_of_ticks(stat: &str, fields: [usize; 2]) -> Option<f64> {
    // The name is in parentheses and may hold anything, also further ones.
    let (_, behind_name) = stat.rsplit_once(')')?;
    let values: Vec<&str> = behind_name.split_ascii_whitespace().collect();
    let of = |field: usize| values.get(field)?.parse::<f64>().ok();
    Some(of(fields[0])? + of(fields[1])?)
}

/// The name of a process or thread in its `stat` file.
pub(super) fn name_of(stat: &str) -> Option<&str> {
    let (before, _) = stat.rsplit_once(')')?;
    Some(before.split_once('(')?.1)
}

/// The most memory a running process ever had at once; `None` when it has ended.
pub(crate) fn peak_rss_bytes(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 200 0 0 150 50 30 20 20 0 1 0";
        assert_eq!(sum_of_ticks(stat, OWN), Some(200.0));
        assert_eq!(sum_of_ticks(stat, OF_CHILDREN), Some(50.0));
        assert_eq!(sum_of_ticks("7 (a", OWN), None);
        assert_eq!(name_of(stat), Some("a) b"));
    }

    #[test]
    fn this_process_has_used_memory_and_time() {
        let process = std::process::id();
        assert!(peak_rss_bytes(process).unwrap() > 0);
        assert!(cpu_seconds(process).unwrap() >= 0.0);
    }
}
