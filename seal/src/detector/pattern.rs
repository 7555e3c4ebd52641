//! The operator's own patterns.

use regex::{Regex, RegexBuilder};

use super::{DetectorError, Found, UserPattern};

/// Patterns of one stream. Each goes through every text.
pub const PATTERNS_MAX: usize = 64;

/// Longest pattern.
pub const PATTERN_BYTES_MAX: usize = 4_096;

/// Memory of a compiled pattern. These expressions never take more than linear time; what a pattern can still cost is memory.
const COMPILED_BYTES_MAX: usize = 1 << 20;

/// Longest name of a pattern.
const NAME_BYTES_MAX: usize = 64;

/// Patterns, compiled.
#[derive(Debug)]
pub(super) struct Patterns(Vec<(Box<str>, Regex)>);

impl Patterns {
    pub(super) fn new(patterns: &[UserPattern]) -> Result<Self, DetectorError> {
        if patterns.len() > PATTERNS_MAX {
            return Err(DetectorError::TooMany { count: patterns.len() });
        }
        patterns.iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn find<'a>(&'a self, text: &str, found: &mut Vec<Found<'a>>) {
        for (name, regex) in &self.0 {
            let matches = regex.find_iter(text).filter(|found| !found.is_empty());
            found.extend(matches.map(|found| Found { range: found.range(), name }));
        }
    }
}

fn compile(pattern: &UserPattern) -> Result<(Box<str>, Regex), DetectorError> {
    let refuse = |reason: String| DetectorError::Pattern { name: pattern.name.clone(), reason };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if pattern.name.is_empty() || pattern.name.len() > NAME_BYTES_MAX || !pattern.name.bytes().all(is_name) {
        return Err(DetectorError::PatternName { name: pattern.name.chars().take(NAME_BYTES_MAX).collect() });
    }
    if pattern.regex.len() > PATTERN_BYTES_MAX {
        return Err(refuse(format!("it has {} bytes, {PATTERN_BYTES_MAX} are allowed", pattern.regex.len())));
    }
    let regex = RegexBuilder::new(&pattern.regex)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(COMPILED_BYTES_MAX)
        .build()
        .map_err(|error| refuse(error.to_string()))?;
    if regex.is_match("") {
        return Err(refuse("it matches the empty text, and so everywhere".into()));
    }
    Ok((pattern.name.as_str().into(), regex))
}
