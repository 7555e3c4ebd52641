//! A storage by its address.

use std::io;
use std::path::Path;
use std::sync::Arc;

use palisade_disk::SharedDisk;

use crate::{LocalStorage, ObjectStorage, S3Storage};

/// Opens what an address means: `s3://bucket/prefix?…` (see [`crate::s3::Address`]), `file:/directory`,
/// `file:///directory` or `/directory`. A directory is made when it is not there; of a bucket nothing is asked yet.
pub fn open(address: &str, disk: SharedDisk) -> io::Result<Arc<dyn ObjectStorage>> {
    if address.starts_with("s3://") {
        return Ok(Arc::new(S3Storage::open(address)?));
    }
    Ok(Arc::new(LocalStorage::open(disk, directory(address)?)?))
}

/// The directory that an address means.
pub(crate) fn directory(address: &str) -> io::Result<&Path> {
    let path = match address.strip_prefix("file:") {
        Some(path) => path.strip_prefix("//").unwrap_or(path),
        None => address,
    };
    if !path.starts_with('/') {
        let problem = format!(
            "`{address}` is not the address of a storage: use s3://bucket/prefix, or a directory from the root on, as in /var/lib/palisade/objects"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    Ok(Path::new(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_disk::SimulatedDisk;

    #[test]
    fn a_directory_is_opened_by_path_and_by_address() {
        for address in ["/objects", "file:/objects", "file:///objects"] {
            let storage = open(address, Arc::new(SimulatedDisk::new())).unwrap();
            assert_eq!(storage.locate("a"), Path::new("/objects/a"));
        }
    }

    #[test]
    fn another_address_is_refused_with_advice() {
        for address in ["", "objects", "file:objects", "gs://bucket", "file://host/objects/.."] {
            let problem = open(address, Arc::new(SimulatedDisk::new())).err().map(|error| error.to_string());
            assert!(problem.is_some_and(|problem| problem.contains("s3://bucket/prefix")), "{address}");
        }
    }

    #[test]
    fn a_bucket_is_opened_without_a_request() {
        let storage = open("s3://bucket/logs?region=eu-central-1", Arc::new(SimulatedDisk::new())).unwrap();
        assert_eq!(storage.locate("a"), Path::new("s3://bucket/logs/a"));
        assert_eq!(storage.requests(), crate::Requests::default());
    }
}
