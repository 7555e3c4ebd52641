//! What happens to a notice in one channel: a table, and nothing else.

use crate::notice::Occasion;

/// How an episode stands in a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// The channel was never told of it, or its end.
    Unknown,
    /// It waits for others of its rule.
    Held,
    /// It would have been told, and was not.
    Muted,
    /// The channel was told.
    Told,
    /// The channel was told in one message with others of its rule.
    Grouped,
}

/// What a channel and the moment make of a notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment {
    /// Whether the channel takes such alerts.
    pub(super) is_routed: bool,
    /// Whether something mutes it.
    pub(super) is_muted: bool,
    /// Whether the channel waits for others.
    pub(super) is_grouping: bool,
}

/// What happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Nothing.
    Leave,
    /// It is counted and remembered, and told later if it still matters.
    Mute,
    /// It waits for others.
    Hold,
    /// It is told, as this.
    Tell(Occasion),
    /// It began and ended while it was held: both are told.
    TellBoth,
    /// It is told as a part of its group.
    TellGroup,
    /// It ended while it was muted, and nobody was told of it: it was counted.
    Forget,
}

/// Decides. Whoever was told of a beginning is told of the end, whatever mutes the rest.
pub(super) fn decide(standing: Standing, occasion: Occasion, moment: Moment) -> Verdict {
    use Standing::{Grouped, Held, Muted, Told, Unknown};
    match (standing, occasion) {
        (Unknown, Occasion::Resolve) => Verdict::Leave,
        (Unknown, _) if !moment.is_routed => Verdict::Leave,
        (Unknown | Muted | Told | Grouped, Occasion::Trigger | Occasion::Update) if moment.is_muted => {
            Verdict::Mute
        }
        (Unknown, _) if moment.is_grouping => Verdict::Hold,
        // News of what the channel does not know are a beginning: it became graver, or the channel is new.
        (Unknown | Muted, Occasion::Trigger | Occasion::Update) => Verdict::Tell(Occasion::Trigger),
        (Muted, Occasion::Resolve) => Verdict::Forget,
        (Held, Occasion::Trigger | Occasion::Update) => Verdict::Hold,
        (Held, Occasion::Resolve) if moment.is_muted => Verdict::Forget,
        (Held, Occasion::Resolve) => Verdict::TellBoth,
        (Told, occasion) => Verdict::Tell(occasion),
        (Grouped, _) => Verdict::TellGroup,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Moment = Moment { is_routed: true, is_muted: false, is_grouping: false };
    const OCCASIONS: [Occasion; 3] = [Occasion::Trigger, Occasion::Update, Occasion::Resolve];

    #[test]
    fn a_notice_that_nothing_holds_is_told_as_it_is() {
        assert_eq!(decide(Standing::Unknown, Occasion::Trigger, PLAIN), Verdict::Tell(Occasion::Trigger));
        assert_eq!(decide(Standing::Told, Occasion::Update, PLAIN), Verdict::Tell(Occasion::Update));
        assert_eq!(decide(Standing::Told, Occasion::Resolve, PLAIN), Verdict::Tell(Occasion::Resolve));
    }

    #[test]
    fn a_channel_that_was_told_of_a_beginning_is_told_of_the_end_also_when_it_is_muted() {
        let muted = Moment { is_muted: true, is_routed: false, is_grouping: true };
        assert_eq!(decide(Standing::Told, Occasion::Resolve, muted), Verdict::Tell(Occasion::Resolve));
        assert_eq!(decide(Standing::Grouped, Occasion::Resolve, muted), Verdict::TellGroup);
    }

    #[test]
    fn a_channel_that_was_told_nothing_is_not_told_of_an_end() {
        for standing in [Standing::Unknown, Standing::Muted] {
            let verdict = decide(standing, Occasion::Resolve, PLAIN);
            assert!(matches!(verdict, Verdict::Leave | Verdict::Forget), "{standing:?}");
        }
    }

    #[test]
    fn what_began_and_ended_while_it_was_held_is_told_whole_unless_it_is_muted() {
        let grouping = Moment { is_grouping: true, ..PLAIN };
        assert_eq!(decide(Standing::Held, Occasion::Resolve, grouping), Verdict::TellBoth);
        let muted = Moment { is_muted: true, ..grouping };
        assert_eq!(decide(Standing::Held, Occasion::Resolve, muted), Verdict::Forget);
    }

    #[test]
    fn an_alert_that_becomes_graver_begins_for_the_channel_that_takes_it_now() {
        assert_eq!(decide(Standing::Unknown, Occasion::Update, PLAIN), Verdict::Tell(Occasion::Trigger));
        assert_eq!(decide(Standing::Muted, Occasion::Update, PLAIN), Verdict::Tell(Occasion::Trigger));
    }

    proptest! {
        #[test]
        fn what_is_muted_is_never_told_unless_it_is_an_end(
            standing in 0_usize..5, occasion in 0_usize..2, is_routed: bool, is_grouping: bool,
        ) {
            let standing =
                [Standing::Unknown, Standing::Held, Standing::Muted, Standing::Told, Standing::Grouped][standing];
            let verdict = decide(standing, OCCASIONS[occasion], Moment { is_routed, is_muted: true, is_grouping });
            prop_assert!(matches!(verdict, Verdict::Leave | Verdict::Mute | Verdict::Hold), "{:?}", verdict);
        }
    }
}
