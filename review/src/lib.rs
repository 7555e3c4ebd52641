//! Who opened whose data, and why: pure, of records and disks it knows nothing.
//!
//! An [`Access`] is explained by [`Fact`]s that other systems tell: an appointment, a stay on a ward, a duty there. What nothing
//! explains is ranked for a [`Review`], in which somebody says what they found and signs. What turns out to be an [`Incident`] has clocks
//! that run from when somebody became aware.

mod access;
mod explanations;
mod fact;
mod incident;
mod ranking;
mod review;

pub use access::Access;
pub use explanations::{Explanation, Explanations};
pub use fact::{Fact, FactFields, Unusable};
pub use incident::{Duty, Incident, IncidentError, Note, Standing, Told};
pub use ranking::{Pair, Ranked, Ranking};
pub use review::{Conclusion, Finding, Item, Review, ReviewError, Signature, State};
