//! The signed Merkle log: what makes it provable that nothing was changed, left out or put in between.
//!
//! Hashes are those of RFC 6962; notes, checkpoints, tiles and proofs are those of C2SP (signed-note, tlog-checkpoint,
//! tlog-tiles, tlog-proof), so that anybody can verify them with tools that are not ours. Nothing here stores anything:
//! objects are read through [`TileReader`], and what is to be stored is handed back.

mod append; // from the right edge and new entries to new objects
mod audit; // everything is computed again and compared
mod bundle; // entries as objects
mod checkpoint; // what a log signs about itself
mod climb; // the way from a node to the root
mod edge; // what it takes to continue a stored log
mod finding; // what an audit finds
mod frontier; // a tree that only grows
mod hash; // SHA-256 of entries and nodes
mod history; // checkpoints against each other
mod note; // texts with signatures
mod note_error; // why one of them is not believed
mod proof; // proofs as files
mod prove; // proofs from tiles, and entries
mod reader; // where objects come from
mod signature; // lines that say who signed
mod signing_key; // what notes are signed with
mod tile; // hashes as objects
mod tree; // roots and paths in memory
mod verify; // paths against roots
mod verifying_key; // what notes are verified with

#[cfg(test)]
mod mutation;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod sample;

pub use append::{APPEND_ENTRIES_MAX, AppendError, Appended, append};
pub use audit::{FINDINGS_MAX, audit_each, audit_log};
pub use bundle::{Bundle, BundleError, ENTRY_BYTES_MAX, EntryError, decode_bundle, encode_bundle};
pub use checkpoint::{Checkpoint, CheckpointError, Checkpointed, EXTENSIONS_MAX, ORIGIN_BYTES_MAX};
pub use finding::{Finding, FindingKind};
pub use frontier::Frontier;
pub use hash::{HASH_BYTES, Hash, HashError, leaf_hash, node_hash};
pub use history::audit_history;
pub use note::{NOTE_BYTES_MAX, Note, SIGNATURES_MAX};
pub use note_error::NoteError;
pub use proof::{EXTRA_BYTES_MAX, PATH_HASHES_MAX, Proof, ProofError};
pub use prove::{Entries, entries, prove_consistency, prove_inclusion};
pub use reader::{ReadError, TileReader};
pub use signature::NoteSignature;
pub use signing_key::SigningKey;
pub use tile::{LEVEL_MAX, TILE_WIDTH, Tile, TileError, decode_tile, encode_tile};
pub use tree::{SIZE_MAX, consistency_path, inclusion_path, root};
pub use verify::{PathError, verify_consistency, verify_inclusion};
pub use verifying_key::{KEY_NAME_BYTES_MAX, KeyError, VerifyingKey};
