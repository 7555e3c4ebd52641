//! Reads what stands behind the filter.

use super::Parser;
use super::suggest::{did_you_mean, unknown_pipe};
use crate::language::pipe::FUNCTIONS;
use crate::language::{
    Aggregate, COLUMNS_MAX, Function, HEAD_MAX, Key, Name, PIPES_MAX, Pipe, QueryError, SortKey, Span, Stage,
    Step,
};
use palisade_record::range::parse_span;

/// Rows of `top` and `rare` when nobody says how many.
const TOP_ROWS: u64 = 10;

/// Longest step of time: ten years of 365 days.
const STEP_MILLIS_MAX: u64 = 10 * 365 * 86_400_000;

/// The names of pipes.
pub(super) const PIPES: [&str; 9] =
    ["stats", "timechart", "where", "sort", "head", "top", "rare", "fields", "dedup"];

impl<'a> Parser<'a> {
    /// The pipes, from the first `|` to the end.
    pub(super) fn pipes(&mut self) -> Result<Vec<Pipe>, QueryError> {
        let mut pipes = Vec::new();
        loop {
            self.lexer.skip_space();
            let start = self.lexer.at;
            if !self.lexer.eat("|") {
                return Ok(pipes);
            }
            if pipes.len() == PIPES_MAX {
                let span = Span { start, end: self.lexer.text.len() };
                let message = format!("the query has more than {PIPES_MAX} pipes");
                return Err(QueryError::new(span, message, "leave some away"));
            }
            self.lexer.skip_space();
            let start = self.lexer.at;
            let stage = self.stage()?;
            pipes.push(Pipe { stage, span: self.lexer.since(start) });
            self.lexer.skip_space();
            self.end_of_pipe()?;
        }
    }

    fn stage(&mut self) -> Result<Stage, QueryError> {
        let start = self.lexer.at;
        let word = self.bare_word();
        let span = self.lexer.since(start);
        self.lexer.skip_space();
        Ok(match word.to_ascii_lowercase().as_str() {
            "where" => Stage::Where(self.condition_of_where()?),
            "stats" => {
                let aggregates = self.aggregates()?;
                Stage::Stats { aggregates, by: self.by(Self::key)? }
            }
            "timechart" => {
                let step = self.span_option()?;
                let aggregates = self.aggregates()?;
                Stage::Timechart { step, aggregates, by: self.by(Self::name)? }
            }
            "sort" => Stage::Sort(self.list(Self::sort_key)?),
            "head" => Stage::Head(self.count()?.ok_or_else(|| {
                let message = "`head` needs a number";
                QueryError::new(self.here(), message, "write how many to keep: | head 20")
            })?),
            "top" => Stage::Top { count: self.count()?.unwrap_or(TOP_ROWS), fields: self.list(Self::name)? },
            "rare" => {
                Stage::Rare { count: self.count()?.unwrap_or(TOP_ROWS), fields: self.list(Self::name)? }
            }
            "fields" => Stage::Fields(self.list(Self::name)?),
            "dedup" => Stage::Dedup(self.list(Self::name)?),
            _ => return Err(unknown_pipe(word, if word.is_empty() { self.next_character() } else { span })),
        })
    }

    /// After a pipe there is another one, or nothing.
    fn end_of_pipe(&self) -> Result<(), QueryError> {
        if matches!(self.lexer.peek(), None | Some('|')) {
            return Ok(());
        }
        let hint = "put a comma between columns, and | before the next pipe; quote names with signs in them";
        Err(QueryError::new(self.next_character(), "this is not expected in a pipe", hint))
    }

    fn condition_of_where(&mut self) -> Result<crate::language::Expr, QueryError> {
        self.is_in_where = true;
        let condition = self.any_of(None);
        self.is_in_where = false;
        condition
    }

    fn aggregates(&mut self) -> Result<Vec<Aggregate>, QueryError> {
        self.list(Self::aggregate)
    }

    fn aggregate(&mut self) -> Result<Aggregate, QueryError> {
        let start = self.lexer.at;
        // The point of `p99.9` belongs to the name.
        let word = self.bare_word();
        let span = self.lexer.since(start);
        let Some(function) = Function::named(word) else {
            let at = if word.is_empty() { self.next_character() } else { span };
            let names = FUNCTIONS.iter().map(|(name, _)| *name).chain(["p50", "p95", "p99"]);
            let message = match word {
                "" => "an aggregate is missing here".to_owned(),
                word => format!("there is no aggregate `{word}`"),
            };
            let hint = did_you_mean(
                word,
                names,
                "write one of count(), distinct(field), sum, avg, min, max, p50 to p99, rate(), first, last",
            );
            return Err(QueryError::new(at, message, hint));
        };
        let field = self.argument(function, span)?;
        let end = self.lexer.at;
        self.lexer.skip_space();
        let alias = if self.lexer.eat_keyword("as") {
            self.lexer.skip_space();
            Some(self.name()?)
        } else {
            self.lexer.at = end;
            None
        };
        Ok(Aggregate { function, field, alias, span: self.lexer.since(start) })
    }

    /// The field between the parentheses.
    fn argument(&mut self, function: Function, span: Span) -> Result<Option<Name>, QueryError> {
        let hint = || format!("name a field: {function}(duration_ms)");
        let open = self.lexer.at;
        if !self.lexer.eat("(") {
            if function.is_of_records() {
                return Ok(None);
            }
            return Err(QueryError::new(span, format!("`{function}` needs a field"), hint()));
        }
        self.lexer.skip_space();
        let field = if self.lexer.peek() == Some(')') { None } else { Some(self.name()?) };
        self.lexer.skip_space();
        if !self.lexer.eat(")") {
            let span = Span { start: open, end: open + 1 };
            return Err(QueryError::new(span, "the parenthesis is not closed", "close it with )"));
        }
        let span = Span { end: self.lexer.at, ..span };
        match (&field, function) {
            (None, function) if !function.is_of_records() => {
                Err(QueryError::new(span, format!("`{function}` needs a field"), hint()))
            }
            (Some(_), Function::Rate) => {
                let hint = "write rate(); to count those with a field, put field:* into the filter";
                Err(QueryError::new(span, "`rate` counts records and takes no field", hint))
            }
            _ => Ok(field),
        }
    }

    fn by<T>(&mut self, read: fn(&mut Self) -> Result<T, QueryError>) -> Result<Vec<T>, QueryError> {
        let before = self.lexer.at;
        self.lexer.skip_space();
        if self.lexer.eat_keyword("by") {
            self.lexer.skip_space();
            return self.list(read);
        }
        self.lexer.at = before;
        Ok(Vec::new())
    }

    fn key(&mut self) -> Result<Key, QueryError> {
        let start = self.lexer.at;
        if self.bare_word().eq_ignore_ascii_case("bin") && self.lexer.eat("(") {
            self.lexer.skip_space();
            let step = self.step()?;
            self.lexer.skip_space();
            if !self.lexer.eat(")") {
                let hint = "write a length of time between the parentheses: bin(5m)";
                return Err(QueryError::new(self.next_character(), "`)` is missing here", hint));
            }
            return Ok(Key::Bin(step));
        }
        self.lexer.at = start;
        self.name().map(Key::Field)
    }

    fn span_option(&mut self) -> Result<Option<Step>, QueryError> {
        let start = self.lexer.at;
        if self.bare_word().eq_ignore_ascii_case("span") {
            self.lexer.skip_space();
            if self.lexer.eat("=") {
                self.lexer.skip_space();
                let step = self.step()?;
                self.lexer.skip_space();
                return Ok(Some(step));
            }
        }
        self.lexer.at = start;
        Ok(None)
    }

    fn step(&mut self) -> Result<Step, QueryError> {
        let start = self.lexer.at;
        let word = self.bare_word();
        let span = self.lexer.since(start);
        let span = if word.is_empty() { self.next_character() } else { span };
        let refuse =
            |message: String| QueryError::new(span, message, "write a length of time: 30s, 5m, 1h, 1d");
        let step = parse_span(word).map_err(refuse)?;
        let millis = u64::try_from(step.as_millis()).unwrap_or(u64::MAX);
        if millis == 0 || millis > STEP_MILLIS_MAX {
            return Err(refuse(format!("a step of `{word}` is too short or too long")));
        }
        Ok(Step { millis, span })
    }

    fn sort_key(&mut self) -> Result<SortKey, QueryError> {
        let minus = self.lexer.eat("-");
        let name = self.name()?;
        let end = self.lexer.at;
        self.lexer.skip_space();
        let descending = match self.bare_word().to_ascii_lowercase().as_str() {
            "desc" => true,
            "asc" => false,
            _ => {
                self.lexer.at = end;
                minus
            }
        };
        Ok(SortKey { name, descending })
    }

    /// A number, when one stands here.
    fn count(&mut self) -> Result<Option<u64>, QueryError> {
        let start = self.lexer.at;
        let word = self.bare_word();
        if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_digit()) {
            self.lexer.at = start;
            return Ok(None);
        }
        let span = self.lexer.since(start);
        let count = word.parse().ok().filter(|count| (1..=HEAD_MAX).contains(count));
        self.lexer.skip_space();
        count.map(Some).ok_or_else(|| {
            let hint = format!("write a number from 1 to {HEAD_MAX}");
            QueryError::new(span, format!("{word} is not a number of rows"), hint)
        })
    }

    /// Parts with commas between them.
    fn list<T>(&mut self, read: fn(&mut Self) -> Result<T, QueryError>) -> Result<Vec<T>, QueryError> {
        let mut parts = Vec::new();
        loop {
            if parts.len() == COLUMNS_MAX {
                let message = format!("there are more than {COLUMNS_MAX} columns");
                return Err(QueryError::new(self.next_character(), message, "leave some away"));
            }
            parts.push(read(self)?);
            let end = self.lexer.at;
            self.lexer.skip_space();
            if !self.lexer.eat(",") {
                self.lexer.at = end;
                return Ok(parts);
            }
            self.lexer.skip_space();
        }
    }

    /// The name of a field or column: bare, in quotes, or as an aggregate is written.
    fn name(&mut self) -> Result<Name, QueryError> {
        let start = self.lexer.at;
        if let Some(text) = self.lexer.quoted()? {
            return Ok(Name { text, span: self.lexer.since(start) });
        }
        let text = self.bare_word().to_owned();
        let is_keyword = super::KEYWORDS.iter().any(|keyword| text.eq_ignore_ascii_case(keyword));
        if text.is_empty() || is_keyword {
            let span = if text.is_empty() { self.next_character() } else { self.lexer.since(start) };
            let hint = "name a field or column; quote names with signs or words of the language in them";
            return Err(QueryError::new(span, "a name is missing here", hint));
        }
        let text = self.aggregate_name(&text).unwrap_or(text);
        Ok(Name { text, span: self.lexer.since(start) })
    }

    /// The name of the column that `word(field)` makes, when this is what stands here.
    pub(super) fn aggregate_name(&mut self, word: &str) -> Option<String> {
        let before = self.lexer.at;
        let function = Function::named(word)?;
        let field = self.lexer.eat("(").then(|| self.bare_word().to_owned());
        match field {
            Some(field) if self.lexer.eat(")") => Some(match field.as_str() {
                "" => function.to_string(),
                field => format!("{function}({field})"),
            }),
            _ => {
                self.lexer.at = before;
                None
            }
        }
    }

    /// The letters, digits and signs of names from here on.
    fn bare_word(&mut self) -> &'a str {
        let rest = self.lexer.rest();
        let fits = |inner: char| inner.is_alphanumeric() || "_.-@/".contains(inner);
        let length = rest.find(|inner| !fits(inner)).unwrap_or(rest.len());
        self.lexer.at += length;
        &rest[..length]
    }

    fn here(&self) -> Span {
        Span { start: self.lexer.at, end: self.lexer.at }
    }

    fn next_character(&self) -> Span {
        let start = self.lexer.at;
        Span { start, end: start + self.lexer.peek().map_or(0, char::len_utf8) }
    }
}
