//! What of the records somebody may read: of which streams, and which of their fields.

mod fields;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use palisade_record::wildcard::fits;
use serde::{Deserialize, Serialize};

use self::fields::Fields;

/// The streams whose records somebody may read, of those that their roles let them, and the fields that they see there.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants {
    /// What any of these shows; nothing for everything.
    any: Option<BTreeSet<Grant>>,
}

/// Streams and fields of them, as `care.*/-patient*,-diagnosis`: names with `*` for any number of letters. Without fields it shows all
/// of them, with fields after a `-` all but these, with others nothing else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Grant {
    streams: String,
    fields: Fields,
}

/// Grants of one caller: more are a sign that streams should have better names.
const GRANTS_MAX: usize = 64;
/// As long as the longest name of a stream.
const STREAM_BYTES_MAX: usize = 128;

impl Grants {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// What any of these shows; `*` is everything.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(texts: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let grants: BTreeSet<Grant> =
            texts.into_iter().map(|text| text.parse()).collect::<Result<_, String>>()?;
        let is_everything = |grant: &Grant| grant.streams == "*" && grant.fields.are_all();
        match grants.len() {
            _ if grants.iter().any(is_everything) => Ok(Self::all()),
            1..=GRANTS_MAX => Ok(Self { any: Some(grants) }),
            _ => Err(format!("name 1 to {GRANTS_MAX} streams")),
        }
    }

    /// Whether they are everything.
    pub fn is_all(&self) -> bool {
        self.any.is_none()
    }

    /// Whether each record is shown with all of its fields, or not at all.
    pub fn are_whole(&self) -> bool {
        self.any.iter().flatten().all(|grant| grant.fields.are_all())
    }

    /// The patterns of streams; none for all streams.
    pub fn streams(&self) -> impl Iterator<Item = &str> {
        self.any.iter().flatten().map(|grant| grant.streams.as_str())
    }

    /// What either shows.
    pub(crate) fn and(self, other: &Self) -> Self {
        let both = self.any.zip(other.any.clone());
        Self {
            any: both.map(|(mut own, others)| {
                own.extend(others);
                own
            }),
        }
    }

    /// Whether what `other` shows is shown by these, as far as names tell.
    pub fn cover(&self, other: &Self) -> bool {
        match (&self.any, &other.any) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(others)) => others.iter().all(|other| own.iter().any(|own| own.covers(other))),
        }
    }

    /// What both these and `bounds` show, as far as names tell.
    pub(crate) fn within(&self, bounds: &Self) -> Self {
        let (Some(own), Some(others)) = (&self.any, &bounds.any) else {
            return if self.is_all() { bounds.clone() } else { self.clone() };
        };
        let both = own.iter().flat_map(|own| others.iter().filter_map(|other| own.with(other)));
        Self { any: Some(both.collect()) }
    }

    /// Whether any record of a stream is shown.
    pub(crate) fn have(&self, stream: &str) -> bool {
        self.any.is_none() || self.about(stream).next().is_some()
    }

    /// Whether all fields of a stream are shown.
    pub(crate) fn have_whole(&self, stream: &str) -> bool {
        self.any.is_none() || self.about(stream).any(Fields::are_all)
    }

    /// Whether a field of a stream is shown.
    pub(crate) fn show(&self, stream: &str, field: &str) -> bool {
        self.any.is_none() || self.about(stream).any(|fields| fields.show(field))
    }

    fn about(&self, stream: &str) -> impl Iterator<Item = &Fields> {
        let about = move |grant: &&Grant| fits(&grant.streams, stream);
        self.any.iter().flatten().filter(about).map(|grant| &grant.fields)
    }
}

impl Grant {
    fn covers(&self, other: &Self) -> bool {
        fits(&self.streams, &other.streams) && self.fields.cover(&other.fields)
    }

    /// What both show, if there is anything.
    fn with(&self, other: &Self) -> Option<Self> {
        let streams = match (fits(&self.streams, &other.streams), fits(&other.streams, &self.streams)) {
            (true, _) => &other.streams,
            (false, true) => &self.streams,
            (false, false) => return None,
        };
        Some(Self { streams: streams.clone(), fields: self.fields.with(&other.fields)? })
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (streams, fields) = match text.split_once('/') {
            Some((streams, fields)) => (streams, fields.parse()?),
            None => (text, Fields::default()),
        };
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-*".contains(&byte);
        if streams.is_empty() || streams.len() > STREAM_BYTES_MAX || !streams.bytes().all(allowed) {
            let shown = streams.escape_debug();
            return Err(format!(
                "`{shown}` is no name of a stream, with or without `*`; fields of it stand behind a `/`, as in `care/-patient*`"
            ));
        }
        Ok(Self { streams: streams.to_owned(), fields })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.streams)?;
        if self.fields.are_all() { Ok(()) } else { write!(formatter, "/{}", self.fields) }
    }
}

impl TryFrom<String> for Grant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Grant> for String {
    fn from(grant: Grant) -> Self {
        grant.to_string()
    }
}

#[cfg(test)]
mod tests;
