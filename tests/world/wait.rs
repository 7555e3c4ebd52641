//! Waiting for something to become true, never for time to pass.

use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

/// How long anything may take before the test fails. Generous: it says that something hangs, not that it is slow.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// Time between two looks at a condition: short enough that tests are quick, long enough that looking costs nothing.
const TICK_FIRST: Duration = Duration::from_millis(5);
const TICK_LONGEST: Duration = Duration::from_millis(200);

/// Lets `duration` pass: the rhythm of a load, never a guess at how long the program needs.
pub(crate) fn pace(duration: Duration) {
    let (_nobody_sends, never) = sync_channel::<()>(0);
    assert!(never.recv_timeout(duration).is_err(), "nothing is ever sent");
}

/// Looks again and again until `look` gives something; fails with `what` when the deadline passes.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    let mut tick = TICK_FIRST;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < DEADLINE, "waited {DEADLINE:?} in vain until {what}");
        pace(tick);
        tick = (tick * 3 / 2).min(TICK_LONGEST);
    }
}

/// Looks again and again until `condition` holds.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    wait_for(what, || condition().then_some(()));
}
