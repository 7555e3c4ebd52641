//! Text with wildcards.

use super::fold;

/// The characters that `windash` takes for one another.
pub const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// With more dashes a pattern is looked for by its longest text: 125 texts for one pattern would cost more than they save.
const DASHES_SPELT_OUT_MAX: usize = 2;

/// Text with wildcards, folded unless upper and lower case differ.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pattern {
    pieces: Vec<Piece>,
    cased: bool,
}

/// A piece of a pattern.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Piece {
    /// This text; never empty.
    Text(String),
    /// Any one character: `?`.
    One,
    /// Any text: `*`. Never twice in a row.
    Many,
    /// Any one of [`DASHES`].
    Dash,
}

/// What a pattern asks for, when that is simple.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape<'a> {
    /// Any value at all.
    Anything,
    /// This text.
    Whole(&'a str),
    /// Text that starts so.
    Start(&'a str),
    /// Text that ends so.
    End(&'a str),
    /// Text in which this lies.
    Anywhere(&'a str),
    /// Something else. The longest text in it must lie in what matches.
    Pieces(Option<&'a str>),
}

impl Pattern {
    /// From pieces; joins texts, drops empty ones and wildcards that say nothing new.
    pub fn new(pieces: impl IntoIterator<Item = Piece>, cased: bool) -> Self {
        let mut tidy: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (tidy.last_mut(), piece) {
                (_, Piece::Text(text)) if text.is_empty() => {}
                (Some(Piece::Text(before)), Piece::Text(text)) => {
                    before.push_str(&if cased { text } else { fold(&text) });
                }
                (Some(Piece::Many), Piece::Many) => {}
                (_, Piece::Text(text)) => tidy.push(Piece::Text(if cased { text } else { fold(&text) })),
                (_, piece) => tidy.push(piece),
            }
        }
        Self { pieces: tidy, cased }
    }

    /// The pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether upper and lower case differ.
    pub const fn is_cased(&self) -> bool {
        self.cased
    }

    /// The patterns that are the same together, with a character in place of every [`Piece::Dash`]; just this one if it has none,
    /// or so many that it is better left alone.
    pub fn without_dashes(&self) -> Vec<Self> {
        let mut variants = vec![self.clone()];
        let dashes = self.pieces.iter().filter(|piece| **piece == Piece::Dash).count();
        if dashes > DASHES_SPELT_OUT_MAX {
            return variants;
        }
        for at in (0..self.pieces.len()).filter(|at| self.pieces[*at] == Piece::Dash) {
            variants = variants
                .iter()
                .flat_map(|variant| {
                    DASHES.map(|dash| {
                        let mut pieces = variant.pieces.clone();
                        pieces[at] = Piece::Text(dash.into());
                        Self { pieces, cased: self.cased }
                    })
                })
                .collect();
        }
        variants.into_iter().map(|variant| Self::new(variant.pieces, self.cased)).collect()
    }

    /// What it asks for.
    pub fn shape(&self) -> Shape<'_> {
        match self.pieces.as_slice() {
            [] => Shape::Whole(""),
            [Piece::Many] => Shape::Anything,
            [Piece::Text(text)] => Shape::Whole(text),
            [Piece::Text(text), Piece::Many] => Shape::Start(text),
            [Piece::Many, Piece::Text(text)] => Shape::End(text),
            [Piece::Many, Piece::Text(text), Piece::Many] => Shape::Anywhere(text),
            pieces => Shape::Pieces(
                pieces
                    .iter()
                    .filter_map(|piece| match piece {
                        Piece::Text(text) => Some(text.as_str()),
                        _ => None,
                    })
                    .max_by_key(|text| text.len()),
            ),
        }
    }

    /// Whether text matches that was folded, unless the pattern is cased.
    ///
    /// Only the last `*` is ever tried again: what an earlier one took is settled once the pieces after it have matched, so
    /// that no pattern takes longer than its length times the text's.
    pub fn matches_folded(&self, text: &str) -> bool {
        let (mut piece, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let taken = match self.pieces.get(piece) {
                Some(Piece::Many) => {
                    piece += 1;
                    if piece == self.pieces.len() {
                        return true;
                    }
                    match self.next_start(piece, text, at) {
                        Some(start) => at = start,
                        None => return false,
                    }
                    retry = Some((piece, at));
                    continue;
                }
                Some(Piece::Text(expected)) => {
                    text[at..].starts_with(expected.as_str()).then_some(expected.len())
                }
                Some(Piece::One) => text[at..].chars().next().map(char::len_utf8),
                Some(Piece::Dash) => {
                    text[at..].chars().next().filter(|c| DASHES.contains(c)).map(char::len_utf8)
                }
                None if at == text.len() => return true,
                None => None,
            };
            if let Some(bytes) = taken {
                piece += 1;
                at += bytes;
                continue;
            }
            let Some((after_many, from)) = retry else { return false };
            let Some(skipped) = text[from..].chars().next() else { return false };
            let Some(from) = self.next_start(after_many, text, from + skipped.len_utf8()) else {
                return false;
            };
            retry = Some((after_many, from));
            (piece, at) = (after_many, from);
        }
    }

    /// Where a piece may begin next, from a place on.
    fn next_start(&self, piece: usize, text: &str, from: usize) -> Option<usize> {
        match self.pieces.get(piece) {
            Some(Piece::Text(expected)) => text[from..].find(expected.as_str()).map(|found| from + found),
            _ => Some(from),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rule::fold_char;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(
            text.chars().map(|c| match c {
                '*' => Piece::Many,
                '?' => Piece::One,
                '~' => Piece::Dash,
                c => Piece::Text(c.into()),
            }),
            false,
        )
    }

    /// The definition: a piece takes what it may, and the rest takes the rest.
    fn by_definition(pieces: &[char], text: &[char]) -> bool {
        match pieces.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|from| by_definition(rest, &text[from..])),
            Some((piece, rest)) => text.split_first().is_some_and(|(first, others)| {
                (match piece {
                    '?' => true,
                    '~' => DASHES.contains(first),
                    piece => fold_char(*piece) == fold_char(*first),
                }) && by_definition(rest, others)
            }),
        }
    }

    #[test]
    fn shapes_are_recognised() {
        assert_eq!(pattern("*A*").shape(), Shape::Anywhere("a"));
        assert_eq!(pattern("**a").shape(), Shape::End("a"));
        assert_eq!(pattern("a*").shape(), Shape::Start("a"));
        assert_eq!(pattern("").shape(), Shape::Whole(""));
        assert_eq!(pattern("**").shape(), Shape::Anything);
        assert_eq!(pattern("ab?cde*f").shape(), Shape::Pieces(Some("cde")));
    }

    proptest! {
        #[test]
        fn dashes_that_are_spelt_out_match_the_same(pieces in "[ab*?~]{0,5}", text in "[ab/–-]{0,5}") {
            let pattern = pattern(&pieces);
            let spelt_out = pattern.without_dashes();
            let one_matches = spelt_out.iter().any(|variant| variant.matches_folded(&text));
            prop_assert_eq!(one_matches, pattern.matches_folded(&text));
        }

        #[test]
        fn patterns_match_what_their_definition_says(
            pieces in "[aB*?~é]{0,8}",
            text in "[aAbBéÉ/x–-]{0,10}",
        ) {
            let expected = by_definition(
                &pieces.chars().collect::<Vec<_>>(),
                &text.chars().collect::<Vec<_>>(),
            );
            prop_assert_eq!(pattern(&pieces).matches_folded(&fold(&text)), expected);
        }
    }
}
