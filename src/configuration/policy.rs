//! Whether what is configured keeps what its classes promise.

use std::ops::Range;

use palisade_lifecycle::{
    Classes, Finding, PriceTable, Severity, Storages, StreamPolicy, Subject, Surroundings, lint,
};

use super::problem::Problem;
use super::{Configuration, Storage, Stream, classes, streams};

/// The errors among the findings, each where its stream or class stands.
pub(super) fn check(
    storage: &Storage,
    classes: &classes::Placed,
    streams: &[streams::Placed],
    problems: &mut Vec<Problem>,
) {
    let (classes, places) = classes;
    let all: Vec<Stream> = streams.iter().map(|(stream, _)| stream.clone()).collect();
    let place_of = |subject: &Subject| -> Range<usize> {
        let found = match subject {
            Subject::Stream(name) => {
                streams.iter().find(|(stream, _)| stream.name.as_str() == name).map(place)
            }
            Subject::Class(name) => places.iter().find(|(class, _)| class == name).map(place),
        };
        found.unwrap_or_default()
    };
    for finding in findings(storage, classes, &all) {
        if finding.severity == Severity::Error {
            problems.push(Problem { span: place_of(&finding.subject), message: sentence(&finding) });
        }
    }
}

fn place<T>(placed: &(T, Range<usize>)) -> Range<usize> {
    placed.1.clone()
}

/// What works, and what somebody will be sorry for.
pub(crate) fn warnings(configuration: &Configuration) -> Vec<String> {
    let Configuration { storage, classes, streams, .. } = configuration;
    let findings = findings(storage, classes, streams).into_iter();
    let found = findings.filter(|finding| finding.severity == Severity::Warning);
    let of_tenants = configuration.tenants.iter().flat_map(|tenant| {
        warnings(tenant).into_iter().map(move |warning| format!("tenant `{}`: {warning}", tenant.tenant))
    });
    found.map(|finding| sentence(&finding)).chain(of_tenants).collect()
}

fn findings(storage: &Storage, classes: &Classes, streams: &[Stream]) -> Vec<Finding> {
    let policy = |stream: &Stream| StreamPolicy {
        stream: stream.name.to_string(),
        class: stream.class.to_string(),
        receipts: stream.receipts,
    };
    let streams: Vec<StreamPolicy> = streams.iter().map(policy).collect();
    let storages = Storages { warm: storage.warm.is_some(), cold: storage.cold.is_some() };
    let prices = &PriceTable::default();
    lint(classes, &streams, Surroundings { storages, prices, split_bytes: storage.split_bytes })
}

fn sentence(finding: &Finding) -> String {
    let subject = match &finding.subject {
        Subject::Stream(name) => format!("stream `{name}`"),
        Subject::Class(name) => format!("class `{name}`"),
    };
    format!("{subject}: {} ({}); {}", finding.message, finding.rule, finding.hint)
}
