//! The transactional list of splits and positions.

use palisade_record::Lane;

/// How far a lane is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Whose position.
    pub lane: Lane,
    /// What the agent drew when it first saw the file.
    pub incarnation: u64,
    /// What the agent needs to know the file again.
    pub identity: Vec<u8>,
    /// Everything before this offset is stored.
    pub mark: u64,
}
