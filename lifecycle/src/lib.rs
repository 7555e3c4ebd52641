//! Which copy of a split is due to come, to stay and to go; and the thread that sees to it.
//!
//! Outside of `apply` and `http` nothing reads a file, opens a socket, starts a thread or looks at a clock. The time and what
//! is known come in, what to do comes out; `apply` does it and asks again.
//!
//! | file | holds |
//! |---|---|
//! | `term`, `class`, `classes` | how long, what is promised, which promises there are |
//! | `linter` | promises that are broken, or dear |
//! | `split_state`, `decide` | what is known about a split, and its next step |
//! | `index_cache` | which near index objects go |
//! | `money`, `price`, `cost` | amounts, prices, and what a search or a restore will cost |
//! | `restore` | bringing objects back from an archive class |
//! | `receipt` | journal files that are locked until splits are |
//! | `hold`, `hold_book` | what may not go |
//! | `certificate`, `drill` | papers: what went, who was forgotten, what came back |
//! | `apply`, `http` | does it; holds and restores for those who ask |
//! | `storage_class`, `object`, `digest`, `words` | names and texts |

mod words;

pub mod apply;
pub mod certificate;
pub mod class;
pub mod classes;
pub mod cost;
pub mod decide;
pub mod digest;
pub mod drill;
pub mod hold;
pub mod hold_book;
pub mod http;
pub mod index_cache;
pub mod linter;
pub mod money;
pub mod object;
pub mod price;
pub mod receipt;
pub mod restore;
pub mod split_state;
pub mod storage_class;
pub mod term;

pub use certificate::{Certificate, CertificateError, Disposal, EndedLock, Erasure, Facts, RecordSpan};
pub use class::{Class, LockMode, Regulation, Storages};
pub use classes::{Changes, ClassError, Classes};
pub use cost::{CostError, Estimate, Pace, RestoreEstimate};
pub use decide::{decide, lock_wanted, next_at, retention_end};
pub use digest::Digest;
pub use drill::{Comparison, Drill, DrillError, DrillReport, Targets};
pub use hold::{Hold, HoldError, Release, SplitSpan};
pub use hold_book::HoldBook;
pub use index_cache::{CachedIndex, to_evict};
pub use linter::{Finding, Severity, StreamPolicy, Subject, Surroundings, lint};
pub use money::Dollars;
pub use object::ObjectVersion;
pub use price::{PriceTable, RestoreTerms, StorageTerms};
pub use receipt::{RECEIPT_LOCK, ReceiptState, ReceiptStep, is_receipt_at_rest, receipt_step, receipt_term};
pub use restore::{Action, Item, Observation, Phase, Progress, Restore, RestoreError, Speed};
pub use split_state::{ColdCopy, Copies, LOCK_GRACE, SplitState, Step, Tier, WarmCopy};
pub use storage_class::StorageClass;
pub use term::Term;
pub use words::TextError;
