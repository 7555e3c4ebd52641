//! Who may call what, checked for every route that exists.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use palisade_access::{Credentials, Permission, Secret};
use palisade_record::ByteSize;
use tower::ServiceExt;

use super::*;

struct World {
    _directory: tempfile::TempDir,
    index: Index,
    gate: Gate,
    declared: Vec<palisade_access::Declared>,
    router: Router,
    admin: Secret,
    agent: Secret,
}

fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    let settings = palisade_index::Settings {
        data_dir: directory.path().to_owned(),
        split_bytes: ByteSize::mib(64),
        split_age: Duration::from_secs(600),
        cache_bytes: ByteSize::mib(4),

        classes: Default::default(),
        tenant: "default".to_owned(),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let index =
        Index::open(settings, Parts::near(Arc::new(RealDisk), Arc::new(SystemClock)), &Normaliser).unwrap();
    let (admin, agent) = (Secret::random("a_"), Secret::random("b_"));
    let mut credentials = Credentials::new();
    credentials.add(&admin, "admin", Role::Admin);
    credentials.add(&agent, "agent", Role::Agent);
    let gate = Gate::new(credentials);
    let collector = Collector::new(index.clone(), clock.clone(), Default::default(), None);
    let engine = Engine::new(index.clone(), Default::default(), clock.clone(), None).unwrap();
    let governed = lifecycle::start(&Configuration::default(), &index, Some(&engine), &clock).unwrap();
    let lifecycle = governed.lifecycle.clone();
    let observed =
        Observed::new(index.clone(), Some(collector.clone()), Some(engine.clone()), Some(lifecycle.clone()));
    let routes = routes(&gate, observed, Some(collector), Some(engine), Some(governed));
    let declared = routes.declared();
    let router = router(routes, &gate);
    World { _directory: directory, index, gate, declared, router, admin, agent }
}

impl World {
    async fn status(&self, method: &str, path: &str, token: Option<&Secret>) -> StatusCode {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status()
    }
}

/// `{names}` in a path filled in.
fn concrete(path: &str) -> String {
    let fill = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_that_is_not_public_asks_for_credentials() {
    let world = world();
    let secured = world.declared.iter().filter(|route| route.permission != Permission::Public);

    let mut count = 0;
    for route in secured {
        count += 1;
        let path = concrete(&route.path);
        let wrong = Secret::random("");
        for token in [None, Some(&wrong)] {
            let status = world.status(route.method, &path, token).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{} {path}", route.method);
        }
    }

    assert!(count >= 8, "only {count} routes were found");
    world.index.close();
}

#[tokio::test]
async fn an_agent_may_ship_and_nothing_else() {
    let world = world();

    for route in &world.declared {
        if matches!(route.permission, Permission::Public | Permission::Ship) {
            continue;
        }
        let path = concrete(&route.path);
        let status = world.status(route.method, &path, Some(&world.agent)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{} {path}", route.method);
    }

    world.index.close();
}

#[tokio::test]
async fn public_routes_are_probes_the_page_and_signing_in() {
    let world = world();
    let public = world.declared.iter().filter(|route| route.permission == Permission::Public);

    for route in public {
        let harmless = route.path.starts_with("/health/")
            || !route.path.starts_with("/api/") && route.method == "GET"
            || (route.method, route.path.as_str()) == ("POST", "/api/v1/session");
        assert!(harmless, "{} {} is public", route.method, route.path);
    }

    world.index.close();
}

#[tokio::test]
async fn probes_answer_without_a_token_and_numbers_with_one() {
    let world = world();

    assert_eq!(world.status("GET", "/health/live", None).await, StatusCode::OK);
    assert_eq!(world.status("GET", "/health/ready", None).await, StatusCode::OK);
    assert_eq!(world.status("GET", "/metrics", Some(&world.admin)).await, StatusCode::OK);
    assert_eq!(world.status("GET", STATISTICS_PATH, Some(&world.admin)).await, StatusCode::OK);

    world.index.close();
}

#[tokio::test]
async fn what_is_not_there_is_not_found_however_it_is_spelt() {
    let world = world();

    for path in
        ["/nothing/here", "//metrics", "/./metrics", "/health/../metrics", "/%2fmetrics", "/api/v1/%2e%2e/x"]
    {
        let status = world.status("GET", path, Some(&world.admin)).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(world.status("DELETE", "/metrics", Some(&world.admin)).await, StatusCode::METHOD_NOT_ALLOWED);

    world.index.close();
}

#[tokio::test]
async fn the_printed_link_signs_in_with_a_code_that_is_not_the_token() {
    let world = world();
    let code = world.gate.sign_in_code(Caller { name: "admin".to_owned(), role: Role::Admin });

    assert_ne!(code.reveal(), world.admin.reveal());
    let path = format!("/sign-in?token={}", code.reveal());
    assert_eq!(world.status("GET", &path, None).await, StatusCode::SEE_OTHER);

    world.index.close();
}

#[test]
fn all_addresses_are_reached_through_loopback() {
    let reach = |text: &str| reachable(text.parse().unwrap()).to_string();
    assert_eq!(reach("0.0.0.0:8514"), "127.0.0.1:8514");
    assert_eq!(reach("[::]:8514"), "[::1]:8514");
    assert_eq!(reach("10.0.0.7:8514"), "10.0.0.7:8514");
}
