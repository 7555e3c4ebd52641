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

    assert_eq!(one, "p.toml:1:1: the file has no key `x`; known are server, storage, agent, sources");
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
