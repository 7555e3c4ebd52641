//! `[[detect.channels]]`: what a channel of any kind has. What only one kind has is in `receivers`.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use palisade_detect::deliver::http::{REQUEST_TIMEOUT, Reach};
use palisade_detect::deliver::policy::{ChannelPolicy, Matchers, QuietHours};
use palisade_detect::deliver::{ChannelSettings, Template, Wording};
use toml_edit::{TableLike, Value};

use super::problem::Problem;
use super::section::Section;
use super::{receivers, value};

/// Longest name: it stands in keys, metrics and messages.
const NAME_BYTES_MAX: usize = 64;

/// Episodes that begin in less time could as well begin at once.
const GROUP_WITHIN_MIN: Duration = Duration::from_secs(1);

/// Longest that a beginning waits for others: alerts are for what cannot wait.
const GROUP_WITHIN_MAX: Duration = Duration::from_secs(900);

/// Largest file of certificates. All well-known authorities together have 200 KiB.
const CERTIFICATES_BYTES_MAX: u64 = 1 << 20;

/// A channel, and what it takes. `protected` must not stand in its templates.
pub(super) fn read(
    table: &dyn TableLike,
    place: Range<usize>,
    protected: &[String],
    problems: &mut Vec<Problem>,
) -> Option<(ChannelSettings, ChannelPolicy)> {
    let mut section = Section::new("detect.channels", table, place);
    let name = section.required(problems, "name", "\"oncall\"", name);
    // Without its kind nobody knows which of the other keys are right.
    let kind = section.required(problems, "kind", "\"pagerduty\"", receivers::word)?;
    let is_private = section.value(problems, "allow_private", value::truth).unwrap_or_default();
    let reach = if is_private { Reach::Private } else { Reach::Public };
    let authorities = section.value(problems, "ca_file", certificates);
    let receiver = receivers::read(kind, &mut section, reach, problems);

    let mut policy = ChannelPolicy::new(name.clone().unwrap_or_default());
    let mut wording = Wording::default();
    if kind.takes_notices() {
        policy.routes = section.value(problems, "routes", routes).unwrap_or_default();
        policy.group_within = section.value(problems, "group_within", group_within);
        let zone = section.value(problems, "quiet_hours_zone", value::zone).unwrap_or_default();
        policy.quiet_hours =
            section.value(problems, "quiet_hours", |value| QuietHours::parse(&value::text(value)?, &zone));
        wording.title = section.value(problems, "title", |value| template(value, protected));
        wording.body = section.value(problems, "body", |value| template(value, protected));
    }
    section.finish(problems);
    let settings = ChannelSettings {
        name: name?,
        kind: receiver?,
        reach,
        authorities,
        timeout: REQUEST_TIMEOUT,
        wording,
    };
    Some((settings, policy))
}

fn name(value: &Value) -> Result<String, String> {
    let name = value::text(value)?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name.len() > NAME_BYTES_MAX || !name.chars().all(is_plain) {
        let name = name.escape_debug();
        return Err(format!(
            "must be at most {NAME_BYTES_MAX} letters, digits, `-`, `_` and `.`, not \"{name}\""
        ));
    }
    Ok(name)
}

fn routes(value: &Value) -> Result<Vec<Matchers>, String> {
    let routes = value::texts(value)?;
    if routes.is_empty() {
        return Err(
            "must not be an empty list; leave the key out to have what is high or critical".to_owned()
        );
    }
    routes.iter().map(|route| route.parse()).collect()
}

fn group_within(value: &Value) -> Result<Duration, String> {
    let span = value::span(GROUP_WITHIN_MIN)(value)?;
    if span > GROUP_WITHIN_MAX {
        return Err(format!("must be at most {}s; until then nobody is told", GROUP_WITHIN_MAX.as_secs()));
    }
    Ok(span)
}

fn template(value: &Value, protected: &[String]) -> Result<Template, String> {
    Template::parse(&value::text(value)?, protected).map_err(|problem| problem.to_string())
}

pub(super) fn certificates(value: &Value) -> Result<Vec<u8>, String> {
    let path = value::path(value)?;
    let cannot = |error: std::io::Error| format!("names {}, which cannot be read: {error}", path.display());
    let read = |path: &Path| palisade_disk::read_file(&palisade_disk::RealDisk, path, CERTIFICATES_BYTES_MAX);
    let pem = read(&path).map_err(cannot)?;
    match pem.windows(27).any(|bytes| bytes == b"-----BEGIN CERTIFICATE-----") {
        true => Ok(pem),
        false => Err(format!("names {}, which has no certificate in PEM format", path.display())),
    }
}
