//! Which alerts a channel takes.

use std::time::Duration;

use super::{Inhibition, Matchers, QuietHours};
use crate::notice::Notice;
use crate::rule::Severity;

/// What is configured of all channels together.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Policy {
    /// The channels that are told of alerts.
    pub channels: Vec<ChannelPolicy>,
    /// What says nothing new while something else goes on.
    pub inhibitions: Vec<Inhibition>,
}

/// What one channel takes.
#[derive(Clone, PartialEq, Debug)]
pub struct ChannelPolicy {
    /// The channel's name.
    pub name: String,
    /// It takes alerts for which one of these holds; those of severity high and critical when there is none.
    pub routes: Vec<Matchers>,
    /// Episodes of one rule that begin within this time become one message.
    pub group_within: Option<Duration>,
    /// When it sleeps; never for critical alerts.
    pub quiet_hours: Option<QuietHours>,
}

impl ChannelPolicy {
    /// A channel that takes what is grave, at once and always.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), routes: Vec::new(), group_within: None, quiet_hours: None }
    }

    /// Whether it takes this alert.
    pub fn takes(&self, notice: &Notice) -> bool {
        match self.routes.as_slice() {
            [] => notice.severity >= Severity::High,
            routes => routes.iter().any(|route| route.hold(notice)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use crate::notice::Occasion;

    #[test]
    fn without_routes_a_channel_takes_what_is_high_or_critical() {
        let mut notice = notice("a", 0, Occasion::Trigger);
        let taken = |notice: &Notice| ChannelPolicy::new("oncall").takes(notice);
        notice.severity = Severity::Medium;
        assert!(!taken(&notice));
        notice.severity = Severity::High;
        assert!(taken(&notice));
        notice.severity = Severity::Critical;
        assert!(taken(&notice));
    }

    #[test]
    fn with_routes_it_takes_what_fits_one_of_them_whatever_its_severity() {
        let mut notice = notice("a", 0, Occasion::Trigger);
        notice.severity = Severity::Low;
        let routes = ["pack=hospital", "tag=pci.*"].map(|route| route.parse().unwrap()).to_vec();
        let mut channel = ChannelPolicy { routes, ..ChannelPolicy::new("compliance") };
        assert!(channel.takes(&notice));
        channel.routes.pop();
        assert!(!channel.takes(&notice));
    }
}
