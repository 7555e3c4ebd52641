//! TLS with certificates in files, which may be replaced while the program runs.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, ensure};
use palisade_access::Machine;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::configuration::Tls;

/// Largest file of certificates or keys. All well-known authorities together have 200 KiB.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// How often the files are looked at; a hangup signal makes it now. Certificates are replaced days before they end.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Names in one certificate that are told to whoever decides what a machine may do.
const NAMES_MAX: usize = 100;

/// The certificates with which this program shows who it is, and those that it believes.
pub(super) struct Certificates {
    files: Tls,
    current: RwLock<Arc<ServerConfig>>,
    /// Digest of what the files held when it was made.
    seen: Mutex<[u8; 32]>,
}

impl Certificates {
    /// Reads the files.
    pub(super) fn read(files: &Tls) -> anyhow::Result<Arc<Self>> {
        let content = Content::read(files)?;
        let current = RwLock::new(Arc::new(content.server()?));
        Ok(Arc::new(Self { files: files.clone(), current, seen: Mutex::new(content.digest()) }))
    }

    /// Looks at the files until it is stopped, regularly and whenever the program is told to.
    pub(super) async fn keep_current(self: Arc<Self>, stop: CancellationToken) {
        let mut hangup = signal(SignalKind::hangup()).ok();
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            let told = async {
                match &mut hangup {
                    Some(hangup) => _ = hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
                () = told => {}
            }
            let certificates = self.clone();
            let looked = tokio::task::spawn_blocking(move || certificates.look_again()).await;
            match looked {
                Ok(Ok(true)) => tracing::info!("new certificates are in use"),
                Ok(Ok(false)) => {}
                Ok(Err(problem)) => {
                    tracing::error!(
                        problem = format!("{problem:#}"),
                        "new certificates cannot be used; the old ones stay"
                    );
                }
                Err(error) => tracing::error!(%error, "the certificates could not be looked at"),
            }
        }
    }

    /// Takes what the files hold now, if it is something else than before and can be used. Connections that exist go on.
    fn look_again(&self) -> anyhow::Result<bool> {
        let content = Content::read(&self.files)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == content.digest() {
            return Ok(false);
        }
        let server = Arc::new(content.server()?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = server;
        *seen = content.digest();
        Ok(true)
    }

    /// Agrees with a client on keys. Gives the names of its certificate, if it has one that is believed.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<(TlsStream<TcpStream>, Option<Machine>)> {
        let server = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        let stream = TlsAcceptor::from(server).accept(stream).await?;
        let certificates = stream.get_ref().1.peer_certificates();
        let machine = certificates.and_then(|chain| chain.first()).map(|leaf| Machine::new(names(leaf)));
        Ok((stream, machine))
    }
}

/// The DNS names of a certificate that was verified.
fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let read = webpki::EndEntityCert::try_from(certificate);
    read.map(|leaf| leaf.valid_dns_names().take(NAMES_MAX).map(str::to_owned).collect()).unwrap_or_default()
}

/// What the files hold.
struct Content {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_authorities: Option<Vec<u8>>,
    files: Tls,
}

impl Content {
    fn read(files: &Tls) -> anyhow::Result<Self> {
        Ok(Self {
            certificate: read(&files.certificate_file)?,
            key: read(&files.key_file)?,
            client_authorities: files.client_ca_file.as_deref().map(read).transpose()?,
            files: files.clone(),
        })
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for part in [&self.certificate, &self.key, self.client_authorities.as_ref().unwrap_or(&Vec::new())] {
            digest.update(Sha256::digest(part));
        }
        digest.finalize().into()
    }

    fn server(&self) -> anyhow::Result<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain = certificates(&self.certificate, &self.files.certificate_file)?;
        let place = self.files.key_file.display();
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .with_context(|| format!("{place} holds no private key in PEM format"))?;
        let building = ServerConfig::builder_with_provider(provider.clone());
        let building =
            building.with_safe_default_protocol_versions().context("no version of TLS is known")?;
        let building = match (&self.client_authorities, &self.files.client_ca_file) {
            (Some(pem), Some(path)) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates(pem, path)? {
                    roots.add(authority).with_context(|| format!("{} holds no authority", path.display()))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                // People come without a certificate.
                let verifier = verifier.allow_unauthenticated().build();
                building.with_client_cert_verifier(verifier.context("machines cannot be verified")?)
            }
            _ => building.with_no_client_auth(),
        };
        let server = building.with_single_cert(chain, key);
        let mut server = server.with_context(|| {
            let certificate = self.files.certificate_file.display();
            format!("the certificate in {certificate} and the key in {place} do not belong together")
        })?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(server)
    }
}

fn certificates(pem: &[u8], path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let place = path.display();
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.with_context(|| format!("{place} is not in PEM format"))?;
    ensure!(!found.is_empty(), "{place} holds no certificate in PEM format");
    Ok(found)
}

/// A file that may be written while it is read, as those who replace certificates do: what does not fit together is told, and read
/// again at the next look.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let place = path.display();
    let file = File::open(path).with_context(|| format!("cannot read {place}"))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {place}"))?;
    ensure!(bytes.len() as u64 <= FILE_BYTES_MAX, "{place} has more than {FILE_BYTES_MAX} bytes");
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    fn write(folder: &Path, name: &str) -> Tls {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        let files = Tls {
            certificate_file: folder.join("server.pem"),
            key_file: folder.join("server.key"),
            client_ca_file: None,
        };
        std::fs::write(&files.certificate_file, cert.pem()).unwrap();
        std::fs::write(&files.key_file, signing_key.serialize_pem()).unwrap();
        files
    }

    #[test]
    fn new_certificates_are_taken_and_what_cannot_be_used_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), "one.example");
        let certificates = Certificates::read(&files).unwrap();
        let in_use = || Arc::as_ptr(&certificates.current.read().unwrap());
        let first = in_use();

        assert!(!certificates.look_again().unwrap(), "nothing changed");
        let old_key = std::fs::read(&files.key_file).unwrap();
        write(folder.path(), "two.example");
        let new_key = std::fs::read(&files.key_file).unwrap();
        std::fs::write(&files.key_file, old_key).unwrap();
        let problem = certificates.look_again().unwrap_err().to_string();
        assert!(problem.contains("do not belong together"), "{problem}");
        assert_eq!(in_use(), first);

        std::fs::write(&files.key_file, new_key).unwrap();
        assert!(certificates.look_again().unwrap());
        assert_ne!(in_use(), first);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), "one.example");
        let problem = |files: &Tls| format!("{:#}", Certificates::read(files).err().unwrap());

        std::fs::write(&files.certificate_file, "no certificate").unwrap();
        assert!(problem(&files).contains("server.pem holds no certificate"));
        std::fs::remove_file(&files.certificate_file).unwrap();
        assert!(problem(&files).contains("server.pem"), "{}", problem(&files));
    }
}
