//! Ships records from a node: finds log files, follows them through rotation, sends them until they are acknowledged.
//!
//! # The life of a line
//! 1. A scan of the folders, on a report of the kernel or at the latest after a second, finds a file and opens it.
//!    From then on the open file is its identity, whatever happens to its name.
//! 2. Polling finds that it grew. Its bytes are read in turns of a quarter of a megabyte, so that a noisy file does
//!    not starve the others, and cut into lines. Nothing is read that memory has no room for: the files are the
//!    first buffer.
//! 3. The line becomes a piece of a record. A record of several pieces is joined; it belongs to the file and the
//!    offset of its first piece, even when it ends in the file after a rotation.
//! 4. At the end of a turn, the records of each lane become one batch, whose range continues the one before. A range
//!    never passes the first piece of a record that is still open.
//! 5. Batches of many files share a request. Before the first batch of a generation is sent, its number is durable
//!    in the checkpoint. While the collector is away, requests go to the spool.
//! 6. The collector answers with the mark up to which each lane is durable. Only that moves the checkpoint. A request
//!    that brought no answer is sent again; the mark makes that harmless.
//! 7. A file that was rotated away, read to its end and acknowledged is let go. Bytes that cannot be shipped are
//!    told to the collector as a gap with its exact range.
//!
//! # Where a joined record stands
//! A record whose pieces cross a rotation is sent with the *older* generation: its offset is that of its first piece,
//! its span the sum of its pieces in both files, and the batch reaches to the end of the older file. In the newer
//! generation that lane begins after the last piece. Both facts enter the checkpoint in one step, and until the
//! collector has the record, the newer file is remembered from its beginning.
//!
//! # Gaps of files with two channels
//! Whose bytes a lost range held is unknown; it is told on the lane of standard output alone.

mod agent;
#[cfg(test)]
mod agent_tests;
mod checkpoint;
mod client;
mod glob;
mod http;
mod identity;
mod parse;
mod pod_path;
mod request;
mod safe_open;
mod settings;
mod source;
mod spool;
mod status;
mod tail;
mod tailer;
mod transport;
mod watch;

pub use agent::Agent;
pub use http::HttpTransport;
pub use settings::{FilesSource, Format, Pace, PodsSource, Settings, StartPolicy, StreamRule};
pub use status::Status;
pub use transport::{Answer, KnownPosition, Transport, TransportError, parse_positions};

/// Why an agent does not start.
#[derive(thiserror::Error, Debug)]
pub enum Error {
    /// A setting makes no sense.
    #[error("{0}")]
    Setting(String),
    /// Another agent works with the same state directory.
    #[error("another agent uses {0}; stop it, or give this one a state directory of its own")]
    Locked(std::path::PathBuf),
    /// The state directory cannot be used.
    #[error("state directory {path}: {source}; it must be writable for the agent")]
    State {
        /// The directory.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
