//! How values compare with what a query says.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::condition::End;
use super::seen::{Found, fold, number_of};

/// Whether a value is the whole of what is wanted: in any case, as a number, a level or an address of a network.
pub(super) fn is_equal(found: &Found, wanted: &str, is_level: bool) -> bool {
    let wanted = fold(wanted);
    if found.folded == wanted || (is_level && level(&found.folded) == level(&wanted)) {
        return true;
    }
    if let (Some(left), Some(right)) = (plain_number(&found.folded), plain_number(&wanted)) {
        return left == right;
    }
    is_in_network(&found.folded, &wanted)
}

/// The first of the words that are one level.
fn level(word: &str) -> &str {
    match word {
        "warning" => "warn",
        "err" => "error",
        "critical" => "crit",
        "emergency" | "panic" | "fatal" => "emerg",
        "information" | "informational" => "info",
        other => other,
    }
}

/// Sign, digits before the point, digits behind it; nothing for what is a word: `0500`, `1e3`.
fn plain_number(text: &str) -> Option<(bool, &str, &str)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let is_zero = whole == "0" && fraction.is_empty();
    Some((text.starts_with('-') && !is_zero, whole, fraction))
}

fn is_in_network(text: &str, network: &str) -> bool {
    let (address, length) = network.split_once('/').unwrap_or((network, "128"));
    let (Ok(network), Ok(address), Ok(length)) = (address.parse(), text.parse(), length.parse::<u32>())
    else {
        return false;
    };
    let (network, address, kept) = match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (u128::from(network.to_bits()), u128::from(address.to_bits()), length.min(32) + 96)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits(), address.to_bits(), length.min(128)),
        _ => return false,
    };
    kept == 0 || (network ^ address) >> (128 - kept) == 0
}

/// Numbers compare with numbers, addresses with addresses, everything else as text.
pub(super) fn order(found: &Found, end: &str) -> Option<Ordering> {
    if let Some(end) = number_of(end) {
        return found.number?.partial_cmp(&end);
    }
    if let Ok(end) = end.parse::<IpAddr>() {
        let address: IpAddr = found.folded.parse().ok()?;
        return (address.is_ipv4() == end.is_ipv4()).then(|| address.cmp(&end));
    }
    Some(found.folded.cmp(&fold(end)))
}

/// Whether a value is on the wanted side of an end.
pub(super) fn reaches(found: &Found, end: &End, wanted: Ordering) -> bool {
    let Some((end, is_inside)) = end else { return true };
    order(found, end).is_some_and(|order| order == wanted || (*is_inside && order.is_eq()))
}
