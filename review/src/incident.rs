//! An incident: since when somebody knows of it, until when whom has to be told, and what was done.

use std::time::Duration;

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest text that is written down about an incident.
const TEXT_BYTES_MAX: usize = 8_192;

/// Shortest one that says anything.
const TEXT_BYTES_MIN: usize = 10;

/// Notes of an incident. Who has more keeps a book elsewhere.
const NOTES_MAX: usize = 1_000;

const HOUR: Duration = Duration::from_secs(3_600);

/// Who has to be told, and by when. Counted from when somebody became aware; which of them there are, people judge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duty {
    /// An early warning to the authority: 24 hours (NIS2, Article 23(4)(a)).
    EarlyWarning,
    /// A notification to the supervisory authority: 72 hours (GDPR, Article 33(1); NIS2, Article 23(4)(b)).
    Notification,
}

impl Duty {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::EarlyWarning, Self::Notification];

    /// How long there is.
    pub fn within(self) -> Duration {
        match self {
            Self::EarlyWarning => 24 * HOUR,
            Self::Notification => 72 * HOUR,
        }
    }

    /// When somebody is reminded, before the end: early enough to write what is to be told.
    pub fn reminded_before(self) -> Duration {
        match self {
            Self::EarlyWarning => 6 * HOUR,
            Self::Notification => 24 * HOUR,
        }
    }

    /// Its name, as it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::EarlyWarning => "early-warning",
            Self::Notification => "notification",
        }
    }
}

/// How a duty stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// There is time.
    Open,
    /// There is little time.
    Soon,
    /// The time is over.
    Overdue,
    /// It was told in time.
    Done,
    /// It was told, too late.
    Late,
    /// It was written down that it need not be told.
    NotNeeded,
}

/// An incident.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Incident {
    /// By which it is told from others.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// When somebody became aware of it: clocks run from here.
    pub aware_at: Timestamp,
    /// When it was written down.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// The question whose records are about it, as it may be written down.
    pub query: Option<String>,
    /// The stream of the question.
    pub stream: Option<String>,
    /// What happened and was done, in order.
    pub notes: Vec<Note>,
    /// Who was told.
    pub told: Vec<Told>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// Something that happened or was done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// Who says so.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// A duty that was done, or that there is none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Told {
    /// Which.
    pub duty: Duty,
    /// When they were told; nothing when it is not needed.
    pub at: Option<Timestamp>,
    /// Who says so, when, and the reference or the reason.
    pub note: Note,
}

/// Why something cannot be done to an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IncidentError {
    /// It is closed.
    Closed,
    /// What was written is too short or too long.
    Text {
        /// Its bytes.
        bytes: usize,
    },
    /// It has too many notes.
    TooMany,
    /// A time is in the future.
    Future,
    /// A duty is open.
    Open {
        /// Which.
        duty: Duty,
    },
}

impl std::fmt::Display for IncidentError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => formatter.write_str("it is closed; nothing in it changes any more"),
            Self::Text { bytes } => {
                write!(formatter, "a text takes {TEXT_BYTES_MIN} to {TEXT_BYTES_MAX} bytes; this has {bytes}")
            }
            Self::TooMany => write!(formatter, "it has {NOTES_MAX} notes, which is as many as are kept"),
            Self::Future => formatter.write_str("the time is in the future"),
            Self::Open { duty } => write!(
                formatter,
                "`{}` is open: say when it was told, or why it need not be, before it is closed",
                duty.name()
            ),
        }
    }
}

impl Incident {
    /// When a duty ends.
    pub fn due_at(&self, duty: Duty) -> Timestamp {
        self.aware_at.plus(duty.within())
    }

    /// How a duty stands.
    pub fn standing(&self, duty: Duty, now: Timestamp) -> Standing {
        let due_at = self.due_at(duty);
        match self.told.iter().rev().find(|told| told.duty == duty) {
            Some(Told { at: None, .. }) => Standing::NotNeeded,
            Some(Told { at: Some(at), .. }) if *at <= due_at => Standing::Done,
            Some(Told { at: Some(_), .. }) => Standing::Late,
            None if now > due_at => Standing::Overdue,
            None if now >= due_at.minus(duty.reminded_before()) => Standing::Soon,
            None => Standing::Open,
        }
    }

    /// Writes down what happened or was done.
    ///
    /// # Errors
    /// When it is closed, has too many notes, or nothing is said.
    pub fn add(&mut self, note: Note) -> Result<(), IncidentError> {
        self.check_open()?;
        check_text(&note.text)?;
        if self.notes.len() >= NOTES_MAX {
            return Err(IncidentError::TooMany);
        }
        self.notes.push(note);
        Ok(())
    }

    /// Writes down that somebody was told, or that nobody has to be.
    ///
    /// # Errors
    /// When it is closed, the time is in the future, or nothing is said.
    pub fn tell(&mut self, told: Told) -> Result<(), IncidentError> {
        self.check_open()?;
        check_text(&told.note.text)?;
        if told.at.is_some_and(|at| at > told.note.at) {
            return Err(IncidentError::Future);
        }
        if self.told.len() >= NOTES_MAX {
            return Err(IncidentError::TooMany);
        }
        self.told.push(told);
        Ok(())
    }

    /// Ends it. Every duty must have been done, or be known not to be needed.
    ///
    /// # Errors
    /// When one is open, or it is closed already.
    pub fn close(&mut self, note: Note) -> Result<(), IncidentError> {
        self.check_open()?;
        let is_open = |duty: &Duty| {
            matches!(self.standing(*duty, note.at), Standing::Open | Standing::Soon | Standing::Overdue)
        };
        if let Some(duty) = Duty::ALL.into_iter().find(is_open) {
            return Err(IncidentError::Open { duty });
        }
        let at = note.at;
        self.add(note)?;
        self.closed_at = Some(at);
        Ok(())
    }

    fn check_open(&self) -> Result<(), IncidentError> {
        if self.closed_at.is_some() { Err(IncidentError::Closed) } else { Ok(()) }
    }
}

fn check_text(text: &str) -> Result<(), IncidentError> {
    let bytes = text.trim().len();
    if (TEXT_BYTES_MIN..=TEXT_BYTES_MAX).contains(&bytes) {
        Ok(())
    } else {
        Err(IncidentError::Text { bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn incident() -> Incident {
        Incident {
            id: "i".to_owned(),
            title: "records were copied".to_owned(),
            aware_at: time("2026-10-05T12:00:00Z"),
            opened_at: time("2026-10-05T13:00:00Z"),
            opened_by: "ada".to_owned(),
            query: None,
            stream: None,
            notes: Vec::new(),
            told: Vec::new(),
            closed_at: None,
        }
    }

    fn note(at: &str, text: &str) -> Note {
        Note { by: "ada".to_owned(), at: time(at), text: text.to_owned() }
    }

    fn told(duty: Duty, at: Option<&str>) -> Told {
        Told { duty, at: at.map(time), note: note("2026-10-09T00:00:00Z", "reference 4711 of the authority") }
    }

    #[test]
    fn clocks_run_from_when_somebody_became_aware() {
        let standing = |duty, at| incident().standing(duty, time(at));
        assert_eq!(standing(Duty::EarlyWarning, "2026-10-06T05:59:59Z"), Standing::Open);
        assert_eq!(standing(Duty::EarlyWarning, "2026-10-06T06:00:00Z"), Standing::Soon);
        assert_eq!(standing(Duty::EarlyWarning, "2026-10-06T12:00:00Z"), Standing::Soon);
        assert_eq!(standing(Duty::EarlyWarning, "2026-10-06T12:00:01Z"), Standing::Overdue);
        assert_eq!(standing(Duty::Notification, "2026-10-07T11:59:59Z"), Standing::Open);
        assert_eq!(standing(Duty::Notification, "2026-10-08T12:00:01Z"), Standing::Overdue);
    }

    #[test]
    fn what_was_told_too_late_stays_late_and_what_is_not_needed_says_why() {
        let mut incident = incident();
        let now = time("2026-10-09T00:00:00Z");
        incident.tell(told(Duty::EarlyWarning, Some("2026-10-06T12:00:01Z"))).unwrap();
        incident.tell(told(Duty::Notification, None)).unwrap();
        assert_eq!(incident.standing(Duty::EarlyWarning, now), Standing::Late);
        assert_eq!(incident.standing(Duty::Notification, now), Standing::NotNeeded);
        let future = told(Duty::Notification, Some("2026-10-10T00:00:00Z"));
        assert_eq!(incident.tell(future), Err(IncidentError::Future));
    }

    #[test]
    fn an_incident_is_closed_when_every_duty_is_done_and_never_changes_then() {
        let mut incident = incident();
        let end = || note("2026-10-09T00:00:00Z", "keys changed, nobody else affected");
        assert_eq!(incident.close(end()), Err(IncidentError::Open { duty: Duty::EarlyWarning }));
        incident.tell(told(Duty::EarlyWarning, Some("2026-10-06T10:00:00Z"))).unwrap();
        assert_eq!(incident.close(end()), Err(IncidentError::Open { duty: Duty::Notification }));
        incident.tell(told(Duty::Notification, Some("2026-10-08T10:00:00Z"))).unwrap();
        assert_eq!(
            incident.add(note("2026-10-08T00:00:00Z", "  short  ")),
            Err(IncidentError::Text { bytes: 5 })
        );
        incident.close(end()).unwrap();
        assert_eq!(incident.add(end()), Err(IncidentError::Closed));
        assert_eq!(incident.close(end()), Err(IncidentError::Closed));
    }
}
