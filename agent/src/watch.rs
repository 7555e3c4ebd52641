//! The kernel's reports about folders: files that appear, move or vanish. Growth is not watched: reports about every
//! write would cost the writers more than polling costs the agent.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use notify::{Config, EventKindMask, RecommendedWatcher, RecursiveMode, Watcher};

/// Watches folders and calls back when one of them changed.
pub(crate) struct FolderWatch {
    watcher: Option<RecommendedWatcher>,
    watched: HashSet<PathBuf>,
}

impl FolderWatch {
    /// Begins without folders. `changed` is called from a thread of the watcher and must not wait.
    pub(crate) fn new(changed: impl Fn() + Send + 'static) -> Self {
        let kinds = EventKindMask::CREATE | EventKindMask::REMOVE | EventKindMask::MODIFY_NAME;
        let config = Config::default().with_event_kinds(kinds).with_follow_symlinks(false);
        // Every report is the same to us, also one without a path and an error: look again.
        let watcher = RecommendedWatcher::new(move |_| changed(), config);
        let watcher = watcher.inspect_err(polling_only).ok();
        Self { watcher, watched: HashSet::new() }
    }

    /// Watches exactly these folders. Says whether reports can be relied on.
    pub(crate) fn follow(&mut self, folders: &HashSet<PathBuf>) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        if self.watched == *folders {
            return true;
        }
        for gone in self.watched.difference(folders) {
            // The kernel has forgotten folders that were removed.
            _ = watcher.unwatch(gone);
        }
        self.watched.retain(|folder| folders.contains(folder));
        let new: Vec<&PathBuf> = folders.iter().filter(|folder| !self.watched.contains(*folder)).collect();
        for folder in new {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder.clone());
                }
                Err(_) if !Path::new(folder).exists() => {}
                Err(error) => {
                    // Too few watches: rather none than some, so that it is known what to expect.
                    polling_only(&error);
                    self.watcher = None;
                    return false;
                }
            }
        }
        true
    }
}

fn polling_only(error: &notify::Error) {
    tracing::warn!(%error, "the kernel does not report changes of folders; they are polled");
}
