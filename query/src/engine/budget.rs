//! What one question may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use palisade_record::ByteSize;

use super::Failure;

/// Time, memory, and whether anyone still wants the answer. Asked before every block.
pub(crate) struct Budget {
    deadline: Option<Instant>,
    memory: ByteSize,
    used: AtomicU64,
    cancelled: AtomicBool,
}

impl Budget {
    pub(crate) fn new(deadline: Option<Instant>, memory: ByteSize) -> Self {
        Self { deadline, memory, used: AtomicU64::new(0), cancelled: AtomicBool::new(false) }
    }

    /// Whether to go on.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Failure::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Failure::Timeout),
            _ => Ok(()),
        }
    }

    /// Takes memory; the answer keeps it until [`Budget::release`] or its end.
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), Failure> {
        let bytes = bytes as u64;
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.memory.as_u64() {
            return Err(Failure::Memory(self.memory));
        }
        Ok(())
    }

    /// Gives memory back.
    pub(crate) fn release(&self, bytes: usize) {
        self.used.fetch_sub(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// Cancels a question when whoever asked goes away.
pub(crate) struct CancelOnDrop(pub(crate) Arc<Budget>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_by_time_memory_or_lack_of_interest() {
        let budget = Arc::new(Budget::new(None, ByteSize::bytes(10)));
        budget.charge(6).unwrap();
        budget.release(4);
        budget.charge(8).unwrap();
        assert!(matches!(budget.charge(1), Err(Failure::Memory(_))));
        drop(CancelOnDrop(Arc::clone(&budget)));
        assert!(matches!(budget.check(), Err(Failure::Cancelled)));
        let late = Budget::new(Some(Instant::now()), ByteSize::mib(1));
        assert!(matches!(late.check(), Err(Failure::Timeout)));
    }
}
