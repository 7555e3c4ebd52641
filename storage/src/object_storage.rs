//! The one way to objects.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use palisade_record::Timestamp;

use crate::{Description, Requests, RestoreSpeed, Stored, Terms};

/// Objects by name. [`crate::name`] says what a name is, and how a version is pinned to it: `get`, `end`, `length`,
/// `describe`, `extend`, `hold`, `restore` and `remove` of a pinned name act on exactly that version.
///
/// Calls block until the store has answered, and may be made from any thread. Errors name the object and say what to do;
/// [`crate::is_archived`] and [`crate::is_locked`] tell the two that are states rather than faults.
pub trait ObjectStorage: Send + Sync {
    /// Writes an object and makes it durable. The same name with the same bytes may be written again (a crash may have
    /// come between writing and noting it) and answers the same version; its lock becomes at least the one that is asked
    /// for. Other bytes under a known name are refused (`AlreadyExists`), unless the terms say `replace`.
    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored>;

    /// Reads a part of an object. A range past its end is an error (`UnexpectedEof`).
    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>>;

    /// The last bytes of an object, at most `bytes_max`, and how long it is: one request.
    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)>;

    /// How long an object is.
    fn length(&self, name: &str) -> io::Result<u64>;

    /// The names of all objects that begin so, sorted, in folders below too.
    fn list(&self, prefix: &str) -> io::Result<Vec<String>>;

    /// Removes an object: all its versions, or the one that is pinned. One that is not there is no error. Refused
    /// (`PermissionDenied`, [`crate::is_locked`]) while a lock or a hold is on it; nothing is bypassed.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// How errors call an object: its path or address.
    fn locate(&self, name: &str) -> PathBuf;

    /// What the store tells of an object without reading it.
    fn describe(&self, name: &str) -> io::Result<Description>;

    /// Lets the lock of an object last until `until`. A lock that lasts longer is left alone; an object without a lock is
    /// an error (`InvalidInput`).
    fn extend(&self, name: &str, until: Timestamp) -> io::Result<()>;

    /// Puts a legal hold on an object, or takes it off. It has no date and is independent of the lock.
    fn hold(&self, name: &str, on: bool) -> io::Result<()>;

    /// Asks for an archived object to be readable for so many days. What is readable, or asked for already, is left alone.
    fn restore(&self, name: &str, days: u32, speed: RestoreSpeed) -> io::Result<()>;

    /// What was asked of the store through this value so far.
    fn requests(&self) -> Requests;
}
