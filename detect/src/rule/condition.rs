//! Reading a condition: `selection and not 1 of filter_*`.

use super::Condition;

/// How deep parentheses and `not` may lie in each other; the public rules need three.
pub(super) const DEPTH_MAX: usize = 64;
/// The longest condition; the public rules have at most 400 bytes.
const BYTES_MAX: usize = 16_384;

/// Reads a condition over selections of these names. What it says is `Err` when it cannot be read.
pub fn parse_condition(text: &str, names: &[&str]) -> Result<Condition, String> {
    if text.len() > BYTES_MAX {
        return Err(format!("the condition is longer than {BYTES_MAX} bytes"));
    }
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0, names };
    let condition = reader.any(0)?;
    match reader.peek() {
        None => Ok(condition),
        Some("|") => Err("`|` with an aggregation is no longer part of Sigma; write a correlation".into()),
        Some(token) => Err(format!("`{token}` is not expected here in `{text}`")),
    }
}

/// The selections that a name with `*` in it, or `them`, stands for.
pub(super) fn selected(pattern: &str, names: &[&str]) -> Vec<usize> {
    let them = pattern.eq_ignore_ascii_case("them");
    let wanted = |name: &str| if them { !name.starts_with('_') } else { wildcard(pattern, name) };
    names.iter().enumerate().filter(|(_, name)| wanted(name)).map(|(number, _)| number).collect()
}

/// Whether a name matches a pattern in which `*` stands for any text.
fn wildcard(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(found) => rest = &rest[found + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut from = 0;
        for (at, character) in word.char_indices() {
            if matches!(character, '(' | ')' | '|') {
                if from < at {
                    tokens.push(&word[from..at]);
                }
                tokens.push(&word[at..=at]);
                from = at + 1;
            }
        }
        if from < word.len() {
            tokens.push(&word[from..]);
        }
    }
    tokens
}

struct Reader<'a> {
    tokens: &'a [&'a str],
    at: usize,
    names: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn next_is(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.all(depth)?];
        while self.next_is("or") {
            parts.push(self.all(depth)?);
        }
        Ok(single(parts, Condition::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.one(depth)?];
        while self.next_is("and") {
            parts.push(self.one(depth)?);
        }
        Ok(single(parts, Condition::All))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, String> {
        if depth >= DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} parentheses or `not` in each other"));
        }
        if self.next_is("not") {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.next_is("(") {
            let inner = self.any(depth + 1)?;
            return if self.next_is(")") { Ok(inner) } else { Err("a `)` is missing".into()) };
        }
        let Some(token) = self.peek() else {
            return Err("the condition ends where a selection is expected".into());
        };
        self.at += 1;
        if self.next_is("of") {
            return self.of(token);
        }
        match self.names.iter().position(|name| *name == token) {
            Some(number) => Ok(Condition::Selection(number)),
            None if matches!(token, ")" | "|") || is_word(token) => {
                Err(format!("`{token}` stands where a selection is expected"))
            }
            None => Err(format!("there is no selection `{token}`; there are {}", self.names.join(", "))),
        }
    }

    fn of(&mut self, quantity: &str) -> Result<Condition, String> {
        let Some(pattern) = self.peek() else {
            return Err(format!("`{quantity} of` needs `them` or a name with `*`"));
        };
        self.at += 1;
        let selected = selected(pattern, self.names);
        if selected.is_empty() {
            return Err(format!("no selection is meant by `{quantity} of {pattern}`"));
        }
        let parts = selected.into_iter().map(Condition::Selection).collect();
        match quantity.to_ascii_lowercase().as_str() {
            "1" | "any" => Ok(single(parts, Condition::Any)),
            "all" => Ok(single(parts, Condition::All)),
            _ => Err(format!("`{quantity} of` is not known; write `1 of` or `all of`")),
        }
    }
}

fn is_word(token: &str) -> bool {
    ["and", "or", "not", "of"].iter().any(|word| token.eq_ignore_ascii_case(word))
}

/// What is joined of a single part is that part.
pub(crate) fn single<T>(mut parts: Vec<T>, join: fn(Vec<T>) -> T) -> T {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 5] = ["selection", "filter_main", "filter_other", "_hidden", "keywords"];

    fn parsed(text: &str) -> Condition {
        parse_condition(text, &NAMES).expect(text)
    }

    fn refused(text: &str) -> String {
        parse_condition(text, &NAMES).expect_err(text)
    }

    #[test]
    fn not_binds_before_and_and_and_before_or() {
        assert_eq!(
            parsed("selection or not filter_main AND keywords"),
            parsed("selection or ((not filter_main) and keywords)")
        );
        assert_ne!(
            parsed("selection and (filter_main or keywords)"),
            parsed("selection and filter_main or keywords")
        );
    }

    #[test]
    fn them_are_all_selections_that_do_not_hide() {
        assert_eq!(parsed("1 of them"), parsed("selection or filter_main or filter_other or keywords"));
        assert_eq!(parsed("all of filter_*"), parsed("filter_main and filter_other"));
        assert_eq!(parsed("1 of *er*"), parsed("filter_main or filter_other"));
        assert_eq!(parsed("1 of _*"), parsed("_hidden"));
        assert_eq!(parsed("not 1 of filter*"), parsed("not (filter_main or filter_other)"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_reason() {
        assert!(refused("selektion").contains("no selection `selektion`"));
        assert!(refused("1 of other_*").contains("no selection is meant"));
        assert!(refused("2 of filter_*").contains("`2 of` is not known"));
        assert!(refused("selection | count() > 5").contains("write a correlation"));
        assert!(refused("(selection").contains("`)` is missing"));
        assert!(refused("selection and").contains("ends"));
        assert!(refused("selection keywords").contains("not expected"));
        assert!(refused("").contains("ends"));
        assert!(refused(&"(".repeat(5_000)).contains("in each other"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(selection|filter_main|keywords|not|and|or|1|all|of|them|filter_\\*|\\(|\\)|\\||x| ){0,20}") {
            if let Ok(condition) = parse_condition(&text, &NAMES) {
                let again = parse_condition(&format!("({text})"), &NAMES);
                prop_assert_eq!(again, Ok(condition));
            }
        }
    }
}
