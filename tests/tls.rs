//! TLS: who the server is, which machines come with certificates, and how both are replaced while it runs.

mod authority;

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::json;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use self::authority::{Authority, Identity};
use crate::world::{Agent, World, wait_for, wait_until};

/// A server that speaks TLS, the authority of its certificate, and that of machines.
struct Secured {
    world: World,
    servers: Authority,
    machines: Authority,
}

impl Secured {
    fn new() -> Self {
        let mut world = World::prepared();
        let (servers, machines) = (Authority::new(), Authority::new());
        let folder = world.folder.folder("tls");
        write(&folder, "server", &servers.identity("localhost"));
        fs::write(folder.join("machines.pem"), machines.pem()).unwrap();
        let path = |name: &str| folder.join(name).display().to_string();
        let configuration = format!(
            "[server.tls]\ncertificate_file = {:?}\nkey_file = {:?}\nclient_ca_file = {:?}\n\
             [[machines]]\nname = \"*.nodes.example\"\n",
            path("server.pem"),
            path("server.key"),
            path("machines.pem"),
        );
        let file = world.folder.path().join("palisade.toml");
        fs::write(&file, configuration).unwrap();
        world.collector.arguments(&["--config", &file.display().to_string()]);
        world.start_collector();
        Self { world, servers, machines }
    }

    fn folder(&self) -> PathBuf {
        self.world.folder.folder("tls")
    }

    /// Where others reach it.
    fn url(&mut self) -> String {
        let program = self.world.collector.program();
        // It is ready before it says so.
        let line = wait_for("it says where", || {
            program.said().lines().find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
        });
        assert!(line.starts_with("https://127.0.0.1:"), "{line}");
        line.replace("127.0.0.1", "localhost")
    }
}

fn write(folder: &Path, name: &str, identity: &Identity) {
    fs::write(folder.join(format!("{name}.pem")), &identity.certificate_pem).unwrap();
    fs::write(folder.join(format!("{name}.key")), &identity.key_pem).unwrap();
}

/// A client that believes one authority, with or without a certificate of its own.
fn client(believes: &Authority, own: Option<&Identity>) -> ureq::Agent {
    let certificates = |pem: &str| -> Vec<Certificate<'static>> {
        let items = parse_pem(pem.as_bytes()).map(Result::unwrap);
        items.filter_map(|item| if let PemItem::Certificate(one) = item { Some(one) } else { None }).collect()
    };
    let roots = RootCerts::new_with_certs(&certificates(&believes.pem()));
    let mut tls = TlsConfig::builder().root_certs(roots);
    if let Some(own) = own {
        let key = PrivateKey::from_pem(own.key_pem.as_bytes()).unwrap();
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&certificates(&own.certificate_pem), key)));
    }
    ureq::Agent::config_builder().tls_config(tls.build()).http_status_as_error(false).build().into()
}

fn ingests(client: &ureq::Agent, url: &str) -> Result<u16, String> {
    let sent = client.post(format!("{url}/api/v1/ingest/app")).send_json(json!({"message": "over TLS"}));
    sent.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
}

#[test]
fn a_machine_may_what_its_certificate_is_granted_and_everybody_else_needs_a_token() {
    let mut secured = Secured::new();
    let url = secured.url();
    let node = secured.machines.identity("node-1.nodes.example");
    let stranger = secured.machines.identity("node-1.elsewhere.example");
    let forged = Authority::new().identity("node-1.nodes.example");
    let (servers, post) =
        (&secured.servers, |own: Option<&Identity>| ingests(&client(&secured.servers, own), &url));

    assert_eq!(post(Some(&node)), Ok(200));
    assert_eq!(post(None), Ok(401));
    assert_eq!(post(Some(&stranger)), Ok(401));
    assert!(post(Some(&forged)).is_err(), "a certificate of another authority ends the connection");
    assert!(
        ingests(&client(&secured.machines, None), &url).is_err(),
        "who does not believe the server does not go on"
    );
    let search =
        client(servers, Some(&node)).post(format!("{url}/api/v1/search")).send_json(json!({})).unwrap();
    assert_eq!(search.status(), 403, "a machine sends, and nothing else");
    let token = secured.world.collector.token();
    let with_token = client(servers, None)
        .get(format!("{url}/api/v1/session"))
        .header("authorization", format!("Bearer {token}"));
    assert_eq!(with_token.call().unwrap().status(), 200);

    let signed = client(servers, None)
        .post(format!("{url}/api/v1/session"))
        .send_json(json!({"token": token}))
        .unwrap();
    let cookie = signed.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-palisade_session=") && cookie.contains("; Secure"), "{cookie}");
    let trail = secured.world.collector.export("palisade.audit").concat();
    assert!(
        String::from_utf8_lossy(&trail).contains("machine:node-1.nodes.example"),
        "refusals name the machine"
    );
}

#[test]
fn plain_http_is_answered_on_this_machine_alone() {
    let mut secured = Secured::new();
    let url = secured.url();

    assert!(secured.world.collector.address().starts_with("127.0.0.1:"));
    assert_eq!(secured.world.collector.client().post("/api/v1/search", &json!({})).status, 200);
    let plain = ureq::get(url.replace("https://", "http://") + "/health/live").call();
    assert!(plain.is_err(), "{plain:?}");
}

#[test]
fn certificates_are_replaced_while_the_server_runs_and_wrong_ones_are_not_taken() {
    let mut secured = Secured::new();
    let (url, folder) = (secured.url(), secured.folder());
    let node = secured.machines.identity("node-1.nodes.example");

    fs::write(folder.join("server.key"), "no key").unwrap();
    secured.world.collector.program().signal(Signal::HUP);
    wait_until("it says that it keeps the old ones", || {
        secured.world.collector.program().said().contains("the old ones stay")
    });
    assert_eq!(ingests(&client(&secured.servers, Some(&node)), &url), Ok(200));

    let (servers, machines) = (Authority::new(), Authority::new());
    write(&folder, "server", &servers.identity("localhost"));
    fs::write(folder.join("machines.pem"), machines.pem()).unwrap();
    secured.world.collector.program().signal(Signal::HUP);
    wait_until("the new ones are in use", || ingests(&client(&servers, None), &url) == Ok(401));
    let new = machines.identity("node-1.nodes.example");
    assert_eq!(ingests(&client(&servers, Some(&new)), &url), Ok(200));
    assert!(
        ingests(&client(&servers, Some(&node)), &url).is_err(),
        "the authority of before is not believed any more"
    );
}

#[test]
fn an_agent_ships_with_a_certificate_and_takes_a_new_one_without_a_restart() {
    let mut secured = Secured::new();
    let (url, folder) = (secured.url(), secured.folder());
    write(&folder, "node", &secured.machines.identity("node-1.nodes.example"));
    fs::write(folder.join("servers.pem"), secured.servers.pem()).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let configuration = format!(
        "[agent]\nname = \"node-1\"\nca_file = {:?}\ncertificate_file = {:?}\nkey_file = {:?}\n",
        path("servers.pem"),
        path("node.pem"),
        path("node.key"),
    );
    let file = secured.world.folder.path().join("agent.toml");
    fs::write(&file, configuration).unwrap();
    let mut log = secured.world.plain("shipped");
    log.lines(100, "a line over TLS");
    let state = secured.world.folder.folder("state");
    let _agent = Agent::configured(&secured.world.folder, &url, &file, &state)
        .pods(&secured.world.folder.folder("no-pods"))
        .files("app", &secured.world.logs().join("*.log"))
        .started();
    secured.world.settle("app", &[&log.ledger]).assert_perfect();

    let (servers, machines) = (Authority::new(), Authority::new());
    write(&folder, "server", &servers.identity("localhost"));
    fs::write(folder.join("machines.pem"), machines.pem()).unwrap();
    fs::write(folder.join("servers.pem"), servers.pem()).unwrap();
    write(&folder, "node", &machines.identity("node-2.nodes.example"));
    secured.world.collector.program().signal(Signal::HUP);
    log.lines(100, "a line with new certificates");
    secured.world.settle("app", &[&log.ledger]).assert_perfect();
}
