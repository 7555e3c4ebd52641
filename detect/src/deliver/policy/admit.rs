//! A notice comes in: each channel is told, or not now, or not at all.

use palisade_record::Timestamp;
use rusqlite::Connection;

use super::combine::combine;
use super::decide::{Moment, Standing, Verdict, decide};
use super::standing::{self, MUTED_MAX, Stand};
use super::{ChannelPolicy, Policy, Silence, muted, silence};
use crate::deliver::outbox;
use crate::notice::{Notice, Occasion};

/// What became of a notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Admitted {
    /// Messages that were enqueued.
    pub told: u32,
    /// Channels for which it was muted.
    pub muted: u32,
    /// Channels for which it waits for others of its rule.
    pub held: u32,
}

/// Everything that can mute, at one moment.
pub(super) struct Muting<'a> {
    policy: &'a Policy,
    silences: Vec<Silence>,
    sources: Vec<Notice>,
    now: Timestamp,
}

impl<'a> Muting<'a> {
    pub(super) fn load(
        connection: &Connection,
        policy: &'a Policy,
        now: Timestamp,
    ) -> rusqlite::Result<Self> {
        let sources = if policy.inhibitions.is_empty() { Vec::new() } else { muted::muting(connection)? };
        Ok(Self { policy, silences: silence::active(connection, now)?, sources, now })
    }

    /// Why a notice is not told to a channel now.
    pub(super) fn reason(&self, channel: &ChannelPolicy, notice: &Notice) -> Option<&'static str> {
        let is_inhibited = || {
            let by = |source: &Notice| self.policy.inhibitions.iter().any(|rule| rule.mutes(source, notice));
            self.sources.iter().any(by)
        };
        if self.silences.iter().any(|silence| silence.mutes(notice, self.now)) {
            Some("silence")
        } else if is_inhibited() {
            Some("inhibition")
        } else if channel.quiet_hours.as_ref().is_some_and(|hours| hours.mute(notice, self.now)) {
            Some("quiet hours")
        } else {
            None
        }
    }
}

/// Takes a notice in, for all channels. Call it in the transaction that changes the episode, and wake the delivery after it.
pub fn admit(
    connection: &Connection,
    policy: &Policy,
    notice: &Notice,
    now: Timestamp,
) -> rusqlite::Result<Admitted> {
    match notice.occasion {
        Occasion::Resolve => muted::end_muting(connection, &notice.dedup_key)?,
        Occasion::Trigger | Occasion::Update => {
            if policy.inhibitions.iter().any(|inhibition| inhibition.source.hold(notice)) {
                muted::begin_muting(connection, notice)?;
            }
        }
    }
    let muting = Muting::load(connection, policy, now)?;
    let mut admitted = Admitted::default();
    for channel in &policy.channels {
        let stand = standing::get(connection, &channel.name, &notice.dedup_key)?;
        let stand = stand.unwrap_or_else(|| Stand::unknown(&channel.name, notice));
        let reason = muting.reason(channel, notice);
        let moment = Moment {
            is_routed: channel.takes(notice),
            is_muted: reason.is_some(),
            is_grouping: channel.group_within.is_some(),
        };
        let verdict = decide(stand.standing, notice.occasion, moment);
        match verdict {
            Verdict::Leave => {}
            Verdict::Mute | Verdict::Forget => admitted.muted += 1,
            Verdict::Hold => admitted.held += 1,
            Verdict::Tell(_) | Verdict::TellGroup => admitted.told += 1,
            Verdict::TellBoth => admitted.told += 2,
        }
        apply(connection, channel, stand, notice, verdict, reason, now)?;
    }
    Ok(admitted)
}

fn apply(
    connection: &Connection,
    channel: &ChannelPolicy,
    mut stand: Stand,
    notice: &Notice,
    verdict: Verdict,
    reason: Option<&'static str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let name = &channel.name;
    match verdict {
        Verdict::Leave => Ok(()),
        Verdict::Mute => mute(connection, stand, notice, reason.unwrap_or("silence"), now),
        Verdict::Hold => {
            let within = channel.group_within.unwrap_or_default();
            let until = standing::held_until(connection, name, &stand.rule)?;
            stand.hold_until = Some(stand.hold_until.or(until).unwrap_or_else(|| now.plus(within)));
            stand.standing = Standing::Held;
            stand.is_pending = true;
            stand.notice = Some(notice.clone());
            standing::put(connection, &stand, now)
        }
        Verdict::Tell(occasion) => tell(connection, stand, notice, occasion, now),
        Verdict::TellBoth => {
            if let Some(held) = &stand.notice {
                let trigger = Notice { occasion: Occasion::Trigger, ..held.clone() };
                outbox::enqueue(connection, name, &trigger, now)?;
            }
            tell(connection, stand, notice, Occasion::Resolve, now)
        }
        Verdict::TellGroup => {
            let leader = stand.leader.clone().unwrap_or_else(|| stand.dedup_key.clone());
            stand.is_over = notice.occasion == Occasion::Resolve;
            stand.notice = Some(notice.clone());
            standing::put(connection, &stand, now)?;
            tell_group(connection, name, &leader, now)
        }
        Verdict::Forget => {
            muted::count(connection, name, reason.unwrap_or("silence"))?;
            standing::forget(connection, name, &stand.dedup_key)
        }
    }
}

/// Counts a notice that is not told, and remembers it for when it may be.
pub(super) fn mute(
    connection: &Connection,
    mut stand: Stand,
    notice: &Notice,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    muted::count(connection, &stand.channel, reason)?;
    if !stand.is_pending && standing::pending_count(connection, &stand.channel)? >= MUTED_MAX {
        return Ok(());
    }
    if matches!(stand.standing, Standing::Unknown | Standing::Held) {
        stand.standing = Standing::Muted;
        stand.hold_until = None;
    }
    stand.is_pending = true;
    stand.notice = Some(notice.clone());
    standing::put(connection, &stand, now)
}

/// Enqueues a notice, as this occasion.
pub(super) fn tell(
    connection: &Connection,
    mut stand: Stand,
    notice: &Notice,
    occasion: Occasion,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let told = Notice { occasion, ..notice.clone() };
    outbox::enqueue(connection, &stand.channel, &told, now)?;
    if occasion == Occasion::Resolve {
        return standing::forget(connection, &stand.channel, &stand.dedup_key);
    }
    stand.standing = Standing::Told;
    stand.is_pending = false;
    stand.hold_until = None;
    stand.notice = None;
    standing::put(connection, &stand, now)
}

/// Enqueues what there is to tell of a group. Its messages have numbers of their own: those of its episodes would collide.
pub(super) fn tell_group(
    connection: &Connection,
    channel: &str,
    leader: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut members = standing::group(connection, channel, leader)?;
    let notices: Vec<Notice> = members.iter().filter_map(|member| member.notice.clone()).collect();
    let over = members.iter().filter(|member| member.is_over).count();
    let number = members.first().map_or(0, |leader| leader.next_number);
    let Some(combined) = combine(&notices, over, number) else { return Ok(()) };
    let combined = Notice { dedup_key: leader.to_owned(), ..combined };
    outbox::enqueue(connection, channel, &combined, now)?;
    for member in &mut members {
        if over == notices.len() {
            standing::forget(connection, channel, &member.dedup_key)?;
        } else {
            member.is_pending = false;
            member.next_number = number.saturating_add(1);
            standing::put(connection, member, now)?;
        }
    }
    Ok(())
}
