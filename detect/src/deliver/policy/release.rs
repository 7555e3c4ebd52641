//! What was held or muted is told once it may be: a group is complete, a silence has ended and it still goes on.

use palisade_record::Timestamp;
use rusqlite::Connection;

use super::admit::{Muting, mute, tell, tell_group};
use super::decide::Standing;
use super::standing::{self, Stand};
use super::{Policy, silence};
use crate::notice::Occasion;

/// What a release did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Released {
    /// Messages that were enqueued.
    pub told: u32,
}

/// Tells what may be told now. Call it in a transaction.
pub fn release(connection: &Connection, policy: &Policy, now: Timestamp) -> rusqlite::Result<Released> {
    let muting = Muting::load(connection, policy, now)?;
    let mut released = Released::default();
    released.told += complete_groups(connection, policy, &muting, now)?;
    for channel in &policy.channels {
        for stand in standing::pending(connection, &channel.name)? {
            let Some(notice) = stand.notice.clone() else { continue };
            if muting.reason(channel, &notice).is_some() {
                continue;
            }
            // Its group was told a moment ago.
            let is_told = |now: Stand| !now.is_pending;
            if standing::get(connection, &channel.name, &stand.dedup_key)?.is_none_or(is_told) {
                continue;
            }
            released.told += 1;
            match (stand.standing, &stand.leader) {
                (Standing::Grouped, Some(leader)) => tell_group(connection, &channel.name, leader, now)?,
                (Standing::Told, _) => tell(connection, stand, &notice, Occasion::Update, now)?,
                _ => tell(connection, stand, &notice, Occasion::Trigger, now)?,
            }
        }
    }
    Ok(released)
}

fn complete_groups(
    connection: &Connection,
    policy: &Policy,
    muting: &Muting<'_>,
    now: Timestamp,
) -> rusqlite::Result<u32> {
    let held = standing::complete(connection, now)?;
    let mut told = 0;
    for group in held.chunk_by(|one, other| one.channel == other.channel && one.rule == other.rule) {
        let channel = policy.channels.iter().find(|channel| channel.name == group[0].channel);
        let mut tellable: Vec<Stand> = Vec::new();
        for stand in group {
            let reason = match (&channel, &stand.notice) {
                (Some(channel), Some(notice)) => muting.reason(channel, notice),
                // A channel that is no more, or a row that cannot be read.
                _ => {
                    standing::forget(connection, &stand.channel, &stand.dedup_key)?;
                    continue;
                }
            };
            match (reason, &stand.notice) {
                (Some(reason), Some(notice)) => mute(connection, stand.clone(), notice, reason, now)?,
                _ => tellable.push(stand.clone()),
            }
        }
        told += u32::from(!tellable.is_empty());
        tell_complete(connection, tellable, now)?;
    }
    Ok(told)
}

/// One alone is told as itself, several as a group with the key of the first.
fn tell_complete(connection: &Connection, mut group: Vec<Stand>, now: Timestamp) -> rusqlite::Result<()> {
    if let [_] = group.as_slice() {
        let Some(stand) = group.pop() else { return Ok(()) };
        let Some(notice) = stand.notice.clone() else { return Ok(()) };
        return tell(connection, stand, &notice, Occasion::Trigger, now);
    }
    let Some(first) = group.first() else { return Ok(()) };
    let (channel, leader) = (first.channel.clone(), first.dedup_key.clone());
    for stand in &mut group {
        stand.standing = Standing::Grouped;
        stand.leader = Some(leader.clone());
        stand.hold_until = None;
        standing::put(connection, stand, now)?;
    }
    tell_group(connection, &channel, &leader, now)
}

/// When there may be something to release: a group is complete, or a silence ends.
pub(in crate::deliver) fn next_release(
    connection: &Connection,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let complete = standing::next_complete(connection)?;
    let ended = silence::next_end(connection, now)?;
    Ok(complete.into_iter().chain(ended).min())
}
