//! Cuts the text of a query into words, quoted texts, regular expressions and operators.
//!
//! What a character means depends on where it stands (`/` begins a regular expression only where a value may begin,
//! `:` is part of a value but ends a name), so the parser says what it looks for.

use super::{Comparison, Piece, QueryError, RegexFlags, Span};

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It may turn out to be a field's name.
    Term,
    /// Behind an operator.
    Value,
    /// Inside of a range.
    Bound,
}

/// A word as it was written.
pub(super) struct Word {
    pub(super) pieces: Vec<Piece>,
    pub(super) span: Span,
    /// The first character that no field name has, unless it was escaped.
    pub(super) no_name: Option<char>,
}

impl Word {
    /// The word when it has no wildcards.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// An operator between a field and a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Has,
    Compare(Comparison),
}

#[derive(Clone)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    pub(super) fn since(&self, start: usize) -> Span {
        Span { start, end: self.at }
    }

    /// Whether the next word is `word`, in any case, and nothing but it.
    pub(super) fn sees_keyword(&self, word: &str) -> bool {
        let rest = self.rest();
        let Some(head) = rest.get(..word.len()) else { return false };
        let ends = |next: char| next.is_whitespace() || matches!(next, '(' | ')' | '"' | '|' | ']' | '}');
        head.eq_ignore_ascii_case(word) && rest[word.len()..].chars().next().is_none_or(ends)
    }

    pub(super) fn eat_keyword(&mut self, word: &str) -> bool {
        let found = self.sees_keyword(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// A quoted text, when one begins here.
    pub(super) fn quoted(&mut self) -> Result<Option<String>, QueryError> {
        let start = self.at;
        let Some(quote @ ('"' | '\'')) = self.peek() else { return Ok(None) };
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((position, character)) = characters.next() {
            if character == quote {
                self.at += position + 1;
                return Ok(Some(text));
            }
            if character != '\\' {
                text.push(character);
                continue;
            }
            match characters.next() {
                Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, 'r')) => text.push('\r'),
                // Other backslashes stay: people paste paths.
                Some((_, other)) => text.extend(['\\', other]),
                None => {}
            }
        }
        let hint = format!("close it with {quote}, or write \\{quote} for a quote inside of a word");
        let span = Span { start, end: self.text.len() };
        Err(QueryError::new(span, "the quote is not closed", hint))
    }

    /// A regular expression, when one begins here. A path like `/v1/*` is none: its second slash does not end it.
    pub(super) fn regex(&mut self) -> Option<(String, RegexFlags)> {
        let body = self.rest().strip_prefix('/')?;
        let mut pattern = String::new();
        let mut characters = body.char_indices();
        let close = loop {
            match characters.next()? {
                (position, '/') => break position,
                (_, '\\') => match characters.next()? {
                    (_, '/') => pattern.push('/'),
                    (_, other) => pattern.extend(['\\', other]),
                },
                (_, other) => pattern.push(other),
            }
        };
        let tail = &body[close + 1..];
        let letters = tail.len() - tail.trim_start_matches(['i', 's', 'm']).len();
        let ends = tail[letters..].chars().next();
        let ends_here = ends.is_none_or(|next| next.is_whitespace() || matches!(next, ')' | '|'));
        // `path:/a or path:/s` are two paths, not an expression between two slashes.
        let spans_terms = pattern.ends_with(':') && pattern.contains(char::is_whitespace);
        if pattern.is_empty() || !ends_here || spans_terms {
            return None;
        }
        self.at += 1 + close + 1 + letters;
        let has = |letter: char| tail[..letters].contains(letter);
        let flags = RegexFlags { ignore_case: has('i'), dot_matches_newline: has('s'), multi_line: has('m') };
        Some((pattern, flags))
    }

    /// A word; empty when none begins here.
    pub(super) fn word(&mut self, mut place: Place) -> Word {
        let start = self.at;
        let mut word = Word { pieces: Vec::new(), span: Span::default(), no_name: None };
        while let Some(character) = self.peek() {
            let rest = self.rest();
            if place == Place::Term && rest.starts_with("://") && self.at > start {
                // An address that somebody pasted.
                place = Place::Value;
            }
            let ends = match character {
                '(' | ')' | '"' | '|' => true,
                ':' | '<' | '>' | '=' => place == Place::Term,
                ']' | '}' => place == Place::Bound,
                '!' => place == Place::Term && rest.starts_with("!="),
                '&' => rest.starts_with("&&"),
                _ => character.is_whitespace(),
            };
            if ends {
                break;
            }
            self.at += character.len_utf8();
            match character {
                '*' => word.push_any(),
                '?' => word.pieces.push(Piece::One),
                '\\' => {
                    let escaped = self.peek();
                    self.at += escaped.map_or(0, char::len_utf8);
                    word.push(escaped.unwrap_or('\\'));
                }
                _ => {
                    let fits = character.is_alphanumeric() || "_.-@/".contains(character);
                    word.no_name = word.no_name.or((!fits).then_some(character));
                    word.push(character);
                }
            }
        }
        word.span = self.since(start);
        word
    }

    /// An operator, with space before it.
    pub(super) fn operator(&mut self) -> Result<Option<Operator>, QueryError> {
        let before = self.at;
        self.skip_space();
        let start = self.at;
        if self.eat("==") {
            let hint = "write `=` for the whole value, or `:` for a word in it";
            return Err(QueryError::new(self.since(start), "there is no operator `==`", hint));
        }
        let operator = if self.eat(":") {
            self.skip_space();
            self.comparison().map_or(Operator::Has, Operator::Compare)
        } else if let Some(comparison) = self.comparison() {
            Operator::Compare(comparison)
        } else {
            self.at = before;
            return Ok(None);
        };
        self.skip_space();
        Ok(Some(operator))
    }

    pub(super) fn comparison(&mut self) -> Option<Comparison> {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let order = [LessOrEqual, GreaterOrEqual, NotEqual, Less, Greater, Equal];
        order.into_iter().find(|comparison| self.eat(comparison.as_str()))
    }
}

impl Word {
    fn push(&mut self, character: char) {
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(character),
            _ => self.pieces.push(Piece::Text(character.into())),
        }
    }

    fn push_any(&mut self) {
        if self.pieces.last() != Some(&Piece::Any) {
            self.pieces.push(Piece::Any);
        }
    }
}
