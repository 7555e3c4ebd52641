//! Rules as files: where they lie, what was read of them last, and whether they changed since.
//!
//! | file | holds |
//! |---|---|
//! | `files` | the rule files below some paths |
//! | `pack` | rules that come with the program |
//! | `shelf` | all of them together, read again when they change |

mod files;
mod pack;
mod shelf;

pub use files::{
    FILE_BYTES_MAX, FILES_MAX, FilesError, RuleFile, is_test_file, read_rules, rule_files, test_files,
};
pub use pack::{Pack, packs};
pub use shelf::{Loaded, Shelf};
