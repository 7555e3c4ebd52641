//! Which trail the files of a live path belong to, and how a new trail begins.

use std::path::Path;
use std::sync::Arc;

use palisade_record::{Channel, Origin};

use super::discover::Found;
use crate::checkpoint::Remembered;
use crate::glob::matches_name;
use crate::pod_path::{Kind, parse_pod_folder};
use crate::settings::Format;
use crate::source::Source;
use crate::tail::Trail;
use crate::tailer::Tailer;

impl Tailer {
    /// A rotated file that a glob finds as well is the file of the trail that followed it first.
    pub(super) fn belongs_to_another_trail(&self, live: &Path, found: &[Found]) -> bool {
        let Some(found) = found.iter().find(|found| found.kind == Kind::Live) else { return false };
        let is_other = |trail: &Trail| *trail.live != *live && trail.live.parent() == live.parent();
        let mut tails = self.tails.iter().flatten();
        let remembered = self.checkpoint.state().values();
        // Inodes first: they differ nearly always, and paths take long to compare.
        let mut remembered = remembered.filter(|known| {
            known.identity.inode == found.inode && Path::new(&*known.live).parent() == live.parent()
        });
        let is_known_elsewhere = |known: &Remembered| {
            *known.live != *live.to_string_lossy()
                && self.opener.open(&found.path).is_ok_and(|file| {
                    Source::Plain(file).head().is_ok_and(|head| known.identity.fits_head(&head))
                })
        };
        tails.any(|tail| {
            tail.identity.inode == found.inode
                && self.trails[tail.trail].as_ref().is_some_and(|trail| is_other(trail))
        }) || remembered.any(is_known_elsewhere)
    }

    pub(super) fn trail_for(&mut self, live: &Path, glob: Option<usize>) -> Option<usize> {
        if let Some(id) = self.trails_by_path.get(live) {
            return Some(*id);
        }
        let key: Arc<str> = live.to_string_lossy().into();
        let mut origin = Origin {
            cluster: self.settings.cluster.clone(),
            node: self.settings.node.clone(),
            ..Origin::default()
        };
        let (stream, zone, format) = match glob {
            Some(index) => {
                let files = &self.settings.files[index];
                origin.file = key.to_string();
                (files.stream.clone(), files.zone.clone(), files.format)
            }
            None => {
                let pods = self.settings.pods.as_ref()?;
                let relative = live.strip_prefix(&pods.root).ok()?;
                let container = live.parent()?.file_name()?.to_string_lossy().into_owned();
                let folder = relative.iter().next()?.to_string_lossy();
                let pod = parse_pod_folder(&folder)?;
                let rule = pods.streams.iter().find(|rule| {
                    matches_name(&rule.namespace, &pod.namespace) && matches_name(&rule.container, &container)
                });
                let stream = rule.map_or(&pods.default_stream, |rule| &rule.stream).clone();
                origin.file = relative.to_string_lossy().into_owned();
                (origin.namespace, origin.pod, origin.pod_uid) = (pod.namespace, pod.pod, pod.uid);
                origin.container = container;
                origin.channel = Channel::Stdout;
                (stream, String::new(), Format::Auto)
            }
        };
        let state = self.checkpoint.state();
        let remembered =
            state.range((key.clone(), 0)..=(key.clone(), u64::MAX)).map(|(_, known)| known.clone());
        let unclaimed: Vec<Remembered> = remembered.collect();
        let newest = unclaimed.iter().map(|known| known.number).max().unwrap_or(0);
        let at_collector = self.known.get(&origin.file).into_iter().flatten().map(|known| known.number).max();
        let live: Arc<Path> = live.into();
        let trail = Trail {
            live: live.clone(),
            key,
            origin: Arc::new(origin),
            second_origin: None,
            stream,
            zone,
            format,
            is_pod: glob.is_none(),
            tails: Vec::new(),
            open: [None, None],
            retired: Vec::new(),
            unclaimed,
            ignored: Vec::new(),
            packed_seen: Vec::new(),
            next_number: newest.max(at_collector.unwrap_or(0)) + 1,
            is_finished: false,
            is_obstructed: false,
            scans: 0,
        };
        let id = self.free_trails.pop().unwrap_or_else(|| {
            self.trails.push(None);
            self.trails.len() - 1
        });
        self.trails[id] = Some(Box::new(trail));
        self.trails_by_path.insert(live, id);
        Some(id)
    }
}
