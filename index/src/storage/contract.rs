//! What every object storage must do.

use std::io::ErrorKind;

use super::ObjectStorage;

pub(crate) fn holds(storage: &dyn ObjectStorage) {
    let error = |result: std::io::Result<Vec<u8>>| result.unwrap_err().kind();
    assert_eq!(error(storage.get("splits/none.data", 0..1)), ErrorKind::NotFound);
    assert_eq!(storage.length("splits/none.data").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(storage.list("splits/").unwrap().is_empty());

    storage.put("splits/b.data", b"0123456789").unwrap();
    storage.put("splits/a.data", b"other").unwrap();
    storage.put("splits/a.index", b"").unwrap();
    storage.put("splits/b.data", b"0123456789").unwrap();

    assert_eq!(storage.get("splits/b.data", 2..5).unwrap(), b"234");
    assert_eq!(storage.get("splits/b.data", 10..10).unwrap(), b"");
    assert_eq!(error(storage.get("splits/b.data", 8..11)), ErrorKind::UnexpectedEof);
    assert_eq!(storage.length("splits/b.data").unwrap(), 10);
    assert_eq!(storage.list("splits/").unwrap(), ["splits/a.data", "splits/a.index", "splits/b.data"]);
    assert_eq!(storage.list("splits/a").unwrap(), ["splits/a.data", "splits/a.index"]);

    storage.remove("splits/a.data").unwrap();
    storage.remove("splits/a.data").unwrap();
    assert_eq!(storage.list("splits/a").unwrap(), ["splits/a.index"]);
}
