//! YAML in which everything knows its line, so that a problem can be told where it is.

mod duration;
mod extent;
mod fault;
mod load;
mod node;
mod scalar;

pub use duration::parse_duration;
pub use fault::Fault;
pub use load::{DEPTH_MAX, FILE_BYTES_MAX, NODES_MAX, load};
pub use node::{Entry, Kind, Mapping, Node};
