//! Waiting for something outside this process, which cannot wake anybody.

use std::io;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(50);

/// Asks again and again until the answer is there; an error that names `what` when that takes longer than `at_most`.
pub(crate) fn until<T>(
    what: &str,
    at_most: Duration,
    mut ask: impl FnMut() -> io::Result<Option<T>>,
) -> io::Result<T> {
    let (nobody, never) = (Mutex::new(()), Condvar::new());
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if begin.elapsed() > at_most {
            let problem = format!("waited {} seconds for {what}", at_most.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, problem));
        }
        // A condition that nobody signals is a pause with an end.
        let guard = nobody.lock().unwrap_or_else(PoisonError::into_inner);
        _ = never.wait_timeout(guard, PAUSE).unwrap_or_else(PoisonError::into_inner);
    }
}
