//! Routes that say which permission they need.

use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Router};

use crate::http::approvals::{DECIDE_PATH, Deeds};
use crate::{Gate, Permission};

/// A route as it was declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The path, with `{names}`.
    pub path: String,
    /// What its caller must be allowed to do.
    pub permission: Permission,
}

impl Declared {
    /// What a request to it does, in the words of the audit trail: its path, without what differs from request to request.
    pub fn action(&self) -> String {
        let path = self.path.strip_prefix("/api/v1").unwrap_or(&self.path);
        let names: Vec<&str> =
            path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{')).collect();
        match self.method {
            "DELETE" => format!("{}.remove", names.join(".")),
            _ => names.join("."),
        }
    }
}

/// Routes that were declared with their permissions, whose handlers share a state.
pub struct Routes<S = ()> {
    declared: Vec<(Declared, MethodRouter<S>)>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes.
    pub fn new() -> Self {
        Self { declared: Vec::new() }
    }

    /// Adds a `GET` route.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(self, path: &str, permission: Permission, handler: H) -> Self {
        self.add("GET", MethodFilter::GET, path, permission, handler)
    }

    /// Adds a `POST` route.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(self, path: &str, permission: Permission, handler: H) -> Self {
        self.add("POST", MethodFilter::POST, path, permission, handler)
    }

    /// Adds a `DELETE` route.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(
        self,
        path: &str,
        permission: Permission,
        handler: H,
    ) -> Self {
        self.add("DELETE", MethodFilter::DELETE, path, permission, handler)
    }

    fn add<H: Handler<T, S>, T: 'static>(
        mut self,
        method: &'static str,
        filter: MethodFilter,
        path: &str,
        permission: Permission,
        handler: H,
    ) -> Self {
        let declared = Declared { method, path: path.to_owned(), permission };
        self.declared.push((declared, on(filter, handler)));
        self
    }

    /// Gives the handlers their state.
    pub fn with_state(self, state: S) -> Routes {
        let give =
            |(declared, handler): (Declared, MethodRouter<S>)| (declared, handler.with_state(state.clone()));
        Routes { declared: self.declared.into_iter().map(give).collect() }
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl Routes {
    /// These routes and others.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.declared.extend(other.declared);
        self
    }

    /// What was declared, for the test that walks it.
    pub fn declared(&self) -> Vec<Declared> {
        self.declared.iter().map(|(declared, _)| declared.clone()).collect()
    }

    /// The routes as a router that lets through only who may.
    pub fn into_router(self, gate: &Gate) -> Router {
        // What was approved is answered by all routes but the one that approves.
        let decides = |declared: &Declared| declared.method == "POST" && declared.path == DECIDE_PATH;
        let (deciding, others): (Vec<_>, Vec<_>) =
            self.declared.into_iter().partition(|(declared, _)| decides(declared));
        let router = others.into_iter().fold(Router::new(), |router, route| with(router, route, gate));
        let deeds = Deeds(router.clone());
        deciding.into_iter().fold(router, |router, (declared, handler)| {
            with(router, (declared, handler.layer(Extension(deeds.clone()))), gate)
        })
    }
}

/// A router with one route more, behind the gate.
fn with(router: Router, (declared, handler): (Declared, MethodRouter), gate: &Gate) -> Router {
    let path = declared.path.clone();
    let (gate, declared) = (gate.clone(), Arc::new(declared));
    let check = move |request: Request, next: Next| gate.clone().check(declared.clone(), request, next);
    router.route(&path, handler.layer(middleware::from_fn(check)))
}
