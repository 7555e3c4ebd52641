//! CPU time of a process by what its threads do, which their names tell.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::time::{Duration, Instant};

use super::proc::{OWN, TICKS_PER_SECOND, name_of, sum_of_ticks};

/// How often threads are looked at: what a thread used after the last look before its end counts as nobody's.
const PAUSE: Duration = Duration::from_millis(50);

/// Whose time is that of threads which ended between two looks.
const NOBODY: &str = "(ended threads)";
/// The thread that a program begins with is called as the program.
const MAIN: &str = "main";

/// The threads of one process.
#[derive(Default)]
pub(crate) struct Threads {
    seen: HashMap<u64, (String, f64)>,
    looked: Option<Instant>,
}

/// CPU seconds of threads with one task, such as `collector-0` and `collector-1`.
pub(crate) type CpuByStage = BTreeMap<String, f64>;

impl Threads {
    /// Looks at all threads of a process, unless it did a moment ago.
    pub(super) fn look(&mut self, process: u32) {
        if self.looked.is_some_and(|looked| looked.elapsed() < PAUSE) {
            return;
        }
        self.looked = Some(Instant::now());
        // A process or thread that has ended in the meantime has nothing to tell.
        let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return };
        for thread in threads.flatten() {
            let Ok(stat) = fs::read_to_string(thread.path().join("stat")) else { continue };
            let Some(number) = thread.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if let (Some(name), Some(ticks)) = (name_of(&stat), sum_of_ticks(&stat, OWN)) {
                let is_first = number == u64::from(process);
                let stage = if is_first { MAIN.to_owned() } else { stage_of(name).to_owned() };
                self.seen.insert(number, (stage, ticks / TICKS_PER_SECOND));
            }
        }
    }

    /// What each stage used of `total`, the CPU seconds of the whole process.
    pub(super) fn by_stage(&self, total: f64) -> CpuByStage {
        let mut stages = CpuByStage::new();
        for (stage, seconds) in self.seen.values() {
            *stages.entry(stage.clone()).or_default() += seconds;
        }
        let known: f64 = stages.values().sum();
        stages.insert(NOBODY.to_owned(), (total - known).max(0.0));
        stages.retain(|_, seconds| *seconds >= 1.0 / TICKS_PER_SECOND);
        stages
    }
}

/// The name without a number at its end.
fn stage_of(thread: &str) -> &str {
    let name = thread.trim_end_matches(|character: char| character.is_ascii_digit());
    if name.len() < thread.len() { name.trim_end_matches('-') } else { thread }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_with_one_task_are_one_stage() {
        assert_eq!(stage_of("collector-12"), "collector");
        assert_eq!(stage_of("index-journal"), "index-journal");
        let mut threads = Threads::default();
        for (number, (name, seconds)) in
            [("search-0", 1.0), ("search-1", 2.0), ("wait", 0.0)].iter().enumerate()
        {
            threads.seen.insert(number as u64, (stage_of(name).to_owned(), *seconds));
        }
        let stages = threads.by_stage(3.5);
        assert_eq!(stages, CpuByStage::from([("search".to_owned(), 3.0), (NOBODY.to_owned(), 0.5)]));
    }

    #[test]
    fn the_threads_of_this_process_are_found_by_their_names() {
        let (stop, stopped) = std::sync::mpsc::sync_channel::<()>(0);
        let (start, started) = std::sync::mpsc::sync_channel::<()>(0);
        let other = std::thread::Builder::new().name("bench-other-7".to_owned());
        // A thread takes its name when it begins to run.
        let other = other.spawn(move || (start.send(()), stopped.recv())).unwrap();
        started.recv().unwrap();
        let mut threads = Threads::default();
        threads.look(std::process::id());
        drop(stop);
        assert!(other.join().unwrap().1.is_err(), "nothing is ever sent");
        let stages: Vec<&str> = threads.seen.values().map(|(stage, _)| &stage[..]).collect();
        assert!(stages.contains(&MAIN) && stages.contains(&"bench-other"), "{stages:?}");
    }
}
