//! What was stored stays provable, and comes back when it was lost.

mod cold; // a bucket with locks
mod hold; // what may not go
