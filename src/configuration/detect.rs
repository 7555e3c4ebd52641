//! `[detect]`: which rules are evaluated, who is told, and when not.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;

use palisade_detect::deliver::policy::{Inhibition, Matchers, Policy};
use palisade_detect::deliver::{CHANNELS_MAX, ChannelSettings};
use palisade_detect::library::packs;
use toml_edit::{TableLike, Value};

use super::problem::Problem;
use super::section::Section;
use super::{Stream, channels, value};

/// Rules and channels.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Detect {
    /// Files and folders of rules.
    pub(crate) rules: Vec<PathBuf>,
    /// Rules that come with the program.
    pub(crate) packs: Vec<String>,
    /// An MMDB file that tells where addresses are.
    pub(crate) places: Option<PathBuf>,
    /// Where people reach this program.
    pub(crate) address: Option<String>,
    /// Who is told.
    pub(crate) channels: Vec<ChannelSettings>,
    /// Of what, and when not.
    pub(crate) policy: Policy,
}

/// Everything that `[detect]` says. What streams protect must not leave in a message.
pub(super) fn read(table: &dyn TableLike, streams: &[Stream], problems: &mut Vec<Problem>) -> Detect {
    let fields: BTreeSet<String> =
        streams.iter().flat_map(|stream| stream.protection.fields.iter().cloned()).collect();
    let protected: Vec<String> = fields.into_iter().collect();
    let mut section = Section::new("detect", table, 0..0);
    let rules = section.value(problems, "rules", value::texts);
    let packs = section.value(problems, "packs", pack_names);
    let places = section.value(problems, "places", value::path);
    let address = section.value(problems, "url", value::url);
    let mut detect = Detect { places, address, ..Detect::default() };
    detect.packs = packs.unwrap_or_default();
    detect.rules = rules.unwrap_or_default().into_iter().map(PathBuf::from).collect();
    for (table, place) in section.tables(problems, "channels") {
        let Some((settings, policy)) = channels::read(table, place.clone(), &protected, problems) else {
            continue;
        };
        if detect.channels.iter().any(|other| other.name == settings.name) {
            let message =
                format!("`detect.channels.name` {} is there twice; name one otherwise", settings.name);
            problems.push(Problem { span: place, message });
            continue;
        }
        if settings.kind.takes_notices() {
            detect.policy.channels.push(policy);
        }
        detect.channels.push(settings);
        if detect.channels.len() > CHANNELS_MAX {
            let message = format!("`detect.channels` is there more than {CHANNELS_MAX} times; join some");
            problems.push(Problem { span: place, message });
            break;
        }
    }
    let inhibitions = section.tables(problems, "inhibitions");
    detect.policy.inhibitions =
        inhibitions.into_iter().filter_map(|(table, place)| inhibition(table, place, problems)).collect();
    section.finish(problems);
    detect
}

fn inhibition(table: &dyn TableLike, place: Range<usize>, problems: &mut Vec<Problem>) -> Option<Inhibition> {
    let mut section = Section::new("detect.inhibitions", table, place);
    let source = section.required(problems, "source", "\"rule=network-down\"", matchers);
    let target = section.required(problems, "target", "\"severity<=high\"", matchers);
    let equal = section.value(problems, "equal", value::texts).unwrap_or_default();
    section.finish(problems);
    Some(Inhibition { source: source?, target: target?, equal })
}

fn pack_names(value: &Value) -> Result<Vec<String>, String> {
    let names = value::texts(value)?;
    let known: Vec<&str> = packs().iter().map(|pack| pack.name).collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(names),
        Some(name) => {
            Err(format!("names the pack `{}`; there are {}", name.escape_debug(), known.join(", ")))
        }
    }
}

/// Conditions on alerts.
pub(super) fn matchers(value: &Value) -> Result<Matchers, String> {
    value::text(value)?.parse()
}
