//! Finds policies that break what their class promises, or that will cost more than they should.

mod cost;
mod lock;
mod terms;

use std::collections::BTreeSet;
use std::fmt;

use palisade_record::ByteSize;
use serde::{Deserialize, Serialize};

use crate::{Class, Classes, PriceTable, Storages};

/// How bad a finding is. Errors keep the configuration from being used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy does not do what it says.
    Error,
    /// The policy works, and somebody will be sorry.
    Warning,
}

/// What a finding is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The stream of that name.
    Stream(String),
    /// The class of that name.
    Class(String),
}

/// One thing that is wrong or unwise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub subject: Subject,
    /// The rule's name, the same for ever: tickets and exceptions quote it.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What a stream says about its class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamPolicy {
    /// The stream.
    pub stream: String,
    /// The class it names.
    pub class: String,
    /// Whether its sealed journal files are put into the cold storage too.
    pub receipts: bool,
}

/// What there is to store splits in.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Which storages.
    pub storages: Storages,
    /// What they cost and demand.
    pub prices: &'a PriceTable,
    /// How large a data object usually is.
    pub split_bytes: ByteSize,
}

/// All findings, errors first. Ready classes that no stream uses are left out.
pub fn lint(classes: &Classes, streams: &[StreamPolicy], around: Surroundings<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ready: BTreeSet<String> = Class::ready().into_iter().map(|class| class.name).collect();
    let used: BTreeSet<&str> = streams.iter().map(|stream| stream.class.as_str()).collect();
    for stream in streams {
        about_stream(stream, classes, around.storages, &mut findings);
    }
    for class in
        classes.iter().filter(|class| used.contains(class.name.as_str()) || !ready.contains(&class.name))
    {
        let mut about = About { class, around, findings: &mut findings };
        terms::check(&mut about);
        lock::check(&mut about);
        cost::check(&mut about);
    }
    findings.sort();
    findings
}

fn about_stream(stream: &StreamPolicy, classes: &Classes, storages: Storages, findings: &mut Vec<Finding>) {
    let subject = || Subject::Stream(stream.stream.clone());
    if let Err(error) = classes.get(&stream.class) {
        findings.push(Finding {
            severity: Severity::Error,
            subject: subject(),
            rule: "class-unknown",
            message: error.to_string(),
            hint: "name a class that there is, or define this one".to_owned(),
        });
    }
    if stream.receipts && !storages.cold {
        findings.push(Finding {
            severity: Severity::Error,
            subject: subject(),
            rule: "receipts-without-cold",
            message: "receipts are asked for, and there is no cold storage to lock them in".to_owned(),
            hint: "give a cold storage, or set receipts = false".to_owned(),
        });
    }
}

/// A class that is looked at, and where findings go.
struct About<'a> {
    class: &'a Class,
    around: Surroundings<'a>,
    findings: &'a mut Vec<Finding>,
}

impl About<'_> {
    fn error(&mut self, rule: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.find(Severity::Error, rule, message.into(), hint.into());
    }

    fn warn(&mut self, rule: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.find(Severity::Warning, rule, message.into(), hint.into());
    }

    fn find(&mut self, severity: Severity, rule: &'static str, message: String, hint: String) {
        let subject = Subject::Class(self.class.name.clone());
        self.findings.push(Finding { severity, subject, rule, message, hint });
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (kind, name) = match &self.subject {
            Subject::Stream(name) => ("stream", name),
            Subject::Class(name) => ("class", name),
        };
        write!(formatter, "{severity}: {kind} {name}: {} ({}); {}", self.message, self.rule, self.hint)
    }
}

#[cfg(test)]
mod tests;
