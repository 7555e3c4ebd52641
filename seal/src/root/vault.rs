//! The root key in Vault: its transit engine wraps and unwraps, the key never leaves it.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ureq::Agent;
use zeroize::Zeroizing;

use super::{RootError, RootKey, SERVICE_TIMEOUT, WRAPPED_BYTES_MAX};

/// Longest token file that is read: Vault's batch tokens have a few hundred bytes.
const TOKEN_BYTES_MAX: u64 = 64 * 1024;

/// A key of Vault's transit engine. Encrypting needs `update` on `MOUNT/encrypt/KEY` and `MOUNT/decrypt/KEY`,
/// [`VaultRoot::rewrap`] on `MOUNT/rewrap/KEY`.
pub struct VaultRoot {
    agent: Agent,
    address: String,
    mount: String,
    key: String,
    token_file: PathBuf,
}

#[derive(Serialize)]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ciphertext: Option<&'a str>,
    /// Authenticated by Vault for keys of the kinds aes256-gcm96 and chacha20-poly1305, which is what transit makes by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_data: Option<&'a str>,
}

#[derive(Deserialize)]
struct Reply {
    data: ReplyData,
}

#[derive(Deserialize)]
struct ReplyData {
    ciphertext: Option<String>,
    plaintext: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Vec<String>,
}

impl VaultRoot {
    /// The key `key` of the transit engine mounted at `mount`, at `address` (`https://vault:8200`). The token is read from
    /// `token_file` for every request: who renews it writes a new file.
    pub fn new(address: &str, mount: &str, key: &str, token_file: PathBuf) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(SERVICE_TIMEOUT))
            .http_status_as_error(false)
            // A redirect would carry the token to another host.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .new_agent();
        let address = address.trim_end_matches('/').to_owned();
        Self { agent, address, mount: mount.to_owned(), key: key.to_owned(), token_file }
    }

    /// The same key wrapped under the newest version of the transit key, without it leaving Vault.
    pub fn rewrap(&self, wrapped: &[u8], context: &str) -> Result<Vec<u8>, RootError> {
        let ciphertext = self.text("rewrap", wrapped)?;
        let bound_to = STANDARD.encode(context);
        let request =
            Request { plaintext: None, ciphertext: Some(ciphertext), associated_data: Some(&bound_to) };
        let reply = self.ask("rewrap", &request)?;
        Ok(reply.ciphertext.ok_or_else(|| self.error("rewrap", "the answer has no ciphertext"))?.into_bytes())
    }

    fn error(&self, what: &'static str, reason: impl ToString) -> RootError {
        RootError::Service { id: self.id(), what, reason: reason.to_string() }
    }

    fn text<'a>(&self, what: &'static str, wrapped: &'a [u8]) -> Result<&'a str, RootError> {
        std::str::from_utf8(wrapped).map_err(|_| self.error(what, "what is stored was not wrapped by Vault"))
    }

    fn token(&self, what: &'static str) -> Result<Zeroizing<String>, RootError> {
        let at = self.token_file.display();
        let size = std::fs::metadata(&self.token_file).map(|metadata| metadata.len());
        match size {
            Ok(size) if size > TOKEN_BYTES_MAX => {
                return Err(self.error(what, format!("the token file {at} is too long")));
            }
            Ok(_) | Err(_) => {}
        }
        let text = std::fs::read_to_string(&self.token_file)
            .map_err(|error| self.error(what, format!("the token file {at}: {error}")))?;
        let text = Zeroizing::new(text);
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    fn ask(&self, what: &'static str, request: &Request<'_>) -> Result<ReplyData, RootError> {
        let url = format!("{}/v1/{}/{what}/{}", self.address, self.mount, self.key);
        let token = self.token(what)?;
        let mut response = self
            .agent
            .post(&url)
            .header("X-Vault-Token", token.as_str())
            .send_json(request)
            .map_err(|error| self.error(what, error))?;
        let status = response.status();
        let body = response
            .body_mut()
            .with_config()
            .limit(u64::try_from(WRAPPED_BYTES_MAX * 2).unwrap_or(u64::MAX))
            .read_to_vec()
            .map_err(|error| self.error(what, error))?;
        let body = Zeroizing::new(body);
        if !status.is_success() {
            let said = serde_json::from_slice::<Refusal>(&body).map(|refusal| refusal.errors.join("; "));
            return Err(
                self.error(what, format!("status {}: {}", status.as_u16(), said.unwrap_or_default().trim()))
            );
        }
        let reply: Reply = serde_json::from_slice(&body)
            .map_err(|error| self.error(what, format!("the answer is not Vault's: {error}")))?;
        Ok(reply.data)
    }
}

impl RootKey for VaultRoot {
    fn id(&self) -> String {
        format!("vault:{}/{}/{}", self.address, self.mount, self.key)
    }

    fn wrap(&self, key: &[u8], context: &str) -> Result<Vec<u8>, RootError> {
        let plaintext = Zeroizing::new(STANDARD.encode(key));
        let bound_to = STANDARD.encode(context);
        let request =
            Request { plaintext: Some(&plaintext), ciphertext: None, associated_data: Some(&bound_to) };
        let ciphertext = self.ask("encrypt", &request)?.ciphertext;
        let wrapped = ciphertext.ok_or_else(|| self.error("encrypt", "the answer has no ciphertext"))?;
        Ok(wrapped.into_bytes())
    }

    fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, RootError> {
        let ciphertext = self.text("decrypt", wrapped)?;
        let bound_to = STANDARD.encode(context);
        let request =
            Request { plaintext: None, ciphertext: Some(ciphertext), associated_data: Some(&bound_to) };
        let plaintext = self.ask("decrypt", &request)?.plaintext;
        let plaintext = plaintext.map(Zeroizing::new);
        let plaintext = plaintext.ok_or_else(|| self.error("decrypt", "the answer has no plaintext"))?;
        let key = STANDARD.decode(plaintext.as_str());
        Ok(Zeroizing::new(key.map_err(|_| self.error("decrypt", "the answer is not base64"))?))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use palisade_record::{ManualClock, Timestamp};
    use serde_json::{Value, json};

    use super::*;
    use crate::root::fake::{Reply, Service};
    use crate::wrap::WrappingKey;
    use crate::{Keyring, MemoryKeyStore, Settings};

    /// The transit engine, as Vault documents it, with a key `logs` that has the versions up to `newest`.
    fn transit(newest: Arc<AtomicU32>) -> Service {
        let key = WrappingKey::new(&[7; 32]);
        Service::start(move |request| {
            let refuse = |status, why: &str| Reply { status, body: json!({"errors": [why]}).to_string() };
            if request.header("x-vault-token") != "s.secret" {
                return refuse(403, "permission denied");
            }
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            let seal = |bound_to: &str, plaintext: &str| {
                let sealed = key.wrap(bound_to.as_bytes(), format!("{bound_to} {plaintext}").as_bytes());
                let version = newest.load(Ordering::SeqCst);
                json!({"data": {"ciphertext": format!("vault:v{version}:{}", STANDARD.encode(sealed))}})
            };
            let open = |bound_to: &str| {
                let ciphertext = text("ciphertext");
                let sealed = STANDARD.decode(ciphertext.rsplit(':').next()?).ok()?;
                let opened = key.unwrap(bound_to.as_bytes(), &sealed).ok()?;
                let opened = String::from_utf8(opened.to_vec()).ok()?;
                opened.split_once(' ').map(|(_, plaintext)| plaintext.to_owned())
            };
            let bound_to = text("associated_data");
            let answer = match request.path.as_str() {
                "/v1/transit/encrypt/logs" => seal(&bound_to, &text("plaintext")),
                "/v1/transit/decrypt/logs" => match open(&bound_to) {
                    Some(plaintext) => json!({"data": {"plaintext": plaintext}}),
                    None => return refuse(400, "cipher: message authentication failed"),
                },
                "/v1/transit/rewrap/logs" => match open(&bound_to) {
                    Some(plaintext) => seal(&bound_to, &plaintext),
                    None => return refuse(400, "cipher: message authentication failed"),
                },
                _ => return refuse(400, "encryption key not found"),
            };
            Reply { status: 200, body: answer.to_string() }
        })
    }

    struct Fixture {
        folder: tempfile::TempDir,
        service: Service,
        newest: Arc<AtomicU32>,
    }

    impl Fixture {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("token"), "s.secret\n").unwrap();
            let newest = Arc::new(AtomicU32::new(1));
            Self { folder, service: transit(Arc::clone(&newest)), newest }
        }

        fn root(&self, key: &str) -> VaultRoot {
            VaultRoot::new(&self.service.address(), "transit", key, self.folder.path().join("token"))
        }
    }

    #[test]
    fn a_key_is_wrapped_and_unwrapped_by_vault_for_its_tenant_only() {
        let fixture = Fixture::new();
        let root = fixture.root("logs");
        let wrapped = root.wrap(&[1; 32], "default/1").unwrap();
        assert!(wrapped.starts_with(b"vault:v1:"));
        assert_eq!(root.unwrap(&wrapped, "default/1").unwrap().as_slice(), [1; 32]);
        let error = root.unwrap(&wrapped, "other/1").unwrap_err().to_string();
        assert!(error.contains("authentication failed"), "{error}");
    }

    #[test]
    fn a_rewrapped_key_has_the_newest_version_and_is_the_same_key() {
        let fixture = Fixture::new();
        let root = fixture.root("logs");
        let wrapped = root.wrap(&[1; 32], "default/1").unwrap();
        fixture.newest.store(2, Ordering::SeqCst);
        let rewrapped = root.rewrap(&wrapped, "default/1").unwrap();
        assert!(rewrapped.starts_with(b"vault:v2:"));
        assert_eq!(root.unwrap(&rewrapped, "default/1").unwrap().as_slice(), [1; 32]);
    }

    #[test]
    fn what_vault_refuses_is_told_in_its_words_and_a_renewed_token_is_used() {
        let fixture = Fixture::new();
        let told = |root: &VaultRoot| root.wrap(&[1; 32], "default/1").unwrap_err().to_string();
        assert!(told(&fixture.root("nothing")).contains("encryption key not found"));
        let token = fixture.folder.path().join("token");
        let root = fixture.root("logs");
        std::fs::write(&token, "s.old").unwrap();
        assert!(told(&root).contains("status 403: permission denied"));
        std::fs::write(&token, "s.secret").unwrap();
        assert!(root.wrap(&[1; 32], "default/1").is_ok());
        std::fs::remove_file(&token).unwrap();
        assert!(told(&root).contains("the token file"));
    }

    #[test]
    fn a_keyring_opens_with_a_key_in_vault() {
        let fixture = Fixture::new();
        let store = Arc::new(MemoryKeyStore::new());
        let clock = Arc::new(ManualClock::at(Timestamp::default()));
        for _ in 0..2 {
            let root = Arc::new(fixture.root("logs"));
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            Keyring::open(store, root, "default", clock, Settings::default()).unwrap();
        }
        let root = Arc::new(fixture.root("nothing"));
        let error = Keyring::open(store, root, "default", clock, Settings::default()).err().unwrap();
        assert!(error.to_string().contains("transit/logs"), "{error}");
    }
}
