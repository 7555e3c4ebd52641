//! Where a page ended, as an opaque text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Failure;
use super::order::{Key, Order};

/// A cursor: the order and the key of the last record of a page.
pub(crate) fn encode(order: Order, key: Key) -> String {
    let mut bytes = vec![byte_of(order)];
    for part in [key.0, key.1, key.2] {
        bytes.extend_from_slice(&part.to_be_bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key of a cursor of this order.
pub(crate) fn decode(order: Order, text: &str) -> Result<Key, Failure> {
    let refuse = |message: &str| {
        Failure::Invalid(
            message.to_owned(),
            "send the `cursor` of the page before, with its query and order".into(),
        )
    };
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refuse("the cursor is not one of ours"))?;
    let Some((first, rest)) = bytes.split_first().filter(|(_, rest)| rest.len() == 24) else {
        return Err(refuse("the cursor is not one of ours"));
    };
    if *first != byte_of(order) {
        return Err(refuse("the cursor belongs to another order"));
    }
    let part = |at: usize| rest[at..at + 8].iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
    Ok((part(0), part(8), part(16)))
}

fn byte_of(order: Order) -> u8 {
    match order {
        Order::Newest => b'n',
        Order::Oldest => b'o',
        Order::Arrival => b'a',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_from_its_text_for_its_own_order_only() {
        let text = encode(Order::Newest, (1, u64::MAX, 3));
        assert_eq!(decode(Order::Newest, &text).unwrap(), (1, u64::MAX, 3));
        assert!(decode(Order::Oldest, &text).is_err());
        assert!(decode(Order::Newest, "nonsense").is_err());
        assert!(decode(Order::Newest, "").is_err());
    }
}
