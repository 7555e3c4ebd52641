//! Audits the checkpoints of a log against each other: it only ever grew.

use super::checkpoint::Checkpoint;
use super::finding::Finding;
use super::prove::prove_consistency_within;
use super::reader::TileReader;
use super::verify::verify_consistency;

/// Checks that every checkpoint continues the one before it. They are those of one log, already verified, in the order in
/// which they were signed. Proofs are made from the tiles of the largest one; [`audit_log`](super::audit_log) tells
/// whether those tiles are right.
pub fn audit_history(reader: &dyn TileReader, checkpoints: &[Checkpoint]) -> Vec<Finding> {
    let largest = checkpoints.iter().map(|checkpoint| checkpoint.tree.size).max().unwrap_or_default();
    let judge = |pair: &[Checkpoint]| judge(reader, &pair[0], &pair[1], largest);
    checkpoints.windows(2).filter_map(judge).collect()
}

fn judge(reader: &dyn TileReader, before: &Checkpoint, after: &Checkpoint, largest: u64) -> Option<Finding> {
    if before.origin != after.origin {
        let problem = format!("a checkpoint of `{}` follows one of `{}`", after.origin, before.origin);
        return Some(Finding::checkpoint(problem));
    }
    let (old, new) = (before.tree, after.tree);
    let path = if old.size > new.size {
        Vec::new()
    } else {
        match prove_consistency_within(reader, old.size, new.size, largest) {
            Ok(path) => path,
            Err(error) => return Some(error.into()),
        }
    };
    let error = verify_consistency(old.size, old.root, new.size, new.root, &path).err()?;
    let problem = format!(
        "the checkpoint of {} entries does not continue that of {} entries: {error}",
        new.size, old.size
    );
    Some(Finding::checkpoint(problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::checkpoint::Checkpointed;
    use crate::log::finding::FindingKind;
    use crate::log::hash::Hash;
    use crate::log::sample::log;

    fn checkpoints(states: &[Checkpointed]) -> Vec<Checkpoint> {
        states.iter().map(|tree| Checkpoint::new("example.com/log", *tree).unwrap()).collect()
    }

    #[test]
    fn a_log_that_only_grew_has_a_clean_history() {
        let (mut objects, states) = log(&[1, 0, 9, 246, 0, 1, 700]);
        assert_eq!(audit_history(&objects, &checkpoints(&states)), []);
        // Of the partial objects, only those of the last checkpoint are needed.
        objects.retain(|path, _| !path.contains(".p/") || path.ends_with(".p/189") || path.ends_with(".p/3"));
        assert_eq!(audit_history(&objects, &checkpoints(&states)), []);
        assert_eq!(audit_history(&objects, &[]), []);
    }

    #[test]
    fn a_checkpoint_that_does_not_continue_the_one_before_is_told() {
        let (objects, states) = log(&[10, 20, 300]);
        let good = checkpoints(&states);
        let changed = |change: fn(&mut Vec<Checkpoint>)| {
            let mut checkpoints = good.clone();
            change(&mut checkpoints);
            let findings = audit_history(&objects, &checkpoints);
            assert!(findings.iter().all(|finding| finding.kind == FindingKind::Tampered));
            findings.len()
        };
        assert_eq!(changed(|all| all[2].tree.root = Hash([1; 32])), 2);
        assert_eq!(changed(|all| all.swap(1, 2)), 1);
        assert_eq!(changed(|all| all[3].origin = "example.com/other".into()), 1);
        assert_eq!(changed(|all| all[2].tree.size = 31), 2);
        assert_eq!(changed(|all| all[2].tree.size = 10), 2);
        assert_eq!(changed(|all| drop(all.remove(2))), 0);
    }

    #[test]
    fn what_is_missing_is_not_called_changed() {
        let (mut objects, states) = log(&[256, 300]);
        objects.remove("tile/1/000.p/2");
        let findings = audit_history(&objects, &checkpoints(&states));
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].path.as_str(), findings[0].kind), ("tile/1/000.p/2", FindingKind::Missing));
    }
}
