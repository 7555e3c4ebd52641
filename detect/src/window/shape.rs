//! What a rule asks of a window.

use std::time::Duration;

use palisade_record::Timestamp;

use super::Meter;
use crate::rule::Comparison::{Gt, Gte};
use crate::rule::Threshold;

pub(super) const ONE_NANOSECOND: Duration = Duration::from_nanos(1);

/// What a rule asks of a window.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// How long a window is.
    pub span: Duration,
    /// What is measured in it.
    pub meter: Meter,
    /// What that is compared with.
    pub threshold: Threshold,
    /// How long the threshold must be passed without interruption before it counts.
    pub wait: Duration,
    /// Gaps up to here do not end an episode.
    pub quiet: Duration,
    /// Times are rounded down to multiples of this, so that many events take little room; zero for not at all.
    pub resolution: Duration,
    /// Whether a window without events counts too, for so long after the last event. Elsewhere it never does.
    pub empty: Option<Duration>,
}

impl Shape {
    /// Up to when what is measured may be told: an event may still come at the watermark, and none before it.
    pub(crate) fn known_until(&self, watermark: Timestamp, newest: Timestamp) -> Timestamp {
        if self.only_grows() { watermark.max(newest) } else { watermark.minus(ONE_NANOSECOND) }
    }

    /// A time as windows know it.
    pub(crate) fn rounded(&self, time: Timestamp) -> Timestamp {
        match i64::try_from(self.resolution.as_nanos()) {
            Ok(0) | Err(_) => time,
            Ok(step) => Timestamp::from_nanos(time.as_nanos().div_euclid(step).saturating_mul(step)),
        }
    }

    /// Whether what is passed stays passed, whatever else comes: then nobody has to wait for what may come late.
    pub fn only_grows(&self) -> bool {
        let mut bounds = self.threshold.bounds.iter();
        self.meter.only_grows()
            && self.empty.is_none()
            && self.wait.is_zero()
            && bounds.all(|bound| matches!(bound.comparison, Gt | Gte))
    }
}
