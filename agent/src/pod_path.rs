//! What the path of a container log says: namespace, pod, uid, container, restart, rotation.

use std::path::{Path, PathBuf};

/// What kind of file a name in a log folder belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The file that is being written.
    Live,
    /// A file that was renamed away and is complete, or soon will be.
    Rotated,
    /// A rotated file that was packed with gzip.
    Packed,
}

/// The parts of `<namespace>_<pod>_<uid>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PodName {
    pub(crate) namespace: String,
    pub(crate) pod: String,
    pub(crate) uid: String,
}

/// Reads the name of a pod's folder. Neither namespaces nor pods nor uids may contain `_`.
pub(crate) fn parse_pod_folder(name: &str) -> Option<PodName> {
    let mut parts = name.split('_');
    let (namespace, pod, uid) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && ![namespace, pod, uid].contains(&"");
    whole.then(|| PodName { namespace: namespace.into(), pod: pod.into(), uid: uid.into() })
}

/// Reads the name of a file in a container's folder: the name it has or had while being written, and its kind.
/// `None` for files that are not logs or are not finished yet, such as `0.log.20260101-000000.tmp`.
pub(crate) fn parse_log_name(name: &str) -> Option<(&str, Kind)> {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let after = name[digits..].strip_prefix(".log")?;
    let live = &name[..digits + ".log".len()];
    if digits == 0 {
        return None;
    }
    match after.strip_prefix('.') {
        None if after.is_empty() => Some((live, Kind::Live)),
        Some(suffix) => kind_of_suffix(suffix).map(|kind| (live, kind)),
        None => None,
    }
}

/// The kind of a rotated file by what follows the name of the live one.
pub(crate) fn kind_of_suffix(suffix: &str) -> Option<Kind> {
    let unfinished = suffix.is_empty() || [".tmp", "~", ".swp"].iter().any(|end| suffix.ends_with(end));
    if unfinished || suffix == "tmp" {
        return None;
    }
    Some(if suffix == "gz" || suffix.ends_with(".gz") { Kind::Packed } else { Kind::Rotated })
}

/// The path of the next restart's log: `3.log` for `2.log`.
pub(crate) fn next_restart(live: &Path) -> Option<PathBuf> {
    let number: u64 = live.file_name()?.to_str()?.strip_suffix(".log")?.parse().ok()?;
    Some(live.with_file_name(format!("{}.log", number.checked_add(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_pod_tells_who_it_is() {
        let name = parse_pod_folder("prod_payments-7f9_0af3").unwrap();
        assert_eq!(
            (name.namespace.as_str(), name.pod.as_str(), name.uid.as_str()),
            ("prod", "payments-7f9", "0af3")
        );
        for wrong in ["", "prod", "prod_pod", "__", "a_b_c_d"] {
            assert_eq!(parse_pod_folder(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rotated_and_packed_files_lead_to_the_live_name() {
        assert_eq!(parse_log_name("0.log"), Some(("0.log", Kind::Live)));
        assert_eq!(parse_log_name("12.log.20260101-000000"), Some(("12.log", Kind::Rotated)));
        assert_eq!(parse_log_name("0.log.20260101-000000.gz"), Some(("0.log", Kind::Packed)));
        for other in ["0.log.20260101-000000.tmp", ".log", "x.log", "0.logs", "0.txt", "0.log."] {
            assert_eq!(parse_log_name(other), None, "{other}");
        }
        assert_eq!(next_restart(Path::new("/a/2.log")), Some(PathBuf::from("/a/3.log")));
    }
}
