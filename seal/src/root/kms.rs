//! The root key in AWS KMS: KMS wraps and unwraps, the key never leaves it. The tenant stands in the encryption context, so
//! that KMS authenticates it and writes it to its own trail.

use std::future::Future;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{BehaviorVersion, Region};
use aws_sdk_kms::error::DisplayErrorContext;
use aws_sdk_kms::primitives::Blob;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use zeroize::Zeroizing;

use super::{RootError, RootKey, SERVICE_TIMEOUT, WRAPPED_BYTES_MAX};

/// The key of the encryption context under which the tenant and version stand.
const CONTEXT: &str = "palisade";

/// A symmetric key of AWS KMS, or of a service that speaks its protocol. Needs `kms:Encrypt` and `kms:Decrypt`.
#[derive(Clone)]
pub struct KmsRoot {
    key: String,
    region: Option<String>,
    endpoint: Option<String>,
    /// In tests, what the environment would have.
    #[cfg(test)]
    credentials: Option<aws_sdk_kms::config::Credentials>,
}

impl KmsRoot {
    /// The key with the id, ARN or alias `key`. Region and credentials come from the environment, as AWS documents it,
    /// unless a region is given; `endpoint` names another service than AWS.
    pub fn new(key: &str, region: Option<&str>, endpoint: Option<&str>) -> Self {
        Self {
            key: key.to_owned(),
            region: region.map(str::to_owned),
            endpoint: endpoint.map(str::to_owned),
            #[cfg(test)]
            credentials: None,
        }
    }

    async fn client(&self) -> Client {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &self.endpoint {
            loader = loader.endpoint_url(endpoint.clone());
        }
        #[cfg(test)]
        if let Some(credentials) = &self.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        Client::new(&loader.load().await)
    }

    fn error(&self, what: &'static str, reason: impl ToString) -> RootError {
        RootError::Service { id: self.id(), what, reason: reason.to_string() }
    }

    /// Runs a request on a thread with a runtime of its own: the caller may stand inside another runtime, where waiting
    /// would block its other tasks. A root key is asked a few times in the life of a process.
    fn run<T, F>(&self, what: &'static str, request: impl FnOnce(Self) -> F + Send) -> Result<T, RootError>
    where
        T: Send,
        F: Future<Output = Result<T, RootError>>,
    {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("seal-kms".into()).spawn_scoped(scope, || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(|error| self.error(what, error))?;
                runtime.block_on(async {
                    tokio::time::timeout(SERVICE_TIMEOUT, request(self.clone()))
                        .await
                        .map_err(|_| self.error(what, format!("no answer within {SERVICE_TIMEOUT:?}")))?
                })
            });
            let thread = thread.map_err(|error| self.error(what, error))?;
            thread.join().map_err(|_| self.error(what, "the request was given up"))?
        })
    }
}

impl RootKey for KmsRoot {
    fn id(&self) -> String {
        format!("kms:{}", self.key)
    }

    fn wrap(&self, key: &[u8], context: &str) -> Result<Vec<u8>, RootError> {
        self.run("encrypt", async |root| {
            let request = root.client().await.encrypt().key_id(&root.key).plaintext(Blob::new(key));
            let reply = request.encryption_context(CONTEXT, context).send().await;
            let reply = reply.map_err(|error| root.error("encrypt", DisplayErrorContext(error)))?;
            match reply.ciphertext_blob {
                Some(wrapped) if wrapped.as_ref().len() <= WRAPPED_BYTES_MAX => Ok(wrapped.into_inner()),
                Some(_) => Err(root.error("encrypt", "the answer is too long")),
                None => Err(root.error("encrypt", "the answer has no ciphertext")),
            }
        })
    }

    fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, RootError> {
        self.run("decrypt", async |root| {
            let request = root.client().await.decrypt().key_id(&root.key).ciphertext_blob(Blob::new(wrapped));
            let reply = request.encryption_context(CONTEXT, context).send().await;
            let reply = reply.map_err(|error| root.error("decrypt", DisplayErrorContext(error)))?;
            let key = reply.plaintext.ok_or_else(|| root.error("decrypt", "the answer has no plaintext"))?;
            Ok(Zeroizing::new(key.into_inner()))
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::*;
    use crate::root::fake::{Reply, Service};
    use crate::wrap::WrappingKey;

    /// What KMS does with `Encrypt` and `Decrypt`: the encryption context is authenticated, and every request is signed.
    fn kms() -> Service {
        let key = WrappingKey::new(&[7; 32]);
        Service::start(move |request| {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let bytes = |name: &str| STANDARD.decode(body[name].as_str().unwrap()).unwrap();
            let context = body["EncryptionContext"].to_string();
            let refuse = |kind: &str| Reply {
                status: 400,
                body: json!({"__type": kind, "message": "no"}).to_string(),
            };
            if !request.header("authorization").contains("/eu-west-1/kms/aws4_request") {
                return refuse("MissingAuthenticationTokenException");
            }
            if body["KeyId"] != "alias/palisade" {
                return refuse("NotFoundException");
            }
            let answer = match request.header("x-amz-target") {
                "TrentService.Encrypt" => {
                    json!({"CiphertextBlob": STANDARD.encode(key.wrap(context.as_bytes(), &bytes("Plaintext")))})
                }
                "TrentService.Decrypt" => match key.unwrap(context.as_bytes(), &bytes("CiphertextBlob")) {
                    Ok(key) => json!({"Plaintext": STANDARD.encode(&*key)}),
                    Err(_) => return refuse("InvalidCiphertextException"),
                },
                _ => return refuse("UnknownOperationException"),
            };
            Reply { status: 200, body: answer.to_string() }
        })
    }

    fn root(service: &Service, key: &str) -> KmsRoot {
        let credentials = aws_sdk_kms::config::Credentials::new("id", "secret", None, None, "test");
        let root = KmsRoot::new(key, Some("eu-west-1"), Some(&service.address()));
        KmsRoot { credentials: Some(credentials), ..root }
    }

    #[test]
    fn a_key_is_wrapped_and_unwrapped_by_kms_for_its_tenant_only() {
        let service = kms();
        let root = root(&service, "alias/palisade");
        let wrapped = root.wrap(&[1; 32], "default/1").unwrap();
        assert_eq!(root.unwrap(&wrapped, "default/1").unwrap().as_slice(), [1; 32]);
        let error = root.unwrap(&wrapped, "other/1").unwrap_err().to_string();
        assert!(error.contains("InvalidCiphertext"), "{error}");
        assert_eq!(root.id(), "kms:alias/palisade");
    }

    #[test]
    fn a_key_that_is_not_there_says_so() {
        let service = kms();
        let error = root(&service, "alias/nothing").wrap(&[1; 32], "default/1").unwrap_err().to_string();
        assert!(error.contains("kms:alias/nothing cannot encrypt") && error.contains("NotFound"), "{error}");
    }

    #[tokio::test]
    async fn it_can_be_asked_from_inside_a_runtime() {
        let service = kms();
        assert!(root(&service, "alias/palisade").wrap(&[1; 32], "default/1").is_ok());
    }
}
