//! People who sign in with a provider of OpenID Connect: a real one, in a real browser, and what others could try.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Client, Program, World, run, wait_until};

/// A server whose people sign in with a provider that runs, too.
struct Provided {
    world: World,
    _provider: Program,
}

impl Provided {
    fn new(in_token: bool) -> Self {
        let port = palisade_rig::free_port().unwrap();
        let mut world = World::prepared();
        let file = world.folder.path().join("palisade.toml");
        let secret = world.folder.path().join("secret");
        fs::write(&secret, "a secret of tests that is long enough for HS256\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&secret, mode).unwrap();
        let configuration = format!(
            "[oidc]\nlabel = \"Sign in with Bank ID\"\nissuer = \"http://127.0.0.1:{port}\"\nclient_id = \"palisade\"\n\
             client_secret_file = {secret:?}\n[[oidc.groups]]\ngroup = \"soc\"\nroles = [\"viewer\"]\nstreams = [\"pay*\"]\n"
        );
        fs::write(&file, configuration).unwrap();
        world.collector.arguments(&["--config", &file.display().to_string()]);
        world.start_collector();
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        assert!(
            tests.join("node_modules/oidc-provider").is_dir(),
            "run `make prepare`, which installs what tests need"
        );
        let mut node = Command::new("node");
        node.arg(tests.join("provider.mjs")).arg(port.to_string());
        node.arg(format!("http://{}/sign-in/oidc/callback", world.collector.address()));
        node.env("CLAIMS_IN_TOKEN", if in_token { "1" } else { "0" });
        let provider = Program::start(&world.folder, "provider", node);
        wait_until("the provider listens", || provider.said().contains("provider at"));
        Self { world, _provider: provider }
    }

    /// Somebody without any credential.
    fn nobody(&self) -> Client {
        Client::new(&self.world.collector.address(), None)
    }

    fn trail(&self) -> Vec<Value> {
        let records = self.world.collector.export("palisade.audit");
        let events = records.iter().map(|record| serde_json::from_slice(record).unwrap());
        events.filter(|event: &Value| event["action"] == "session.start").collect()
    }
}

/// A parameter of an address.
fn parameter(address: &str, name: &str) -> String {
    let (_, parameters) = address.split_once('?').unwrap();
    let found = parameters.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("no {name} in {address}")).to_owned()
}

fn sign_in_in_a_browser(in_token: bool) {
    let provided = Provided::new(in_token);
    let world = &provided.world;
    world.collector.command(&["user", "add", "cyd", "--role", "viewer"]).well();
    let client = world.collector.client();
    for (stream, text) in [("payments", "paid"), ("ledger", "booked")] {
        let record = json!({"message": format!("it was {text}")}).to_string();
        assert_eq!(client.send(&format!("/api/v1/ingest/{stream}"), &[], record.as_bytes()).status, 200);
    }

    run(&mut crate::page::script(&world.collector, "oidc.mjs")).well();

    let users = world.collector.command(&["user", "list", "--json"]).well().json();
    let names: Vec<&str> =
        users["users"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ann", "cyd"], "who has no role is no user");
    assert_eq!(users["users"][0]["roles"], json!(["viewer"]));
    assert!(users["users"][0]["issuer"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let told: Vec<(String, String)> = provided
        .trail()
        .iter()
        .filter(|event| event["detail"]["by"] == "oidc")
        .map(|event| {
            (event["user_id"].as_str().unwrap().to_owned(), event["outcome"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [("ann", "success"), ("bob", "failure"), ("cyd", "failure")];
    assert_eq!(told, expected.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())));
    world.collector.command(&["user", "disable", "ann"]).well();
    let change = client.post("/api/v1/users/ann", &json!({"roles": ["admin"]}));
    assert_eq!(change.status, 400, "what she may do, her groups say: {}", change.text());
}

#[test]
fn somebody_signs_in_in_a_browser_and_may_what_their_groups_may() {
    sign_in_in_a_browser(false);
}

#[test]
fn groups_may_stand_in_the_identity_token_itself() {
    sign_in_in_a_browser(true);
}

#[test]
fn a_sign_in_is_bound_to_its_browser_and_worth_one_try() {
    let provided = Provided::new(false);
    let nobody = provided.nobody();
    let begun = nobody.get("/sign-in/oidc");
    assert_eq!(begun.status, 303);
    let address = begun.header("location").unwrap();
    assert_eq!(parameter(address, "code_challenge_method"), "S256");
    assert_eq!(
        (parameter(address, "response_type"), parameter(address, "nonce").is_empty()),
        ("code".to_owned(), false)
    );
    let state = parameter(address, "state");
    let cookie = begun.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let brought = |state: &str, cookie: &str| {
        let path = format!("/sign-in/oidc/callback?state={state}&code=invented");
        let answer = nobody.attempt("GET", &path, &[("cookie", cookie)], &[]).unwrap();
        assert!(answer.header("set-cookie").is_none_or(|cookie| !cookie.contains("palisade_session=")));
        answer.header("location").unwrap().to_owned()
    };

    assert_eq!(brought(&state, ""), "/?sign_in=expired", "another browser brings it");
    assert_eq!(brought("invented", "palisade_oidc=invented"), "/?sign_in=expired", "it was never begun");
    assert_eq!(brought(&state, &cookie), "/?sign_in=refused", "the provider does not know the code");
    assert_eq!(brought(&state, &cookie), "/?sign_in=expired", "and there is no second try");
    assert_eq!(provided.trail().len(), 4);
}

#[test]
fn a_provider_that_cannot_be_asked_keeps_nobody_else_out() {
    let mut provided = Provided::new(false);
    provided._provider.kill();

    let begun = provided.nobody().get("/sign-in/oidc");

    assert_eq!(begun.header("location"), Some("/?sign_in=unreachable"));
    assert_eq!(provided.world.collector.client().get("/api/v1/session").json()["name"], "admin");
}
