//! Lets the world run: half an hour of its past at once, then its present as it comes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, anyhow};
use palisade_record::{Clock, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::bank::Bank;
use super::container::ContainerLog;
use super::hospital::Hospital;
use super::script::{Highlights, Place, Scene, Script};
use super::video::Video;
use super::web::Web;

/// The same world every time.
const SEED: u64 = 8_514;

/// How much of the past there is at the beginning.
const HISTORY: Duration = Duration::from_secs(30 * 60);
/// ... in about so many lines.
pub(crate) const HISTORY_LINES: u32 = 60_000;

/// Lines per second from then on, when nothing else is asked for.
pub(crate) const LINES_PER_SECOND: u32 = 50;

/// The world moves in steps this long.
const STEP: Duration = Duration::from_millis(100);

/// Small enough that rotation is seen within minutes, large enough that the history of a container is not rotated
/// away before anyone has read it.
const LOG_BYTES_MAX: u64 = 2 << 20;

/// The world and the files it writes.
struct World {
    random: StdRng,
    scenes: Vec<(Box<dyn Scene + Send>, f64)>,
    script: Script,
    pods: PathBuf,
    logs: BTreeMap<Place, ContainerLog>,
    written: Arc<AtomicU64>,
}

impl World {
    fn new(pods: &Path, written: Arc<AtomicU64>) -> Self {
        let scenes: [Box<dyn Scene + Send>; 4] = [
            Box::<Bank>::default(),
            Box::<Video>::default(),
            Box::<Hospital>::default(),
            Box::<Web>::default(),
        ];
        Self {
            random: StdRng::seed_from_u64(SEED),
            scenes: scenes.into_iter().map(|scene| (scene, 0.0)).collect(),
            script: Script::default(),
            pods: pods.to_owned(),
            logs: BTreeMap::new(),
            written,
        }
    }

    /// Plans what happens from `now` for one step, at so many lines per second.
    fn plan(&mut self, now: Timestamp, lines_per_second: f64) {
        for (scene, credit) in &mut self.scenes {
            scene.happen(now, &mut self.random, &mut self.script);
            *credit += lines_per_second * scene.share() * STEP.as_secs_f64();
            while *credit >= 1.0 {
                let before = self.script.count();
                scene.act(now, &mut self.random, &mut self.script);
                let lines = u32::try_from(self.script.count() - before).unwrap_or(u32::MAX);
                *credit -= f64::from(lines.max(1));
            }
        }
    }

    /// Writes the lines whose time has come.
    fn write(&mut self, now: Timestamp) -> io::Result<()> {
        while let Some(line) = self.script.due(now) {
            let log = match self.logs.get_mut(&line.place) {
                Some(log) => log,
                None => {
                    let log = ContainerLog::open(&self.pods, line.place, LOG_BYTES_MAX)?;
                    self.logs.entry(line.place).or_insert(log)
                }
            };
            log.line(line.at, line.channel, &line.text);
            self.written.fetch_add(1, Ordering::Relaxed);
        }
        self.logs.values_mut().try_for_each(|log| log.flush(now))
    }

    fn write_history(&mut self, now: Timestamp) -> io::Result<()> {
        let mut then = now.minus(HISTORY);
        let lines_per_second = f64::from(HISTORY_LINES) / HISTORY.as_secs_f64();
        while then < now {
            self.plan(then, lines_per_second);
            then = then.plus(STEP);
            self.write(then)?;
        }
        Ok(())
    }
}

/// The world on a thread of its own. It stops when this value is dropped.
pub(crate) struct Generator {
    written: Arc<AtomicU64>,
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Generator {
    /// Writes the history into `pods`, then goes on writing `lines_per_second`. Returns once the history is there.
    pub(crate) fn start(
        pods: &Path,
        clock: Arc<dyn Clock>,
        lines_per_second: u32,
    ) -> anyhow::Result<(Self, Highlights)> {
        let written = Arc::new(AtomicU64::new(0));
        let mut world = World::new(pods, written.clone());
        world
            .write_history(clock.now())
            .with_context(|| format!("cannot write the logs of the demonstration to {}", pods.display()))?;
        let highlights = world.script.highlights.clone();
        let (stop, stopped) = sync_channel(0);
        let thread = std::thread::Builder::new()
            .name("demo".into())
            .spawn(move || run(&mut world, &*clock, lines_per_second, &stopped))
            .context("cannot start a thread")?;
        Ok((Self { written, stop: Some(stop), thread: Some(thread) }, highlights))
    }

    /// How many records were written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Stops writing and says whether all went well.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.stop = None;
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let result = thread.join().map_err(|_| anyhow!("the demonstration's writer panicked"))?;
        result.context("cannot write the logs of the demonstration")
    }
}

fn run(
    world: &mut World,
    clock: &dyn Clock,
    lines_per_second: u32,
    stopped: &Receiver<()>,
) -> io::Result<()> {
    let mut planned_until = clock.now();
    while stopped.recv_timeout(STEP) == Err(RecvTimeoutError::Timeout) {
        let now = clock.now();
        while planned_until < now {
            world.plan(planned_until, lines_per_second.into());
            planned_until = planned_until.plus(STEP);
        }
        world.write(now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use palisade_record::ManualClock;

    use super::*;

    fn history(pods: &Path) -> (u64, Highlights) {
        let clock = ManualClock::at(Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").unwrap());
        let (generator, highlights) = Generator::start(pods, Arc::new(clock), 50).unwrap();
        let written = generator.written();
        generator.stop().unwrap();
        (written, highlights)
    }

    fn text_of(folder: &Path) -> String {
        let mut text = String::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_none_or(|end| end != "gz") {
                    text.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        text
    }

    #[test]
    fn the_history_is_the_same_every_time_and_holds_what_the_guide_promises() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

        let (written, highlights) = history(first.path());

        assert_eq!((written, highlights.clone()), history(second.path()));
        let expected = u64::from(HISTORY_LINES);
        assert!(written.abs_diff(expected) < expected / 10, "{written} lines");
        let text = text_of(first.path());
        let Highlights { transfer, session, attacker, patient, insider } = highlights;
        for known in [transfer, session, attacker, patient, insider] {
            assert!(!known.is_empty() && text.contains(&known), "{known:?} is not in the logs");
        }
    }
}
