//! Outside of the hours of work, unless that is usual for the group.
//!
//! ```yaml
//! watch:
//!     type: after_hours
//!     group-by: [user_id]
//!     hours: 07:00-19:00                    # may go over midnight, which is then part of the day on which they begin
//!     days: mon-fri                         # or a list: [mon, wed, fri]
//!     zone: Europe/Berlin
//!     minimum: 3                            # fewer within the timespan are no alert
//!     timespan: 1h
//! ```
//!
//! In one sentence: it is outside of the hours, and the group is known for less than a working week, or this hour of the week has less
//! than 1 % of the hours in which the group was active.
//!
//! What is usual is the group's own: for each of the 168 hours of a week in how many weeks it was active then, where a week that is 28
//! days ago counts half as much as this one. Records count once an hour, so that a night full of them does not make itself usual,
//! and the hour that is judged does not count for itself. Each hour begins with one (Laplace), so that what was never seen is rare and
//! not impossible. A group that is active around the clock has 0.6 % in every hour, so less than 1 % is only unusual where it is also
//! less than half of what its hours have on average.
//!
//! A record that comes late is judged by what is known when it comes. It is not learnt when the same hour of a later week was.

use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::kind::{Kind, Observed, Verdict};
use super::week::{HOURS_A_WEEK, LocalHour, WorkingHours};

/// A week that is so long ago counts half.
const HALF_LIFE_HOURS: f64 = 28.0 * 24.0;

/// Less of its time than this is unusual.
const SHARE_MIN: f64 = 0.01;

/// A group that was active in fewer hours is not known: a working week.
const KNOWN_HOURS_MIN: f64 = 40.0;

/// One a week for ever comes to 6.3.
const WEEKS_MAX: f64 = 8.0;

/// An hour of the week in which less is left is none in which a group is active.
const ACTIVE_WEEKS_MIN: f64 = 0.1;

/// What is left of an hour by then says nothing: six half-lives.
const MEMORY: Duration = Duration::from_secs(6 * 28 * 24 * 60 * 60);

/// The settings.
#[derive(Clone, PartialEq, Debug)]
pub struct AfterHours {
    /// The hours of work.
    pub hours: WorkingHours,
}

/// An hour of the week in which a group was active.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Active {
    /// The last such hour.
    last: LocalHour,
    /// In how many weeks, as of then.
    weeks: f64,
}

/// In which hours of the week a group was active.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Hours {
    newest: Timestamp,
    /// At most one for each hour of the week, by it.
    active: Vec<Active>,
}

impl Active {
    fn weeks_as_of(&self, hour: LocalHour) -> f64 {
        self.weeks * (-hour.hours_since(self.last) / HALF_LIFE_HOURS).exp2()
    }

    /// The same without the hour that is judged.
    fn before(&self, hour: LocalHour) -> f64 {
        if self.last == hour { self.weeks - 1.0 } else { self.weeks_as_of(hour) }
    }
}

impl Hours {
    /// Whether this hour was not known.
    fn learn(&mut self, hour: LocalHour) -> bool {
        match self.active.binary_search_by_key(&hour.of_week(), |active| active.last.of_week()) {
            Err(at) => self.active.insert(at, Active { last: hour, weeks: 1.0 }),
            Ok(at) if self.active[at].last < hour => {
                let weeks = (self.active[at].weeks_as_of(hour) + 1.0).min(WEEKS_MAX);
                self.active[at] = Active { last: hour, weeks };
            }
            Ok(_) => return false,
        }
        true
    }

    /// In how many hours it was active before this one, and which part of them, counted from one, was at this hour of the week. The
    /// third is the part that its hours have on average.
    fn shares(&self, hour: LocalHour) -> (f64, f64, f64) {
        let before = || self.active.iter().map(|active| active.before(hour));
        let total: f64 = before().sum();
        let own = self.active.iter().find(|active| active.last.of_week() == hour.of_week());
        let own = own.map_or(0.0, |active| active.before(hour));
        let active = before().filter(|weeks| *weeks >= ACTIVE_WEEKS_MIN).map(|_| 1.0).sum::<f64>().max(1.0);
        (total, (own + 1.0) / (total + f64::from(HOURS_A_WEEK)), 1.0 / active)
    }
}

impl AfterHours {
    pub(crate) fn in_words(&self) -> String {
        format!("records outside of {}", self.hours)
    }
}

impl Kind for AfterHours {
    type Memory = Hours;

    fn begin(&self) -> Hours {
        Hours { newest: Timestamp::MIN, active: Vec::new() }
    }

    fn observe(&self, hours: &mut Hours, observed: &Observed) -> Verdict {
        let time = observed.entry.time;
        let Some(local) = self.hours.local(time) else { return Verdict::Known };
        let usual = match hours.learn(local.hour) {
            true => Verdict::Usual,
            false => Verdict::Known,
        };
        if usual == Verdict::Usual {
            hours.newest = hours.newest.max(time);
        }
        if self.hours.contain(&local) {
            return usual;
        }
        let (known, share, average) = hours.shares(local.hour);
        let is_known = known >= KNOWN_HOURS_MIN;
        if is_known && (share >= SHARE_MIN || share >= average / 2.0) {
            return usual;
        }
        let outside = format!("{} is outside of {}", local.in_words(), self.hours);
        Verdict::Unusual(match is_known {
            true => format!("{outside}, and {:.1} % of what is usual here", share * 100.0),
            false => format!("{outside}, and too little is known here"),
        })
    }

    fn forget(&self, hours: &mut Hours, now: Timestamp) -> bool {
        hours.newest.plus(MEMORY) < now
    }

    fn items(&self, hours: &Hours) -> usize {
        hours.active.len()
    }

    fn encode(&self, hours: &Hours, writer: &mut Writer) {
        writer.signed(hours.newest.as_nanos());
        writer.varint(hours.active.len() as u64);
        for active in &hours.active {
            writer.signed(active.last.0);
            writer.u64(active.weeks.to_bits());
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<Hours, Malformed> {
        let newest = Timestamp::from_nanos(reader.signed()?);
        let mut active: Vec<Active> = Vec::new();
        for _ in 0..reader.count(usize::from(HOURS_A_WEEK))? {
            let next = Active { last: LocalHour(reader.signed()?), weeks: f64::from_bits(reader.u64()?) };
            if active.last().is_some_and(|before| before.last.of_week() >= next.last.of_week()) {
                return Err(reader.malformed("hours of the week out of order"));
            }
            if !(0.0..=WEEKS_MAX).contains(&next.weeks) {
                return Err(reader.malformed("an hour that was active in no number of weeks"));
            }
            active.push(next);
        }
        Ok(Hours { newest, active })
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::{at, observed};
    use super::*;

    const HOUR: u64 = 3_600;
    const WEEK: u64 = 7 * 24 * HOUR;

    fn kind() -> AfterHours {
        AfterHours { hours: WorkingHours::parse("07:00-19:00", &["mon-fri".to_owned()], "").unwrap() }
    }

    /// Active in these hours of each of so many weeks.
    fn known(weeks: u64, hours: impl Iterator<Item = u64> + Clone) -> Hours {
        let mut known = kind().begin();
        for week in 0..weeks {
            for hour in hours.clone() {
                kind().observe(&mut known, &observed(at(week * WEEK + hour * HOUR), 0));
            }
        }
        known
    }

    fn is_told(hours: &mut Hours, week: u64, hour: u64) -> bool {
        matches!(kind().observe(hours, &observed(at(week * WEEK + hour * HOUR), 0)), Verdict::Unusual(_))
    }

    fn office_hours() -> impl Iterator<Item = u64> + Clone {
        (0..5).flat_map(|day| (8..17).map(move |hour| day * 24 + hour))
    }

    #[test]
    fn a_night_is_told_of_those_who_work_by_day() {
        let mut hours = known(4, office_hours());
        assert!(!is_told(&mut hours, 4, 10) && is_told(&mut hours, 4, 27));
        assert!(is_told(&mut hours, 4, 5 * 24 + 12), "a Saturday");
    }

    #[test]
    fn those_who_work_by_night_are_not_told_once_they_have_done_so_for_two_weeks() {
        let nights = (0..5).flat_map(|day| (20..28).map(move |hour| day * 24 + hour));
        let mut hours = known(2, nights);
        assert!(!is_told(&mut hours, 2, 22) && !is_told(&mut hours, 2, 26));
        assert!(is_told(&mut hours, 2, 5 * 24 + 12), "they do not work on Saturdays");
    }

    #[test]
    fn those_who_work_around_the_clock_are_not_told() {
        let mut hours = known(3, 0..168);
        assert!((0..168).all(|hour| !is_told(&mut hours, 3, hour)));
    }

    #[test]
    fn a_night_full_of_records_does_not_make_itself_usual() {
        let mut hours = known(4, office_hours());
        assert!((0..1_000).all(|_| is_told(&mut hours, 4, 27)));
    }

    #[test]
    fn of_whom_nothing_is_known_the_hours_alone_decide() {
        let mut hours = kind().begin();
        assert!(is_told(&mut hours, 0, 3) && !is_told(&mut hours, 0, 12));
    }

    #[test]
    fn what_was_usual_long_ago_is_not_any_more() {
        let mut hours = known(4, office_hours().chain([27]));
        assert!(!is_told(&mut hours, 4, 27));
        for week in 5..60 {
            office_hours().for_each(|hour| _ = is_told(&mut hours, week, hour));
        }
        assert!(is_told(&mut hours, 60, 27));
    }

    #[test]
    fn the_reason_says_when_it_was_and_how_usual_that_is() {
        let reason = |hours: &mut Hours| match kind().observe(hours, &observed(at(4 * WEEK + 27 * HOUR), 0)) {
            Verdict::Unusual(reason) => reason,
            other => panic!("{other:?}"),
        };
        let known = reason(&mut known(4, office_hours()));
        assert_eq!(known, "Tuesday 03:00 is outside of mon-fri 07:00-19:00, and 0.3 % of what is usual here");
        let unknown = reason(&mut kind().begin());
        assert_eq!(unknown, "Tuesday 03:00 is outside of mon-fri 07:00-19:00, and too little is known here");
    }
}
