//! Texts with `*`, which stands for any letters or none.

/// Whether a text fits. Upper and lower case are different: ids and tags are written in one way.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut position) = (0, 0);
    // The last `*`, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at, position));
            at += 1;
        } else if pattern.get(at) == Some(&text[position]) {
            at += 1;
            position += 1;
        } else if let Some((star_at, taken)) = star {
            star = Some((star_at, taken + 1));
            at = star_at + 1;
            position = taken + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_stands_for_anything_and_everything_else_for_itself() {
        for (pattern, text, is_fit) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*ab", "aab", true),
            ("a", "A", false),
            ("hipaa.*", "hipaa.164.312.b", true),
            ("hipaa.*", "xhipaa.1", false),
            ("*.audit", "audit", false),
            ("a*b*c", "a1c2b", false),
            ("a*a", "a", false),
            ("app*", "app*", true),
            ("app", "*", false),
        ] {
            assert_eq!(fits(pattern, text), is_fit, "{pattern} {text}");
        }
    }

    /// The plain way, too slow for anything else.
    fn slowly(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|taken| slowly(rest, &text[taken..])),
            Some((byte, rest)) => {
                text.split_first().is_some_and(|(first, text)| first == byte && slowly(rest, text))
            }
        }
    }

    proptest! {
        #[test]
        fn it_says_what_the_plain_way_says(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(fits(&pattern, &text), slowly(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
