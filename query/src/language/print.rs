//! The one text of a tree: what is printed reads back as the same tree.

mod pipes;

use std::fmt::{self, Display, Formatter, Write as _};

use super::{Bound, Expr, Piece, Query, RegexFlags, Term, Test};

impl Display for Query {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.filter.fmt(formatter)?;
        self.pipes.iter().try_for_each(|pipe| write!(formatter, " | {pipe}"))
    }
}

impl Display for Expr {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_char('*'),
            Self::And(parts) => joined(parts, " and ", formatter),
            Self::Or(parts) => joined(parts, " or ", formatter),
            Self::Not(inner) => {
                formatter.write_str("not ")?;
                part(inner, formatter)
            }
            Self::Term(term) => term.fmt(formatter),
        }
    }
}

fn joined(parts: &[Expr], between: &str, formatter: &mut Formatter<'_>) -> fmt::Result {
    for (position, inner) in parts.iter().enumerate() {
        if position > 0 {
            formatter.write_str(between)?;
        }
        part(inner, formatter)?;
    }
    Ok(())
}

fn part(inner: &Expr, formatter: &mut Formatter<'_>) -> fmt::Result {
    match inner {
        Expr::And(_) | Expr::Or(_) => write!(formatter, "({inner})"),
        _ => inner.fmt(formatter),
    }
}

impl Display for Term {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.field {
            name.fmt(formatter)?;
            if !matches!(self.test, Test::Compare { .. }) {
                formatter.write_char(':')?;
            }
        }
        match &self.test {
            Test::Exists => formatter.write_char('*'),
            Test::Text(text) => plain(text, formatter),
            Test::Wildcard(pieces) => pieces.iter().try_for_each(|piece| print_piece(piece, formatter)),
            Test::Regex { pattern, flags } => print_regex(pattern, *flags, formatter),
            Test::Compare { comparison, value } => {
                formatter.write_str(comparison.as_str())?;
                plain(value, formatter)
            }
            Test::Range { low, high } => {
                let open = if low.as_ref().is_none_or(|bound| bound.inclusive) { '[' } else { '{' };
                formatter.write_char(open)?;
                print_bound(low.as_ref(), formatter)?;
                formatter.write_str(" TO ")?;
                print_bound(high.as_ref(), formatter)?;
                let close = if high.as_ref().is_none_or(|bound| bound.inclusive) { ']' } else { '}' };
                formatter.write_char(close)
            }
        }
    }
}

fn print_bound(bound: Option<&Bound>, formatter: &mut Formatter<'_>) -> fmt::Result {
    match bound {
        None => formatter.write_char('*'),
        Some(bound) => plain(&bound.value, formatter),
    }
}

/// Words that mean something else without quotes, somewhere.
const KEYWORDS: [&str; 9] = ["and", "or", "not", "to", "_exists_", "by", "as", "asc", "desc"];

fn is_plain(text: &str) -> bool {
    let keyword = KEYWORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    let begins = text.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '@'));
    begins && !keyword && text.chars().all(|inner| inner.is_alphanumeric() || "_.-@/".contains(inner))
}

fn plain(text: &str, formatter: &mut Formatter<'_>) -> fmt::Result {
    if is_plain(text) {
        return formatter.write_str(text);
    }
    formatter.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(formatter, "\\{character}")?,
            '\n' => formatter.write_str("\\n")?,
            '\t' => formatter.write_str("\\t")?,
            '\r' => formatter.write_str("\\r")?,
            _ => formatter.write_char(character)?,
        }
    }
    formatter.write_char('"')
}

fn print_piece(piece: &Piece, formatter: &mut Formatter<'_>) -> fmt::Result {
    match piece {
        Piece::Any => formatter.write_char('*'),
        Piece::One => formatter.write_char('?'),
        Piece::Text(text) => text.chars().try_for_each(|character| {
            if !character.is_alphanumeric() && !"_.".contains(character) {
                formatter.write_char('\\')?;
            }
            formatter.write_char(character)
        }),
    }
}

fn print_regex(pattern: &str, flags: RegexFlags, formatter: &mut Formatter<'_>) -> fmt::Result {
    formatter.write_char('/')?;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '/' => formatter.write_str("\\/")?,
            '\\' => {
                formatter.write_char('\\')?;
                characters.next().map_or(Ok(()), |next| formatter.write_char(next))?;
            }
            _ => formatter.write_char(character)?,
        }
    }
    formatter.write_char('/')?;
    for (is_set, letter) in
        [(flags.ignore_case, 'i'), (flags.dot_matches_newline, 's'), (flags.multi_line, 'm')]
    {
        if is_set {
            formatter.write_char(letter)?;
        }
    }
    Ok(())
}
