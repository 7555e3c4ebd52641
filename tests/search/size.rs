//! What is kept as evidence is not larger than what a general compressor makes of the same lines, which can neither be
//! searched nor checked.

use std::fs;
use std::path::{Path, PathBuf};

use super::generated::corpus;
use crate::world::World;

/// So much larger it may be: what it takes to find a block and to check it.
const SHARE_MAX: f64 = 1.02;
const LEVEL: i32 = 3;
const LINES: usize = 20_000;
/// A folder with a folder of log files per system, such as the Loghub collection; measured as well when it is named.
const FOLDER: &str = "PALISADE_LOGHUB";

/// Stores each file in a stream of its own, all in splits; gives the bytes of the data objects.
fn bytes_of_data(files: &[(String, Vec<u8>)]) -> u64 {
    let mut world = World::prepared();
    let mut arguments = Vec::new();
    for (stream, bytes) in files {
        let path = world.logs().join(format!("{stream}.log"));
        fs::write(&path, bytes).unwrap();
        arguments.extend(["--files".to_owned(), format!("{stream}={}", path.display())]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--until-idle"]).collect();
    world.collector.arguments(&arguments);
    let status = world.collector.launch().wait();
    assert!(status.success(), "{}", world.collector.program().said());
    let data = files_below(world.collector.data_dir());
    let data = data.iter().filter(|path| path.extension().is_some_and(|ending| ending == "data"));
    data.map(|path| fs::metadata(path).unwrap().len()).sum()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
fn assert_small(what: &str, files: &[(String, Vec<u8>)]) {
    let compressed: usize =
        files.iter().map(|(_, bytes)| zstd::encode_all(&bytes[..], LEVEL).unwrap().len()).sum();
    let data = bytes_of_data(files);
    let share = data as f64 / compressed as f64;
    println!("{what}: {data} bytes of data, {compressed} compressed: {share:.3}");
    assert!(share <= SHARE_MAX, "{what}: data is {share:.3} of what zstd -3 makes of the same lines");
}

#[test]
fn data_is_not_larger_than_the_compressed_lines() {
    let lines = corpus::lines(5, LINES, corpus::ORDINARY);
    let (json, plain): (Vec<&str>, Vec<&str>) = lines.lines().partition(|line| line.starts_with('{'));
    let file = |name: &str, lines: Vec<&str>| (name.to_owned(), (lines.join("\n") + "\n").into_bytes());
    assert_small("plain lines", &[file("plain", plain)]);
    assert_small("structured lines", &[file("json", json)]);
}

#[test]
fn data_of_real_systems_is_not_larger_than_their_compressed_lines() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let logs = files_below(Path::new(&folder));
    let logs = logs.iter().filter(|path| path.extension().is_some_and(|ending| ending == "log"));
    let files = logs.map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().to_lowercase();
        let stream = name.chars().filter(char::is_ascii_alphanumeric).collect();
        (stream, fs::read(path).unwrap())
    });
    assert_small("real systems", &files.collect::<Vec<_>>());
}
