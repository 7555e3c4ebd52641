//! How much may be in work at once: one budget of bytes for all requests together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are in use, of so many that may be.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    used: AtomicU64,
    limit: u64,
}

/// The budget has no room left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exhausted;

impl Budget {
    pub(crate) fn new(limit: u64) -> Self {
        Self(Arc::new(Inner { used: AtomicU64::new(0), limit }))
    }

    /// How much is in use.
    pub(crate) fn used(&self) -> u64 {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Takes a share that grows with what a request turns out to need.
    pub(crate) fn reserve(&self, bytes: u64) -> Result<Reservation, Exhausted> {
        let mut reservation = Reservation { budget: self.clone(), bytes: 0 };
        reservation.grow(bytes)?;
        Ok(reservation)
    }
}

/// A share of the budget, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Budget,
    bytes: u64,
}

impl Reservation {
    /// Takes more.
    pub(crate) fn grow(&mut self, bytes: u64) -> Result<(), Exhausted> {
        let Inner { used, limit } = &*self.budget.0;
        let fits = |now: u64| now.checked_add(bytes).filter(|sum| sum <= limit);
        used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).map_err(|_| Exhausted)?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_given_back() {
        let budget = Budget::new(100);
        let mut first = budget.reserve(60).unwrap();
        assert_eq!(budget.reserve(60).unwrap_err(), Exhausted);
        assert_eq!(first.grow(50), Err(Exhausted));
        first.grow(40).unwrap();
        assert_eq!(budget.used(), 100);
        drop(first);
        assert_eq!(budget.used(), 0);
        assert!(budget.reserve(100).is_ok());
    }
}
