//! What a report tells beside the answers to its questions: what the program knows of itself.

use palisade_record::Timestamp;

use crate::document::Checkpoint;

/// Everything of it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Streams that are configured.
    pub streams: Vec<Stream>,
    /// Retention classes that are used.
    pub classes: Vec<Class>,
    /// What is stored, and where.
    pub storage: Storage,
    /// Legal holds, released ones too.
    pub holds: Vec<Hold>,
    /// People whose data was made unreadable.
    pub erasures: Vec<Erasure>,
    /// Alerts whose episode began in the period.
    pub alerts: Vec<Alert>,
    /// Whether rules are evaluated here.
    pub detects: bool,
    /// People who may sign in.
    pub users: Vec<User>,
    /// The keys.
    pub keys: Keys,
    /// The last verification.
    pub verification: Option<Verification>,
    /// How far the signed log has come.
    pub checkpoint: Option<Checkpoint>,
    /// The proof of an entry of the log, printed in full.
    pub proof: Option<Proof>,
    /// Deeds for which two people are needed.
    pub deeds_of_two: Vec<String>,
    /// What nothing explains, where facts of other systems are told; or why that is not known.
    pub unexplained: Option<Result<Unexplained, String>>,
    /// Reviews of accesses in the period.
    pub reviews: Vec<Review>,
}

/// Accesses of the period, and which of them nothing explains.
#[derive(Clone, Debug)]
pub struct Unexplained {
    /// The stream of the accesses.
    pub stream: String,
    /// All of them.
    pub accesses: u64,
    /// Those that something explains.
    pub explained: u64,
    /// Users with accesses that nothing explains.
    pub users: u64,
    /// The most striking, each a user and a person.
    pub pairs: Vec<Pair>,
    /// Whether not all could be looked at.
    pub is_cut: bool,
}

/// A user and a person, without an explanation.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Who.
    pub user: String,
    /// Whose data, as a token.
    pub person: String,
    /// How often.
    pub accesses: u64,
    /// How striking it is.
    pub points: u32,
    /// Why.
    pub reasons: String,
}

/// A review of accesses.
#[derive(Clone, Debug)]
pub struct Review {
    /// Its name.
    pub id: String,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// Until when it was to be signed.
    pub due_at: Timestamp,
    /// What was to be looked into.
    pub items: u64,
    /// Of which something was found.
    pub found: u64,
    /// Of which that was a violation.
    pub violations: u64,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// When.
    pub signed_at: Option<Timestamp>,
}

/// A stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Its retention class.
    pub class: String,
    /// Fields whose values are encrypted, the one of the person first.
    pub protected: Vec<String>,
    /// Whether it has receipts in the cold storage.
    pub has_receipts: bool,
    /// Whether its records explain accesses, and are none themselves.
    pub explains: bool,
}

/// A retention class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// How long records are kept.
    pub keep: String,
    /// How they are locked meanwhile.
    pub lock: String,
}

/// What is stored.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    /// Splits, and records in them.
    pub splits: u64,
    /// Records in splits.
    pub records: u64,
    /// Bytes of evidence.
    pub bytes: u64,
    /// Splits with a copy in the cold storage.
    pub cold_splits: u64,
    /// Splits whose copy there cannot be removed before its time, as the storage says.
    pub locked_splits: u64,
    /// Where the cold storage is, without what is secret in its address.
    pub cold: Option<String>,
    /// Where checkpoints are copied to.
    pub anchor: Option<String>,
    /// The oldest record.
    pub oldest: Option<Timestamp>,
}

/// A legal hold.
#[derive(Clone, Debug)]
pub struct Hold {
    /// By which it is told.
    pub id: String,
    /// What it is about.
    pub matter: String,
    /// Who placed it.
    pub by: String,
    /// When.
    pub placed_at: Timestamp,
    /// When it was released.
    pub released_at: Option<Timestamp>,
}

/// Somebody whose data was made unreadable.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// The name of the key that was destroyed; not of the person.
    pub subject: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
}

/// An alert.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The title of the rule.
    pub rule: String,
    /// How much it matters.
    pub severity: String,
    /// When what it is about happened.
    pub happened_at: Timestamp,
    /// When it was found.
    pub found_at: Timestamp,
    /// When somebody said that they deal with it.
    pub acknowledged_at: Option<Timestamp>,
    /// What they wrote.
    pub note: Option<String>,
    /// Whether the episode is over.
    pub is_over: bool,
}

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub struct User {
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<String>,
    /// How they sign in.
    pub signs_in_with: String,
    /// When they last did.
    pub last_sign_in_at: Option<Timestamp>,
    /// Whether they cannot any more.
    pub is_disabled: bool,
}

/// The keys.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// What wraps them.
    pub root: String,
    /// Versions of the key that wraps others.
    pub versions: u64,
    /// When it was last changed.
    pub rotated_at: Option<Timestamp>,
}

/// A verification of what is stored.
#[derive(Clone, Debug)]
pub struct Verification {
    /// When.
    pub at: Timestamp,
    /// What it came to, in one word.
    pub verdict: String,
    /// Splits that were looked at.
    pub splits: u64,
    /// Records that were rebuilt and compared.
    pub records: u64,
    /// What was found.
    pub findings: Vec<String>,
}

/// A proof that something stands in the log.
#[derive(Clone, Debug)]
pub struct Proof {
    /// What stands there.
    pub entry: String,
    /// Its proof in the `tlog-proof` format.
    pub text: String,
}
