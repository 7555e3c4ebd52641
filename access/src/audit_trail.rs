//! Where it is written down who did what.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// What a call that writes down what was done gives.
pub type Recorded<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Writes down who did what, durably.
pub trait AuditTrail: Send + Sync {
    /// Answers when the event is durable.
    fn record(&self, event: Value) -> Recorded<'_>;
}

/// A trail in memory, for tests and for servers without records of their own.
#[derive(Debug, Default)]
pub struct Notebook(Mutex<Vec<Value>>);

impl Notebook {
    /// What was written down so far.
    pub fn events(&self) -> Vec<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl AuditTrail for Notebook {
    fn record(&self, event: Value) -> Recorded<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        Box::pin(std::future::ready(Ok(())))
    }
}
