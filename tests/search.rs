//! Questions, each answered by the program and by looking at every line.

mod pages; // cursors and order
mod panels; // counts and values beside the records
mod questions; // what the language means
