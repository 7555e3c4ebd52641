//! What rules mean by their log sources and fields, as data: which records a log source is, and what records call a field.
//!
//! A pipeline is a YAML file:
//!
//! ```yaml
//! sources:                                  # rules with all that `when` says are about these records
//!     - when: {product: windows, category: process_creation}
//!       records:                            # as in a detection: a mapping, or a list of which one must hold
//!           - Channel: Microsoft-Windows-Sysmon/Operational
//!             EventID: 1
//! fields:                                   # what records may call a field, beside the name in the rule
//!     - when: {product: windows}            # optional
//!       names:
//!           Image: [process.executable]
//! prefixes:                                 # what may stand before any field's name
//!     - when: {product: windows}
//!       names: [Event.EventData., winlog.event_data.]
//! ```

mod builtin;
mod name;
mod read;

use palisade_record::canonical::canonical;

use crate::rule::{Group, LogSource};

pub use builtin::builtin;
pub use name::{Name, without_spaces};
pub use read::read_pipeline;

/// Meanings of log sources and fields.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    sources: Vec<Source>,
    fields: Vec<Fields>,
    prefixes: Vec<Prefixes>,
}

#[derive(Clone, Debug)]
struct Source {
    when: LogSource,
    records: Group,
}

#[derive(Clone, Debug)]
struct Fields {
    when: LogSource,
    names: Vec<(String, Vec<String>)>,
}

#[derive(Clone, Debug)]
struct Prefixes {
    when: LogSource,
    names: Vec<String>,
}

impl Pipeline {
    /// This pipeline, and another one that knows better: where both say which records a log source is, the other one is right;
    /// fields may be called as either says.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.sources.retain(|source| other.sources.iter().all(|new| new.when != source.when));
        self.sources.extend(other.sources);
        self.fields.extend(other.fields);
        self.prefixes.extend(other.prefixes);
        self
    }

    /// What a record must have to be of a log source; all of it. Nothing where nothing is known of the log source.
    pub fn requirements<'a>(&'a self, source: &'a LogSource) -> impl Iterator<Item = &'a Group> {
        self.sources.iter().filter(|known| says(source, &known.when)).map(|known| &known.records)
    }

    /// What records may call a field of a rule with this log source. The name in the rule is the first.
    pub fn names(&self, source: &LogSource, field: &str) -> Vec<Name> {
        let plain = without_spaces(field);
        let mut names = vec![field.to_owned(), plain.clone().into_owned()];
        for fields in self.fields.iter().filter(|fields| says(source, &fields.when)) {
            let same = fields.names.iter().filter(|(name, _)| *name == field || *name == plain);
            names.extend(same.flat_map(|(_, others)| others.iter().cloned()));
        }
        for prefixes in self.prefixes.iter().filter(|prefixes| says(source, &prefixes.when)) {
            names.extend(prefixes.names.iter().map(|prefix| format!("{prefix}{plain}")));
        }
        let mut unique: Vec<Name> = Vec::with_capacity(names.len());
        for name in names {
            let canonical = canonical(&name).to_owned();
            for name in [Name::new(&name), Name::new(&canonical)] {
                if !unique.contains(&name) {
                    unique.push(name);
                }
            }
        }
        unique
    }
}

/// Whether a rule's log source has all that `when` says.
fn says(source: &LogSource, when: &LogSource) -> bool {
    let same = |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || wanted == has;
    same(&when.product, &source.product)
        && same(&when.category, &source.category)
        && same(&when.service, &source.service)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Placeholders;

    fn pipeline(text: &str) -> Pipeline {
        read_pipeline("test.yml", text, &Placeholders::default()).unwrap()
    }

    fn source(product: &str, category: Option<&str>) -> LogSource {
        LogSource {
            product: Some(product.into()),
            category: category.map(str::to_owned),
            ..LogSource::default()
        }
    }

    const TEXT: &str = "
sources:
    - when: {product: windows, category: process_creation}
      records: {EventID: 1}
fields:
    - when: {product: windows}
      names: {Image: [process.executable], User: [user.name]}
prefixes:
    - when: {product: windows}
      names: ['Event.EventData.']
";

    #[test]
    fn a_log_source_asks_for_what_all_that_it_says_asks_for() {
        let pipeline = pipeline(TEXT);
        assert_eq!(pipeline.requirements(&source("windows", Some("process_creation"))).count(), 1);
        assert_eq!(pipeline.requirements(&source("windows", None)).count(), 0);
        assert_eq!(pipeline.requirements(&source("linux", Some("process_creation"))).count(), 0);
    }

    #[test]
    fn a_field_is_called_as_the_rule_says_and_as_others_say() {
        let pipeline = pipeline(TEXT);
        let names = |product, field| -> Vec<String> {
            pipeline
                .names(&source(product, None), field)
                .iter()
                .map(|name| name.as_str().to_owned())
                .collect()
        };
        assert_eq!(names("windows", "Image"), ["Image", "process.executable", "Event.EventData.Image"]);
        assert_eq!(names("linux", "Image"), ["Image"]);
        assert_eq!(names("windows", "User"), ["User", "user.name", "user_id", "Event.EventData.User"]);
        assert_eq!(names("linux", "Threat Name"), ["ThreatName"]);
    }

    #[test]
    fn a_pipeline_of_the_user_knows_better_which_records_a_log_source_is() {
        let own =
            "sources: [{when: {product: windows, category: process_creation}, records: {EventID: 4688}}]";
        let both = pipeline(TEXT).with(pipeline(own));
        assert_eq!(both.requirements(&source("windows", Some("process_creation"))).count(), 1);
    }
}
