//! Values as they stand on paper.

use jiff::tz::TimeZone;
use palisade_record::{ByteSize, Timestamp};

use super::visible::{Visible, visible};
use crate::document::Cell;
use crate::zoned::zoned;

/// A value; `None` for what is missing, which the template shows in its own way.
pub(super) fn shown(cell: &Cell, zone: &TimeZone) -> Option<Visible> {
    Some(Visible::Whole(match cell {
        Cell::Text(text) => return Some(visible(text)),
        Cell::Integer(count) => grouped(*count),
        Cell::Decimal(number) => format!("{number:.2}"),
        Cell::Time(time) => moment(*time, zone),
        Cell::Seconds(seconds) => span(*seconds),
        Cell::Bytes(count) => ByteSize::bytes(*count).to_string(),
        Cell::Share(share) => percent(*share),
        Cell::Missing => return None,
    }))
}

/// A time in a zone, to the second, with the zone's distance from UTC.
pub(super) fn moment(time: Timestamp, zone: &TimeZone) -> String {
    match zoned(time, zone) {
        Some(local) => local.strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
        None => time.to_string(),
    }
}

/// A count with a comma between thousands.
pub(super) fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if count < 0 { format!("-{shown}") } else { shown }
}

/// A share; all and nothing are said only of all and nothing.
fn percent(share: f64) -> String {
    match share {
        share if share > 0.0 && share < 0.0005 => "< 0.1 %".to_owned(),
        share if (0.9995..1.0).contains(&share) => "> 99.9 %".to_owned(),
        share => format!("{:.1} %", share * 100.0),
    }
}

fn span(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1_000.0),
        seconds if seconds < 120.0 => format!("{seconds:.1} s"),
        seconds if seconds < 7_200.0 => format!("{:.1} min", seconds / 60.0),
        seconds if seconds < 172_800.0 => format!("{:.1} h", seconds / 3_600.0),
        seconds => format!("{:.1} days", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_their_units() {
        let show = |cell: Cell| shown(&cell, &TimeZone::UTC).map_or_else(String::new, Visible::into_whole);
        assert_eq!(show(Cell::Integer(1_234_567)), "1,234,567");
        assert_eq!(show(Cell::Integer(-1_000)), "-1,000");
        assert_eq!(show(Cell::Integer(999)), "999");
        assert_eq!(show(Cell::Share(0.125)), "12.5 %");
        assert_eq!(show(Cell::Share(0.9996)), "> 99.9 %");
        assert_eq!(show(Cell::Share(1.0)), "100.0 %");
        assert_eq!(show(Cell::Share(0.0001)), "< 0.1 %");
        assert_eq!(show(Cell::Share(0.0)), "0.0 %");
        assert_eq!(show(Cell::Seconds(0.007)), "7 ms");
        assert_eq!(show(Cell::Seconds(5_400.0)), "90.0 min");
        assert_eq!(shown(&Cell::Missing, &TimeZone::UTC), None);
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let time = Timestamp::parse_rfc3339("2026-10-25T00:30:00Z").unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(moment(time, &zone), "2026-10-25 02:30:00 +02:00");
    }
}
