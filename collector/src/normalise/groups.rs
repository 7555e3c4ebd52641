//! Which rows a record goes into: those of its stream and of its service, whose records resemble each other.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use palisade_record::StreamName;

/// Groups of a submission that have rows of their own; the others share one per stream. Every one takes some memory,
/// however few records it has.
const GROUPS_MAX: usize = 64;

/// Longest name of a group; what is longer is no service's name.
const GROUP_BYTES_MAX: usize = 128;

/// The sinks of a submission, in the order in which they were first needed.
pub(crate) struct Groups<S, New> {
    sinks: Vec<S>,
    new_sink: New,
    streams: Vec<Stream>,
    named: usize,
}

struct Stream {
    name: StreamName,
    by_group: HashMap<Box<str>, usize, FixedState>,
}

impl<S, New: Fn(StreamName, &str) -> S> Groups<S, New> {
    pub(crate) fn new(new_sink: New) -> Self {
        Self { sinks: Vec::new(), new_sink, streams: Vec::new(), named: 0 }
    }

    pub(crate) fn finish(self) -> Vec<S> {
        self.sinks
    }

    /// The number of a stream, for [`Groups::sink`].
    pub(crate) fn stream(&mut self, name: &StreamName) -> usize {
        if let Some(known) = self.streams.iter().position(|stream| stream.name == *name) {
            return known;
        }
        self.streams.push(Stream { name: name.clone(), by_group: HashMap::default() });
        self.streams.len() - 1
    }

    /// Where the records of a group go.
    pub(crate) fn sink(&mut self, stream: usize, group: &str) -> &mut S {
        let Stream { name, by_group } = &mut self.streams[stream];
        let known = by_group.get(group).copied();
        let position = known.unwrap_or_else(|| {
            let is_named = !group.is_empty() && group.len() <= GROUP_BYTES_MAX && self.named < GROUPS_MAX;
            let group = if is_named { group } else { "" };
            self.named += usize::from(is_named);
            *by_group.entry(group.into()).or_insert_with(|| {
                self.sinks.push((self.new_sink)(name.clone(), group));
                self.sinks.len() - 1
            })
        });
        &mut self.sinks[position]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(groups: Groups<String, impl Fn(StreamName, &str) -> String>) -> Vec<String> {
        groups.finish()
    }

    #[test]
    fn each_group_of_each_stream_has_its_own_until_there_are_too_many() {
        let mut groups = Groups::new(|stream: StreamName, group: &str| format!("{stream}/{group}"));
        let (app, audit) = (groups.stream(&"app".parse().unwrap()), groups.stream(&"audit".parse().unwrap()));
        assert_eq!(groups.stream(&"app".parse().unwrap()), app);
        assert_eq!(groups.sink(app, "a"), "app/a");
        assert_eq!(groups.sink(audit, "a"), "audit/a");
        assert_eq!(groups.sink(app, "a"), "app/a");
        for number in 0..GROUPS_MAX {
            groups.sink(app, &format!("g{number}"));
        }
        assert_eq!(groups.sink(audit, "late"), "audit/");
        assert_eq!(groups.sink(app, &"long".repeat(GROUP_BYTES_MAX)), "app/");
        assert_eq!(names(groups).len(), GROUPS_MAX + 2);
    }
}
