//! What stands in for `%servers%`: lists of values that belong to one place and not to the rule.

use std::collections::BTreeMap;

/// The most values that the placeholders of one value may come to together.
const EXPANSIONS_MAX: usize = 10_000;

/// Names of placeholders, without `%`, and the values they stand for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Placeholders(BTreeMap<String, Vec<String>>);

impl Placeholders {
    /// From names and values. Values may have wildcards.
    pub fn new(values: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        Self(values.into_iter().collect())
    }

    /// Every value that a text with placeholders stands for. `\%` is a plain `%`.
    pub(crate) fn expand(&self, value: &str) -> Result<Vec<String>, String> {
        let mut expanded = vec![String::new()];
        let mut rest = value;
        while let Some(at) = rest.find('%') {
            if let Some(before) = rest[..at].strip_suffix('\\') {
                append(&mut expanded, before);
                append(&mut expanded, "%");
                rest = &rest[at + 1..];
                continue;
            }
            append(&mut expanded, &rest[..at]);
            rest = &rest[at + 1..];
            let Some((name, after)) = placeholder(rest) else {
                append(&mut expanded, "%");
                continue;
            };
            rest = after;
            let values = match self.0.get(name) {
                Some(values) if !values.is_empty() => values,
                _ => {
                    return Err(format!(
                        "the placeholder `%{name}%` has no values; give it a list of values"
                    ));
                }
            };
            if expanded.len().saturating_mul(values.len()) > EXPANSIONS_MAX {
                return Err(format!("`{value}` stands for more than {EXPANSIONS_MAX} values"));
            }
            expanded = expanded
                .iter()
                .flat_map(|start| values.iter().map(move |value| format!("{start}{value}")))
                .collect();
        }
        append(&mut expanded, rest);
        Ok(expanded)
    }
}

fn append(texts: &mut [String], end: &str) {
    texts.iter_mut().for_each(|text| text.push_str(end));
}

/// The name at the start of what follows a `%`, and what follows the name.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.split_once('%')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    is_name.then_some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_for_each_of_their_values() {
        let known = Placeholders::new([
            ("a".to_owned(), vec!["1".to_owned(), "2*".to_owned()]),
            ("b".to_owned(), vec!["x".to_owned()]),
        ]);
        assert_eq!(known.expand("<%a%%b%>").unwrap(), ["<1x>", "<2*x>"]);
        assert_eq!(known.expand(r"100\% of 5 % %b%").unwrap(), ["100% of 5 % x"]);
        assert_eq!(known.expand("plain").unwrap(), ["plain"]);
    }

    #[test]
    fn a_placeholder_without_values_is_an_error() {
        assert!(Placeholders::default().expand("%servers%").unwrap_err().contains("%servers%"));
        let many = Placeholders::new([("m".to_owned(), vec!["x".to_owned(); 200])]);
        assert!(many.expand("%m%%m%%m%").is_err());
    }
}
