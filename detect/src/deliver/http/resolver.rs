//! A name becomes addresses that were checked, and only these are connected to: a name that answers differently the second time
//! gains nothing.

use std::io;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::guard::{Reach, check};
use super::target::refused;

/// Resolves with `inner` and refuses the whole answer if one of its addresses may not be connected to: a mixed answer is an attack
/// or a mistake.
#[derive(Debug)]
pub(super) struct Guarded<R> {
    pub(super) inner: R,
    pub(super) reach: Reach,
}

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.inner.resolve(uri, config, timeout)?;
        for address in &addresses[..] {
            if let Err(what) = check(address.ip(), self.reach) {
                return Err(ureq::Error::Other(Box::new(Guard(refused(address.ip(), what, self.reach)))));
            }
        }
        Ok(addresses)
    }
}

/// That an address was refused.
#[derive(Debug)]
pub(super) struct Guard(pub(super) String);

impl std::fmt::Display for Guard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Guard {}

impl From<Guard> for io::Error {
    fn from(guard: Guard) -> Self {
        Self::new(io::ErrorKind::PermissionDenied, guard)
    }
}
