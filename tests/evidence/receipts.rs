//! Receipts: records are out of reach of whoever owns the server, seconds after they came.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use crate::world::{Collector, Folder, PALISADE, run, wait_until};
use palisade_rig::{Identity, SeaweedFs};

/// One signed request to a bucket; prints the status, and below it the answer.
const REQUEST: &str = r#"
import datetime, hashlib, hmac, sys, urllib.error, urllib.parse, urllib.request
host, access, secret, method, path, query, body = sys.argv[1:]
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
day, digest = now[:8], hashlib.sha256(body.encode()).hexdigest()
query = "&".join(sorted(query.split("&"))) if query else ""
headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now}
names = ";".join(headers)
canonical = "\n".join([method, path, query, *(f"{k}:{v}" for k, v in headers.items()), "", names, digest])
scope = f"{day}/us-east-1/s3/aws4_request"
text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
key = ("AWS4" + secret).encode()
for part in [*scope.split("/"), text]:
    key = hmac.new(key, part.encode(), hashlib.sha256).digest()
headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
url = f"http://{host}{path}" + (f"?{query}" if query else "")
request = urllib.request.Request(url, data=body.encode() or None, headers=headers, method=method)
try:
    answer = urllib.request.urlopen(request, timeout=30)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status)
print(answer.read().decode())
"#;

/// A bucket, as somebody sees it who has the keys of the server and nothing else.
struct Bucket(&'static str);

impl Bucket {
    /// The status, and the answer.
    fn ask(&self, method: &str, name: &str, query: &str, body: &str) -> (u16, String) {
        let (access, secret) = Identity::Writer.keys();
        let host = SeaweedFs::shared().address().to_string();
        let path = format!("/{}/{name}", self.0);
        let path = path.strip_suffix('/').unwrap_or(&path);
        let mut python = Command::new("python3");
        python.args(["-c", REQUEST, &host, access, secret, method, path, query, body]);
        let text = run(&mut python).well().text();
        let (status, answer) = text.split_once('\n').unwrap();
        (status.trim().parse().unwrap(), answer.to_owned())
    }

    /// What stands between such tags in a listing.
    fn listed(&self, query: &str, tag: &str) -> Vec<String> {
        let (status, answer) = self.ask("GET", "", query, "");
        assert_eq!(status, 200, "{answer}");
        let tag = format!("<{tag}>");
        let parts = answer.split(&tag).skip(1);
        parts.filter_map(|part| Some(part.split_once("</")?.0.to_owned())).collect()
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        self.listed(&format!("list-type=2&prefix={}", prefix.replace('/', "%2F")), "Key")
    }
}

/// A server that makes no split for an hour, with receipts for the stream `payments`; and its cold storage.
fn server(folder: &Arc<Folder>, bucket: &'static str) -> (Collector, String, Bucket) {
    let store = SeaweedFs::shared();
    store.create_bucket(bucket, true).unwrap();
    let address = store.address_of(bucket, Identity::Writer);
    let config = folder.path().join("palisade.toml");
    let text = format!(
        "[storage]\nsplit_age = \"1h\"\ncold = \"{address}\"\n[[streams]]\nname = \"payments\"\nreceipts = true\n"
    );
    fs::write(&config, text).unwrap();
    let config = config.display().to_string();
    let mut server = Collector::new(folder, &folder.folder("data"));
    server.arguments(&["--config", &config]);
    (server, config, Bucket(bucket))
}

fn send(server: &Collector, stream: &str, numbers: std::ops::Range<usize>) {
    let body: String =
        numbers.clone().map(|number| format!("{{\"message\":\"record {number}\"}}\n")).collect();
    let answer = server.client().attempt("POST", &format!("/api/v1/ingest/{stream}"), &[], body.as_bytes());
    assert_eq!(answer.unwrap().json()["accepted"], numbers.len());
}

/// The records of the stream, each of which must be there once and in order.
fn payments(server: &Collector) -> Vec<String> {
    let lines = server.export("payments");
    lines.into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{{\"message\":\"record {number}\"}}")).collect()
}

/// Waits until so many files were put, and none waits.
fn wait_for_receipts(server: &Collector, count: u64) {
    wait_until("the receipts are in the bucket", || {
        server.metric("palisade_lifecycle_receipts_total") == Some(count)
            && server.metric("palisade_lifecycle_receipts_waiting") == Some(0)
    });
}

#[test]
fn what_has_a_receipt_is_found_once_after_everything_on_the_server_was_destroyed() {
    let folder = Arc::new(Folder::new());
    let (mut server, config, cold) = server(&folder, "receipts-destroyed");
    server.start();
    send(&server, "payments", 0..300);
    wait_for_receipts(&server, 1);
    send(&server, "payments", 300..400);
    wait_for_receipts(&server, 2);

    let names = cold.names("receipts/");
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(cold.names("splits/").is_empty());
    let versions = cold.listed("prefix=receipts%2F&versions=", "VersionId");
    assert_eq!(versions.len(), 2, "{versions:?}");
    for (name, version) in names.iter().zip(&versions) {
        let (status, answer) = cold.ask("DELETE", name, &format!("versionId={version}"), "");
        assert_eq!(status, 403, "{name}: {answer}");
    }
    server.kill();
    fs::remove_dir_all(server.data_dir()).unwrap();

    let mut restore = Command::new(PALISADE);
    restore.args(["restore", "--catalog", "--config", &config, "--json", "--data-dir"]);
    restore.arg(server.data_dir());
    let report = run(&mut restore).well().json();
    let told = (report["splits"].as_u64(), report["receipts"].as_u64(), report["receipt_rows"].as_u64());
    // One more tells that the server started: the receipt is of all that came before the records that wanted it.
    assert_eq!(told, (Some(0), Some(2), Some(401)), "{report}");

    server.start();
    assert_eq!(payments(&server), expected(400));
    // They are put again under their names, and more comes behind them.
    send(&server, "payments", 400..410);
    wait_for_receipts(&server, 3);
    assert_eq!(cold.names("receipts/").len(), 3);
    assert_eq!(payments(&server), expected(410));
    server.terminate();
    server.start();
    assert_eq!(payments(&server), expected(410));
    server.terminate();
}

#[test]
fn a_bucket_with_receipts_is_verified_and_a_strange_object_among_them_is_told() {
    let folder = Arc::new(Folder::new());
    let (mut server, config, cold) = server(&folder, "receipts-verified");
    let text = fs::read_to_string(&config).unwrap().replace("\"1h\"", "\"1s\"");
    fs::write(&config, text).unwrap();
    server.start();
    send(&server, "payments", 0..50);
    wait_for_receipts(&server, 1);
    wait_until("all splits and their pages are in the bucket", || {
        server.metric("palisade_index_tail_records") == Some(0)
            && server.metric("palisade_lifecycle_unarchived_splits") == Some(0)
            && !cold.names("publications/").is_empty()
            && cold.names("log/checkpoint").iter().any(|name| name == "log/checkpoint")
    });
    server.terminate();

    let address = fs::read_to_string(&config).unwrap();
    let address = address.lines().find_map(|line| line.strip_prefix("cold = ")).unwrap().trim_matches('"');
    let verify = || {
        let mut verify = Command::new(PALISADE);
        verify
            .args(["verify", "--bucket", address, "--json", "--key"])
            .arg(server.data_dir().join("log.vkey"));
        run(&mut verify)
    };
    let done = verify();
    let report = done.well().json();
    assert_eq!((report["verdict"].as_str(), report["receipts"].as_u64()), (Some("ok"), Some(1)), "{report}");

    assert_eq!(cold.ask("PUT", "receipts/note", "", "x").0, 200);
    let report = verify().json();
    assert_eq!(report["findings"][0]["kind"], "receipt", "{report}");
}
