//! What an auditor sees: proofs that hold, and changes that do not stay unseen; and what was stored comes back when it was lost.

mod cold; // a bucket with locks
mod export; // records with their proofs
mod hold; // what may not go
mod live; // beside a server that writes
mod mutations; // what somebody with the disks could do
mod store; // a store at rest
