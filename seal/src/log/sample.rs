//! Logs for tests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use super::{Checkpointed, TileReader, append};

pub(super) type Objects = BTreeMap<String, Vec<u8>>;

/// Entries of different lengths, some of them empty.
pub(super) fn entries(range: Range<u64>) -> Vec<Vec<u8>> {
    let length = |number: u64| usize::try_from(number * 7 % 23).unwrap();
    range.map(|number| format!("{number:023}").into_bytes()[..length(number)].to_vec()).collect()
}

/// A log that grew in steps, with every object that was ever stored.
pub(super) fn log(steps: &[u64]) -> (Objects, Vec<Checkpointed>) {
    let (mut objects, mut states) = (Objects::new(), vec![Checkpointed::empty()]);
    for step in steps {
        let old = *states.last().unwrap();
        let appended = append(&objects, &old, &entries(old.size..old.size + step)).unwrap();
        for (path, bytes) in appended.objects {
            let before = objects.insert(path.clone(), bytes);
            assert_eq!(before, None, "{path} was stored before");
        }
        states.push(appended.tree);
    }
    (objects, states)
}

/// Notes what is read.
pub(super) struct Watched<'a>(pub(super) &'a Objects, pub(super) RefCell<Vec<String>>);

impl TileReader for Watched<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.1.borrow_mut().push(path.into());
        self.0.read(path)
    }
}
