//! Payment card numbers.

use std::ops::Range;

use super::digits::{end_of_digits, goes_on, is_fraction, is_open_after, is_open_before};

const DIGITS_MIN: usize = 13;
const DIGITS_MAX: usize = 19;

/// The card number that begins with a group of digits.
pub(super) fn at(bytes: &[u8], first: &Range<usize>) -> Option<Range<usize>> {
    if !is_open_before(bytes, first.start) {
        return None;
    }
    if first.len() >= DIGITS_MIN {
        let is_number = !is_fraction(bytes, first.start) && is_open_after(bytes, first.end);
        return (is_number && is_card(&bytes[first.clone()])).then(|| first.clone());
    }
    grouped(bytes, first)
}

/// A number as it is printed on cards: four digits, then groups of at most six with one kind of separator.
fn grouped(bytes: &[u8], first: &Range<usize>) -> Option<Range<usize>> {
    let separator = *bytes.get(first.end)?;
    if first.len() != 4 || !matches!(separator, b' ' | b'-' | b'.') || is_fraction(bytes, first.start) {
        return None;
    }
    let mut digits = Vec::new();
    digits.extend_from_slice(&bytes[first.clone()]);
    let (mut end, mut longest) = (first.end, None);
    while goes_on(bytes, end, separator) && digits.len() < DIGITS_MAX {
        let group = end + 1..end_of_digits(bytes, end + 1);
        if group.len() > 6 || digits.len() + group.len() > DIGITS_MAX {
            break;
        }
        digits.extend_from_slice(&bytes[group.clone()]);
        end = group.end;
        // What follows may be another number behind the same separator: the longest one that is a card counts.
        if is_open_after(bytes, end) && is_card(&digits) {
            longest = Some(first.start..end);
        }
    }
    longest
}

fn is_card(digits: &[u8]) -> bool {
    (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) && has_issuer(digits) && luhn(digits)
}

/// Whether a number of this length can begin so, by the ranges that the card schemes publish (ISO/IEC 7812).
fn has_issuer(digits: &[u8]) -> bool {
    let prefix = digits[..6].iter().fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'));
    let length = digits.len();
    match prefix {
        // Visa.
        400_000..=499_999 => matches!(length, 13 | 16 | 19),
        // Mastercard.
        222_100..=272_099 | 510_000..=559_999 => length == 16,
        // American Express.
        340_000..=349_999 | 370_000..=379_999 => length == 15,
        // Diners Club.
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => {
            (14..=19).contains(&length)
        }
        // JCB.
        352_800..=358_999 => (16..=19).contains(&length),
        // Discover, UnionPay.
        601_100..=601_199 | 644_000..=659_999 | 620_000..=629_999 => (16..=19).contains(&length),
        // Maestro.
        501_800..=501_899
        | 502_000..=502_099
        | 503_800..=503_899
        | 589_300..=589_399
        | 630_400..=630_499
        | 675_900..=675_999
        | 676_100..=676_399 => true,
        _ => false,
    }
}

/// The check digit of card numbers.
fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weighed = digits.iter().rev().enumerate().map(|(place, digit)| {
        let digit = u32::from(digit - b'0');
        if place % 2 == 1 { doubled(digit) } else { digit }
    });
    weighed.sum::<u32>() % 10 == 0
}
