//! When the program ran is known from the trail itself: from every start, whatever ended the run before.

use std::fs;
use std::sync::Arc;

use serde_json::json;

use super::{done, trail};
use crate::world::{Collector, Folder};

#[test]
fn starts_stops_kills_and_changes_of_the_configuration_are_written_down() {
    let folder = Arc::new(Folder::new());
    let config = folder.path().join("palisade.toml");
    let write = |split_age: &str, more: &str| {
        fs::write(&config, format!("[storage]\nsplit_age = \"{split_age}\"\n{more}")).unwrap();
    };
    write("10m", "");
    let mut collector = Collector::new(&folder, &folder.folder("data"));
    collector.arguments(&["--config", &config.display().to_string()]);
    collector.start();
    let [first] = &done(&collector, "server.start")[..] else { panic!("{:?}", trail(&collector)) };
    assert_eq!((&first["before"], &first["down_since"]), (&json!("unknown"), &json!(null)));
    assert_eq!(first["parts"], "agent,collector,query,detect,lifecycle");

    collector.terminate();
    write(
        "5m",
        "[oidc]\nissuer = \"https://id.example\"\nclient_id = \"a\"\nclient_secret = \"hunter2\"\n[[oidc.groups]]\ngroup = \"g\"\nroles = [\"viewer\"]\n",
    );
    collector.start();
    assert_eq!(done(&collector, "server.stop").len(), 1);
    let starts = done(&collector, "server.start");
    assert_eq!(starts[1]["before"], "stopped");
    assert!(starts[1]["down_seconds"].as_u64().is_some_and(|seconds| seconds < 300), "{}", starts[1]);
    let [change] = &done(&collector, "configuration.change")[..] else { panic!("{:?}", trail(&collector)) };
    let keys = ["oidc.client_id", "oidc.client_secret", "oidc.groups.0.group", "oidc.groups.0.roles"];
    assert_eq!(change["keys"], json!([&keys[..], &["oidc.issuer", "storage.split_age"]].concat()));
    assert!(!change.to_string().contains("hunter2"), "{change}");

    collector.kill();
    collector.start();
    let starts = done(&collector, "server.start");
    assert_eq!((starts.len(), &starts[2]["before"]), (3, &json!("killed")));
    assert!(starts[2]["down_seconds"].as_u64().is_some_and(|seconds| seconds < 300), "{}", starts[2]);
    assert_eq!(done(&collector, "configuration.change").len(), 1, "nothing was changed since");
}
