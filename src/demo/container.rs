//! The log file of one container, as a container runtime writes it and a kubelet rotates it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use palisade_record::Timestamp;

use super::script::{Channel, Place};

/// Longest piece of a line that a runtime writes at once; longer lines come in pieces.
const PIECE_BYTES_MAX: usize = 16 * 1024;

/// Files of a container, the one being written among them, as a kubelet keeps by default.
const FILES_MAX: usize = 5;

/// The log of one container.
pub(super) struct ContainerLog {
    folder: PathBuf,
    file: File,
    size: u64,
    size_max: u64,
    buffer: Vec<u8>,
}

impl ContainerLog {
    /// Opens `PODS/NAMESPACE_POD_UID/CONTAINER/0.log`; it is rotated past `size_max` bytes.
    pub(super) fn open(pods: &Path, place: Place, size_max: u64) -> io::Result<Self> {
        let Place { namespace, pod, container } = place;
        let folder = pods.join(format!("{namespace}_{pod}_{}", uid(place))).join(container);
        fs::create_dir_all(&folder)?;
        let file = open(&folder)?;
        let size = file.metadata()?.len();
        Ok(Self { folder, file, size, size_max, buffer: Vec::new() })
    }

    /// Adds a line; it is in the file after [`ContainerLog::flush`].
    pub(super) fn line(&mut self, at: Timestamp, channel: Channel, text: &str) {
        let channel = match channel {
            Channel::Stdout => "stdout",
            Channel::Stderr => "stderr",
        };
        let mut rest = text;
        loop {
            let piece = &rest[..rest.floor_char_boundary(PIECE_BYTES_MAX)];
            rest = &rest[piece.len()..];
            let tag = if rest.is_empty() { "F" } else { "P" };
            self.buffer.extend_from_slice(format!("{at} {channel} {tag} {piece}\n").as_bytes());
            if rest.is_empty() {
                return;
            }
        }
    }

    /// Writes what was added, and rotates when the file has become too long.
    pub(super) fn flush(&mut self, now: Timestamp) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.buffer)?;
        self.size += self.buffer.len() as u64;
        self.buffer.clear();
        if self.size > self.size_max {
            self.rotate(now)?;
        }
        Ok(())
    }

    /// Renames the file, compresses the one that was rotated before it, deletes the oldest, begins a new one.
    fn rotate(&mut self, now: Timestamp) -> io::Result<()> {
        let digits: String = now.to_string()[..19].chars().filter(char::is_ascii_digit).collect();
        let name = format!("0.log.{}-{}", &digits[..8], &digits[8..]);
        let mut rotated = self.rotated()?;
        if let Some(previous) = rotated.last().filter(|path| path.extension().is_some_and(|end| end != "gz"))
        {
            compress(previous)?;
        }
        fs::rename(self.folder.join("0.log"), self.folder.join(name))?;
        self.file = open(&self.folder)?;
        self.size = 0;
        rotated = self.rotated()?;
        for surplus in rotated.iter().take((rotated.len() + 1).saturating_sub(FILES_MAX)) {
            fs::remove_file(surplus)?;
        }
        Ok(())
    }

    /// The rotated files, oldest first.
    fn rotated(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"0.log.")) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

fn open(folder: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(folder.join("0.log"))
}

/// Compresses through a temporary name, as a kubelet does: nobody sees half a file.
fn compress(path: &Path) -> io::Result<()> {
    let with_end = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let (temporary, target) = (with_end(".tmp"), with_end(".gz"));
    let mut packed = GzEncoder::new(File::create(&temporary)?, Compression::fast());
    io::copy(&mut File::open(path)?, &mut packed)?;
    packed.finish()?;
    fs::rename(temporary, target)?;
    fs::remove_file(path)
}

/// A unique id that is the same in every run.
fn uid(place: Place) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in place.namespace.bytes().chain(place.pod.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let digits = format!("{hash:016x}{:016x}", hash.rotate_left(29));
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PLACE: Place = Place { namespace: "n", pod: "p-1", container: "c" };

    fn names(folder: &Path) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_line_stands_in_the_file_as_a_runtime_writes_it() {
        let pods = tempfile::tempdir().unwrap();
        let mut log = ContainerLog::open(pods.path(), PLACE, 1 << 20).unwrap();
        let at = Timestamp::parse_rfc3339("2026-11-21T08:00:00.5Z").unwrap();

        log.line(at, Channel::Stderr, "hello");
        log.line(at, Channel::Stdout, &"ü".repeat(PIECE_BYTES_MAX / 2 + 1));
        log.flush(at).unwrap();

        let text = fs::read_to_string(log.folder.join("0.log")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "2026-11-21T08:00:00.500Z stderr F hello");
        assert!(lines[1].starts_with("2026-11-21T08:00:00.500Z stdout P üü"));
        assert_eq!(lines[2], "2026-11-21T08:00:00.500Z stdout F ü");
        assert!(log.folder.parent().unwrap().file_name().unwrap().to_str().unwrap().starts_with("n_p-1_"));
    }

    #[test]
    fn rotation_renames_compresses_the_one_before_and_keeps_few() {
        let pods = tempfile::tempdir().unwrap();
        let mut log = ContainerLog::open(pods.path(), PLACE, 10).unwrap();
        let begin = Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").unwrap();

        for second in 0..7 {
            let now = begin.plus(Duration::from_secs(second));
            log.line(now, Channel::Stdout, "a line that is long enough");
            log.flush(now).unwrap();
        }

        assert_eq!(
            names(&log.folder),
            [
                "0.log",
                "0.log.20261121-080003.gz",
                "0.log.20261121-080004.gz",
                "0.log.20261121-080005.gz",
                "0.log.20261121-080006",
            ]
        );
    }
}
