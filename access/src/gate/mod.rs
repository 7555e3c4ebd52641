//! The one place where callers are recognised.

mod check;
mod recognise;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use palisade_record::TenantName;

use crate::cookie;
use crate::http::{oidc, session};
use crate::oidc::OpenId;
use crate::owner::OwnerSessions;
use crate::strangers::Strangers;
use crate::two_people::TwoPeople;
use crate::{AuditTrail, Caller, Credentials, Secret};

/// Knows who calls, and lets requests through or not. Clones share it.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    tenant: TenantName,
    credentials: Credentials,
    trail: Arc<dyn AuditTrail>,
    owners: Arc<OwnerSessions>,
    is_behind_tls: bool,
    open_id: Option<OpenId>,
    has_neighbours: bool,
    two_people: Arc<TwoPeople>,
    strangers: Arc<Strangers>,
}

impl Gate {
    /// A gate for whoever has these credentials. What they do is written to `trail` before it is answered; there is no gate without.
    pub fn new(credentials: Credentials, trail: Arc<dyn AuditTrail>) -> Self {
        let tenant = TenantName::first();
        let owners = Arc::default();
        let (is_behind_tls, open_id, has_neighbours) = (false, None, false);
        let (two_people, strangers) = (Arc::default(), Arc::default());
        let inner = Inner {
            tenant,
            credentials,
            trail,
            owners,
            is_behind_tls,
            open_id,
            has_neighbours,
            two_people,
            strangers,
        };
        Self(Arc::new(inner))
    }

    /// The same for people and programs of another tenant.
    #[must_use]
    pub fn of_tenant(self, tenant: &TenantName) -> Self {
        Self(Arc::new(Inner { tenant: tenant.clone(), ..Inner::clone(&self.0) }))
    }

    /// The same for a server that browsers reach over TLS.
    #[must_use]
    pub fn behind_tls(self) -> Self {
        Self(Arc::new(Inner { is_behind_tls: true, ..Inner::clone(&self.0) }))
    }

    /// The same where people may also sign in with a provider.
    #[must_use]
    pub fn with_open_id(self, open_id: Option<OpenId>) -> Self {
        Self(Arc::new(Inner { open_id, ..Inner::clone(&self.0) }))
    }

    /// The same for a server with other tenants, so that people say whose they are.
    #[must_use]
    pub fn with_neighbours(self, has_neighbours: bool) -> Self {
        Self(Arc::new(Inner { has_neighbours, ..Inner::clone(&self.0) }))
    }

    /// The same where these deeds, by their names in the audit trail, need a second person.
    #[must_use]
    pub fn with_two_people(self, deeds: BTreeSet<String>) -> Self {
        Self(Arc::new(Inner { two_people: Arc::new(TwoPeople::of(deeds)), ..Inner::clone(&self.0) }))
    }

    pub(crate) fn two_people(&self) -> &TwoPeople {
        &self.0.two_people
    }

    /// Somebody as they are now: what they may do may have changed since they asked for something.
    pub(crate) fn caller_like(&self, before: &Caller) -> Option<Caller> {
        match before.name.parse() {
            Ok(name) => self.0.credentials.directory()?.caller_named(&name),
            // The bearers of the tokens in the data directory, and machines, are who they are.
            Err(_) => Some(before.clone()),
        }
    }

    pub(crate) fn open_id(&self) -> Option<&OpenId> {
        self.0.open_id.as_ref()
    }

    pub(crate) fn has_neighbours(&self) -> bool {
        self.0.has_neighbours
    }

    /// Whose gate it is.
    pub fn tenant(&self) -> &TenantName {
        &self.0.tenant
    }

    /// Whether a request comes with a credential that is known here, whatever it may do.
    pub fn knows(&self, request: &Parts) -> bool {
        self.caller_of(&request.headers, &request.extensions).is_ok()
            || session::is_link_of(self, &request.uri)
            || oidc::is_for(self, &request.uri)
    }

    /// Whether a request with this body signs somebody in who may be known here.
    pub fn is_asked_to_sign_in(&self, body: &[u8]) -> bool {
        session::is_for(self, body)
    }

    /// A code that signs a browser in as `caller` for the next hour, for the link printed at the start: the token itself
    /// would stay in the browser's history.
    pub fn sign_in_code(&self, caller: Caller) -> Secret {
        self.0.owners.link(caller)
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    pub(crate) fn owners(&self) -> &OwnerSessions {
        &self.0.owners
    }

    pub(crate) fn trail(&self) -> &dyn AuditTrail {
        &*self.0.trail
    }

    /// The header that gives a browser its session, or with an empty one takes it.
    pub(crate) fn cookie(&self, session: &str) -> String {
        cookie::SESSION.header(session, self.0.is_behind_tls)
    }

    /// The header that binds a sign-in at the provider to this browser, or with an empty one ends that.
    pub(crate) fn oidc_cookie(&self, state: &str) -> String {
        cookie::OIDC.header(state, self.0.is_behind_tls)
    }

    /// The state of the sign-in that this browser began.
    pub(crate) fn oidc_state_of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie::OIDC.of(headers, self.0.is_behind_tls)
    }

    /// The session in a request's cookie.
    pub(crate) fn session_of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie::SESSION.of(headers, self.0.is_behind_tls)
    }
}
