//! Patterns with `*` and `?`.
//!
//! Over a keyword a pattern covers the whole value. Over a text it is looked for like a phrase: it begins where a word
//! begins and ends where one ends, except at an end that has `*`.

use memchr::memmem;
use palisade_record::words::{fold_char, is_word_char};

use super::phrase::{ends_free, starts_free};
use crate::language::Piece;

/// A pattern, folded.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    segments: Vec<Segment>,
    open_start: bool,
    open_end: bool,
}

/// Characters between two `*`; `None` is any one character.
#[derive(Clone, Debug)]
struct Segment {
    characters: Vec<Option<char>>,
    /// The same as text when every character is known.
    literal: Option<String>,
}

/// One sign of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    /// Any number of characters.
    Many,
    /// Any one character.
    One,
    /// This one, folded.
    Known(char),
}

/// A run of known characters of a pattern.
pub(crate) struct Run {
    /// The characters, folded.
    pub(crate) text: String,
    /// Whether the match begins or ends here, so that a word at this end is a whole one.
    pub(crate) whole_start: bool,
    /// See `whole_start`.
    pub(crate) whole_end: bool,
}

impl Glob {
    pub(crate) fn new(pieces: &[Piece]) -> Self {
        let mut segments = vec![Vec::new()];
        for piece in pieces {
            match (piece, segments.last_mut()) {
                (Piece::Any, _) | (_, None) => segments.push(Vec::new()),
                (Piece::One, Some(last)) => last.push(None),
                (Piece::Text(text), Some(last)) => {
                    last.extend(text.chars().map(|character| Some(fold_char(character))));
                }
            }
        }
        let segments = segments.into_iter().filter(|characters| !characters.is_empty());
        let segments =
            segments.map(|characters| Segment { literal: characters.iter().copied().collect(), characters });
        Self {
            segments: segments.collect(),
            open_start: pieces.first() == Some(&Piece::Any),
            open_end: pieces.last() == Some(&Piece::Any),
        }
    }

    /// Whether it covers a folded keyword.
    pub(crate) fn covers(&self, text: &str) -> bool {
        let (mut at, mut segments) = (0, self.segments.as_slice());
        if !self.open_start
            && let Some((first, rest)) = segments.split_first()
        {
            let Some(end) = first.match_at(text, 0) else { return false };
            (at, segments) = (end, rest);
            if rest.is_empty() && !self.open_end {
                return end == text.len();
            }
        }
        let mut last = None;
        if !self.open_end
            && let Some((final_segment, rest)) = segments.split_last()
        {
            (last, segments) = (Some(final_segment), rest);
        }
        for segment in segments {
            match segment.find(text, at, |_, _| true) {
                Some(end) => at = end,
                None => return false,
            }
        }
        last.is_none_or(|last| last.start_at_end(text).is_some_and(|start| start >= at))
    }

    /// Whether a folded text has it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let count = self.segments.len();
        let mut at = 0;
        for (position, segment) in self.segments.iter().enumerate() {
            let bound_start = position == 0 && !self.open_start;
            let bound_end = position + 1 == count && !self.open_end;
            let fits = |start: usize, end: usize| {
                let begins_word = text[start..].chars().next().is_some_and(is_word_char);
                let ends_word = text[..end].chars().next_back().is_some_and(is_word_char);
                (!bound_start || !begins_word || starts_free(text, start))
                    && (!bound_end || !ends_word || ends_free(text, end))
            };
            match segment.find(text, at, fits) {
                Some(end) => at = end,
                None => return false,
            }
        }
        true
    }

    /// The pattern, sign by sign.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (position, segment) in self.segments.iter().enumerate() {
            if position > 0 || self.open_start {
                marks.push(Mark::Many);
            }
            marks.extend(segment.characters.iter().map(|known| known.map_or(Mark::One, Mark::Known)));
        }
        if self.open_end || self.segments.is_empty() {
            marks.push(Mark::Many);
        }
        marks
    }

    /// The text, folded, when the pattern is nothing but "has this text".
    pub(crate) fn contained(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [only] if self.open_start && self.open_end => only.literal.as_deref(),
            _ => None,
        }
    }

    /// The runs of characters that every match has.
    pub(crate) fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        let count = self.segments.len();
        for (position, segment) in self.segments.iter().enumerate() {
            let parts: Vec<_> = segment.characters.split(Option::is_none).collect();
            for (part, characters) in parts.iter().enumerate() {
                let text = characters.iter().copied().flatten().collect();
                let whole_start = part == 0 && position == 0 && !self.open_start;
                let whole_end = part + 1 == parts.len() && position + 1 == count && !self.open_end;
                runs.push(Run { text, whole_start, whole_end });
            }
        }
        runs
    }
}

impl Segment {
    fn match_at(&self, text: &str, start: usize) -> Option<usize> {
        if let Some(literal) = &self.literal {
            return text[start..].starts_with(literal.as_str()).then_some(start + literal.len());
        }
        let mut characters = text[start..].chars();
        let mut end = start;
        for expected in &self.characters {
            let found = characters.next()?;
            if expected.is_some_and(|expected| expected != found) {
                return None;
            }
            end += found.len_utf8();
        }
        Some(end)
    }

    /// Where it begins when it ends with the text.
    fn start_at_end(&self, text: &str) -> Option<usize> {
        let start = text.char_indices().rev().nth(self.characters.len().checked_sub(1)?)?.0;
        self.match_at(text, start).map(|_| start)
    }

    /// The end of the first match from `from` on that fits.
    fn find(&self, text: &str, from: usize, fits: impl Fn(usize, usize) -> bool) -> Option<usize> {
        let mut at = from;
        loop {
            let (start, end) = match &self.literal {
                Some(literal) => {
                    let start = at + memmem::find(&text.as_bytes()[at..], literal.as_bytes())?;
                    (start, Some(start + literal.len()))
                }
                None => (at, self.match_at(text, at)),
            };
            if let Some(end) = end.filter(|end| fits(start, *end)) {
                return Some(end);
            }
            at = start + text[start..].chars().next()?.len_utf8();
        }
    }
}
