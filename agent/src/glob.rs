//! File name patterns: `*` and `?` inside one part of a path, `**` for any number of parts.

use std::path::{Path, PathBuf};

/// A pattern of absolute paths.
#[derive(Clone, Debug)]
pub(crate) struct PathGlob {
    /// The folder all matches lie under: the parts before the first wildcard.
    pub(crate) base: PathBuf,
    parts: Vec<String>,
}

impl PathGlob {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!(
                "`{text}` is not an absolute path; write the whole path, like /var/log/*.log"
            ));
        }
        let all: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if all.is_empty() || all.contains(&"..") {
            return Err(format!("`{text}` names no file; write a path without `..`, like /var/log/*.log"));
        }
        let fixed = all.iter().take(all.len() - 1).take_while(|part| !part.contains(['*', '?'])).count();
        let mut base = PathBuf::from("/");
        base.extend(&all[..fixed]);
        Ok(Self { base, parts: all[fixed..].iter().map(|part| (*part).to_owned()).collect() })
    }

    /// Whether the path matches.
    pub(crate) fn matches(&self, path: &Path) -> bool {
        let Ok(rest) = path.strip_prefix(&self.base) else { return false };
        let parts: Option<Vec<&str>> = rest.iter().map(|part| part.to_str()).collect();
        parts.is_some_and(|parts| matches_parts(&self.parts, &parts))
    }

    /// How deep below the base matches lie; `None` for any depth.
    pub(crate) fn depth(&self) -> Option<usize> {
        (!self.parts.iter().any(|part| part == "**")).then_some(self.parts.len())
    }
}

fn matches_parts(pattern: &[String], parts: &[&str]) -> bool {
    match (pattern.split_first(), parts.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            (0..=parts.len()).any(|skipped| matches_parts(rest, &parts[skipped..]))
        }
        (Some((first, rest)), Some((part, parts))) => matches_name(first, part) && matches_parts(rest, parts),
        _ => false,
    }
}

/// Whether one name matches one pattern. Takes time in proportion to the product of their lengths at worst.
pub(crate) fn matches_name(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at_pattern, mut at_name) = (0, 0);
    let mut star = None;
    while at_name < name.len() {
        match pattern.get(at_pattern) {
            Some('*') => {
                star = Some((at_pattern, at_name));
                at_pattern += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == name[at_name] => {
                at_pattern += 1;
                at_name += 1;
            }
            _ => match star {
                Some((star_pattern, star_name)) => {
                    star = Some((star_pattern, star_name + 1));
                    (at_pattern, at_name) = (star_pattern + 1, star_name + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at_pattern..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_inside_one_part_and_double_stars_do_not() {
        let glob = PathGlob::parse("/var/log/*.log").unwrap();
        assert_eq!(glob.base, Path::new("/var/log"));
        assert!(glob.matches(Path::new("/var/log/app.log")));
        assert!(!glob.matches(Path::new("/var/log/deep/app.log")));
        assert!(!glob.matches(Path::new("/var/log/app.log.1")));

        let deep = PathGlob::parse("/srv/**/a?c/*").unwrap();
        assert!(deep.matches(Path::new("/srv/x/y/abc/file")));
        assert!(deep.matches(Path::new("/srv/abc/file")));
        assert!(!deep.matches(Path::new("/srv/abbc/file")));

        let exact = PathGlob::parse("/tmp/x.log").unwrap();
        assert!(exact.matches(Path::new("/tmp/x.log")) && !exact.matches(Path::new("/tmp/y.log")));
    }

    #[test]
    fn many_stars_take_little_time() {
        assert!(!matches_name(&"*a".repeat(30), &"a".repeat(29)));
        assert!(matches_name("pay*-?", "payments-1"));
    }

    #[test]
    fn a_pattern_that_is_no_absolute_path_is_refused() {
        for text in ["*.log", "", "/", "/var/../etc/*"] {
            assert!(PathGlob::parse(text).unwrap_err().contains("/var/log/*.log"), "{text}");
        }
    }
}
