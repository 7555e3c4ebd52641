//! Reads JSON as RFC 8259 defines it, token by token, without a tree and without recursion.
//!
//! Half of a surrogate pair, which the grammar allows, reads as U+FFFD: a logger that cut an emoji in two should not
//! cost its users the fields of the record.

use super::json_text::{Text, end_of_text};

/// One piece of a JSON text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Token<'a> {
    /// `{`
    ObjectBegin,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayBegin,
    /// `]`
    ArrayEnd,
    /// The name of a member; its colon is behind it already.
    Key(Text<'a>),
    /// A text value.
    Text(Text<'a>),
    /// A number as it is written.
    Number(&'a str),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
}

/// Why a text is not JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// The byte at which that became clear.
    pub(crate) offset: usize,
    /// What was expected there.
    pub(crate) what: &'static str,
}

#[derive(Clone, Copy)]
enum Expect {
    Value,
    ElementOrEnd,
    KeyOrEnd,
    Key,
    CommaOrEnd,
}

/// What is open: an object or, otherwise, an array.
pub(crate) type Open = Vec<bool>;

/// The tokens of a text.
pub(crate) struct Tokens<'a, 'open> {
    text: &'a str,
    offset: usize,
    open: &'open mut Open,
    expect: Expect,
}

impl<'a, 'open> Tokens<'a, 'open> {
    /// The tokens of `text`. What is open is kept in `open`, which is emptied first: a buffer that is used again.
    pub(crate) fn new(text: &'a str, open: &'open mut Open) -> Self {
        open.clear();
        Self { text, offset: 0, open, expect: Expect::Value }
    }

    /// How many objects and arrays are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The byte after the last token; after the colon of a key.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// The next token; `None` after the last one.
    pub(crate) fn next(&mut self) -> Result<Option<Token<'a>>, Problem> {
        loop {
            let byte = self.skip_space();
            match self.expect {
                Expect::Value => return self.value(byte).map(Some),
                Expect::ElementOrEnd if byte == Some(b']') => return Ok(Some(self.close())),
                Expect::ElementOrEnd => self.expect = Expect::Value,
                Expect::KeyOrEnd if byte == Some(b'}') => return Ok(Some(self.close())),
                Expect::KeyOrEnd | Expect::Key => return self.key(byte).map(Some),
                Expect::CommaOrEnd => match (self.open.last(), byte) {
                    (None, None) => return Ok(None),
                    (None, Some(_)) => return Err(self.problem("expected nothing more")),
                    (Some(true), Some(b'}')) | (Some(false), Some(b']')) => return Ok(Some(self.close())),
                    (Some(is_object), Some(b',')) => {
                        self.offset += 1;
                        self.expect = if *is_object { Expect::Key } else { Expect::Value };
                    }
                    (Some(true), _) => return Err(self.problem("expected `,` or `}`")),
                    (Some(false), _) => return Err(self.problem("expected `,` or `]`")),
                },
            }
        }
    }

    /// The whole text of the object or array whose beginning was the last token.
    pub(crate) fn rest_of_container(&mut self) -> Result<&'a str, Problem> {
        let (start, depth) = (self.offset - 1, self.depth());
        while self.depth() >= depth {
            self.next()?;
        }
        Ok(&self.text[start..self.offset])
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn problem(&self, what: &'static str) -> Problem {
        Problem { offset: self.offset, what }
    }

    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.bytes().get(self.offset) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.offset += 1,
                other => return other.copied(),
            }
        }
    }

    fn close(&mut self) -> Token<'a> {
        self.offset += 1;
        self.expect = Expect::CommaOrEnd;
        if self.open.pop() == Some(true) { Token::ObjectEnd } else { Token::ArrayEnd }
    }

    fn key(&mut self, byte: Option<u8>) -> Result<Token<'a>, Problem> {
        if byte != Some(b'"') {
            return Err(self.problem("expected a name in quotes"));
        }
        let key = self.quoted()?;
        if self.skip_space() != Some(b':') {
            return Err(self.problem("expected `:`"));
        }
        self.offset += 1;
        self.expect = Expect::Value;
        Ok(Token::Key(key))
    }

    fn value(&mut self, byte: Option<u8>) -> Result<Token<'a>, Problem> {
        self.expect = Expect::CommaOrEnd;
        match byte {
            Some(b'"') => Ok(Token::Text(self.quoted()?)),
            Some(b'{') => Ok(self.begin(true)),
            Some(b'[') => Ok(self.begin(false)),
            Some(b't') => self.word("true", Token::Boolean(true)),
            Some(b'f') => self.word("false", Token::Boolean(false)),
            Some(b'n') => self.word("null", Token::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.problem("expected a value")),
            None => Err(self.problem("expected a value, found the end")),
        }
    }

    fn begin(&mut self, is_object: bool) -> Token<'a> {
        self.offset += 1;
        self.open.push(is_object);
        if is_object {
            self.expect = Expect::KeyOrEnd;
            return Token::ObjectBegin;
        }
        self.expect = Expect::ElementOrEnd;
        Token::ArrayBegin
    }

    fn word(&mut self, word: &'static str, token: Token<'a>) -> Result<Token<'a>, Problem> {
        if !self.bytes()[self.offset..].starts_with(word.as_bytes()) {
            return Err(self.problem("expected a value"));
        }
        self.offset += word.len();
        Ok(token)
    }

    fn quoted(&mut self) -> Result<Text<'a>, Problem> {
        let start = self.offset + 1;
        let (end, is_escaped) = end_of_text(self.bytes(), start)?;
        self.offset = end + 1;
        Ok(Text { raw: &self.text[start..end], is_escaped })
    }

    fn number(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.offset;
        self.offset = end_of_number(self.bytes(), start)?;
        Ok(Token::Number(&self.text[start..self.offset]))
    }
}

/// Where the number ends that begins at `start`.
pub(crate) fn end_of_number(bytes: &[u8], start: usize) -> Result<usize, Problem> {
    let peek = |offset: usize| bytes.get(offset).copied();
    let mut offset = start + usize::from(peek(start) == Some(b'-'));
    offset = if peek(offset) == Some(b'0') { offset + 1 } else { end_of_digits(bytes, offset)? };
    if peek(offset) == Some(b'.') {
        offset = end_of_digits(bytes, offset + 1)?;
    }
    if let Some(b'e' | b'E') = peek(offset) {
        offset += 1;
        if let Some(b'+' | b'-') = peek(offset) {
            offset += 1;
        }
        offset = end_of_digits(bytes, offset)?;
    }
    Ok(offset)
}

fn end_of_digits(bytes: &[u8], start: usize) -> Result<usize, Problem> {
    let count = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return Err(Problem { offset: start, what: "expected a digit" });
    }
    Ok(start + count)
}
