//! A bucket as the requests see it. Cheap to clone: every request takes one along.

use std::sync::Arc;

use aws_sdk_s3::Client;

use super::address::Address;
use super::problem::Problem;
use crate::Refusal;
use crate::name;
use crate::requests::{Counters, Operation};

/// The client, the address, and what is counted.
#[derive(Clone)]
pub(crate) struct Remote {
    pub(crate) client: Client,
    pub(crate) address: Arc<Address>,
    pub(super) counters: Arc<Counters>,
}

/// What a request is about: one key, perhaps one version of it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    /// How errors call it.
    pub(crate) place: String,
}

impl Remote {
    /// The key of a name that may be pinned.
    pub(super) fn target(&self, name: &str) -> Result<Target, Refusal> {
        let (plain, version) = name::check(name)?;
        Ok(Target {
            key: format!("{}{plain}", self.address.prefix),
            version: version.map(str::to_owned),
            place: self.address.locate(name),
        })
    }

    /// The key of a name that is to be written.
    pub(super) fn fresh(&self, name: &str) -> Result<Target, Refusal> {
        name::check_unpinned(name)?;
        self.target(name)
    }

    pub(super) fn count(&self, operation: Operation) {
        self.counters.count(operation);
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.address.bucket
    }
}

impl Target {
    /// The same key, at this version.
    pub(super) fn at(&self, version: Option<&str>) -> Self {
        Self { version: version.map(str::to_owned), ..self.clone() }
    }

    /// Refuses an answer that is not about the version that is pinned: a store without versions ignores the pin and answers
    /// with what it has.
    pub(super) fn check_version(&self, operation: &'static str, told: Option<&str>) -> Result<(), Problem> {
        match &self.version {
            Some(version) if version != "null" && told != Some(version) => {
                let told = told.unwrap_or("none");
                Err(Problem::other_version(
                    &self.place,
                    operation,
                    format!("the store answered version {told}"),
                ))
            }
            _ => Ok(()),
        }
    }
}
