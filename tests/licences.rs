//! Everything that is built into the program may be given away with it.

use std::collections::BTreeSet;
use std::process::Command;

/// Licences that ask for no more than to be named.
const ALLOWED: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Whether one of the alternatives of an SPDX expression asks for allowed licences alone. Parentheses around
/// alternatives are the only ones in use.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace(['(', ')'], "").replace('/', " OR ");
    let all_allowed =
        |alternative: &str| alternative.split(" AND ").all(|part| ALLOWED.contains(&part.trim()));
    expression.split(" OR ").any(all_allowed)
}

#[test]
fn every_dependency_has_a_licence_that_may_be_given_away() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--workspace",
        "--locked",
        "--offline",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    let output = tree.args(["--format", "{l}\t{p}", "--manifest-path", manifest]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();

    let is_refused = |line: &&str| line.split_once('\t').is_none_or(|(licence, _)| !is_allowed(licence));
    let lines = listed.lines().filter(|line| !line.is_empty());
    let packages: BTreeSet<&str> = lines.map(|line| line.trim_end_matches(" (*)")).collect();
    let refused: Vec<&str> = packages.iter().copied().filter(is_refused).collect();

    assert!(packages.len() > 100, "{} packages were listed", packages.len());
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn an_expression_is_allowed_when_one_alternative_is() {
    assert!(is_allowed("MIT OR GPL-3.0"));
    assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!is_allowed("GPL-3.0"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
}
