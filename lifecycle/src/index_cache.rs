//! Which near index objects go when there are too many bytes of them.
//!
//! An index object can be fetched or built again, so it is cache. Hot splits keep theirs longest, because nearly every
//! search asks them; theirs become like all others when the hot copy of the data goes.

use palisade_record::{ByteSize, Timestamp};

/// An index object that is near.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CachedIndex {
    /// The id of its split.
    pub split: String,
    /// Its size.
    pub bytes: u64,
    /// When a search last opened it, or when it came.
    pub last_used: Timestamp,
    /// Whether the data object of its split is on the local disk.
    pub is_hot: bool,
    /// Whether a search has it open.
    pub in_use: bool,
}

/// The ids of the splits whose index objects have to go, so that the others fit into `budget`; in the order in which to
/// delete them. First those of splits that are not hot, the longest unused first; then hot ones. Those in use never go, so
/// what is left can be above the budget until they are closed.
pub fn to_evict(cached: &[CachedIndex], budget: ByteSize) -> Vec<&str> {
    let total: u128 = cached.iter().map(|index| u128::from(index.bytes)).sum();
    let mut above = total.saturating_sub(u128::from(budget.as_u64()));
    // What has no bytes frees none.
    let mut candidates: Vec<_> = cached.iter().filter(|index| !index.in_use && index.bytes > 0).collect();
    candidates.sort_by_key(|index| (index.is_hot, index.last_used, index.split.as_str()));
    let mut evicted = Vec::new();
    for index in candidates {
        if above == 0 {
            break;
        }
        above = above.saturating_sub(u128::from(index.bytes));
        evicted.push(index.split.as_str());
    }
    evicted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(split: &str, bytes: u64, last_used: i64, is_hot: bool, in_use: bool) -> CachedIndex {
        let last_used = Timestamp::from_nanos(last_used);
        CachedIndex { split: split.to_owned(), bytes, last_used, is_hot, in_use }
    }

    #[test]
    fn the_longest_unused_go_first_and_hot_ones_last() {
        let cached = [
            index("hot-old", 10, 1, true, false),
            index("far-new", 10, 9, false, false),
            index("far-old", 10, 2, false, false),
            index("far-open", 10, 0, false, true),
        ];
        assert!(to_evict(&cached, ByteSize::bytes(40)).is_empty());
        assert_eq!(to_evict(&cached, ByteSize::bytes(39)), ["far-old"]);
        assert_eq!(to_evict(&cached, ByteSize::bytes(25)), ["far-old", "far-new"]);
        assert_eq!(to_evict(&cached, ByteSize::bytes(0)), ["far-old", "far-new", "hot-old"]);
    }

    proptest! {
        #[test]
        fn what_stays_fits_or_is_in_use_and_nothing_goes_without_need(
            parts in prop::collection::vec((0..1_000_u64, any::<i64>(), any::<bool>(), any::<bool>()), 0..20),
            budget in 0..20_000_u64,
        ) {
            let cached: Vec<_> = parts
                .into_iter()
                .enumerate()
                .map(|(id, (bytes, used, hot, open))| index(&format!("{id:02}"), bytes, used, hot, open))
                .collect();
            let evicted = to_evict(&cached, ByteSize::bytes(budget));
            let of = |id: &str| cached.iter().find(|index| index.split == id).unwrap();
            prop_assert!(evicted.iter().all(|id| !of(id).in_use));

            let stays = |index: &&CachedIndex| !evicted.contains(&index.split.as_str());
            let left: u64 = cached.iter().filter(stays).map(|index| index.bytes).sum();
            let could_go = cached.iter().filter(stays).any(|index| !index.in_use && index.bytes > 0);
            prop_assert!(left <= budget || !could_go);
            if let Some(last) = evicted.last() {
                prop_assert!(left + of(last).bytes > budget, "the last one had to go");
            }
        }
    }
}
