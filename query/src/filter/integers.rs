//! Predicates on whole numbers, many at once.

use super::Predicate;
use super::predicate::{EndKind, Is};

/// The whole numbers that pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Numbers {
    /// None.
    None,
    /// All.
    All,
    /// These two.
    Two(i64, i64),
    /// From one to another, both inside; none when the first is the larger one.
    Between(i64, i64),
}

impl Numbers {
    /// Whether a number is among them.
    pub(crate) fn has(self, number: i64) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Two(one, other) => number == one || number == other,
            Self::Between(low, high) => low <= number && number <= high,
        }
    }
}

impl Predicate {
    /// The whole numbers that pass; `None` when each must be asked. `is_message` as for [`Predicate::holds`].
    pub(crate) fn numbers(&self, is_message: bool) -> Option<Numbers> {
        match self {
            Self::Anything => Some(Numbers::All),
            Self::Phrase(phrase) => with_phrase(phrase.folded()),
            Self::Is(is) if is_message && !is.whole => with_phrase(is.phrase.folded()),
            Self::Is(is) => Some(is.numbers()),
            // No number is written like one of them.
            Self::OneOf(one_of) if !is_message => one_of
                .values()
                .iter()
                .all(|is| matches!(is.numbers(), Numbers::None))
                .then_some(Numbers::None),
            Self::OneOf(_) => None,
            Self::Between(low, high) => {
                let (mut first, mut last) = (i64::MIN, i64::MAX);
                if let Some(end) = low {
                    let fits = |number: f64, bound: f64| number > bound || (end.inclusive && number == bound);
                    match end.kind {
                        EndKind::Number(bound) => first = partition(|number| fits(number, bound))?,
                        EndKind::Address(_) => return Some(Numbers::None),
                        EndKind::Text(_) => return None,
                    }
                }
                if let Some(end) = high {
                    let passes =
                        |number: f64, bound: f64| number > bound || (!end.inclusive && number == bound);
                    match end.kind {
                        EndKind::Number(bound) => match partition(|number| passes(number, bound)) {
                            Some(i64::MIN) => return Some(Numbers::None),
                            Some(first_outside) => last = first_outside - 1,
                            None => {}
                        },
                        EndKind::Address(_) => return Some(Numbers::None),
                        EndKind::Text(_) => return None,
                    }
                }
                Some(Numbers::Between(first, last))
            }
            Self::Glob(..) | Self::Regex(_) => None,
        }
    }
}

/// The first number for which something holds that holds for all larger ones, too; `None` when it holds for none.
/// Numbers are seen as they are compared: to 53 bits.
#[expect(clippy::cast_precision_loss, reason = "numbers are compared to 53 bits, as JSON does")]
fn partition(holds: impl Fn(f64) -> bool) -> Option<i64> {
    let (mut low, mut high) = (i128::from(i64::MIN), i128::from(i64::MAX) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let number = i64::try_from(middle).ok()?;
        if holds(number as f64) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    i64::try_from(low).ok()
}

/// Numbers in whose digits a phrase stands with free ends: `5` stands in 5 and in -5.
fn with_phrase(folded: &str) -> Option<Numbers> {
    if folded.is_empty() {
        return Some(Numbers::All);
    }
    if folded.chars().any(|character| character != '-' && !character.is_ascii_digit()) {
        return Some(Numbers::None);
    }
    let number: i64 = folded.parse().ok()?;
    if number.to_string() != folded {
        return None;
    }
    Some(if number < 0 { Numbers::Two(number, number) } else { Numbers::Two(number, -number) })
}

impl Is {
    fn numbers(&self) -> Numbers {
        let Some(wanted) = self.number().filter(|number| number.fraction.is_empty()) else {
            return Numbers::None;
        };
        let sign = if wanted.is_negative() { "-" } else { "" };
        match format!("{sign}{}", wanted.integer).parse() {
            Ok(number) => Numbers::Two(number, number),
            Err(_) => Numbers::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use palisade_record::{Timestamp, Value};
    use proptest::prelude::*;

    use crate::filter::{Buffers, Node, compile};
    use crate::language::parse;

    fn query() -> impl Strategy<Value = String> {
        let number = prop_oneof![
            (-12i64..12).prop_map(|number| number.to_string()),
            any::<i64>().prop_map(|number| number.to_string()),
            prop::sample::select(vec![
                "5.0",
                "5.5",
                "-0.5",
                "1e3",
                "1e400",
                "-1e30",
                "05",
                "9007199254740993",
                "x",
                "10.0.0.1",
                "\"\"",
                "9223372036854775807",
                "-9223372036854775808",
                "99999999999999999999",
            ])
            .prop_map(str::to_owned),
        ];
        let form = prop::sample::select(vec!["f:", "f=", "f>", "f>=", "f<", "f<=", "message:", ""]);
        (form, number).prop_map(|(form, number)| {
            let number = if form.is_empty() || number.starts_with('-') && !form.ends_with(['=', '>', '<']) {
                format!("\"{}\"", number.trim_matches('"'))
            } else {
                number
            };
            format!("{form}{number}")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn numbers_pass_as_they_do_one_by_one(
            query in query(),
            number in prop_oneof![
                -12i64..12, any::<i64>(), Just(9_007_199_254_740_993), Just(i64::MAX), Just(i64::MIN), Just(1_000),
            ],
        ) {
            let node = compile(&parse(&query).unwrap().filter, Timestamp::default()).unwrap();
            let (predicate, is_message) = match &node {
                Node::Field(test) => (&test.criterion.predicate, test.names[0] == "message"),
                Node::Anywhere(criterion) => (&criterion.predicate, false),
                _ => return Err(TestCaseError::fail(query)),
            };
            if let Some(numbers) = predicate.numbers(is_message) {
                let expected = predicate.holds(Value::Integer(number), is_message, &mut Buffers::default());
                prop_assert_eq!(numbers.has(number), expected, "{} {:?}", query, numbers);
            }
        }
    }
}
