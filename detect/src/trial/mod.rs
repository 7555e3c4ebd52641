//! Trials of rules: events that must and must not make them fire, in files beside the rules.
//!
//! ```yaml
//! rule: many-failed-sign-ins                # id or name
//! tests:
//!     - name: eleven failures within five minutes
//!       events:
//!           - record: {action: login, outcome: failure, source_ip: 192.0.2.7}
//!             repeat: 11                    # so many of them,
//!             every: 10s                    # so far apart
//!           - after: 1h                     # later than the one before
//!             stream: audit                 # of this stream
//!             record: {action: login}
//!       ends-after: 10m                     # looked at so long after the last event; a week if it is not said
//!       fires: 1                            # so many episodes; 0 for none
//! ```
//!
//! `{n}` in a text of a record is its number, from 0; `{n/7}` is that number divided by 7.

mod read;
mod run;

#[cfg(test)]
mod tests;

pub use read::{Trial, TrialEvent, TrialFile, read_trials};
pub use run::{TrialOutcome, run_trials};
