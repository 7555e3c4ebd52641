//! A channel that does not work, told through the others: once, and once when it works again.

use palisade_record::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::outbox;
use crate::notice::{Moment, Notice, Occasion};
use crate::rule::{Header, RuleId, Severity};

const TABLES: &str = "
create table if not exists channel_outages (
    channel text primary key,
    began_at integer not null,
    reason text not null
) strict, without rowid;
";

pub(super) fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)
}

/// Since when a channel does not work, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outage {
    pub(super) began_at: Timestamp,
    pub(super) reason: String,
}

/// The outage of a channel, if it has one.
pub(super) fn of(connection: &Connection, channel: &str) -> rusqlite::Result<Option<Outage>> {
    connection
        .prepare_cached("select began_at, reason from channel_outages where channel = ?1")?
        .query_row([channel], |row| {
            Ok(Outage { began_at: Timestamp::from_nanos(row.get(0)?), reason: row.get(1)? })
        })
        .optional()
}

/// An outage begins, unless one does already. The other channels are told. Whether it is new.
pub(super) fn begin(
    connection: &Connection,
    channel: &str,
    others: &[String],
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let is_new = connection.execute(
        "insert into channel_outages (channel, began_at, reason) values (?1, ?2, ?3) on conflict do nothing",
        params![channel, now.as_nanos(), reason],
    )? > 0;
    if is_new {
        let outage = Outage { began_at: now, reason: reason.to_owned() };
        let summary = format!("Channel `{channel}` does not deliver alerts: {reason}");
        tell(connection, others, &notice(channel, &outage, Occasion::Trigger, summary, now), now)?;
    }
    Ok(is_new)
}

/// The channel works again, and the other channels are told so. Whether it did not before.
pub(super) fn end(
    connection: &Connection,
    channel: &str,
    others: &[String],
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let Some(outage) = of(connection, channel)? else { return Ok(false) };
    connection.execute("delete from channel_outages where channel = ?1", [channel])?;
    let summary = format!("Channel `{channel}` delivers alerts again");
    tell(connection, others, &notice(channel, &outage, Occasion::Resolve, summary, now), now)?;
    Ok(true)
}

/// Outages of channels that are not among these are over, and the others are told why.
pub(super) fn forget_others(
    connection: &Connection,
    channels: &[String],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let known: Vec<String> = connection
        .prepare("select channel from channel_outages")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for gone in known.iter().filter(|channel| !channels.contains(channel)) {
        let Some(outage) = of(connection, gone)? else { continue };
        connection.execute("delete from channel_outages where channel = ?1", [gone])?;
        let summary = format!("Channel `{gone}` is not configured any more");
        tell(connection, channels, &notice(gone, &outage, Occasion::Resolve, summary, now), now)?;
    }
    Ok(())
}

fn tell(connection: &Connection, others: &[String], notice: &Notice, now: Timestamp) -> rusqlite::Result<()> {
    for other in others {
        outbox::enqueue(connection, other, notice, now)?;
    }
    Ok(())
}

fn notice(channel: &str, outage: &Outage, occasion: Occasion, summary: String, now: Timestamp) -> Notice {
    let since = Moment { from: outage.began_at, to: now };
    Notice {
        dedup_key: format!("palisade:default:channel-outage:{}:{}", name_in_key(channel), outage.began_at.as_nanos()),
        number: u32::from(occasion == Occasion::Resolve),
        occasion,
        rule: Header {
            id: RuleId("palisade.channel-outage".to_owned()),
            name: None,
            title: "A channel does not deliver alerts".to_owned(),
            description: "Alerts for this channel wait, and what was refused lies among the dead letters. See whether its \
                          address and keys are right and its receiver is there; then replay the dead letters."
                .to_owned(),
            level: Severity::High,
            status: None,
            author: None,
            // PCI DSS 4.0.1, 10.7.2: failures of critical security controls are detected and told.
            tags: vec!["pci.10.7.2".to_owned()],
            false_positives: Vec::new(),
            references: Vec::new(),
            runbook: None,
            alerting: Default::default(),
            file: "palisade".to_owned(),
            line: 1,
        },
        severity: Severity::High,
        summary,
        group: vec![("channel".to_owned(), channel.to_owned())],
        value: None,
        condition: String::new(),
        records: 0,
        window: since,
        events: since,
        samples: Vec::new(),
        links: Vec::new(),
        latency_ms: 0,
        lateness_ms: 0,
        is_late: false,
        made_at: now,
    }
}

/// A key has at most 255 bytes; a channel's name may be as long as that alone.
fn name_in_key(channel: &str) -> String {
    super::cut::cut(channel, 40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::NOON;
    use std::time::Duration;

    #[test]
    fn an_outage_is_told_once_through_the_others_and_resolved_with_the_same_key() {
        let connection = Connection::open_in_memory().unwrap();
        create_tables(&connection).unwrap();
        outbox::create_tables(&connection).unwrap();
        let others = ["mail".to_owned()];
        assert!(begin(&connection, "oncall", &others, "status 500", NOON).unwrap());
        let later = NOON.plus(Duration::from_secs(9));
        assert!(!begin(&connection, "oncall", &others, "status 502", later).unwrap());
        assert!(end(&connection, "oncall", &others, later).unwrap());
        assert!(!end(&connection, "oncall", &others, later).unwrap());

        let told = outbox::list(&connection, outbox::State::Waiting, None, None, 10).unwrap();
        assert_eq!(told.iter().map(|entry| entry.channel.as_str()).collect::<Vec<_>>(), ["mail", "mail"]);
        assert_eq!(told[0].notice.dedup_key, told[1].notice.dedup_key);
        assert_eq!(told[1].notice.summary, "Channel `oncall` does not deliver alerts: status 500");
        assert_eq!(told[0].notice.occasion, Occasion::Resolve);

        let again = later.plus(Duration::from_secs(1));
        assert!(begin(&connection, "oncall", &others, "status 500", again).unwrap());
        let next = outbox::list(&connection, outbox::State::Waiting, None, None, 1).unwrap();
        assert_ne!(next[0].notice.dedup_key, told[0].notice.dedup_key, "another outage is another incident");
    }
}
