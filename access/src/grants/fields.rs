//! Which fields of a record somebody sees.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use palisade_record::wildcard::fits;

/// Fields of a grant. A name is that of a field, and of everything in it: `patient` is `patient.id` too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Fields {
    /// These alone, unless there are none.
    only: BTreeSet<String>,
    /// Of these, all but those.
    except: BTreeSet<String>,
}

/// Fields of one grant.
const FIELDS_MAX: usize = 64;
/// As long as names of fields reasonably are.
const FIELD_BYTES_MAX: usize = 256;

impl Fields {
    /// Whether nothing is hidden.
    pub(super) fn are_all(&self) -> bool {
        self.only.is_empty() && self.except.is_empty()
    }

    /// Whether a field is among them.
    pub(super) fn show(&self, field: &str) -> bool {
        let any = |patterns: &BTreeSet<String>| patterns.iter().any(|pattern| names(pattern, field));
        (self.only.is_empty() || any(&self.only)) && !any(&self.except)
    }

    /// Those that are among both; nothing when there can be none.
    pub(super) fn with(&self, other: &Self) -> Option<Self> {
        let (own, others) = (&self.only, &other.only);
        let within = |inner: &BTreeSet<String>, outer: &BTreeSet<String>| {
            let is_within = |name: &&String| outer.iter().any(|outer| names(outer, name));
            inner.iter().filter(is_within).cloned().collect::<BTreeSet<_>>()
        };
        let only = match (own.is_empty(), others.is_empty()) {
            (true, _) => others.clone(),
            (false, true) => own.clone(),
            (false, false) => &within(own, others) | &within(others, own),
        };
        // Nothing in `only` means everything, which is not what no common name means.
        let is_nothing = only.is_empty() && !own.is_empty() && !others.is_empty();
        (!is_nothing).then(|| Self { only, except: &self.except | &other.except })
    }

    /// Whether those of `other` are among these, as far as names tell.
    pub(super) fn cover(&self, other: &Self) -> bool {
        let within = |inner: &BTreeSet<String>, outer: &BTreeSet<String>| {
            inner.iter().all(|inner| outer.iter().any(|outer| names(outer, inner)))
        };
        let has_only = self.only.is_empty() || (!other.only.is_empty() && within(&other.only, &self.only));
        has_only && within(&self.except, &other.except)
    }
}

impl FromStr for Fields {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut fields = Self::default();
        for name in text.split(',') {
            let (kind, pattern) = match name.strip_prefix('-') {
                Some(pattern) => (&mut fields.except, pattern),
                None => (&mut fields.only, name),
            };
            if pattern.is_empty()
                || pattern.len() > FIELD_BYTES_MAX
                || pattern.trim() != pattern
                || pattern.contains(char::is_control)
            {
                return Err(format!(
                    "`{}` is no name of a field, with or without `*`; write them with commas and no spaces between, those that are not shown with `-` before",
                    name.escape_debug()
                ));
            }
            kind.insert(pattern.to_owned());
        }
        match fields.only.len() + fields.except.len() {
            1..=FIELDS_MAX => Ok(fields),
            _ => Err(format!("name 1 to {FIELDS_MAX} fields of a stream")),
        }
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let except = self.except.iter().map(|field| ("-", field));
        let fields = self.only.iter().map(|field| ("", field)).chain(except);
        for (place, (sign, field)) in fields.enumerate() {
            write!(formatter, "{}{sign}{field}", if place == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// Whether a pattern is of a field or of what the field is in.
fn names(pattern: &str, field: &str) -> bool {
    let parents = field.match_indices('.').map(|(dot, _)| &field[..dot]);
    std::iter::once(field).chain(parents).any(|name| fits(pattern, name))
}
