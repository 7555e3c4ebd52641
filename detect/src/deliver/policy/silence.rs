//! What people do not want to be told for a while, who said so, and why.

use std::time::Duration;

use palisade_record::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::Matchers;
use crate::deliver::outbox::text_of_json;
use crate::notice::Notice;

/// Silences that are kept. More are a rule that should be changed.
pub const SILENCES_MAX: u32 = 1_000;

/// Longest silence. What nobody wants to hear for longer is a rule that should be changed.
const LENGTH_MAX: Duration = Duration::from_secs(366 * 86_400);

/// How long one can be looked up after it ended.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// Bytes of an author's name, a reason or an id.
const TEXT_BYTES_MAX: usize = 1_024;

/// Alerts that are not told for a while. They are raised, counted and shown all the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Silence {
    /// Who it is.
    pub id: String,
    /// Which alerts: all of these must hold.
    pub matchers: Vec<Matchers>,
    /// Since when.
    pub from: Timestamp,
    /// Until when; not at that time itself.
    pub until: Timestamp,
    /// Who wants it so.
    pub author: String,
    /// Why.
    pub reason: String,
}

/// Why a silence was refused.
#[derive(Debug, thiserror::Error)]
pub enum SilenceProblem {
    /// It says too little, or what cannot be.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be stored.
    #[error("the silence cannot be stored: {0}")]
    Store(#[from] rusqlite::Error),
}

impl Silence {
    /// Whether it counts at a time.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    /// Whether it mutes an alert.
    pub fn mutes(&self, notice: &Notice, now: Timestamp) -> bool {
        self.is_active(now) && self.matchers.iter().all(|matchers| matchers.hold(notice))
    }

    fn check(&self) -> Result<(), String> {
        if self.matchers.is_empty() {
            return Err("a silence without conditions would hide everything; say which alerts, like \
                        \"rule=failed-sign-ins\""
                .to_owned());
        }
        if self.until <= self.from {
            return Err("the silence ends before it begins; write a later `until`".to_owned());
        }
        if self.until.since(self.from) > LENGTH_MAX {
            let days = LENGTH_MAX.as_secs() / 86_400;
            return Err(format!("the silence lasts longer than {days} days; change the rule instead"));
        }
        for (name, text) in [("id", &self.id), ("author", &self.author), ("reason", &self.reason)] {
            if text.trim().is_empty() {
                return Err(format!("the silence has no {name}; whoever finds it later must know"));
            }
            if text.len() > TEXT_BYTES_MAX {
                return Err(format!("the silence's {name} is longer than {TEXT_BYTES_MAX} bytes"));
            }
        }
        Ok(())
    }
}

pub(super) const TABLE: &str = "
create table if not exists silences (
    id text primary key,
    from_time integer not null,
    until_time integer not null,
    silence text not null
) strict, without rowid;
";

/// Adds a silence, or changes the one with its id.
pub fn add(connection: &Connection, silence: &Silence, now: Timestamp) -> Result<(), SilenceProblem> {
    silence.check().map_err(SilenceProblem::Invalid)?;
    connection.execute("delete from silences where until_time < ?1", [now.minus(KEPT).as_nanos()])?;
    let others: u32 =
        connection
            .query_row("select count(*) from silences where id <> ?1", [&silence.id], |row| row.get(0))?;
    if others >= SILENCES_MAX {
        let message = format!("there are {SILENCES_MAX} silences; change the rules they belong to");
        return Err(SilenceProblem::Invalid(message));
    }
    put(connection, silence)?;
    Ok(())
}

fn put(connection: &Connection, silence: &Silence) -> rusqlite::Result<()> {
    connection.execute(
        "insert or replace into silences (id, from_time, until_time, silence) values (?1, ?2, ?3, ?4)",
        params![silence.id, silence.from.as_nanos(), silence.until.as_nanos(), text_of_json(silence)?],
    )?;
    Ok(())
}

/// Ends a silence now. Whether there was one that had not ended.
pub fn end(connection: &Connection, id: &str, now: Timestamp) -> rusqlite::Result<bool> {
    let text: Option<String> = connection
        .query_row(
            "select silence from silences where id = ?1 and until_time > ?2",
            params![id, now.as_nanos()],
            |row| row.get(0),
        )
        .optional()?;
    let Some(mut silence) = text.and_then(|text| serde_json::from_str::<Silence>(&text).ok()) else {
        return Ok(false);
    };
    silence.until = now;
    silence.from = silence.from.min(now);
    put(connection, &silence)?;
    Ok(true)
}

/// All silences that are kept, those that end last first.
pub fn silences(connection: &Connection) -> rusqlite::Result<Vec<Silence>> {
    let texts: Vec<String> = connection
        .prepare_cached("select silence from silences order by until_time desc, id")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    // One that cannot be read mutes nothing: better to be told too much.
    Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
}

/// Those that count now.
pub(super) fn active(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Silence>> {
    let mut all = silences(connection)?;
    all.retain(|silence| silence.is_active(now));
    Ok(all)
}

/// When the next one ends.
pub(super) fn next_end(connection: &Connection, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let end: Option<i64> = connection
        .prepare_cached("select min(until_time) from silences where until_time > ?1")?
        .query_row([now.as_nanos()], |row| row.get(0))?;
    Ok(end.map(Timestamp::from_nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::NOON;

    fn minutes(minutes: u64) -> Timestamp {
        NOON.plus(Duration::from_secs(60 * minutes))
    }

    #[test]
    fn a_silence_must_say_what_for_how_long_who_and_why() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let right = Silence {
            id: "s1".to_owned(),
            matchers: vec!["rule=a".parse().unwrap()],
            from: NOON,
            until: minutes(1),
            author: "anna".to_owned(),
            reason: "maintenance".to_owned(),
        };
        let refused = |silence: Silence, hint: &str| {
            let wrong = add(&connection, &silence, NOON).unwrap_err().to_string();
            assert!(wrong.contains(hint), "{wrong}");
        };
        refused(Silence { matchers: Vec::new(), ..right.clone() }, "hide everything");
        refused(Silence { until: NOON, ..right.clone() }, "ends before it begins");
        refused(Silence { until: minutes(367 * 1_440), ..right.clone() }, "change the rule");
        refused(Silence { author: " ".to_owned(), ..right.clone() }, "no author");
        refused(Silence { reason: "x".repeat(2_000), ..right.clone() }, "reason is longer");
        add(&connection, &right, NOON).unwrap();
        let text = serde_json::to_string(&silences(&connection).unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Silence>>(&text).unwrap(), [right]);
    }
}
