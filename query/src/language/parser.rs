//! Reads a query.

mod pipes;
mod refuse;
mod suggest;

pub(crate) use self::suggest::nearest;

use self::refuse::{name_of, not_a_range, plain_value, unclosed};
use super::lexer::{Lexer, Operator, Place, Word};
use super::{
    Bound, Comparison, DEPTH_MAX, Expr, Name, Piece, QUERY_BYTES_MAX, Query, QueryError, Span, TERMS_MAX,
    Term, Test,
};

/// Reads the text of a query. An empty text asks for everything.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    if text.len() > QUERY_BYTES_MAX {
        let message = format!("the query has {} bytes, more than the {QUERY_BYTES_MAX} allowed", text.len());
        let span = Span { start: QUERY_BYTES_MAX, end: text.len() };
        return Err(QueryError::new(span, message, "split it into several queries"));
    }
    let mut parser = Parser { lexer: Lexer::new(text), depth: 0, terms: 0, is_in_where: false };
    parser.lexer.skip_space();
    let filter = match parser.lexer.peek() {
        None | Some('|') => Expr::All,
        Some(_) => parser.any_of(None)?,
    };
    parser.end()?;
    Ok(Query { filter, pipes: parser.pipes()? })
}

/// Words between the parts of a pipe; as names they must be quoted.
const KEYWORDS: [&str; 4] = ["by", "as", "asc", "desc"];

struct Parser<'a> {
    lexer: Lexer<'a>,
    depth: usize,
    terms: usize,
    /// Conditions of `where` may name columns as aggregates are written.
    is_in_where: bool,
}

impl Parser<'_> {
    /// After the filter there are pipes, or nothing.
    fn end(&mut self) -> Result<(), QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.at;
        let all = Span { start, end: self.lexer.text.len() };
        match self.lexer.peek() {
            None | Some('|') => Ok(()),
            Some(')') => Err(QueryError::new(
                Span { start, end: start + 1 },
                "this parenthesis was not opened",
                "remove it, or open it with ( before",
            )),
            Some(_) => Err(QueryError::new(all, "this is not expected here", "put it in quotes")),
        }
    }

    fn any_of(&mut self, field: Option<&Name>) -> Result<Expr, QueryError> {
        let mut branches = vec![self.all_of(field)?];
        loop {
            self.lexer.skip_space();
            if !self.lexer.eat_keyword("or") && !self.lexer.eat("||") {
                break;
            }
            self.lexer.skip_space();
            branches.push(self.all_of(field)?);
        }
        Ok(single_or(branches, Expr::Or))
    }

    fn all_of(&mut self, field: Option<&Name>) -> Result<Expr, QueryError> {
        let mut parts = vec![self.negation(field)?];
        loop {
            self.lexer.skip_space();
            let written = self.lexer.eat_keyword("and") || self.lexer.eat("&&");
            self.lexer.skip_space();
            let over = matches!(self.lexer.peek(), None | Some(')' | '|')) || self.lexer.sees_keyword("or");
            if over && !written {
                break;
            }
            parts.push(self.negation(field)?);
        }
        Ok(single_or(parts, Expr::And))
    }

    fn negation(&mut self, field: Option<&Name>) -> Result<Expr, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.at;
        let sign = |rest: &str| rest.chars().nth(1).is_some_and(|next| !next.is_whitespace());
        let rest = self.lexer.rest();
        let negated = self.lexer.eat_keyword("not")
            || (!rest.starts_with("!=") && self.lexer.eat("!"))
            || (sign(rest) && self.lexer.eat("-"));
        if negated {
            self.descend(start)?;
            let inner = self.negation(field)?;
            self.depth -= 1;
            return Ok(Expr::Not(Box::new(inner)));
        }
        if sign(rest) && self.lexer.eat("+") {
            self.descend(start)?;
            let inner = self.negation(field)?;
            self.depth -= 1;
            return Ok(inner);
        }
        self.primary(field)
    }

    fn descend(&mut self, start: usize) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("the query is nested more than {DEPTH_MAX} deep");
            let span = Span { start, end: start + 1 };
            return Err(QueryError::new(span, message, "remove parentheses that change nothing"));
        }
        Ok(())
    }

    fn primary(&mut self, field: Option<&Name>) -> Result<Expr, QueryError> {
        let start = self.lexer.at;
        if !self.lexer.eat("(") {
            return self.term(field);
        }
        self.descend(start)?;
        self.lexer.skip_space();
        if self.lexer.peek() == Some(')') {
            let span = Span { start, end: self.lexer.at + 1 };
            let hint = "write a condition between them, or quote them";
            return Err(QueryError::new(span, "there is nothing between the parentheses", hint));
        }
        let inner = self.any_of(field)?;
        self.lexer.skip_space();
        if !self.lexer.eat(")") {
            return Err(unclosed(Span { start, end: start + 1 }));
        }
        self.depth -= 1;
        Ok(inner)
    }

    fn term(&mut self, field: Option<&Name>) -> Result<Expr, QueryError> {
        self.refuse_nothing()?;
        let start = self.lexer.at;
        if let Some(field) = field {
            if let Some(comparison) = self.lexer.comparison() {
                self.lexer.skip_space();
                return self.compared(field.clone(), comparison);
            }
            if matches!(self.lexer.peek(), Some('[' | '{')) {
                return self.range(field.clone());
            }
        }
        if let Some(text) = self.lexer.quoted()? {
            let span = self.lexer.since(start);
            if let Some(operator) = self.lexer.operator()? {
                return self.tested(Name { text, span }, operator);
            }
            if matches!(self.lexer.peek(), Some('~' | '^')) {
                let span = Span { start: self.lexer.at, end: self.lexer.at + 1 };
                let message = "distance and weight of phrases are not supported";
                return Err(QueryError::new(
                    span,
                    message,
                    "remove it, or use a regular expression: /one.*two/",
                ));
            }
            return self.add(field.cloned(), Test::Text(text), span);
        }
        if let Some((pattern, flags)) = self.lexer.regex() {
            let span = self.lexer.since(start);
            return self.add(field.cloned(), Test::Regex { pattern, flags }, span);
        }
        let word = self.lexer.word(Place::Term);
        if word.pieces.is_empty() {
            return Err(self.lonely_operator());
        }
        self.refuse_open_regex(&word)?;
        if self.is_in_where
            && let Some(text) = word.plain().and_then(|text| self.aggregate_name(text))
        {
            let name = Name { text, span: self.lexer.since(start) };
            let Some(operator) = self.lexer.operator()? else {
                let hint = "compare it: where count() > 10";
                return Err(QueryError::new(name.span, "a comparison is missing after this column", hint));
            };
            return self.tested(name, operator);
        }
        match self.lexer.operator()? {
            Some(operator) => {
                let name = name_of(&word)?;
                self.tested(name, operator)
            }
            None => self.add_word(field.cloned(), &word),
        }
    }

    /// The part after `name:`, `name>=` and so on.
    fn tested(&mut self, name: Name, operator: Operator) -> Result<Expr, QueryError> {
        if let Operator::Compare(comparison) = operator {
            return self.compared(name, comparison);
        }
        if self.lexer.peek() == Some('(') {
            return self.primary(Some(&name));
        }
        if matches!(self.lexer.peek(), Some('[' | '{')) {
            return self.range(name);
        }
        let start = self.lexer.at;
        if let Some((pattern, flags)) = self.lexer.regex() {
            let span = self.lexer.since(start);
            return self.add(Some(name), Test::Regex { pattern, flags }, span);
        }
        if let Some(text) = self.lexer.quoted()? {
            let span = self.lexer.since(start);
            return self.add(Some(name), Test::Text(text), span);
        }
        self.refuse_missing(&name, ":")?;
        let word = self.lexer.word(Place::Value);
        self.refuse_open_regex(&word)?;
        self.add_word(Some(name), &word)
    }

    fn compared(&mut self, name: Name, comparison: Comparison) -> Result<Expr, QueryError> {
        let start = self.lexer.at;
        let value = match self.lexer.quoted()? {
            Some(text) => text,
            None => {
                self.refuse_missing(&name, comparison.as_str())?;
                plain_value(&self.lexer.word(Place::Value), comparison.as_str())?
            }
        };
        let span = self.lexer.since(start);
        self.add(Some(name), Test::Compare { comparison, value }, span)
    }

    fn range(&mut self, name: Name) -> Result<Expr, QueryError> {
        let start = self.lexer.at;
        let low_inclusive = self.lexer.eat("[") || !self.lexer.eat("{");
        let low = self.bound(start)?.map(|value| Bound { value, inclusive: low_inclusive });
        self.lexer.skip_space();
        if !self.lexer.eat_keyword("to") {
            return Err(not_a_range(self.lexer.since(start)));
        }
        let high = self.bound(start)?;
        self.lexer.skip_space();
        let high_inclusive = self.lexer.eat("]");
        if !high_inclusive && !self.lexer.eat("}") {
            return Err(not_a_range(self.lexer.since(start)));
        }
        let high = high.map(|value| Bound { value, inclusive: high_inclusive });
        let span = self.lexer.since(start);
        let test = if low.is_none() && high.is_none() { Test::Exists } else { Test::Range { low, high } };
        self.add(Some(name), test, span)
    }

    /// An end of a range; `None` when it is open.
    fn bound(&mut self, start: usize) -> Result<Option<String>, QueryError> {
        self.lexer.skip_space();
        if let Some(text) = self.lexer.quoted()? {
            return Ok(Some(text));
        }
        let word = self.lexer.word(Place::Bound);
        if word.pieces == [Piece::Any] {
            return Ok(None);
        }
        if word.pieces.is_empty() {
            return Err(not_a_range(self.lexer.since(start)));
        }
        plain_value(&word, "a range").map(Some)
    }

    fn add_word(&mut self, field: Option<Name>, word: &Word) -> Result<Expr, QueryError> {
        if word.pieces == [Piece::Any] {
            return match field {
                Some(_) => self.add(field, Test::Exists, word.span),
                None => Ok(Expr::All),
            };
        }
        let test = match word.plain() {
            Some(text) => Test::Text(text.to_owned()),
            None => Test::Wildcard(word.pieces.clone()),
        };
        self.add(field, test, word.span)
    }

    fn add(&mut self, field: Option<Name>, test: Test, span: Span) -> Result<Expr, QueryError> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            let message = format!("the query has more than {TERMS_MAX} conditions");
            return Err(QueryError::new(span, message, "split it into several queries"));
        }
        if let (Some("_exists_"), Test::Text(text)) = (field.as_ref().map(|name| name.text.as_str()), &test) {
            let name = Name { text: text.clone(), span };
            return Ok(Expr::Term(Term { field: Some(name), test: Test::Exists, span }));
        }
        Ok(Expr::Term(Term { field, test, span }))
    }
}

fn single_or(mut parts: Vec<Expr>, make: fn(Vec<Expr>) -> Expr) -> Expr {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            make(parts)
        }
    }
}

#[cfg(test)]
mod pipe_tests;
#[cfg(test)]
mod tests;
