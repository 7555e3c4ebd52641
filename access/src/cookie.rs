//! The cookies of browsers.

use axum::http::{HeaderMap, header};

/// A cookie by name, and whether other sites may lead a browser here with it.
#[derive(Clone, Copy)]
pub(crate) struct Cookie {
    name: &'static str,
    same_site: &'static str,
}

/// Carries a session. No other site's page brings it.
pub(crate) const SESSION: Cookie = Cookie { name: "palisade_session", same_site: "Strict" };

/// Binds a sign-in at a provider to the browser that began it. The provider's site leads back here, where a strict cookie would not
/// be sent.
pub(crate) const OIDC: Cookie = Cookie { name: "palisade_oidc", same_site: "Lax" };

impl Cookie {
    /// The header that gives a browser this value, or with an empty one takes the cookie.
    pub(crate) fn header(self, value: &str, is_behind_tls: bool) -> String {
        let (name, same_site) = (self.name(is_behind_tls), self.same_site);
        let secure = if is_behind_tls { "; Secure" } else { "" };
        let age = if value.is_empty() { "; Max-Age=0" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{age}")
    }

    /// Its value in a request.
    pub(crate) fn of(self, headers: &HeaderMap, is_behind_tls: bool) -> Option<&str> {
        let name = self.name(is_behind_tls);
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(&*name)?.strip_prefix('='))
    }

    /// Where the browser is to send it over TLS alone, and to this host alone, `__Host-` stands before its name.
    fn name(self, is_behind_tls: bool) -> String {
        if is_behind_tls { format!("__Host-{}", self.name) } else { self.name.to_owned() }
    }
}
