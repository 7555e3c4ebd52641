//! R9: whether what is stored is what was signed.

use super::Making;
use crate::controls::Evidence;
use crate::document::{Block, Cell, ColumnKind, Section, Table};

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R9", "Integrity");
    let columns = [("what", ColumnKind::Text), ("is", ColumnKind::Text)];
    let mut table = Table::new("integrity", "The signed log, and the last verification", &columns);
    if let Some(checkpoint) = &making.facts.checkpoint {
        table.row(["log".into(), checkpoint.origin.as_str().into()]);
        table.row(["entries".into(), Cell::count(checkpoint.size)]);
        table.row(["root hash".into(), checkpoint.root.as_str().into()]);
    }
    if let Some(verification) = &making.facts.verification {
        table.row(["verified at".into(), verification.at.into()]);
        table.row(["verdict".into(), verification.verdict.as_str().into()]);
        table.row(["splits looked at".into(), Cell::count(verification.splits)]);
        table.row(["records rebuilt and compared".into(), Cell::count(verification.records)]);
        table.row(["findings".into(), Cell::count(verification.findings.len() as u64)]);
    }
    section.table(table);
    match &making.facts.verification {
        Some(verification) if verification.findings.is_empty() => making.has(Evidence::Integrity),
        Some(verification) => {
            verification.findings.iter().for_each(|finding| section.gap(finding.clone()));
            making.lacks(
                Evidence::Integrity,
                format!("the last verification found {}", verification.findings.len()),
            );
        }
        None => {
            section
                .gap("Nothing was verified yet: the first verification comes five minutes after the start.");
            making.lacks(Evidence::Integrity, "nothing was verified yet");
        }
    }
    match &making.facts.proof {
        Some(proof) => {
            section.say("One entry of the log with its proof. Nobody chooses it: it follows from the second in which the report was made.");
            section
                .blocks
                .push(Block::Verbatim { caption: "The entry".to_owned(), text: proof.entry.clone() });
            section
                .blocks
                .push(Block::Verbatim { caption: "Its proof".to_owned(), text: proof.text.clone() });
        }
        None => section.gap("The log has no entry yet that could be proved."),
    }
    match making.facts.checkpoint {
        Some(_) => making.has(Evidence::SignedLog),
        None => making.lacks(Evidence::SignedLog, "the log was not signed yet"),
    }
    section
}
