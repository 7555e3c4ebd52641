//! Both engines find the same in events of Windows and Linux.

#![cfg(test)]

use std::path::Path;

use palisade_detect::library::read_rules;
use palisade_oracle::generate::events;
use palisade_oracle::race::race;

#[test]
fn both_engines_find_the_same_in_generated_events() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/rules");
    let outcome = race(&read_rules(&[folder]).unwrap(), &events(20_000, 3), None, 1);
    assert!(outcome.different.is_empty(), "{:?}", outcome.different);
    assert!(outcome.common > 5, "{} pairs", outcome.common);
}

#[test]
fn a_seed_gives_the_same_events_and_another_seed_others() {
    assert_eq!(events(200, 1), events(200, 1));
    assert_ne!(events(200, 1), events(200, 2));
}
