//! What every disk must do.

use std::io::ErrorKind;
use std::path::Path;

use crate::{Disk, read_file, replace_file};

pub(crate) fn holds(disk: &dyn Disk, root: &Path) {
    bytes_are_read_where_they_were_written(disk, &root.join("bytes"));
    a_file_is_created_empty_and_opened_as_it_is(disk, &root.join("create"));
    a_rename_replaces(disk, &root.join("rename"));
    a_listing_names_files_in_order(disk, &root.join("list"));
    what_is_not_there_is_not_found(disk, &root.join("missing"));
    a_replaced_file_has_the_new_content(disk, &root.join("replace"));
}

fn bytes_are_read_where_they_were_written(disk: &dyn Disk, directory: &Path) {
    disk.create_directory(directory).unwrap();
    let file = disk.create(&directory.join("a")).unwrap();

    file.write_at(b"hello", 3).unwrap();

    let mut buffer = [9; 10];
    assert_eq!(file.read_at(&mut buffer, 0).unwrap(), 8);
    assert_eq!(&buffer[..8], b"\0\0\0hello");
    assert_eq!(file.length().unwrap(), 8);
    file.truncate(5).unwrap();
    assert_eq!(file.read_at(&mut buffer, 3).unwrap(), 2);
    assert_eq!(file.read_at(&mut buffer, 100).unwrap(), 0);
}

fn a_file_is_created_empty_and_opened_as_it_is(disk: &dyn Disk, directory: &Path) {
    disk.create_directory(directory).unwrap();
    let path = directory.join("a");
    disk.create(&path).unwrap().write_at(b"old", 0).unwrap();

    assert_eq!(disk.open(&path).unwrap().length().unwrap(), 3);
    assert_eq!(disk.create(&path).unwrap().length().unwrap(), 0);
}

fn a_rename_replaces(disk: &dyn Disk, directory: &Path) {
    disk.create_directory(directory).unwrap();
    let (source, target) = (directory.join("source"), directory.join("target"));
    disk.create(&source).unwrap().write_at(b"new", 0).unwrap();
    disk.create(&target).unwrap().write_at(b"older", 0).unwrap();

    disk.rename(&source, &target).unwrap();

    assert_eq!(read_file(disk, &target, 100).unwrap(), b"new");
    assert_eq!(disk.list(directory).unwrap(), std::slice::from_ref(&target));
    disk.remove(&target).unwrap();
    assert!(disk.list(directory).unwrap().is_empty());
}

fn a_listing_names_files_in_order(disk: &dyn Disk, directory: &Path) {
    disk.create_directory(&directory.join("inner")).unwrap();
    for name in ["b", "c", "a"] {
        disk.create(&directory.join(name)).unwrap();
    }
    disk.create(&directory.join("inner/d")).unwrap();

    let names: Vec<_> = ["a", "b", "c"].iter().map(|name| directory.join(name)).collect();
    assert_eq!(disk.list(directory).unwrap(), names);
}

fn what_is_not_there_is_not_found(disk: &dyn Disk, directory: &Path) {
    assert!(disk.list(directory).unwrap().is_empty());
    assert_eq!(disk.open(&directory.join("a")).err().unwrap().kind(), ErrorKind::NotFound);
    assert_eq!(disk.remove(&directory.join("a")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(disk.create(&directory.join("a")).err().unwrap().kind(), ErrorKind::NotFound);
}

fn a_replaced_file_has_the_new_content(disk: &dyn Disk, directory: &Path) {
    disk.create_directory(directory).unwrap();
    let path = directory.join("a");

    replace_file(disk, &path, b"one").unwrap();
    replace_file(disk, &path, b"two").unwrap();

    assert_eq!(read_file(disk, &path, 3).unwrap(), b"two");
    assert_eq!(read_file(disk, &path, 2).unwrap_err().kind(), ErrorKind::FileTooLarge);
}
