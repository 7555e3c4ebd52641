//! What is asked of a provider, and what of its answers is believed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::http::{Request, header};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde_json::{Map, Value};

use super::fetch::Fetch;
use super::{Failure, Settings};

/// How long what the provider told about itself is believed. Its keys change now and then; unknown ones are asked for at once.
const KNOWN_SECONDS_MAX: Duration = Duration::from_secs(60 * 60);

/// The provider, as far as it told about itself.
pub(super) struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    callback: RedirectUrl,
    scopes: Vec<Scope>,
    groups_claim: String,
    fetch: Fetch,
    known: Mutex<Option<(Arc<CoreProviderMetadata>, Instant)>>,
}

/// What a sign-in that is under way must come back with.
pub(super) struct Awaited {
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

impl Provider {
    pub(super) fn new(settings: &Settings, callback: String, fetch: Fetch) -> Result<Self, String> {
        let issuer = IssuerUrl::new(settings.issuer.clone());
        let issuer = issuer.map_err(|error| format!("the issuer `{}`: {error}", settings.issuer))?;
        let is_local = |host: &str| ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        let url = issuer.url();
        if url.scheme() != "https" && !url.host_str().is_some_and(is_local) {
            return Err(format!(
                "the issuer `{}` is not https: anybody between could say who people are",
                settings.issuer
            ));
        }
        let callback =
            RedirectUrl::new(callback).map_err(|error| format!("the address of this server: {error}"))?;
        Ok(Self {
            issuer,
            client_id: ClientId::new(settings.client_id.clone()),
            client_secret: settings
                .client_secret
                .as_ref()
                .map(|secret| ClientSecret::new(secret.reveal().to_owned())),
            callback,
            scopes: settings.scopes.iter().cloned().map(Scope::new).collect(),
            groups_claim: settings.groups_claim.clone(),
            fetch,
            known: Mutex::new(None),
        })
    }

    /// What the provider tells about itself, with its keys.
    fn metadata(&self, at_most: Duration) -> Result<Arc<CoreProviderMetadata>, Failure> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((metadata, since)) = &*known()
            && since.elapsed() < at_most
        {
            return Ok(metadata.clone());
        }
        let asked = CoreProviderMetadata::discover(&self.issuer, &|request| self.fetch.send(request));
        let metadata = Arc::new(asked.map_err(|error| Failure::Unreachable(chain(&error)))?);
        *known() = Some((metadata.clone(), Instant::now()));
        Ok(metadata)
    }

    /// The address to which a browser goes, the state that it brings back, and what is awaited then.
    pub(super) fn begin(&self) -> Result<(String, String, Awaited), Failure> {
        let metadata = self.metadata(KNOWN_SECONDS_MAX)?;
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client_id.clone(), None)
            .set_redirect_uri(self.callback.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge);
        let (address, state, nonce) = request.url();
        Ok((address.to_string(), state.secret().clone(), Awaited { nonce, verifier }))
    }

    /// What the provider says of the person who brought this code.
    pub(super) fn finish(&self, code: &str, awaited: Awaited) -> Result<Map<String, Value>, Failure> {
        let metadata = self.metadata(KNOWN_SECONDS_MAX)?;
        let client = |metadata: &CoreProviderMetadata| {
            CoreClient::from_provider_metadata(
                metadata.clone(),
                self.client_id.clone(),
                self.client_secret.clone(),
            )
            .set_redirect_uri(self.callback.clone())
        };
        let asking = client(&metadata);
        let request = asking.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|error| Failure::Unbelievable(error.to_string()))?;
        let answer = request.set_pkce_verifier(awaited.verifier).request(&|request| self.fetch.send(request));
        let answer = answer.map_err(|error| Failure::Refused(chain(&error)))?;
        let unbelievable = |text: String| Failure::Unbelievable(text);
        let token = answer.id_token().ok_or_else(|| unbelievable("there is no identity token".to_owned()))?;
        if let Err(first) = token.claims(&asking.id_token_verifier(), &awaited.nonce) {
            // A key that is not known yet may be a new one.
            let newest = client(&*self.metadata(Duration::ZERO)?);
            let verified = token.claims(&newest.id_token_verifier(), &awaited.nonce);
            verified.map_err(|_| unbelievable(chain(&first)))?;
        }
        let mut claims =
            payload(&token.to_string()).ok_or_else(|| unbelievable("its token is none".to_owned()))?;
        if !claims.contains_key(&self.groups_claim)
            && let Some(address) = metadata.userinfo_endpoint()
        {
            self.add_told(&mut claims, address.as_str(), answer.access_token().secret())?;
        }
        Ok(claims)
    }

    /// Adds what the provider tells of somebody beside their token.
    fn add_told(&self, claims: &mut Map<String, Value>, address: &str, token: &str) -> Result<(), Failure> {
        let request =
            Request::get(address).header(header::AUTHORIZATION, format!("Bearer {token}")).body(Vec::new());
        let request = request.map_err(|error| Failure::Unbelievable(error.to_string()))?;
        let answer = self.fetch.send(request).map_err(|error| Failure::Unreachable(error.to_string()))?;
        let told: Option<Map<String, Value>> = serde_json::from_slice(answer.body()).ok();
        let told = told.filter(|_| answer.status().is_success());
        let told = told.ok_or_else(|| Failure::Refused("it does not tell about the person".to_owned()))?;
        if told.get("sub") != claims.get("sub") {
            return Err(Failure::Unbelievable("it tells about somebody else".to_owned()));
        }
        for (claim, value) in told {
            claims.entry(claim).or_insert(value);
        }
        Ok(())
    }
}

/// What a token says. Its signature was verified before.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let middle = token.split('.').nth(1)?;
    serde_json::from_slice(&BASE64URL_NOPAD.decode(middle.as_bytes()).ok()?).ok()
}

/// An error with what caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
