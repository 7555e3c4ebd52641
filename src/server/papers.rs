//! Papers of one kind in the catalog, such as reviews: each state is kept in one step with an entry of the signed log that tells its hash.

use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use palisade_access::ApiError;
use palisade_index::{Deed, Index};
use palisade_record::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};

/// What is kept so.
pub(super) trait Paper: Serialize + DeserializeOwned {
    /// What it is called: in the catalog, in the log, and, with an `s`, in the paths of the interface.
    const KIND: &str;

    /// What to look at when something cannot be done to one.
    const HINT: &str;

    /// By which it is told from others.
    fn id(&self) -> &str;

    /// When it was begun.
    fn opened_at(&self) -> Timestamp;
}

/// All papers of a kind of a tenant.
pub(super) struct Papers<T> {
    index: Index,
    /// One change at a time: a paper is read, changed and written.
    changing: Mutex<()>,
    _kind: PhantomData<fn() -> T>,
}

impl<T: Paper> Papers<T> {
    pub(super) fn of(index: Index) -> Self {
        Self { index, changing: Mutex::new(()), _kind: PhantomData }
    }

    /// All, the newest first.
    pub(super) fn list(&self) -> Result<Vec<T>, ApiError> {
        let documents = self.index.documents(T::KIND).map_err(unreadable::<T>)?;
        let mut papers: Vec<T> =
            documents.iter().map(|(id, body)| read(id, body)).collect::<Result<_, _>>()?;
        papers.sort_by(|one, other| (other.opened_at(), other.id()).cmp(&(one.opened_at(), one.id())));
        Ok(papers)
    }

    /// One of them.
    pub(super) fn get(&self, id: &str) -> Result<T, ApiError> {
        let unknown = || {
            let message = format!("there is no {} `{}`", T::KIND, id.escape_debug());
            ApiError::not_found(message, format!("GET /api/v1/{}s lists them", T::KIND))
        };
        read(id, &self.index.document(T::KIND, id).map_err(unreadable::<T>)?.ok_or_else(unknown)?)
    }

    /// Begins one under an id that no other has, and keeps it.
    pub(super) fn open(
        &self,
        now: Timestamp,
        by: &str,
        begin: impl FnOnce(String) -> T,
    ) -> Result<T, ApiError> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut millis = now.as_millis();
        let id = loop {
            let id = format!("{}-{millis}", T::KIND);
            if self.index.document(T::KIND, &id).map_err(unreadable::<T>)?.is_none() {
                break id;
            }
            // Another one began within the same millisecond.
            millis += 1;
        };
        let paper = begin(id);
        self.write(&paper, "opened", by)?;
        Ok(paper)
    }

    /// Changes one, unless `change` says why not, and keeps it.
    pub(super) fn change<E: Display>(
        &self,
        id: &str,
        what: &str,
        by: &str,
        change: impl FnOnce(&mut T) -> Result<(), E>,
    ) -> Result<T, ApiError> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut paper = self.get(id)?;
        change(&mut paper).map_err(|problem| ApiError::invalid(problem.to_string(), T::HINT))?;
        self.write(&paper, what, by)?;
        Ok(paper)
    }

    /// Keeps one as it is now, and tells the log what was done to it, and by whom.
    fn write(&self, paper: &T, what: &str, by: &str) -> Result<(), ApiError> {
        let body = serde_json::to_string(paper).map_err(|error| ApiError::internal(error.to_string()))?;
        let sha256 = HEXLOWER.encode(&Sha256::digest(&body));
        let told = json!({ "id": paper.id(), "what": what, "by": by, "sha256": sha256 });
        let deed = Deed { deed: T::KIND.to_owned(), paper: told };
        let put = self.index.put_document(T::KIND, paper.id(), &body, Some(deed));
        put.map_err(|error| ApiError::internal(format!("the {} cannot be kept: {error}", T::KIND)))
    }
}

fn read<T: Paper>(id: &str, body: &str) -> Result<T, ApiError> {
    serde_json::from_str(body)
        .map_err(|error| ApiError::internal(format!("the {} `{id}` cannot be read: {error}", T::KIND)))
}

fn unreadable<T: Paper>(error: palisade_index::Error) -> ApiError {
    ApiError::internal(format!("{}s cannot be read: {error}", T::KIND))
}

#[cfg(test)]
mod tests {
    use palisade_review::{Incident, IncidentError};

    use super::*;
    use crate::server::tests::world;

    fn incident(id: String) -> Incident {
        let now = Timestamp::parse_rfc3339("2026-11-27T20:00:00Z").unwrap();
        Incident {
            id,
            title: "a laptop was lost".to_owned(),
            aware_at: now,
            opened_at: now,
            opened_by: "ann".to_owned(),
            query: None,
            stream: None,
            notes: Vec::new(),
            told: Vec::new(),
            closed_at: None,
        }
    }

    #[test]
    fn two_that_begin_in_one_millisecond_are_two() {
        let world = world();
        let papers = Papers::of(world.index.clone());
        let now = incident(String::new()).opened_at;

        let ids: Vec<String> = (0..3).map(|_| papers.open(now, "ann", incident).unwrap().id).collect();

        assert_eq!(ids[0], format!("incident-{}", now.as_millis()));
        assert_eq!(papers.list().unwrap().len(), 3, "{ids:?}");
        world.index.close();
    }

    #[test]
    fn a_change_that_is_refused_leaves_it_as_it_was() {
        let world = world();
        let papers = Papers::of(world.index.clone());
        let opened = papers.open(incident(String::new()).opened_at, "ann", incident).unwrap();

        let refused = papers.change(&opened.id, "closed", "ann", |incident: &mut Incident| {
            incident.title.clear();
            Err(IncidentError::Closed)
        });

        assert_eq!(refused.unwrap_err().hint, Incident::HINT);
        assert_eq!(papers.get(&opened.id).unwrap(), opened);
        world.index.close();
    }
}
