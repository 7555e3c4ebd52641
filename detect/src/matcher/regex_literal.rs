//! Text that whatever a regular expression matches must have in it.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::rule::fold_char;

/// Shorter texts are found so often that looking for them saves nothing.
const BYTES_MIN: usize = 3;

/// The longest text, folded, that lies in every folded text in which the expression is found; none if that cannot be told.
pub(super) fn required_literal(expression: &str) -> Option<String> {
    let hir = regex_syntax::parse(expression).ok()?;
    let mut finder = Finder::default();
    finder.read(&hir);
    finder.end();
    Some(finder.longest).filter(|text| text.len() >= BYTES_MIN)
}

/// Follows what is matched one after the other.
#[derive(Default)]
struct Finder {
    current: String,
    longest: String,
}

impl Finder {
    fn end(&mut self) {
        if self.current.len() > self.longest.len() {
            std::mem::swap(&mut self.current, &mut self.longest);
        }
        self.current.clear();
    }

    fn read(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.current.extend(text.chars().map(fold_char)),
                Err(_) => self.end(),
            },
            HirKind::Class(Class::Unicode(class)) => {
                // `[Aa]` is one character for a folded text.
                let mut folds =
                    class.ranges().iter().flat_map(|range| [range.start(), range.end()]).map(fold_char);
                let few = class.ranges().iter().all(|range| range.start() == range.end());
                match folds.next() {
                    Some(first) if few && folds.all(|other| other == first) => self.current.push(first),
                    _ => self.end(),
                }
            }
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.read(part)),
            HirKind::Capture(capture) => self.read(&capture.sub),
            // Matches no characters, so what stands before and after lies side by side.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Repetition(repetition) if repetition.min >= 1 => {
                // What is repeated is there, but not what stands around it beside each of its copies.
                self.end();
                self.read(&repetition.sub);
                self.end();
            }
            HirKind::Class(_) | HirKind::Repetition(_) | HirKind::Alternation(_) => self.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rule::fold;

    #[test]
    fn the_longest_text_that_must_be_there_is_found() {
        let required = |expression| required_literal(expression);
        assert_eq!(required("a.*Bcde[0-9]fg"), Some("bcde".into()));
        assert_eq!(required("(?i)PowerShell"), Some("power".into()), "ſ is an s to regular expressions");
        assert_eq!(required("x(abc)+y"), Some("abc".into()));
        assert_eq!(required("^abc$"), Some("abc".into()));
        assert_eq!(required("(abc)?(abcd|e)"), None);
        assert_eq!(required(".{200}"), None);
    }

    proptest! {
        #[test]
        fn what_matches_has_the_text(
            expression in r"(\(\?i\))?([a-cA-C]|[aA]|\.|\.\*|\(ab\+\)|\(b\|cc\)|a\?|\[bB\]|b\{2\}|\\b|\^|\$|ks|É){1,8}",
            text in "[a-cA-CkKsSKſéÉ]{0,14}",
        ) {
            let regex = regex::Regex::new(&expression).unwrap();
            if let Some(literal) = required_literal(&expression) && regex.is_match(&text) {
                prop_assert!(fold(&text).contains(&literal), "{expression} {literal}");
            }
        }
    }
}
