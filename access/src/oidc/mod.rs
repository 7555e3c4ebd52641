//! Signing in with a provider of OpenID Connect: who somebody is, the provider says; what they may do, their groups there say.
//!
//! Authorization code with PKCE. What is under way is kept here and bound to the browser that began it; the identity token is verified
//! with the provider's keys, for this client, and for this sign-in alone.

mod fetch;
mod groups;
mod pending;
mod provider;

use std::fmt;
use std::sync::Arc;

pub use groups::GroupGrant;
pub(crate) use groups::roles_and_grants;

use self::fetch::Fetch;
use self::pending::Pending;
use self::provider::Provider;
use crate::Secret;

/// A provider, and what is asked of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// What the button says.
    pub label: String,
    /// The provider's own name, an address under which it tells everything else.
    pub issuer: String,
    /// The name of this program there.
    pub client_id: String,
    /// Its secret there; none for a public client.
    pub client_secret: Option<Secret>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that becomes the user's name.
    pub name_claim: String,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// What groups may do. Who is in none of them is not let in.
    pub groups: Vec<GroupGrant>,
    /// Certificates (PEM) by which the provider is known, instead of the well-known ones.
    pub authorities: Option<Vec<u8>>,
}

/// Where the provider sends browsers back to.
pub(crate) const CALLBACK_PATH: &str = "/sign-in/oidc/callback";
/// Where a browser begins.
pub(crate) const BEGIN_PATH: &str = "/sign-in/oidc";

/// Signs people in with one provider. Clones share what is under way.
#[derive(Clone)]
pub struct OpenId(Arc<Inner>);

struct Inner {
    settings: Settings,
    provider: Provider,
    pending: Pending,
}

/// Where a browser goes, and what it must bring back.
pub(crate) struct Begun {
    pub(crate) address: String,
    pub(crate) state: String,
}

/// Somebody of whom the provider says who they are.
#[derive(Debug)]
pub(crate) struct Person {
    /// The name as the provider writes it.
    pub(crate) name: String,
    /// What the provider calls them for ever; names may be given to others later.
    pub(crate) identity: Identity,
    pub(crate) groups: Vec<String>,
}

/// Somebody at a provider.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Identity {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The browser brings something that was not begun with it, or too late.
    #[error("the sign-in was not begun in this browser, or too long ago")]
    Unknown,
    /// The provider says so.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The provider cannot be asked.
    #[error("the provider cannot be asked: {0}")]
    Unreachable(String),
    /// What the provider says cannot be believed.
    #[error("what the provider says cannot be believed: {0}")]
    Unbelievable(String),
}

impl OpenId {
    /// Prepares the client; asks nothing yet. `url` is where people reach this program.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(settings: Settings, url: &str) -> Result<Self, String> {
        let fetch = Fetch::new(settings.authorities.as_deref())?;
        let callback = format!("{}{CALLBACK_PATH}", url.trim_end_matches('/'));
        let provider = Provider::new(&settings, callback, fetch)?;
        Ok(Self(Arc::new(Inner { settings, provider, pending: Pending::default() })))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Begins a sign-in. Waits for the provider.
    pub(crate) fn begin(&self) -> Result<Begun, Failure> {
        let (address, state, awaited) = self.0.provider.begin()?;
        self.0.pending.put(&state, awaited);
        Ok(Begun { address, state })
    }

    /// Whether a sign-in with this state is under way.
    pub(crate) fn awaits(&self, state: &str) -> bool {
        self.0.pending.has(state)
    }

    /// Ends a sign-in that ended at the provider. Waits for the provider.
    pub(crate) fn finish(&self, state: &str, code: &str) -> Result<Person, Failure> {
        let awaited = self.0.pending.take(state).ok_or(Failure::Unknown)?;
        let claims = self.0.provider.finish(code, awaited)?;
        let text = |claim: &str| claims.get(claim).and_then(serde_json::Value::as_str).map(str::to_owned);
        let Settings { name_claim, groups_claim, issuer, .. } = &self.0.settings;
        let missing = |claim: &str| Failure::Unbelievable(format!("it has no `{claim}`"));
        let subject = text("sub").ok_or_else(|| missing("sub"))?;
        let name = text(name_claim).ok_or_else(|| missing(name_claim))?;
        let groups = groups::listed(claims.get(groups_claim.as_str()));
        Ok(Person { name, identity: Identity { issuer: issuer.clone(), subject }, groups })
    }

    /// Ends a sign-in that the provider refused.
    pub(crate) fn give_up(&self, state: &str) -> bool {
        self.0.pending.take(state).is_some()
    }
}

impl fmt::Debug for OpenId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("OpenId").field(&self.0.settings.issuer).finish()
    }
}
