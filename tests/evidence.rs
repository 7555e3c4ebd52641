//! What an auditor sees: proofs that hold, changes that do not stay unseen, and what was lost coming back.

mod chaos; // everything that can happen, in a drawn order
mod cold; // a bucket with locks
mod export; // records with their proofs
mod hold; // what may not go
mod indexes; // a cache, made again
mod live; // beside a server that writes
mod mutations; // what somebody with the disks could do
mod receipts; // what is safe within seconds
mod sealing; // what is protected is nowhere in clear
mod store; // a store at rest
