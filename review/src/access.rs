//! Somebody opened somebody's data.

use palisade_record::Timestamp;

/// One access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Access {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// Whose data: a token where it is sealed.
    pub person: String,
    /// As what.
    pub role: Option<String>,
    /// From which ward or department.
    pub unit: Option<String>,
    /// Whether it was refused.
    pub is_refused: bool,
}
