//! The keys of what is sealed, and what is done with them on request.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError, Permission, Routes, waiting};
use palisade_collector::Protections;
use palisade_index::{Deed, Index};
use palisade_query::Sealed;
use palisade_record::{Clock, StreamName};
use palisade_seal::keyring::ErasureRequest;
use palisade_seal::policy::Policy;
use palisade_seal::{Keyring, Settings, SqliteKeyStore, open_root};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lifecycle::Held;
use crate::configuration::Configuration;

/// The folder with everything that must not be lost together with the evidence.
const FOLDER: &str = "keys";
const STORE_FILE: &str = "keys.sqlite";
const ROOT_FILE: &str = "root.key";

/// Keys and policies, opened.
#[derive(Clone)]
pub(super) struct Keys {
    keyring: Arc<Keyring>,
    policies: Arc<[Policy]>,
    folder: PathBuf,
}

impl Keys {
    /// Opens the keys of a data directory, and makes them when there are none.
    pub(super) fn open(configuration: &Configuration, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let folder = configuration.storage.data_dir.join(FOLDER);
        let file_root = || format!("file:{}", folder.join(ROOT_FILE).display());
        let setting = configuration.storage.root_key.clone().unwrap_or_else(file_root);
        let root = open_root(&setting).with_context(|| format!("cannot open the root key {setting}"))?;
        let path = folder.join(STORE_FILE);
        let store = SqliteKeyStore::open(&path)
            .with_context(|| format!("cannot open the key store {}", path.display()))?;
        let keyring =
            Keyring::open(Arc::new(store), root, configuration.tenant.as_str(), clock, Settings::default())
                .context("cannot open the keys")?;
        let policies: Result<Vec<Policy>, _> =
            configuration.streams.iter().map(|stream| Policy::new(&stream.protection)).collect();
        let policies = policies.context("cannot protect what is configured")?;
        Ok(Self { keyring: Arc::new(keyring), policies: policies.into(), folder })
    }

    pub(super) fn protections(&self) -> Protections {
        Protections::new(self.keyring.clone(), self.policies.clone())
    }

    /// The keys, and the streams in which something is sealed with them.
    pub(super) fn of_protected_streams(&self) -> (Arc<Keyring>, BTreeSet<StreamName>) {
        let protected = self.policies.iter().filter(|policy| !policy.is_empty());
        (self.keyring.clone(), protected.map(|policy| policy.stream().clone()).collect())
    }

    /// The keys themselves.
    pub(super) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(super) fn sealed(&self) -> Sealed {
        Sealed::new(self.keyring.clone(), self.policies.clone())
    }

    /// The routes that do something with keys. Everything they do is written to the audit trail and the log.
    pub(super) fn routes(&self, index: Index, held: Held) -> Routes {
        let desk = Desk { keys: self.clone(), index, held: Arc::new(held) };
        Routes::new()
            .get("/api/v1/keys", Permission::SeeEvidence, status)
            .post("/api/v1/keys/rotate", Permission::ManageKeys, rotate)
            .post("/api/v1/keys/backup", Permission::ManageKeys, backup)
            .get("/api/v1/erasures", Permission::SeeEvidence, erasures)
            .post("/api/v1/erasures", Permission::Erase, erase)
            .with_state(desk)
    }
}

#[derive(Clone)]
struct Desk {
    keys: Keys,
    index: Index,
    held: Arc<Held>,
}

impl Desk {
    /// Writes down that something is about to be done, and does it.
    async fn audited<T: Send + 'static>(
        &self,
        act: &Act,
        action: &str,
        detail: Value,
        work: impl FnOnce(&Keyring, &Path) -> Result<T, palisade_seal::Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        act.intend(action, detail).await?;
        let keys = self.keys.clone();
        let done = waiting(move || work(&keys.keyring, &keys.folder)).await?;
        done.map_err(|error| ApiError::invalid(error.to_string(), "see `palisade keys --help`"))
    }

    /// Refuses while a hold covers what would become unreadable.
    async fn check_not_held(&self, field: &str, value: &str) -> Result<(), ApiError> {
        let (held, field, value) = (self.held.clone(), field.to_owned(), value.to_owned());
        let holds = waiting(move || held.by(&field, &value)).await?;
        let unread = |error: anyhow::Error| ApiError::internal(format!("nothing was erased: {error:#}"));
        let holds = holds.map_err(unread)?;
        if holds.is_empty() {
            return Ok(());
        }
        let names: Vec<String> =
            holds.iter().map(|hold| format!("{} (matter {})", hold.id, hold.matter)).collect();
        let message = format!("nothing was erased: records of this person are held by {}", names.join(", "));
        let hint = "wait for the end of the matter, then release the hold and ask again";
        Err(ApiError::new(StatusCode::CONFLICT, "held", message, hint))
    }

    fn note(&self, deed: &str, paper: Value) -> Result<(), ApiError> {
        let noted = self.index.record_deed(Deed { deed: deed.to_owned(), paper });
        noted.map_err(|error| ApiError::internal(format!("it was done, but the log cannot say so: {error}")))
    }
}

async fn status(State(desk): State<Desk>) -> Result<Response, ApiError> {
    let keys = desk.keys.clone();
    let status = waiting(move || keys.keyring.status()).await?;
    let status = status.map_err(|error| ApiError::internal(error.to_string()))?;
    let answer = json!({
        "tenant": status.tenant, "root": status.root, "versions": status.versions, "rotated_at": status.rotated_at,
        "epochs": status.epochs.len(), "newest_epoch": status.epochs.last().map(ToString::to_string), "subjects": status.counts.subjects, "erasures": status.counts.erasures,
        "behind": status.counts.behind,
    });
    Ok(Json(answer).into_response())
}

async fn rotate(State(desk): State<Desk>, act: Act) -> Result<Response, ApiError> {
    let rotation = desk.audited(&act, "keys.rotate", Value::Null, |keys, _| keys.rotate_tenant_key()).await?;
    let answer = json!(rotation);
    desk.note("rotation", answer.clone())?;
    Ok(Json(answer).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BackupRequest {
    /// A name, not a path: the copy lies beside the keys.
    name: String,
}

async fn backup(State(desk): State<Desk>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let request: BackupRequest = read(&body)?;
    let is_name = request.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !is_name || request.name.is_empty() || request.name.starts_with('.') || request.name.len() > 64 {
        let hint = "use up to 64 letters, digits, `-`, `_` and `.`; the copy lies in DATA_DIR/keys";
        return Err(ApiError::invalid("`name` is not the name of a file", hint));
    }
    let name = format!("{}.backup.sqlite", request.name);
    let file = name.clone();
    let work = move |keys: &Keyring, folder: &Path| keys.backup(&folder.join(&file));
    desk.audited(&act, "keys.backup", json!({ "file": name }), work).await?;
    let file = desk.keys.folder.join(&name);
    Ok(Json(json!({ "file": file })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EraseRequest {
    field: String,
    value: String,
    reason: String,
    /// Also those in whose records the value stands, though it does not name them.
    #[serde(default)]
    linked: bool,
}

async fn erase(State(desk): State<Desk>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let EraseRequest { field, value, reason, linked } = read(&body)?;
    desk.check_not_held(&field, &value).await?;
    // The value itself is what must be forgotten: it is in no record of its erasure.
    let detail = json!({ "field": field, "reason": reason, "linked": linked });
    let by = act.caller().name.clone();
    let (name, why) = (field.clone(), reason.clone());
    let work = move |keys: &Keyring, _: &Path| {
        keys.erase(&ErasureRequest { name: &name, value: &value, linked, reason: &why, by: &by })
    };
    let erasure = desk.audited(&act, "erase", detail, work).await?;
    let paper = json!({
        "subjects": erasure.subjects.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "field": field, "reason": reason, "by": act.caller().name,
        "erased_at": erasure.erased_at, "complete_on": erasure.complete_on,
        "statement": "The keys of these subjects were destroyed. What is sealed with them cannot be read or found any \
            more, once the last backup of the keys from before is gone: see complete_on.",
    });
    desk.note("erasure", paper.clone())?;
    Ok(Json(paper).into_response())
}

async fn erasures(State(desk): State<Desk>) -> Result<Response, ApiError> {
    let keys = desk.keys.clone();
    let rows = waiting(move || keys.keyring.erasures()).await?;
    let rows = rows.map_err(|error| ApiError::internal(error.to_string()))?;
    let row = |row: &palisade_seal::store::ErasureRow| json!({ "subject": row.subject.to_string(), "erased_at": row.erased_at, "reason": row.reason, "by": row.by });
    Ok(Json(json!({ "erasures": rows.iter().map(row).collect::<Vec<_>>() })).into_response())
}

fn read<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::invalid(format!("the body is not what is expected: {error}"), "send JSON"))
}
