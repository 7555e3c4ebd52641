//! Small reads side by side. The storage trait waits for each answer, so each read that is under way has a thread; from
//! far away a thread costs a thousandth of what it waits for.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::far::FarReads;

/// Reads under way at once for one question: a thousand of them take a second at 30 ms each, and the connections stay
/// few enough for any store.
pub const READS_AT_ONCE: usize = 32;

const THREAD: &str = "needle-read";

/// Does `work` on every item, at most `at_once` at a time, and gives the results in the order of the items. What is read
/// from far away counts for whom the caller counts.
pub fn side_by_side<T: Sync, R: Send>(items: &[T], at_once: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if items.len() < 2 || at_once < 2 {
        return items.iter().map(work).collect();
    }
    let (next, reads) = (AtomicUsize::new(0), FarReads::current());
    let share = || {
        let mut done = Vec::new();
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(at)
        {
            done.push((at, work(item)));
        }
        done
    };
    let counted = || match &reads {
        Some(reads) => reads.count(share),
        None => share(),
    };
    let mut done = thread::scope(|scope| {
        let start = |_| thread::Builder::new().name(THREAD.to_owned()).spawn_scoped(scope, counted).ok();
        // Where the system has no more threads, those that there are do it all; this one is there always.
        let helpers: Vec<_> = (1..items.len().min(at_once)).map_while(start).collect();
        let mut done = share();
        for helper in helpers {
            done.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1_000).collect();
        for at_once in [0, 1, 2, 32] {
            assert_eq!(
                side_by_side(&items, at_once, |item| item * 2),
                items.iter().map(|item| item * 2).collect::<Vec<_>>()
            );
        }
        assert!(side_by_side(&items[..0], 8, |item| *item).is_empty());
    }

    #[test]
    fn as_many_as_may_are_under_way_at_once() {
        // Nobody passes before eight wait.
        let barrier = Barrier::new(8);
        assert_eq!(side_by_side(&[0; 8], 8, |_| _ = barrier.wait()).len(), 8);
    }
}
