//! What the parser says about mistakes.

use super::Parser;
use crate::language::lexer::Word;
use crate::language::{Name, QueryError, Span};

impl Parser<'_> {
    /// Where a condition must begin, but none does.
    pub(super) fn refuse_nothing(&self) -> Result<(), QueryError> {
        let here = Span { start: self.lexer.at, end: self.lexer.at };
        for word in ["and", "or"] {
            if self.lexer.sees_keyword(word) {
                let span = Span { end: here.start + word.len(), ..here };
                let message = format!("there is no condition before this `{word}`");
                let hint = format!("write one, or \"{word}\" in quotes to search for the word");
                return Err(QueryError::new(span, message, hint));
            }
        }
        let rest = self.lexer.rest();
        if matches!(self.lexer.peek(), None | Some(')' | '|')) || rest.starts_with("&&") {
            let hint = "write a condition here, or remove the `and`, `or` or `not` before it";
            return Err(QueryError::new(here, "a condition is missing here", hint));
        }
        Ok(())
    }

    pub(super) fn refuse_missing(&self, name: &Name, operator: &str) -> Result<(), QueryError> {
        let lexer = &self.lexer;
        let keyword = ["and", "or", "not"].into_iter().find(|word| lexer.sees_keyword(word));
        let rest = lexer.rest();
        let operator_follows = rest.starts_with([':', '=', '<', '>']) || rest.starts_with("&&");
        let nothing = matches!(lexer.peek(), None | Some(')' | '(' | '|')) || operator_follows;
        if keyword.is_none() && !nothing {
            return Ok(());
        }
        let message = format!("the value after `{}{operator}` is missing", name.text);
        let hint = match keyword {
            Some(word) => format!("write a value; to search for the word itself, quote it: \"{word}\""),
            None if operator_follows => "quote a value that begins with an operator".to_owned(),
            None => format!("write a value, or `{}:*` for every record that has the field", name.text),
        };
        Err(QueryError::new(Span { start: name.span.start, end: lexer.at }, message, hint))
    }

    pub(super) fn refuse_open_regex(&self, word: &Word) -> Result<(), QueryError> {
        let begins = self.lexer.text[word.span.start..].starts_with('/');
        if begins && self.lexer.rest().starts_with('(') {
            let span = Span { start: word.span.start, end: self.lexer.text.len() };
            let hint = "close it with /, escape slashes inside as \\/, or quote a path";
            return Err(QueryError::new(span, "the regular expression is not closed", hint));
        }
        Ok(())
    }

    pub(super) fn lonely_operator(&self) -> QueryError {
        let start = self.lexer.at;
        let sign = self.lexer.peek();
        let span = Span { start, end: start + sign.map_or(0, char::len_utf8) };
        let sign = sign.map(String::from).unwrap_or_default();
        let message = format!("there is no field before `{sign}`");
        QueryError::new(span, message, format!("write field{sign}value, or put it in quotes"))
    }
}

pub(super) fn unclosed(span: Span) -> QueryError {
    QueryError::new(span, "the parenthesis is not closed", "close it with ), or put it in quotes")
}

pub(super) fn not_a_range(span: Span) -> QueryError {
    let hint = "write [10 TO 20], {10 TO 20} without the ends, or [10 TO *]; quote a text that begins with a bracket";
    QueryError::new(span, "this is not a range", hint)
}

pub(super) fn name_of(word: &Word) -> Result<Name, QueryError> {
    let Some(text) = word.plain() else {
        let hint = "name one field, or leave the name away to search in all of them";
        return Err(QueryError::new(word.span, "a field's name cannot have wildcards", hint));
    };
    if let Some(odd) = word.no_name {
        let message = format!("a field's name cannot have `{odd}`");
        let hint = "put the name in quotes, or all of it if it is a text to search for";
        return Err(QueryError::new(word.span, message, hint));
    }
    Ok(Name { text: text.to_owned(), span: word.span })
}

pub(super) fn plain_value(word: &Word, place: &str) -> Result<String, QueryError> {
    word.plain().map(str::to_owned).ok_or_else(|| {
        let message = format!("wildcards cannot be used with {place}");
        QueryError::new(word.span, message, "use `:` for patterns, or quote the value to take it as it is")
    })
}
