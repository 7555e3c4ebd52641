//! The vocabulary every other crate speaks: records, batches, origins, time, sizes and limits.
//!
//! Nothing here reads a file, opens a socket or starts a thread; only [`clock`] reads the time.
//! What only one crate needs does not belong here.

pub mod batch;
pub mod canonical;
pub mod clock;
pub mod limits;
pub mod origin;
pub mod range;
pub mod sealed;
pub mod size;
pub mod stream;
pub mod tenant;
pub mod time;
pub mod value;
pub mod wildcard;
pub mod wire;
pub mod words;

pub use batch::{Batch, Frame, FrameFlags};
pub use clock::{Clock, ManualClock, SystemClock};
pub use origin::{Channel, Lane, Origin, RecordId};
pub use range::TimeRange;
pub use size::ByteSize;
pub use stream::StreamName;
pub use tenant::TenantName;
pub use time::Timestamp;
pub use value::Value;
