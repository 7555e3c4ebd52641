//! The HTTP client of an agent, with the certificates that it believes and shows. Files that are replaced are read again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::{Error, Settings};

/// Connecting takes longer only when nobody is there.
const CONNECT_SECONDS: u64 = 5;

/// A request of a few megabytes over a bad line; after that it is sent again.
const REQUEST_SECONDS: u64 = 60;

/// A client that is made again whenever one of its files changes.
pub(crate) struct Client {
    files: Files,
    current: Mutex<(Agent, Vec<Option<SystemTime>>)>,
}

/// Files of certificates and keys, in PEM format.
#[derive(Clone)]
struct Files {
    authorities: Option<PathBuf>,
    own: Option<(PathBuf, PathBuf)>,
}

impl Client {
    /// Reads the files; does not connect.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let own = settings.certificate_file.clone().zip(settings.key_file.clone());
        let files = Files { authorities: settings.ca_file.clone(), own };
        let changed_at = files.changed_at();
        let agent = files.client()?;
        Ok(Self { files, current: Mutex::new((agent, changed_at)) })
    }

    /// The client, with what the files hold now. Files that cannot be used leave it as it was.
    pub(crate) fn current(&self) -> Agent {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let changed_at = self.files.changed_at();
        if current.1 != changed_at {
            match self.files.client() {
                Ok(agent) => {
                    *current = (agent, changed_at);
                    tracing::info!("new certificates are in use");
                }
                Err(error) => {
                    // Told once per change: a certificate and its key are not replaced in the same instant.
                    current.1 = changed_at;
                    tracing::error!(%error, "new certificates cannot be used; the old ones stay");
                }
            }
        }
        current.0.clone()
    }
}

impl Files {
    fn changed_at(&self) -> Vec<Option<SystemTime>> {
        let own = self.own.iter().flat_map(|(certificate, key)| [certificate, key]);
        let changed = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        self.authorities.iter().chain(own).map(changed).collect()
    }

    fn client(&self) -> Result<Agent, Error> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = &self.authorities {
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates(path)?));
        }
        if let Some((certificate, key)) = &self.own {
            tls = tls.client_cert(Some(ClientCert::new_with_certs(
                &certificates(certificate)?,
                private_key(key)?,
            )));
        }
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(CONNECT_SECONDS)))
            .timeout_global(Some(Duration::from_secs(REQUEST_SECONDS)))
            .user_agent(concat!("palisade-agent/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(config.new_agent())
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Error> {
    let is_certificate = |item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    };
    let found: Vec<_> = items(path)?.into_iter().filter_map(is_certificate).collect();
    if found.is_empty() {
        return Err(problem(path, "there is no certificate; the file must be in PEM format"));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKey<'static>, Error> {
    let is_key = |item| match item {
        PemItem::PrivateKey(key) => Some(key),
        _ => None,
    };
    let found = items(path)?.into_iter().find_map(is_key);
    found.ok_or_else(|| problem(path, "there is no private key; the file must be in PEM format"))
}

fn items(path: &Path) -> Result<Vec<PemItem<'static>>, Error> {
    let pem = fs::read(path).map_err(|error| problem(path, error))?;
    parse_pem(&pem).map(|item| item.map_err(|error| problem(path, error))).collect()
}

fn problem(path: &Path, what: impl std::fmt::Display) -> Error {
    Error::Setting(format!("certificates in {}: {what}", path.display()))
}
