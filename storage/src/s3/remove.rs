//! Removing for good: the versions themselves, not a marker over them.

use std::io;

use palisade_record::Timestamp;

use super::problem::Problem;
use super::remote::{Remote, Target};
use crate::requests::Operation;

/// A pointer that was replaced every minute for ten years has five million versions; nobody means to remove those one by one.
const VERSIONS_MAX: usize = 100_000;

/// One version, or a delete marker.
struct Version {
    id: Option<String>,
    is_marker: bool,
}

impl Remote {
    /// Removes the version that is pinned, or all versions and markers. None is removed when one may not be.
    pub(super) async fn remove(&self, target: &Target, now: Timestamp) -> io::Result<()> {
        let mut versions = match &target.version {
            Some(version) => vec![Version { id: Some(version.clone()), is_marker: false }],
            None => self.versions(target).await?,
        };
        let mut gone = Vec::new();
        for (position, version) in versions.iter().enumerate().filter(|(_, version)| !version.is_marker) {
            match self.head(&target.at(version.id.as_deref())).await {
                Ok(head) => head.description.check_removable(&target.place, now)?,
                // Not asked for again: a store without versions ignores the pin, and would remove what it has.
                Err(problem) if problem.is_missing() => gone.push(position),
                Err(problem) => return Err(problem.into()),
            }
        }
        for position in gone.into_iter().rev() {
            versions.remove(position);
        }
        // Markers last: while one is there, the plain name stays gone.
        for marker in [false, true] {
            for version in versions.iter().filter(|version| version.is_marker == marker) {
                self.delete(&target.at(version.id.as_deref())).await?;
            }
        }
        Ok(())
    }

    async fn delete(&self, target: &Target) -> Result<(), Problem> {
        self.count(Operation::Remove);
        let request = self.client.delete_object().bucket(self.bucket()).key(&target.key);
        let answer = request.set_version_id(target.version.clone()).send().await;
        match answer.map_err(|error| Problem::new(&target.place, "remove", &error)) {
            Err(problem) if problem.is_missing() => Ok(()),
            Err(problem) => Err(problem),
            Ok(_) => Ok(()),
        }
    }

    async fn versions(&self, target: &Target) -> Result<Vec<Version>, Problem> {
        let mut versions = Vec::new();
        let (mut key, mut version) = (None, None);
        loop {
            self.count(Operation::List);
            let request = self.client.list_object_versions().bucket(self.bucket()).prefix(&target.key);
            let answer = request.set_key_marker(key).set_version_id_marker(version).send().await;
            let answer =
                answer.map_err(|error| Problem::new(&target.place, "list the versions of", &error))?;
            let mine = |key: Option<&str>| key == Some(target.key.as_str());
            let id = |id: Option<&str>| id.map(str::to_owned);
            let objects = answer.versions().iter().filter(|version| mine(version.key()));
            versions
                .extend(objects.map(|version| Version { id: id(version.version_id()), is_marker: false }));
            let markers = answer.delete_markers().iter().filter(|marker| mine(marker.key()));
            versions.extend(markers.map(|marker| Version { id: id(marker.version_id()), is_marker: true }));
            if versions.len() > VERSIONS_MAX {
                let problem = format!(
                    "it has more than {VERSIONS_MAX} versions; let a lifecycle rule of the bucket expire them"
                );
                return Err(Problem::answer(&target.place, "remove", problem));
            }
            // Keys are sorted: a page that goes on with another key has all of this one.
            let goes_on = answer.is_truncated() == Some(true) && mine(answer.next_key_marker());
            if !goes_on {
                return Ok(versions);
            }
            (key, version) = (id(answer.next_key_marker()), id(answer.next_version_id_marker()));
        }
    }
}
