//! What the agent must remember over a restart: which generations there are, and how far each was acknowledged.
//!
//! ```text
//! checkpoint.<n>  = "PALISADE CHECKPOINT" version:u8 entries*     each begins with all that is known then
//! entries         = length:u32 crc32c:u32 body                    what changed since, as one step
//! body            = count:varint ( 0 generation | 1 forgotten | 2 doubt )*
//! ```
//! A body is there whole or not at all, so that generations that depend on each other change together. Progress may be
//! older than what the collector has: it trims what it gets twice. That a generation exists may not: it is written
//! before its first batch is sent. After a checkpoint was lost, the new one is in doubt until all numbers that the
//! collector knows stand in it: an agent that dies before that must ask the collector again.

mod format;
mod log;
mod remembered;
#[cfg(test)]
mod tests;

pub(crate) use self::log::{Checkpoint, Condition};
pub(crate) use self::remembered::{Key, Remembered};
