//! What is accepted, and how what is not is reported.

use super::*;

fn check_mistakes(text: &str, expected: &[&str]) {
    let problems = read("p.toml", text).expect_err("the text has mistakes");
    assert_eq!(problems.lines(), expected);
}

#[test]
fn an_empty_file_means_the_defaults() {
    assert_eq!(read("p.toml", "").unwrap(), Configuration::default());
}

#[test]
fn every_key_is_read() {
    let text = r#"
        [server]
        listen = "0.0.0.0:9000"
        [storage]
        data_dir = "/data"
        split_bytes = "64 MiB"
        split_age = "90s"
        [agent]
        name = "n"
        cluster = "c"
        node = "m"
        collector = "https://collector:8514/"
        token_file = "/token"
        state_dir = "/state"
        pods = "/pods"
        ca_file = "/ca.pem"
        link_roots = ["/var/lib/docker/containers"]
        memory = "16 MiB"
        spool = "2 GiB"
        deleted = "3 GiB"
        start = "newest"
        [[agent.streams]]
        namespace = "hospital"
        stream = "audit"
        [[sources]]
        kind = "files"
        stream = "nginx"
        glob = "/var/log/nginx/*.log"
        zone = "Europe/Berlin"
        format = "auto"
    "#;

    let configuration = read("p.toml", text).unwrap();

    assert_eq!(configuration.server.listen.port(), 9000);
    assert_eq!(configuration.storage.split_age, Duration::from_secs(90));
    let agent = configuration.agent;
    assert_eq!(agent.collector, "https://collector:8514");
    assert_eq!(agent.start, Start::Newest);
    assert_eq!((agent.streams[0].namespace.as_str(), agent.streams[0].container.as_str()), ("hospital", "*"));
    assert_eq!(agent.link_roots, [Path::new("/var/lib/docker/containers")]);
    assert_eq!(configuration.sources[0].format, Format::Auto);
    assert_eq!(configuration.sources[0].zone, "Europe/Berlin");
}

#[test]
fn all_mistakes_are_reported_at_once_each_with_its_place() {
    let text = r#"[server]
lisen = "127.0.0.1:8514"
listen = "localhost:8514"
[storage]
split_bytes = 64
split_age = "soon"
[agnet]
name = "x"
[agent]
start = "now"
collector = "collector:8514"
memory = "1 MiB"
[[agent.streams]]
namespace = "a"
[[sources]]
kind = "file"
stream = "Nginx"
glob = "/var/log/[x"
zone = "Mars/Olympus"
"#;
    check_mistakes(
        text,
        &[
            "p.toml:2:1: [server] has no key `lisen`; did you mean `listen`?",
            "p.toml:3:10: `server.listen` must be an IP address and a port in quotes, like \"127.0.0.1:8514\"; `localhost:8514` is none",
            "p.toml:5:15: `storage.split_bytes` must be a size in quotes, like \"64 MiB\", not a number",
            "p.toml:6:13: `storage.split_age` is not accepted: `soon` is not a span of time; write a number and a unit: 500ms, 30s, 15m, 2h, 7d, 4w, 1y",
            "p.toml:7:2: the file has no table `agnet`; did you mean `agent`?",
            "p.toml:10:9: `agent.start` must be \"oldest\" or \"newest\", not \"now\"",
            "p.toml:11:13: `agent.collector` must be a URL like http://collector:8514; `collector:8514` does not begin with http:// or https://",
            "p.toml:12:10: `agent.memory` must be at least 8 MiB, not 1 MiB",
            "p.toml:13:1: `agent.streams.stream` is missing; write stream = \"audit\"",
            "p.toml:16:8: `sources.kind` must be \"files\", the one kind of source this program has, not \"file\"; did you mean `files`?",
            "p.toml:17:10: `sources.stream` is not accepted: `Nginx` is not a stream name; use 1 to 63 of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit",
            "p.toml:18:8: `sources.glob` has a `[`; only `*`, `?` and `**` have a meaning here, and `?` fits this too",
            "p.toml:19:8: `sources.zone` must be an IANA time zone like \"Europe/Berlin\"; there is no `Mars/Olympus`",
        ],
    );
}

#[test]
fn what_is_there_twice_is_a_mistake() {
    check_mistakes(
        "[[agent.streams]]\nstream = \"a\"\n[[agent.streams]]\nstream = \"b\"\n",
        &[
            "p.toml:3:1: `agent.streams` has this namespace and container already; the first one counts, remove one",
        ],
    );
    check_mistakes(
        "[[sources]]\nkind = \"files\"\nstream = \"a\"\nglob = \"/x\"\n\
         [[sources]]\nkind = \"files\"\nstream = \"b\"\nglob = \"/x\"\n",
        &["p.toml:5:1: `sources.glob` /x is there twice; a file belongs to one source, remove one"],
    );
}

#[test]
fn tables_of_the_wrong_shape_are_explained() {
    check_mistakes(
        "sources = 1\nserver = 2\n[[storage]]\n",
        &[
            "p.toml:1:1: `sources` is a list of tables; begin each with a line [[sources]]",
            "p.toml:2:1: `server` is a table; begin it with a line [server]",
            "p.toml:3:3: `storage` is there once; begin it with a line [storage]",
        ],
    );
}

#[test]
fn text_that_is_not_toml_is_reported_with_its_place() {
    let problems = read("p.toml", "[server]\nlisten = \n").unwrap_err();

    assert!(problems.lines()[0].starts_with("p.toml:2:"), "{problems}");
}

#[test]
fn one_mistake_stands_alone_and_several_are_counted() {
    let one = read("p.toml", "x = 1").unwrap_err().to_string();
    let two = read("p.toml", "x = 1\ny = 2").unwrap_err().to_string();

    assert_eq!(
        one,
        "p.toml:1:1: the file has no key `x`; known are server, storage, agent, sources, classes, streams, detect, reports, review, access, oidc, machines, tenants"
    );
    assert!(two.starts_with("the configuration has 2 mistakes:\n  p.toml:1:1: "), "{two}");
}

#[test]
fn a_flag_names_a_stream_and_a_pattern() {
    let source = file_source("nginx=/var/log/nginx/*.log").unwrap();
    assert_eq!((source.stream.as_str(), source.glob.as_str()), ("nginx", "/var/log/nginx/*.log"));

    assert!(file_source("/var/log/nginx/*.log").unwrap_err().contains("STREAM=GLOB"));
    assert!(file_source("a=/logs/").unwrap_err().contains("/logs/*"));
    assert!(file_source("relative=logs/*.log").unwrap().glob.starts_with('/'));
}

#[test]
fn classes_and_streams_are_read_and_the_audit_stream_is_there_anyway() {
    let text = r#"
        [storage]
        warm = "/warm"
        cold = "s3://evidence/p?endpoint=http://127.0.0.1:9000"
        lock = "compliance"
        compliance_confirmation = ["nobody can delete standard for 2557d", "nobody can delete cards for 400d"]
        index_bytes = "1 GiB"
        [[classes]]
        name = "cards"
        like = "pci-12m"
        retention = "400d"
        receipts = "14d"
        storage_class = "standard_ia"
        [[streams]]
        name = "payments"
        class = "cards"
        protected = ["card"]
        subject = "card"
        detectors = ["card"]
        patterns = [{ name = "member", regex = "M[0-9]{8}" }]
        receipts = true
    "#;

    let configuration = read("p.toml", text).unwrap();

    let cards = configuration.classes.get("cards").unwrap();
    assert_eq!(cards.retention.as_days_rounded_up(), 400);
    assert_eq!(cards.lock_in_effect(), LockMode::Compliance);
    let names: Vec<_> = configuration.streams.iter().map(|stream| stream.name.as_str()).collect();
    assert_eq!(names, ["audit", "payments"]);
    let payments = &configuration.streams[1];
    assert_eq!((payments.class.as_str(), payments.receipts), ("cards", true));
    assert_eq!(payments.protection.subject.as_deref(), Some("card"));
    assert_eq!(payments.protection.detectors.patterns[0].name, "member");
    assert_eq!(configuration.storage.warm.as_deref(), Some("/warm"));
    assert_eq!(warnings(&configuration), [] as [&str; 0]);
    assert!(configuration.storage.cold.unwrap().starts_with("s3://evidence/p?"));
}

#[test]
fn what_is_wrong_with_storages_classes_and_streams_is_told_at_once() {
    check_mistakes(
        r#"[storage]
cold = "s3://x"
lock = "worm"
[[classes]]
name = "cards"
like = "pci"
[[classes]]
name = "short"
like = "pci-12m"
retention = "30d"
[[classes]]
name = "short"
like = "pci-12m"
[[streams]]
name = "audit"
protected = ["timestamp"]
[[streams]]
name = "app"
class = "shrt"
[[streams]]
name = "app"
"#,
        &[
            "p.toml:2:8: `storage.cold` is not accepted: a bucket has 3 to 63 characters of a-z 0-9 . -",
            "p.toml:3:8: `storage.lock` is not accepted: `worm` is not a lock mode; write none, governance or compliance",
            "p.toml:4:1: `classes` there is no class `pci`; did you mean `pci-12m`?; known are hipaa-6y, pci-12m, sox-7y, standard",
            "p.toml:7:1: class `short`: hot is 92d and the whole retention 30d (hot-beyond-retention); make hot shorter or the retention longer",
            "p.toml:7:1: class `short`: the retention of 30d is below the 365d of PCI DSS 10.5.1 (retention-below-rule); set retention to 365d or more, or begin from another class",
            "p.toml:11:1: `classes.name` short is there twice; join the two tables",
            "p.toml:14:1: `streams` audit: stream `audit` cannot protect `timestamp`: order and retention rest on it",
            "p.toml:17:1: stream `app`: there is no class `shrt`; did you mean `short`?; known are hipaa-6y, pci-12m, short, sox-7y, standard (class-unknown); name a class that there is, or define this one",
            "p.toml:20:1: `streams.name` app is there twice; join the two tables",
        ],
    );
}

#[test]
fn receipts_need_a_cold_storage() {
    let stream = "[[streams]]\nname = \"payments\"\nreceipts = true\n";
    let problems = read("p.toml", stream).unwrap_err().to_string();
    assert!(problems.contains("p.toml:1:1") && problems.contains("receipts-without-cold"), "{problems}");
    let cold = "[storage]\ncold = \"s3://evidence\"\n";
    let configuration = read("p.toml", &format!("{cold}{stream}")).unwrap();
    assert!(configuration.streams.iter().any(|stream| stream.receipts));
}

#[test]
fn compliance_mode_has_to_be_typed_for_every_class_in_use() {
    let problems = read("p.toml", "[storage]\nlock = \"compliance\"\n").unwrap_err();
    assert_eq!(problems.lines().len(), 1, "{problems}");
    assert!(problems.lines()[0].contains("nobody can delete standard for 2557d"), "{problems}");

    let confirmed = "[storage]\nlock = \"compliance\"\ncompliance_confirmation = \"nobody can delete standard for 2557d\"";
    assert!(read("p.toml", confirmed).is_ok());
}

#[test]
fn a_policy_that_somebody_will_be_sorry_for_is_a_warning() {
    let configuration = read("p.toml", "[[streams]]\nname = \"books\"\nclass = \"sox-7y\"\n").unwrap();
    let warnings = warnings(&configuration);
    assert!(warnings.iter().any(|warning| warning.contains("evidence-near-only")), "{warnings:?}");
    assert_eq!(super::warnings(&Configuration::default()), [] as [&str; 0]);
}
