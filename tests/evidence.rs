//! What an auditor sees: proofs that hold, and changes that do not stay unseen.

mod export; // records with their proofs
mod live; // beside a server that writes
mod mutations; // what somebody with the disks could do
mod sealing; // what is protected is nowhere in clear
mod store; // a store at rest
