//! What somebody with the disks could do, seen through the program: nothing of it stays unseen, and the object is named.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use super::store::Store;
use crate::world::run;

/// Exit codes of `palisade verify` that mean that something is wrong.
const WRONG: [i32; 2] = [1, 2];

/// Kinds of objects, by what their names begin and end with.
const KINDS: [(&str, &str, &str); 7] = [
    ("data", "splits/", ".data"),
    ("index", "splits/", ".index"),
    ("entries", "log/tile/entries/", ""),
    ("tile", "log/tile/0/", ""),
    ("checkpoint", "log/checkpoints/", ""),
    ("pointer", "log/checkpoint", "checkpoint"),
    ("page", "publications/", ""),
];

/// One thing done to an object: its new bytes, or none when it is gone.
fn mutations(bytes: &[u8], other: Option<&[u8]>) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let (middle, end) = (bytes.len() / 2, bytes.len() - 1);
    let flipped = |at: usize| {
        let mut changed = bytes.to_vec();
        changed[at] ^= 4;
        Some(changed)
    };
    let doubled = [&bytes[..middle], &bytes[middle.saturating_sub(20)..]].concat();
    let mut all = vec![
        ("a bit flipped in the beginning", flipped(0)),
        ("a bit flipped in the middle", flipped(middle)),
        ("a bit flipped near the end", flipped(end - end.min(7))),
        ("the end cut off", Some(bytes[..end].to_vec())),
        ("bytes cut out", Some([&bytes[..middle], &bytes[middle + 1..]].concat())),
        ("bytes put in", Some([&bytes[..middle], b"!", &bytes[middle..]].concat())),
        ("a piece doubled", Some(doubled)),
        ("deleted", None),
    ];
    if let Some(other) = other.filter(|other| *other != bytes) {
        all.push(("another of its kind put in its place", Some(other.to_vec())));
    }
    all
}

#[test]
fn every_change_of_a_stored_object_is_found_and_the_object_is_named() {
    let store = Store::new();
    let untouched = store.verify(&["--json"]);
    assert_eq!(untouched.code, 0, "{}", untouched.text());
    let names = store.names();
    let (mut table, mut missed) = (BTreeMap::new(), Vec::new());
    for (kind, prefix, suffix) in KINDS {
        let of_kind: Vec<&String> = names
            .iter()
            .filter(|name| name.starts_with(prefix) && name.ends_with(suffix))
            .filter(|name| kind != "pointer" || *name == prefix)
            .collect();
        let last = of_kind.last().unwrap_or_else(|| panic!("no object of kind {kind}"));
        let path = store.objects().join(last);
        let bytes = fs::read(&path).unwrap();
        let other = of_kind.first().map(|first| fs::read(store.objects().join(first)).unwrap());
        for (what, changed) in mutations(&bytes, other.as_deref()) {
            match changed {
                Some(changed) => fs::write(&path, changed).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let report = store.verify(&["--json"]);
            fs::write(&path, &bytes).unwrap();
            let (done, found): &mut (u32, u32) = table.entry(kind).or_default();
            *done += 1;
            let named = report.text().contains(&format!("\"object\":\"{last}\""));
            if WRONG.contains(&report.code) && named {
                *found += 1;
            } else {
                missed.push(format!(
                    "{kind}: {what} in {last}: exit code {}: {}",
                    report.code,
                    report.text()
                ));
            }
        }
    }
    for (kind, (done, found)) in &table {
        println!("{kind:<12} mutations {done:>3}  detected {found:>3}");
    }
    assert!(missed.is_empty(), "{missed:#?}");
    assert_eq!(store.verify(&[]).code, 0, "everything is as it was");
}

#[test]
fn foreign_splits_and_a_log_whose_end_was_cut_off_are_found() {
    let store = Store::new();
    let foreign = store.objects().join("splits/0000000000000000-0000000000000000-foreign.data");
    fs::write(&foreign, b"PALD").unwrap();
    let report = store.verify(&["--json"]);
    assert_eq!(report.code, 1, "{}", report.text());
    assert!(report.text().contains("foreign.data"));
    fs::remove_file(&foreign).unwrap();

    let anchor = store.folder().folder("anchor");
    let checkpoints = store.objects().join("log/checkpoints");
    let mut names: Vec<String> =
        store.names().into_iter().filter(|name| name.starts_with("log/checkpoints/")).collect();
    for name in &names {
        fs::copy(store.objects().join(name), anchor.join(name.rsplit('/').next().unwrap())).unwrap();
    }
    let anchor = anchor.display().to_string();
    assert_eq!(store.verify(&["--anchor", &anchor]).code, 0);

    // The newest checkpoint, its tiles and its entries go, and the pointer points to the one before.
    let newest = names.pop().unwrap();
    let size: u64 = newest.rsplit('/').next().unwrap().parse().unwrap();
    fs::remove_file(store.objects().join(&newest)).unwrap();
    for name in store.names().iter().filter(|name| name.ends_with(&format!(".p/{size}"))) {
        fs::remove_file(store.objects().join(name)).unwrap();
    }
    let before = names.last().unwrap().rsplit('/').next().unwrap();
    fs::copy(checkpoints.join(before), store.objects().join("log/checkpoint")).unwrap();

    let by_catalog = store.verify(&["--shallow"]);
    assert!(
        WRONG.contains(&by_catalog.code) && by_catalog.text().contains("cut off"),
        "{}",
        by_catalog.text()
    );
    let objects = store.objects().display().to_string();
    let key = store.data_dir().join("log.vkey").display().to_string();
    let mut command = Command::new(crate::world::PALISADE);
    let by_anchor = run(command.args(["verify", "--bucket", &objects, "--key", &key, "--anchor", &anchor]));
    assert_eq!(by_anchor.code, 1, "{}", by_anchor.text());
    assert!(by_anchor.text().contains("cut off"), "{}", by_anchor.text());
}

#[test]
fn a_program_that_is_not_palisade_comes_to_the_same_verdict() {
    let store = Store::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify.py");
    let verify = || {
        let mut command = Command::new("python3");
        run(command.arg(script).arg(store.objects()).arg(store.data_dir().join("log.vkey")))
    };
    let untouched = verify();
    assert_eq!(untouched.code, 0, "{}", untouched.text());
    for (kind, prefix, suffix) in KINDS.iter().filter(|(kind, ..)| !["index", "page"].contains(kind)) {
        let names = store.names();
        let is_meant = |name: &&String| name.starts_with(prefix) && name.ends_with(suffix);
        let path = store.objects().join(names.iter().rfind(is_meant).unwrap());
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        changed[bytes.len() / 2] ^= 1;
        fs::write(&path, changed).unwrap();
        assert_eq!(verify().code, 1, "{kind}: a bit flipped");
        fs::remove_file(&path).unwrap();
        assert!(WRONG.contains(&verify().code) || *kind == "checkpoint", "{kind}: deleted");
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn a_command_line_that_cannot_be_meant_has_an_exit_code_of_its_own() {
    let exit =
        |arguments: &[&str]| run(Command::new(crate::world::PALISADE).arg("verify").args(arguments)).code;
    assert_eq!(exit(&["--no-such-flag"]), 3);
    assert_eq!(exit(&["--data-dir", "/nowhere/at/all"]), 3);
    assert_eq!(exit(&["--bucket", "/tmp", "--key", "no key"]), 3);
    assert_eq!(exit(&["--help"]), 0);
}
