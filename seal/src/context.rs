//! What a ciphertext is bound to, as bytes that can be read in one way only.

/// Appends a part: its length as four bytes, big endian, then its bytes.
pub(crate) fn push_part(context: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).expect("the parts of a context are short names and ids");
    context.extend_from_slice(&length.to_be_bytes());
    context.extend_from_slice(part);
}

/// All parts, one after the other.
pub(crate) fn context(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        push_part(&mut context, part);
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn different_parts_never_give_the_same_bytes(
            left in proptest::collection::vec(proptest::collection::vec(0_u8..3, 0..4), 0..5),
            right in proptest::collection::vec(proptest::collection::vec(0_u8..3, 0..4), 0..5),
        ) {
            let bytes = |parts: &[Vec<u8>]| context(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert_eq!(bytes(&left) == bytes(&right), left == right);
        }
    }
}
