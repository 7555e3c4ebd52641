//! Compares what is stored with what was written: the exact set, the exact sequence, and every byte that is missing.

use std::collections::HashMap;

use super::Ledger;

/// A range of a source that was reported as lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Gap {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) bytes: u64,
    pub(crate) reason: String,
    pub(crate) file: String,
}

/// What the comparison found.
#[derive(Default, Debug)]
pub(crate) struct Verdict {
    pub(crate) written_bytes: u64,
    pub(crate) stored_bytes: u64,
    pub(crate) gap_bytes: u64,
    pub(crate) stored_records: usize,
    pub(crate) lost: Vec<String>,
    pub(crate) duplicated: Vec<String>,
    pub(crate) reordered: Vec<String>,
    /// Stored, but nobody wrote it.
    pub(crate) foreign: Vec<String>,
}

impl Verdict {
    /// Whether every byte is stored or reported as lost.
    pub(crate) fn is_accounted(&self) -> bool {
        self.written_bytes == self.stored_bytes + self.gap_bytes
    }

    /// Fails unless everything is there once and in order.
    #[track_caller]
    pub(crate) fn assert_perfect(&self) {
        self.assert_once_and_in_order();
        assert!(self.lost.is_empty(), "{} lost: {self}", self.lost.len());
        assert_eq!(self.gap_bytes, 0, "gaps although nothing is lost: {self}");
        assert!(self.is_accounted(), "{self}");
    }

    /// Fails unless what is there is there once and in order, and what is not is accounted for to the byte.
    #[track_caller]
    pub(crate) fn assert_accounted(&self) {
        self.assert_once_and_in_order();
        assert!(self.is_accounted(), "written is not stored + gaps: {self}");
    }

    /// Fails when something is there twice, out of order, or was never written.
    #[track_caller]
    pub(crate) fn assert_once_and_in_order(&self) {
        assert!(self.foreign.is_empty(), "{} never written: {self}", self.foreign.len());
        assert!(self.duplicated.is_empty(), "{} duplicated: {self}", self.duplicated.len());
        assert!(self.reordered.is_empty(), "{} reordered: {self}", self.reordered.len());
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { written_bytes, stored_bytes, gap_bytes, .. } = self;
        write!(formatter, "{written_bytes} bytes written, {stored_bytes} stored, {gap_bytes} in gaps")?;
        let lists = [
            ("lost", &self.lost),
            ("duplicated", &self.duplicated),
            ("reordered", &self.reordered),
            ("foreign", &self.foreign),
        ];
        for (name, list) in lists {
            let shown: Vec<&String> = list.iter().take(8).collect();
            write!(formatter, "; {name} {}: {shown:?}", list.len())?;
        }
        Ok(())
    }
}

/// Compares stored records, in the order of their arrival, with the ledgers of all their sources.
pub(crate) fn compare(ledgers: &[&Ledger], stored: &[Vec<u8>], gaps: &[Gap]) -> Verdict {
    let mut verdict = Verdict { stored_records: stored.len(), ..Verdict::default() };
    let mut places: HashMap<&[u8], (usize, usize)> = HashMap::new();
    for (source, ledger) in ledgers.iter().enumerate() {
        verdict.written_bytes += ledger.bytes();
        for (position, record) in ledger.records().iter().enumerate() {
            let before = places.insert(&record.payload, (source, position));
            assert!(before.is_none(), "the test wrote the same payload twice: {}", shown(&record.payload));
        }
    }
    verdict.gap_bytes = gaps.iter().map(|gap| gap.bytes).sum();

    let mut seen: Vec<Vec<bool>> = ledgers.iter().map(|ledger| vec![false; ledger.records().len()]).collect();
    let mut newest: Vec<Option<usize>> = vec![None; ledgers.len()];
    for payload in stored {
        let Some(&(source, position)) = places.get(payload.as_slice()) else {
            verdict.foreign.push(shown(payload));
            continue;
        };
        if std::mem::replace(&mut seen[source][position], true) {
            verdict.duplicated.push(shown(payload));
            continue;
        }
        verdict.stored_bytes += ledgers[source].records()[position].span;
        if newest[source].is_some_and(|newest| position < newest) {
            verdict.reordered.push(shown(payload));
        }
        newest[source] = newest[source].max(Some(position));
    }
    for (ledger, seen) in ledgers.iter().zip(&seen) {
        let missing = ledger.records().iter().zip(seen).filter(|(_, seen)| !**seen);
        verdict.lost.extend(missing.map(|(record, _)| shown(&record.payload)));
    }
    verdict
}

/// The beginning of a payload, readable.
fn shown(payload: &[u8]) -> String {
    payload[..payload.len().min(60)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(count: usize) -> Ledger {
        let mut ledger = Ledger::new("s");
        for _ in 0..count {
            let text = ledger.next_text("x");
            ledger.note(text.clone().into_bytes(), text.len() as u64 + 1);
        }
        ledger
    }

    fn stored(ledger: &Ledger, positions: &[usize]) -> Vec<Vec<u8>> {
        positions.iter().map(|position| ledger.records()[*position].payload.clone()).collect()
    }

    #[test]
    fn a_judge_sees_what_is_lost_doubled_out_of_order_and_foreign() {
        let ledger = ledger(4);
        let judge = |positions: &[usize]| compare(&[&ledger], &stored(&ledger, positions), &[]);

        judge(&[0, 1, 2, 3]).assert_perfect();
        assert_eq!(judge(&[0, 1, 3]).lost.len(), 1);
        assert_eq!(judge(&[0, 1, 1, 2, 3]).duplicated.len(), 1);
        assert_eq!(judge(&[0, 2, 1, 3]).reordered.len(), 1);
        assert_eq!(compare(&[&ledger], &[b"who am I".to_vec()], &[]).foreign.len(), 1);
    }

    #[test]
    fn a_judge_counts_the_bytes_of_gaps() {
        let ledger = ledger(3);
        let span = ledger.records()[1].span;
        let gap = |bytes| Gap { from: 0, to: bytes, bytes, reason: String::new(), file: String::new() };

        assert!(compare(&[&ledger], &stored(&ledger, &[0, 2]), &[gap(span)]).is_accounted());
        assert!(!compare(&[&ledger], &stored(&ledger, &[0, 2]), &[gap(span - 1)]).is_accounted());
    }
}
