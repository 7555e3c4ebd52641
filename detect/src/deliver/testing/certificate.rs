//! A certificate that nobody signed but itself, for receivers in tests.

use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Who a receiver says it is.
#[derive(Clone)]
pub(crate) struct Certificate {
    config: Arc<ServerConfig>,
    pub(crate) pem: String,
}

impl Certificate {
    /// For these names and addresses.
    pub(crate) fn of(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let signed = rcgen::generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![signed.cert.der().clone()], key)
            .unwrap();
        Self { config: Arc::new(config), pem: signed.cert.pem() }
    }

    /// A connection over TLS from here on. Whether the client trusts it is seen when it is first read.
    pub(crate) fn wrap(&self, connection: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
        StreamOwned::new(ServerConnection::new(self.config.clone()).unwrap(), connection)
    }
}
