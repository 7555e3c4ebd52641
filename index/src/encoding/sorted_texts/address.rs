//! Dotted IPv4 addresses as numbers that grow as their texts do.

use std::sync::LazyLock;

struct Ranks {
    rank_of_octet: [u8; 256],
    /// With the dot behind it.
    text_of_rank: [Box<str>; 256],
}

static RANKS: LazyLock<Ranks> = LazyLock::new(|| {
    let mut octets: Vec<u8> = (0..=255).collect();
    octets.sort_by_key(u8::to_string);
    let text_of_rank = std::array::from_fn(|rank| format!("{}.", octets[rank]).into());
    let mut ranks = Ranks { rank_of_octet: [0; 256], text_of_rank };
    for (octet, rank) in octets.into_iter().zip(0..=255) {
        ranks.rank_of_octet[usize::from(octet)] = rank;
    }
    ranks
});

/// The number of an address; `None` for every text that [`push_address`] would not give back.
pub(super) fn address(text: &str) -> Option<i64> {
    let (mut number, mut octets) = (0, 0);
    for part in text.split('.') {
        let is_canonical =
            part == "0" || part.bytes().all(|byte| byte.is_ascii_digit()) && !part.starts_with('0');
        let octet: u8 = part.parse().ok().filter(|_| is_canonical)?;
        number = number << 8 | i64::from(RANKS.rank_of_octet[usize::from(octet)]);
        octets += 1;
        if octets > 4 {
            return None;
        }
    }
    (octets == 4).then_some(number)
}

/// Appends the text of an address.
pub(super) fn push_address(number: i64, target: &mut String) {
    let ranks = &RANKS.text_of_rank;
    let [.., first, second, third, fourth] = number.to_be_bytes();
    for rank in [first, second, third, fourth] {
        target.push_str(&ranks[usize::from(rank)]);
    }
    target.pop();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dotted() -> impl Strategy<Value = String> {
        any::<[u8; 4]>().prop_map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}"))
    }

    proptest! {
        #[test]
        fn addresses_come_back_and_keep_their_order(one in dotted(), other in dotted()) {
            let (first, second) = (address(&one).unwrap(), address(&other).unwrap());
            prop_assert_eq!(first.cmp(&second), one.cmp(&other));
            let mut text = String::new();
            push_address(first, &mut text);
            prop_assert_eq!(text, one);
        }

        #[test]
        fn what_is_taken_for_an_address_comes_back(text in "[0-9.+]{0,12}") {
            if let Some(number) = address(&text) {
                let mut again = String::new();
                push_address(number, &mut again);
                prop_assert_eq!(again, text);
            }
        }
    }
}
