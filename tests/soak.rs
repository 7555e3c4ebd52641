//! The program is killed at random moments and at chosen system calls, again and again.
//!
//! The normal run takes a sample. `PALISADE_SOAK=1` runs the same code a thousand times and at every point.

mod crash_points;
mod failing_disk;
mod kills;

/// The number for a normal run, or the one for `PALISADE_SOAK=1`.
pub(crate) fn sample_or_all<T>(sample: T, all: T) -> T {
    if std::env::var("PALISADE_SOAK").is_ok_and(|value| value == "1") { all } else { sample }
}
