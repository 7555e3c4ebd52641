//! Holds `palisade.example.toml` to what it says.

use super::*;

const EXAMPLE: &str = include_str!("../../palisade.example.toml");

#[test]
fn the_example_file_says_the_defaults() {
    let read = read("palisade.example.toml", EXAMPLE).unwrap();
    // That it says anything is the only difference.
    assert_eq!(Configuration { written: Written::default(), ..read }, Configuration::default());
}

/// Lines such as `# name = "node-1"` show keys whose default cannot be written.
fn with_examples_switched_on() -> String {
    let switch_on = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with('[') || rest.split_once(" = ").is_some_and(|(key, _)| is_key(key)) => {
            rest.to_owned()
        }
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(switch_on).collect::<Vec<_>>().join("\n")
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[test]
fn what_the_example_file_shows_in_comments_is_right_too() {
    let configuration = read("palisade.example.toml", &with_examples_switched_on()).unwrap();

    assert!(configuration.server.external_url.is_some());
    assert!(configuration.agent.name.is_some());
    assert!(configuration.agent.node.is_some());
    assert!(configuration.agent.token_file.is_some());
    assert!(configuration.agent.state_dir.is_some());
    assert!(configuration.agent.ca_file.is_some());
    assert!(configuration.agent.certificate_file.is_some());
    assert!(configuration.server.tls.is_some_and(|tls| tls.client_ca_file.is_some()));
    assert_eq!(configuration.oidc.map(|oidc| oidc.groups.len()), Some(1));
    assert_eq!((configuration.machines.len(), configuration.tenants.len()), (1, 1));
    assert!(!configuration.agent.streams.is_empty());
    assert!(!configuration.sources.is_empty());
    assert_eq!(configuration.detect.channels.len(), 7);
    assert!(!configuration.detect.policy.inhibitions.is_empty());
}
