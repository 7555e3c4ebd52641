//! Rules that are searches: asked at regular times about the span before, in event time, once what is late has come.
//!
//! No time is left out: after a restart it goes on where it was. Each answer is written down in one transaction with what comes of it.
//!
//! | file | holds |
//! |---|---|
//! | `due` | when which search is to be asked: decided from the time alone |
//! | `answer` | from a table to groups and values |
//! | `asker` | the thread |

mod answer;
mod asker;
mod due;

pub use answer::{Answer, Row, rows};
pub use asker::{Asker, Asks};
pub use due::{Due, next_due};
