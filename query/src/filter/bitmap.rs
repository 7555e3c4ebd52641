//! A set of rows of one block.

/// One bit per row. The entries of a column and the positions of its values are sets of the same kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RowBitmap {
    words: Vec<u64>,
}

impl RowBitmap {
    /// None of `rows` rows.
    pub(crate) fn empty(rows: u32) -> Self {
        Self { words: vec![0; (rows as usize).div_ceil(64)] }
    }

    /// All of `rows` rows.
    pub(crate) fn full(rows: u32) -> Self {
        let mut words = vec![u64::MAX; (rows as usize).div_ceil(64)];
        if let (Some(last), 1..) = (words.last_mut(), rows % 64) {
            *last = (1 << (rows % 64)) - 1;
        }
        Self { words }
    }

    /// Rows by their bits: bit `b` of word `w` is row `64 * w + b`.
    pub(crate) fn from_words(words: Vec<u64>) -> Self {
        Self { words }
    }

    /// The rows among `rows` of which something holds, asked for one after the other.
    pub(crate) fn from_fn(rows: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let word = |start: usize| {
            let count = (rows - start).min(64);
            (0..count).fold(0, |word, bit| word | u64::from(holds(start + bit)) << bit)
        };
        Self { words: (0..rows).step_by(64).map(word).collect() }
    }

    /// The rows whose value, by its position, is among `values`.
    pub(crate) fn with_values(values: &Self, positions: &[u32]) -> Self {
        Self::from_fn(positions.len(), |row| values.contains(positions[row]))
    }

    /// Adds a row.
    pub(crate) fn insert(&mut self, row: u32) {
        self.words[row as usize / 64] |= 1 << (row % 64);
    }

    /// Removes a row.
    pub(crate) fn remove_row(&mut self, row: u32) {
        self.words[row as usize / 64] &= !(1 << (row % 64));
    }

    /// Whether a row is in it.
    pub(crate) fn contains(&self, row: u32) -> bool {
        self.words[row as usize / 64] & (1 << (row % 64)) != 0
    }

    /// Whether no row is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many rows are in it.
    pub(crate) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Adds all of `other`.
    pub(crate) fn add(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Removes all that are not in `other`.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Removes all of `other`.
    pub(crate) fn remove(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    /// The rows in it, growing.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0u32..).step_by(64).zip(&self.words).flat_map(|(base, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let next = (left != 0).then(|| base + left.trailing_zeros());
                left &= left.wrapping_sub(1);
                next
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_added_removed_and_counted() {
        for rows in [0, 1, 63, 64, 65, 200] {
            let mut all = RowBitmap::full(rows);
            assert_eq!(all.count(), rows);
            assert_eq!(all.iter().collect::<Vec<_>>(), (0..rows).collect::<Vec<_>>());
            let mut even = RowBitmap::empty(rows);
            (0..rows).step_by(2).for_each(|row| even.insert(row));
            all.remove(&even);
            assert!(all.iter().all(|row| row % 2 == 1 && all.contains(row)));
            all.add(&even);
            assert_eq!(all, RowBitmap::full(rows));
            assert!(RowBitmap::empty(rows).is_empty());
            let mut third = RowBitmap::from_fn(rows as usize, |row| row % 3 == 0);
            third.keep(&even);
            assert!(third.iter().eq((0..rows).filter(|row| row % 6 == 0)));
            let positions: Vec<u32> = (0..rows).map(|row| row % 2).collect();
            assert_eq!(RowBitmap::with_values(&RowBitmap::full(1), &positions), even);
        }
    }
}
