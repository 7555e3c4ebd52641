//! What a scalar without quotes is: the core schema of YAML 1.2.

use super::Kind;
use crate::number::Number;

/// What a plain scalar is.
pub(super) fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Boolean(true),
        "false" | "False" | "FALSE" => return Kind::Boolean(false),
        _ => {}
    }
    let based = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    let number = match text.get(..2) {
        Some("0x") => based(&text[2..], 16).map(Number::from),
        Some("0o") => based(&text[2..], 8).map(Number::from),
        _ => Number::parse(text),
    };
    match number {
        // What is written in another base is the number, in the base of records.
        Some(Number::Integer(whole)) if text.starts_with("0x") || text.starts_with("0o") => {
            Kind::Number { number: Number::Integer(whole), written: whole.to_string() }
        }
        Some(number) => Kind::Number { number, written: text.to_owned() },
        None => Kind::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_the_core_schema_says() {
        assert_eq!(resolve("~"), Kind::Null);
        assert_eq!(resolve("True"), Kind::Boolean(true));
        assert_eq!(resolve("0x10"), Kind::Number { number: Number::Integer(16), written: "16".into() });
        assert_eq!(resolve("7"), Kind::Number { number: Number::Integer(7), written: "7".into() });
        assert_eq!(resolve("1.5"), Kind::Number { number: Number::Decimal(1.5), written: "1.5".into() });
        for text in ["2026-01-01", "yes", "10.0.0.1", "0xzz", "é0", "1_000"] {
            assert_eq!(resolve(text), Kind::Text(text.into()), "{text}");
        }
    }
}
