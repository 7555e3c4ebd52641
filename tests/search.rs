//! Questions, each answered by the program and by looking at every line.

mod generated; // questions nobody thought of
mod pages; // cursors and order
mod panels; // counts and values beside the records
mod questions; // what the language means
mod round_trip; // what comes in comes out
mod size; // how small it lies there
