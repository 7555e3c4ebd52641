//! Nothing is answered that is not written down.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use futures::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{Act, ApiError, Notebook, Permission, Recorded, Role, Routes};

/// A trail that can be full.
#[derive(Default)]
struct Trail {
    notebook: Notebook,
    is_full: AtomicBool,
}

impl AuditTrail for Trail {
    fn record(&self, event: Value) -> Recorded<'_> {
        match self.is_full.load(Ordering::Relaxed) {
            true => Box::pin(std::future::ready(Err("the disk is full".to_owned()))),
            false => self.notebook.record(event),
        }
    }
}

struct World {
    trail: Arc<Trail>,
    changes: Arc<AtomicBool>,
    router: Router,
}

async fn search(act: Act) -> &'static str {
    act.tell("query", "level:error");
    act.tell("results", 7);
    "seven records"
}

async fn change(act: Act, State(changes): State<Arc<AtomicBool>>) -> Result<&'static str, ApiError> {
    act.intend("rule.put", json!({"rule": "r-1"})).await?;
    match changes.swap(true, Ordering::Relaxed) {
        false => Ok("changed"),
        true => Err(ApiError::invalid("it is changed already", "leave it")),
    }
}

async fn tail(act: Act) -> Body {
    let mut ending = act.ending();
    let chunks = futures::stream::iter(["one", "two"]).map(move |chunk| {
        ending.sent(chunk.as_bytes());
        Ok::<_, std::convert::Infallible>(chunk)
    });
    Body::from_stream(chunks)
}

impl World {
    fn new() -> Self {
        let (trail, changes) = (Arc::<Trail>::default(), Arc::<AtomicBool>::default());
        let mut credentials = Credentials::new();
        credentials.add(&Secret::new("admin-token"), Caller::owner("ada"));
        credentials.add(&Secret::new("agent-token"), Caller::new("node-1", [Role::Agent]));
        let gate = Gate::new(credentials, trail.clone());
        let routes = Routes::new()
            .post("/api/v1/search", Permission::Search, search)
            .get("/api/v1/tail", Permission::Search, tail)
            .post("/api/v1/rules/{id}", Permission::ManageRules, change)
            .get("/metrics", Permission::Observe, async || "numbers")
            .get("/health/live", Permission::Public, async || "live")
            .with_state(changes.clone());
        Self { trail, changes, router: routes.into_router(&gate) }
    }

    async fn call(&self, method: &str, path: &str, token: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), 1_024).await.unwrap().to_vec()).unwrap())
    }

    fn events(&self) -> Vec<Value> {
        self.trail.notebook.events()
    }
}

#[tokio::test]
async fn what_was_asked_and_found_is_written_down_before_the_answer_leaves() {
    let world = World::new();
    assert_eq!(world.call("POST", "/api/v1/search", "admin-token").await.1, "seven records");
    let [event] = &world.events()[..] else { panic!("{:?}", world.events()) };
    for (field, value) in [
        ("action", json!("search")),
        ("user_id", json!("ada")),
        ("outcome", json!("success")),
        ("query", json!("level:error")),
        ("results", json!(7)),
        ("status", json!(200)),
        ("message", json!("ada asked for search: level:error")),
    ] {
        assert_eq!(event[field], value, "{event}");
    }

    world.trail.is_full.store(true, Ordering::Relaxed);
    let (status, text) = world.call("POST", "/api/v1/search", "admin-token").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!text.contains("seven") && text.contains("the disk is full"), "{text}");
}

#[tokio::test]
async fn a_change_is_written_down_before_it_is_made_and_again_only_when_it_is_refused() {
    let world = World::new();
    assert_eq!(world.call("POST", "/api/v1/rules/x", "admin-token").await.0, StatusCode::OK);
    let [event] = &world.events()[..] else { panic!("{:?}", world.events()) };
    assert_eq!((&event["action"], &event["outcome"]), (&json!("rule.put"), &json!("intended")));
    assert_eq!(event["detail"]["rule"], "r-1");

    assert_eq!(world.call("POST", "/api/v1/rules/x", "admin-token").await.0, StatusCode::BAD_REQUEST);
    let outcomes: Vec<Value> = world.events().iter().map(|event| event["outcome"].clone()).collect();
    assert_eq!(outcomes, ["intended", "intended", "refused"]);

    let full = World::new();
    full.trail.is_full.store(true, Ordering::Relaxed);
    assert_eq!(full.call("POST", "/api/v1/rules/x", "admin-token").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!full.changes.load(Ordering::Relaxed), "nothing was changed");
}

#[tokio::test]
async fn who_may_not_is_written_down_too_and_programs_that_bring_and_measure_are_not() {
    let world = World::new();
    assert_eq!(world.call("POST", "/api/v1/search", "agent-token").await.0, StatusCode::FORBIDDEN);
    let [event] = &world.events()[..] else { panic!("{:?}", world.events()) };
    assert_eq!((&event["user_id"], &event["outcome"]), (&json!("node-1"), &json!("refused")));
    assert_eq!(world.call("GET", "/metrics", "admin-token").await.0, StatusCode::OK);
    assert_eq!(world.call("GET", "/health/live", "admin-token").await.0, StatusCode::OK);
    assert_eq!(world.events().len(), 1);
}

#[tokio::test]
async fn an_answer_that_leaves_piece_by_piece_ends_with_a_record_of_how_much_left() {
    let world = World::new();
    assert_eq!(world.call("GET", "/api/v1/tail", "admin-token").await.1, "onetwo");
    // The record of the end is written by a task of its own.
    while world.events().len() < 2 {
        tokio::task::yield_now().await;
    }
    let end = &world.events()[1];
    assert_eq!(
        (&end["action"], &end["outcome"], &end["bytes"]),
        (&json!("tail.end"), &json!("stopped"), &json!(6))
    );
    assert_eq!(end["sha256"], "25b6746d5172ed6352966a013d93ac846e1110d5a25e8f183b5931f4688842a1");
}

#[test]
fn behind_tls_a_cookie_is_bound_to_this_host_and_to_tls() {
    let gate = Gate::new(Credentials::new(), Arc::new(Notebook::default()));
    assert_eq!(gate.cookie("s"), "palisade_session=s; Path=/; HttpOnly; SameSite=Strict");
    let gate = gate.behind_tls();
    assert_eq!(gate.cookie("s"), "__Host-palisade_session=s; Path=/; HttpOnly; SameSite=Strict; Secure");
    let mut headers = HeaderMap::new();
    headers.insert("cookie", HeaderValue::from_static("palisade_session=a; __Host-palisade_session=b"));
    assert_eq!(
        gate.session_of(&headers),
        Some("b"),
        "one that a neighbouring host could have set is not looked at"
    );
}

#[tokio::test]
async fn whoever_comes_with_an_unknown_token_is_written_down_and_cannot_fill_the_trail() {
    let world = World::new();
    for _ in 0..5 {
        assert_eq!(world.call("POST", "/api/v1/search", "guess").await.0, StatusCode::UNAUTHORIZED);
    }
    let events = world.events();
    let tries: Vec<&Value> = events.iter().map(|event| &event["tries"]).collect();
    assert_eq!(tries, [1, 2, 4]);
    assert_eq!((&events[0]["action"], &events[0]["asked"]), (&json!("credential.refuse"), &json!("search")));
    assert_eq!((&events[0]["reason"], &events[0]["status"]), (&json!("the token is not known"), &json!(401)));

    let request = Request::post("/api/v1/search").body(Body::empty()).unwrap();
    let without = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!((without.status(), world.events().len()), (StatusCode::UNAUTHORIZED, 3));

    // Nothing is shown, so that a full disk is no reason to answer otherwise.
    world.trail.is_full.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        assert_eq!(world.call("POST", "/api/v1/search", "guess").await.0, StatusCode::UNAUTHORIZED);
    }
}
