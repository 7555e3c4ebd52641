//! What can be said of many values at once.

/// Which of many values, or rows, pass.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Certainty {
    /// None.
    Never,
    /// Some, perhaps.
    Maybe,
    /// All.
    Always,
}

impl Certainty {
    /// Of something that is known.
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::Always } else { Self::Never }
    }

    /// Of many, when they are all the same; `None` when they differ, or there are none.
    pub(crate) fn of_equal(each: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut answers = each.into_iter();
        let first = answers.next()?;
        answers.all(|answer| answer == first).then_some(first)
    }
}
