//! Which log files lie in the folders, and to which live path each belongs.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::glob::PathGlob;
use crate::pod_path::{Kind, kind_of_suffix, parse_log_name, parse_pod_folder};

/// Folders below a `**` are searched this deep.
const GLOB_DEPTH_MAX: usize = 16;

/// A file in a folder.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) inode: u64,
    pub(super) kind: Kind,
}

/// What one scan saw.
#[derive(Default)]
pub(super) struct Seen {
    /// Files by the live path they belong to, and the place of the glob that found it, or none for pods.
    pub(super) trails: HashMap<PathBuf, (Option<usize>, Vec<Found>)>,
    pub(super) folders: Vec<PathBuf>,
    /// A folder could not be read: what is missing may be there.
    pub(super) is_partial: bool,
}

impl Seen {
    fn read(&mut self, folder: &Path) -> Vec<fs::DirEntry> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match entries {
            Ok(entries) => {
                self.folders.push(folder.to_owned());
                entries
            }
            Err(error) => {
                let is_gone = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
                self.is_partial |= !is_gone;
                Vec::new()
            }
        }
    }
}

/// The inode a path leads to: that of the target for links.
fn inode_of(entry: &fs::DirEntry) -> Option<u64> {
    if entry.file_type().ok()?.is_symlink() {
        return fs::metadata(entry.path()).ok().map(|stat| stat.ino()).or(Some(entry.ino()));
    }
    Some(entry.ino())
}

pub(super) fn find_pods(root: &Path, seen: &mut Seen) {
    for pod in seen.read(root) {
        let is_pod = pod.file_name().to_str().is_some_and(|name| parse_pod_folder(name).is_some());
        if !is_pod || !pod.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        for container in seen.read(&pod.path()) {
            if !container.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let folder = container.path();
            let mut files = Vec::new();
            for entry in seen.read(&folder) {
                let name = entry.file_name();
                let Some((live, kind)) = name.to_str().and_then(parse_log_name) else { continue };
                let Some(inode) = inode_of(&entry) else { continue };
                files.push((live.to_owned(), Found { path: entry.path(), inode, kind }));
            }
            // Suffixes are times, so that names sort as the files were written; the live file comes last.
            files.sort_by(|(_, a), (_, b)| {
                (a.kind == Kind::Live, &a.path).cmp(&(b.kind == Kind::Live, &b.path))
            });
            for (live, found) in files {
                seen.trails.entry(folder.join(live)).or_default().1.push(found);
            }
        }
    }
}

pub(super) fn find_files(glob: &PathGlob, index: usize, seen: &mut Seen) {
    let depth_max = glob.depth().unwrap_or(GLOB_DEPTH_MAX);
    let mut folders = vec![(glob.base.clone(), 1)];
    while let Some((folder, depth)) = folders.pop() {
        // Sorted, so that the files whose names begin with that of another are found without looking at all.
        let mut names: Vec<(String, u64)> = Vec::new();
        let mut live = Vec::new();
        for entry in seen.read(&folder) {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            let Some(inode) = inode_of(&entry) else { continue };
            if kind.is_file()
                && let Some(name) = path.file_name().and_then(|name| name.to_str())
            {
                names.push((name.to_owned(), inode));
            }
            if kind.is_dir() && depth < depth_max {
                folders.push((path.clone(), depth + 1));
            }
            if glob.matches(&path) {
                live.push(Found { path, inode, kind: Kind::Live });
            }
        }
        names.sort_unstable();
        for found in live {
            let entry = seen.trails.entry(found.path.clone()).or_insert_with(|| (Some(index), Vec::new()));
            if entry.1.is_empty() {
                entry.1 = siblings(&found.path, &names);
                entry.1.reserve_exact(1);
                entry.1.push(found);
            }
        }
    }
}

/// The rotated files of a plain file, oldest first.
fn siblings(live: &Path, names: &[(String, u64)]) -> Vec<Found> {
    let Some(live_name) = live.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let mut files = Vec::new();
    let first = names.partition_point(|(name, _)| name.as_str() < live_name);
    for (name, inode) in names[first..].iter().take_while(|(name, _)| name.starts_with(live_name)) {
        let suffix = name.strip_prefix(live_name).and_then(|rest| rest.strip_prefix(['.', '-']));
        // `app.log.1`, `app.log-20260101.gz`; `app.log.old` is nobody's rotation that could be ordered.
        let Some(suffix) = suffix.filter(|suffix| suffix.starts_with(|first: char| first.is_ascii_digit()))
        else {
            continue;
        };
        let Some(kind) = kind_of_suffix(suffix) else { continue };
        let path = live.with_file_name(name);
        let modified = fs::metadata(&path).map_or((0, 0), |stat| (stat.mtime(), stat.mtime_nsec()));
        files.push((modified, Found { path, inode: *inode, kind }));
    }
    files.sort_by(|(a, x), (b, y)| (a, std::cmp::Reverse(&x.path)).cmp(&(b, std::cmp::Reverse(&y.path))));
    files.into_iter().map(|(_, found)| found).collect()
}
