//! Who may call what, checked for every route that exists.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use palisade_access::{Caller, Credentials, Directory, Gate, Notebook, Permission, Role, Secret};
use palisade_collector::{Collector, Normaliser};
use palisade_index::{Index, Parts};
use palisade_query::Engine;
use palisade_record::ByteSize;
use tower::ServiceExt;

use super::keys::Keys;
use super::observe::Observed;
use super::routes::{Answering, router};
use super::verifier::Verifier;
use super::*;

pub(super) struct World {
    _directory: tempfile::TempDir,
    pub(super) index: Index,
    pub(super) reports: reports::Reports,
    gate: Gate,
    declared: Vec<palisade_access::Declared>,
    router: Router,
    admin: Secret,
    by_role: Vec<Secret>,
    trail: Arc<Notebook>,
}

pub(super) fn world() -> World {
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
    let admin = Secret::random("a_");
    let by_role: Vec<Secret> = Role::ALL.iter().map(|_| Secret::random("r_")).collect();
    let mut credentials = Credentials::new();
    credentials.add(&admin, Caller::owner("admin"));
    for (role, token) in Role::ALL.into_iter().zip(&by_role) {
        credentials.add(token, Caller::new(role.name(), [role]));
    }
    let known = Directory::open(&directory.path().join("access.sqlite"), Arc::new(SystemClock)).unwrap();
    let credentials = credentials.with(known.clone());
    let trail = Arc::<Notebook>::default();
    let gate = Gate::new(credentials, trail.clone());
    let mut configuration = Configuration::default();
    configuration.storage.data_dir = directory.path().to_owned();
    let log_key = log_key::open(&RealDisk, directory.path(), &configuration.tenant).unwrap();
    let keys = Keys::open(&configuration, clock.clone()).unwrap();
    let collector = Collector::new(index.clone(), clock.clone(), Default::default(), None);
    let engine = Engine::new(index.clone(), Default::default(), clock.clone(), Some(keys.sealed())).unwrap();
    let governed = lifecycle::start(&configuration, &index, Some(&engine), &clock).unwrap();
    let lifecycle = governed.lifecycle.clone();
    let beside = detect::Beside { index: &index, engine: Some(&engine), keys: &keys, clock: &clock };
    let remembered = detect::Remembered::open(&configuration).unwrap();
    let detection = remembered.start(&configuration, beside, "http://127.0.0.1".to_owned()).unwrap();
    let verifier =
        Verifier::start(index.clone(), directory.path().to_owned(), log_key.verifying_key().clone()).unwrap();
    let observed =
        Observed::new(index.clone(), Some(collector.clone()), Some(engine.clone()), Some(lifecycle.clone()));
    let reviews = review::Reviews::of(&configuration, engine.clone(), index.clone(), clock.clone()).unwrap();
    let parts = reports::Parts {
        index: index.clone(),
        detection: Some(detection.clone()),
        lifecycle: Some(lifecycle.clone()),
        keys: keys.clone(),
        verifier: verifier.clone(),
        directory: known,
        reviews: reviews.clone(),
    };
    let sources = reports::Sources::of(&configuration, parts);
    let reports = reports::Reports::new(engine.clone(), sources, "UTC".to_owned(), clock.clone()).unwrap();
    let streams = configuration.streams.clone();
    let incidents = incidents::Incidents::new(index.clone(), engine.clone(), streams, clock.clone());
    let inventory = inventory::Inventory::of(&configuration, engine.clone());
    let answering = Answering {
        index: index.clone(),
        observed,
        collector: Some(collector),
        engine: Some(engine),
        governed: Some(governed),
        detection: Some(detection),
        verifier,
        keys,
        reports: Some(reports.clone()),
        reviews,
        incidents: Some(incidents),
        inventory: Some(inventory),
    };
    let routes = answering.routes(&gate);
    let declared = routes.declared();
    let router = router(routes, &gate);
    World { _directory: directory, index, reports, gate, declared, router, admin, by_role, trail }
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

/// Every route with every role, as the document shows it.
fn table(declared: &[palisade_access::Declared]) -> String {
    let mut text = format!("| route | permission | {} |\n", Role::ALL.map(Role::name).join(" | "));
    text += &format!("|---|---|{}\n", "---|".repeat(Role::ALL.len()));
    let mut routes: Vec<_> = declared.iter().collect();
    routes.sort_by_key(|route| (&route.path, route.method));
    for route in routes {
        let marks = Role::ALL.map(|role| if role.may(route.permission) { "yes" } else { "" });
        text += &format!(
            "| `{} {}` | {} | {} |\n",
            route.method,
            route.path,
            route.permission,
            marks.join(" | ")
        );
    }
    text
}

#[tokio::test]
async fn every_role_may_call_the_routes_that_the_table_says_and_no_others() {
    let world = world();

    let mut cells = 0;
    for route in &world.declared {
        for (role, token) in Role::ALL.into_iter().zip(&world.by_role) {
            cells += 1;
            let status = world.status(route.method, &concrete(&route.path), Some(token)).await;
            let is_let = status != StatusCode::FORBIDDEN;
            assert_eq!(
                is_let,
                role.may(route.permission),
                "{} {} {role}: {status}",
                route.method,
                route.path
            );
        }
    }

    println!("{cells} cells");
    assert!(cells >= 7 * 50, "only {cells} cells");
    world.index.close();
}

#[tokio::test]
async fn the_document_shows_the_table_of_routes_and_roles() {
    let world = world();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- routes -->\n").unwrap();
    let (shown, after) = rest.split_once("<!-- /routes -->").unwrap();
    let table = table(&world.declared);

    if std::env::var_os("PALISADE_WRITE_DOCS").is_some() {
        let text = format!("{before}<!-- routes -->\n{table}<!-- /routes -->{after}");
        std::fs::write(&path, text).unwrap();
    } else {
        assert_eq!(shown, table, "run this test with PALISADE_WRITE_DOCS=1");
    }
    world.index.close();
}

#[tokio::test]
async fn every_request_that_shows_or_changes_something_is_written_down_once() {
    let world = world();

    let mut count = 0;
    for route in &world.declared {
        let before = world.trail.events().len();
        world.status(route.method, &concrete(&route.path), Some(&world.admin)).await;
        let events = world.trail.events();
        // How an answer ended that leaves piece by piece comes later, and so does that what was intended was refused.
        let is_first = |event: &serde_json::Value| *event == events[before];
        let is_later =
            |event: &serde_json::Value| is_end(event) || event["outcome"] == "refused" && !is_first(event);
        let new: Vec<_> = events[before..].iter().filter(|event| !is_later(event)).collect();
        let expected = usize::from(route.permission.is_recorded());
        assert_eq!(new.len(), expected, "{} {}: {new:?}", route.method, route.path);
        assert!(
            new.iter().all(|event| event["user_id"] == "admin" && event["outcome"].is_string()),
            "{new:?}"
        );
        count += expected;
    }

    assert!(count >= 20, "only {count} routes are recorded");
    world.index.close();
}

/// Whether it tells how an answer ended that left piece by piece: it knows what left.
fn is_end(event: &serde_json::Value) -> bool {
    event["sha256"].is_string() && event["action"].as_str().is_some_and(|action| action.ends_with(".end"))
}

#[tokio::test]
async fn public_routes_are_probes_the_page_and_signing_in() {
    let world = world();
    let public = world.declared.iter().filter(|route| route.permission == Permission::Public);

    for route in public {
        let harmless = route.path.starts_with("/health/")
            || !route.path.starts_with("/api/") && route.method == "GET"
            || ["POST /api/v1/session", "GET /api/v1/session/ways"]
                .contains(&&*format!("{} {}", route.method, route.path));
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
    let code = world.gate.sign_in_code(Caller::owner("admin"));

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
