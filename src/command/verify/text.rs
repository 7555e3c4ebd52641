//! A report for people.

use std::path::Path;

use palisade_index::verify::{Finding, FindingKind, Report};
use palisade_record::ByteSize;

use super::evidence::EvidenceReport;
use super::report::ReportCheck;
use crate::output::escape;

/// The lines about a report that was made for auditors.
pub(super) fn report_lines(file: &Path, check: &ReportCheck) -> Vec<String> {
    let said = |key: &str| escape(check.told[key].as_str().unwrap_or("-"));
    let mut lines = vec![format!("verified {}", file.display())];
    if check.log_size > 0 {
        lines.push(format!("log        {} entries, one of which tells of {}", check.log_size, said("id")));
        lines.push(format!("made       {} by {}", said("generated_at"), said("by")));
    }
    lines.extend(
        check
            .findings
            .iter()
            .map(|finding| format!("{}: {}", escape(&finding.object), escape(&finding.problem))),
    );
    lines.push(check.verdict.to_owned());
    lines
}

/// The lines of a report.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let mut lines = vec![format!("verified {} ({})", report.storage, report.depth)];
    match &report.checkpoint {
        Some(checkpoint) => lines.push(format!(
            "log        {} entries, root {}, {} checkpoints; {}",
            checkpoint.size, checkpoint.root, report.checkpoints, checkpoint.origin
        )),
        None => lines.push("log        none".to_owned()),
    }
    if report.anchored > 0 {
        lines.push(format!("anchor     {} checkpoints", report.anchored));
    }
    lines.push(format!("published  {} times, {} pages", report.publishings, report.pages));
    let bytes = ByteSize::bytes(report.bytes);
    lines.push(format!("splits     {} with {} index objects, {bytes} hashed", report.splits, report.indexes));
    if report.blocks > 0 {
        lines.push(format!("records    {} rebuilt in {} blocks", report.records, report.blocks));
    }
    let rare = [
        (report.unsigned, "publishings are not signed yet"),
        (report.elsewhere, "splits lie elsewhere"),
        (report.locked, "objects are locked"),
        (report.disposed, "splits were disposed of"),
        (report.erasures, "erasures"),
    ];
    for (count, what) in rare.into_iter().filter(|(count, _)| *count > 0) {
        lines.push(format!("           {count} {what}"));
    }
    lines.extend(report.findings.iter().map(finding));
    if report.findings_left_off > 0 {
        lines.push(format!("and {} more", report.findings_left_off));
    }
    lines.push(verdict(report.worst()));
    lines
}

/// The lines of a report about exported evidence.
pub(super) fn evidence_lines(report: &EvidenceReport) -> Vec<String> {
    let EvidenceReport { records, proven, log_size, .. } = report;
    let mut lines = vec![format!("{proven} of {records} records are proved, by a log of {log_size} entries")];
    lines.extend(report.findings.iter().map(finding));
    lines.push(verdict(report.worst()));
    lines
}

fn verdict(worst: Option<FindingKind>) -> String {
    let verdict = match worst {
        None => "OK: everything is as it was signed",
        Some(FindingKind::Receipt) => "TAMPERED: a receipt is not what its name tells",
        Some(FindingKind::Tampered) => "TAMPERED: something is not what was signed",
        Some(FindingKind::Incomplete) => "INCOMPLETE: something is missing, or not signed",
    };
    verdict.to_owned()
}

fn finding(finding: &Finding) -> String {
    let kind = match finding.kind {
        FindingKind::Receipt => "RECEIPT",
        FindingKind::Tampered => "TAMPERED",
        FindingKind::Incomplete => "INCOMPLETE",
    };
    let bytes = finding
        .bytes
        .as_ref()
        .map_or_else(String::new, |bytes| format!(", bytes {} to {}", bytes.start, bytes.end));
    let rows = finding.rows.as_ref().map_or_else(String::new, |rows| {
        format!(
            ", block {}, stream {}, rows {} to {}",
            rows.block, rows.stream, rows.rows.start, rows.rows.end
        )
    });
    escape(&format!("{kind}  {}{bytes}{rows}: {}", finding.object, finding.problem)).to_string()
}
