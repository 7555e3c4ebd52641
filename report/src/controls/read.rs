//! The files of frameworks, which come with the program.

use serde::Serialize;
use toml_edit::{Document, Item, TableLike};

use super::Evidence;

const FILES: [(&str, &str); 8] = [
    ("hipaa.toml", include_str!("../../controls/hipaa.toml")),
    ("pci-dss-4.toml", include_str!("../../controls/pci-dss-4.toml")),
    ("sox.toml", include_str!("../../controls/sox.toml")),
    ("sec-17a-4.toml", include_str!("../../controls/sec-17a-4.toml")),
    ("gdpr.toml", include_str!("../../controls/gdpr.toml")),
    ("nist-800-53-au.toml", include_str!("../../controls/nist-800-53-au.toml")),
    ("iso-27001.toml", include_str!("../../controls/iso-27001.toml")),
    ("soc-2.toml", include_str!("../../controls/soc-2.toml")),
];

/// The parts of a report that controls name.
const SECTIONS: [&str; 11] = ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11"];

/// A law or standard.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Framework {
    /// What it is called.
    pub name: String,
    /// What it asks for.
    pub controls: Vec<Control>,
}

/// Something that a framework asks for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Control {
    /// Where it stands there.
    pub clause: String,
    /// What it asks for, in our own words.
    pub asks: String,
    /// What answers it.
    pub evidence: Vec<Evidence>,
    /// Where in the report.
    pub sections: Vec<String>,
}

/// All frameworks.
///
/// # Panics
/// Never: a test reads the files, which are a part of the program.
pub fn all() -> Vec<Framework> {
    FILES
        .iter()
        .map(|(name, text)| read(text).unwrap_or_else(|problem| panic!("{name}: {problem}")))
        .collect()
}

/// Reads a file.
fn read(text: &str) -> Result<Framework, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let root = document.as_table();
    let name = self::text(root, "framework")?;
    let controls = root.get("controls").and_then(Item::as_array_of_tables);
    let controls = controls.ok_or("it has no [[controls]]")?;
    let controls: Result<Vec<Control>, String> = controls.iter().map(|table| control(table)).collect();
    Ok(Framework { name, controls: controls? })
}

fn control(table: &dyn TableLike) -> Result<Control, String> {
    let clause = text(table, "clause")?;
    let of = |problem: String| format!("{clause}: {problem}");
    let evidence: Result<Vec<Evidence>, String> = (texts(table, "evidence").map_err(of)?.into_iter())
        .map(|name| {
            let known = Evidence::ALL.into_iter().find(|evidence| evidence.name() == name);
            known.ok_or_else(|| format!("{clause}: there is no evidence `{name}`"))
        })
        .collect();
    let sections = texts(table, "sections").map_err(of)?;
    if let Some(unknown) = sections.iter().find(|section| !SECTIONS.contains(&section.as_str())) {
        return Err(format!("{clause}: there is no part `{unknown}`"));
    }
    Ok(Control { asks: text(table, "asks").map_err(of)?, evidence: evidence?, sections, clause })
}

fn text(table: &dyn TableLike, key: &str) -> Result<String, String> {
    let value = table.get(key).and_then(Item::as_str);
    value.map(str::to_owned).ok_or_else(|| format!("`{key}` is missing"))
}

fn texts(table: &dyn TableLike, key: &str) -> Result<Vec<String>, String> {
    let values = table.get(key).and_then(Item::as_array).ok_or_else(|| format!("`{key}` is missing"))?;
    values
        .iter()
        .map(|value| value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` has no texts")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_right_and_every_kind_of_evidence_is_asked_for() {
        let frameworks = all();
        let asked: Vec<Evidence> = frameworks
            .iter()
            .flat_map(|framework| &framework.controls)
            .flat_map(|control| control.evidence.clone())
            .collect();
        for evidence in Evidence::ALL {
            assert!(asked.contains(&evidence), "nothing asks for {}", evidence.name());
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let file = |evidence: &str, section: &str| {
            format!(
                "framework = \"F\"\n[[controls]]\nclause = \"1\"\nasks = \"a\"\nevidence = [\"{evidence}\"]\nsections = [\"{section}\"]\n"
            )
        };
        assert!(read(&file("integrity", "R9")).is_ok());
        assert_eq!(read(&file("magic", "R9")).unwrap_err(), "1: there is no evidence `magic`");
        assert_eq!(read(&file("integrity", "R99")).unwrap_err(), "1: there is no part `R99`");
    }
}
