//! Receipts: journal files in the cold storage that keep records safe until their splits are. The log does not tell of them;
//! what can be said is whether each is what its name tells.

use palisade_storage::ObjectStorage;

use super::Depth;
use super::findings::Findings;
use super::report::{Finding, FindingKind};
use crate::evidence::check_receipt;
use crate::receipts::{RECEIPTS, receipt_batches};

/// Looks at all receipts, and says how many there are. Only who decodes splits reads them.
pub(super) fn audit(storage: &dyn ObjectStorage, depth: Depth, findings: &mut Findings) -> u64 {
    let names = match storage.list(RECEIPTS) {
        Ok(names) => names,
        Err(error) => {
            findings.unreadable(RECEIPTS, &error);
            return 0;
        }
    };
    for name in &names {
        let Some(batches) = receipt_batches(name) else {
            findings.push(finding(name, "no receipt has such a name; somebody put it there".to_owned()));
            continue;
        };
        if depth < Depth::Decoded {
            continue;
        }
        match storage.length(name).and_then(|length| storage.get(name, 0..length)) {
            Ok(bytes) => {
                if let Err(error) = check_receipt(&bytes, &storage.locate(name), &batches) {
                    findings.push(finding(name, format!("it is no receipt of these batches: {error}")));
                }
            }
            // Its lock was over, and it went since it was listed.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => findings.unreadable(name, &error),
        }
    }
    names.len() as u64
}

fn finding(name: &str, problem: String) -> Finding {
    Finding::new(FindingKind::Receipt, name, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_storage::{MemoryStorage, Terms};

    #[test]
    fn what_is_no_receipt_is_told_as_such() {
        let storage = MemoryStorage::default();
        let name = crate::receipts::receipt_name(&(0..2));
        storage.put(&name, b"PALJ and more", &Terms::default()).unwrap();
        storage.put("receipts/note.txt", b"", &Terms::default()).unwrap();
        let objects = |depth| {
            let mut findings = Findings::default();
            assert_eq!(audit(&storage, depth, &mut findings), 2);
            assert_eq!(findings.worst, Some(FindingKind::Receipt));
            findings.kept.into_iter().map(|finding| finding.object).collect::<Vec<_>>()
        };
        assert_eq!(objects(Depth::Hashed), ["receipts/note.txt"]);
        assert_eq!(objects(Depth::Decoded), [name.as_str(), "receipts/note.txt"]);
    }
}
