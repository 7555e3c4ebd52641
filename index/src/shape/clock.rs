//! How an event time is written: RFC 3339 and its relatives, or a number since the epoch.

use palisade_record::Timestamp;
use palisade_record::time::civil_from_days;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::form::write_digits;

/// One way to write a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ClockForm {
    /// `2026-11-21T08:02:00.123+01:00`.
    Calendar {
        /// Between date and time: `T` or a blank.
        separator: u8,
        /// Before the fraction: `.` or `,`.
        mark: u8,
        fraction_digits: u8,
        zone: ZoneForm,
        /// Minutes east of UTC of the clock that is shown.
        offset_minutes: i16,
    },
    /// A number since the epoch: `10^unit_digits` of its unit are a second.
    Epoch { unit_digits: u8, fraction_digits: u8 },
}

/// How the offset from UTC is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ZoneForm {
    /// Not at all.
    Silent,
    /// `Z`
    Zulu,
    /// `+01:00`
    Colon,
    /// `+0100`
    Plain,
}

const EPOCH: u8 = 4;
const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
const NANO_DIGITS: u8 = 9;
/// A day: no zone is further from UTC.
const OFFSET_MINUTES_MAX: i16 = 24 * 60;
/// The longest time that is written: date, time of day, fraction, offset.
const TEXT_BYTES_MAX: usize = 40;

impl ClockForm {
    /// The form in which `time` is written exactly as `text`, if there is one. `scratch` is a buffer.
    pub(crate) fn of(text: &[u8], time: Timestamp, scratch: &mut Vec<u8>) -> Option<Self> {
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let form = Self::calendar_of(text, time).or_else(|| Self::epoch_of(text, time))?;
        form.is_exact(text, time, scratch).then_some(form)
    }

    /// Whether `time` is written exactly as `text`.
    pub(crate) fn is_exact(self, text: &[u8], time: Timestamp, scratch: &mut Vec<u8>) -> bool {
        scratch.clear();
        self.write(time, scratch);
        scratch == text
    }

    fn calendar_of(text: &[u8], time: Timestamp) -> Option<Self> {
        let (local, zone) = Timestamp::parse_local(text)?;
        let separator = text[10];
        let (mark, fraction_digits) = match text.get(19) {
            Some(mark @ (b'.' | b',')) => (*mark, u8::try_from(text.len() - zone.len() - 20).ok()?),
            _ => (b'.', 0),
        };
        let zone = match (zone, zone.len()) {
            (b"", _) => ZoneForm::Silent,
            (b"Z", _) => ZoneForm::Zulu,
            (_, 6) => ZoneForm::Colon,
            (_, 5) => ZoneForm::Plain,
            _ => return None,
        };
        let offset = local.as_nanos().checked_sub(time.as_nanos())? / (60 * NANOS_PER_SECOND);
        let offset_minutes = i16::try_from(offset).ok()?;
        let is_written = fraction_digits <= NANO_DIGITS && offset_minutes.abs() < OFFSET_MINUTES_MAX;
        is_written.then_some(Self::Calendar { separator, mark, fraction_digits, zone, offset_minutes })
    }

    fn epoch_of(text: &[u8], time: Timestamp) -> Option<Self> {
        let whole = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let fraction_digits = match text.get(whole) {
            None => 0,
            Some(b'.') => u8::try_from(text.len() - whole - 1).ok()?,
            Some(_) => return None,
        };
        let seconds = time.as_nanos().checked_div(NANOS_PER_SECOND).filter(|seconds| *seconds > 0)?;
        let more = whole.checked_sub(seconds.ilog10() as usize + 1)?;
        let unit_digits = u8::try_from(more).ok()?;
        let is_written = unit_digits.checked_add(fraction_digits)? <= NANO_DIGITS
            && (fraction_digits > 0) == (whole < text.len());
        is_written.then_some(Self::Epoch { unit_digits, fraction_digits })
    }

    /// Appends the time.
    pub(crate) fn write(self, time: Timestamp, target: &mut Vec<u8>) {
        match self {
            Self::Calendar { separator, mark, fraction_digits, zone, offset_minutes } => {
                let local = time.as_nanos().saturating_add(i64::from(offset_minutes) * 60 * NANOS_PER_SECOND);
                write_date(local, separator, target);
                write_fraction(local, mark, fraction_digits, target);
                write_zone(zone, offset_minutes, target);
            }
            Self::Epoch { unit_digits, fraction_digits } => {
                let (nanos, unit) =
                    (time.as_nanos().unsigned_abs(), 10u64.pow(u32::from(NANO_DIGITS - unit_digits)));
                write_digits(nanos / unit, 1, target);
                if fraction_digits > 0 {
                    target.push(b'.');
                    let digits = u32::from(NANO_DIGITS - unit_digits - fraction_digits);
                    write_digits(nanos % unit / 10u64.pow(digits), usize::from(fraction_digits), target);
                }
            }
        }
    }

    pub(crate) fn encode(self, target: &mut Writer) {
        match self {
            Self::Calendar { separator, mark, fraction_digits, zone, offset_minutes } => {
                target.u8(match zone {
                    ZoneForm::Silent => 0,
                    ZoneForm::Zulu => 1,
                    ZoneForm::Colon => 2,
                    ZoneForm::Plain => 3,
                });
                target.raw(&[separator, mark, fraction_digits]);
                target.signed(offset_minutes.into());
            }
            Self::Epoch { unit_digits, fraction_digits } => {
                target.raw(&[EPOCH, unit_digits, fraction_digits]);
            }
        }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let zone = match reader.u8()? {
            0 => ZoneForm::Silent,
            1 => ZoneForm::Zulu,
            2 => ZoneForm::Colon,
            3 => ZoneForm::Plain,
            EPOCH => {
                let (unit_digits, fraction_digits) = (reader.u8()?, reader.u8()?);
                if unit_digits.saturating_add(fraction_digits) > NANO_DIGITS {
                    return Err(reader.malformed("more digits than a time has"));
                }
                return Ok(Self::Epoch { unit_digits, fraction_digits });
            }
            _ => return Err(reader.malformed("unknown form of a time")),
        };
        let (separator, mark, fraction_digits) = (reader.u8()?, reader.u8()?, reader.u8()?);
        let offset_minutes = i16::try_from(reader.signed()?).unwrap_or(i16::MAX);
        if fraction_digits > NANO_DIGITS || offset_minutes.unsigned_abs() >= OFFSET_MINUTES_MAX.unsigned_abs()
        {
            return Err(reader.malformed("more digits or a larger offset than a time has"));
        }
        Ok(Self::Calendar { separator, mark, fraction_digits, zone, offset_minutes })
    }
}

fn write_pair(number: i64, target: &mut Vec<u8>) {
    write_digits(number.unsigned_abs(), 2, target);
}

fn write_date(local: i64, separator: u8, target: &mut Vec<u8>) {
    let seconds = local.div_euclid(NANOS_PER_SECOND);
    let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
    let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    write_digits(year.unsigned_abs(), 4, target);
    for (before, part) in [
        (b'-', month),
        (b'-', day),
        (separator, of_day / 3600),
        (b':', of_day / 60 % 60),
        (b':', of_day % 60),
    ] {
        target.push(before);
        write_pair(part, target);
    }
}

fn write_fraction(local: i64, mark: u8, digits: u8, target: &mut Vec<u8>) {
    if digits > 0 {
        target.push(mark);
        let nanos = local.rem_euclid(NANOS_PER_SECOND).unsigned_abs();
        write_digits(nanos / 10u64.pow(u32::from(NANO_DIGITS - digits)), usize::from(digits), target);
    }
}

fn write_zone(zone: ZoneForm, offset_minutes: i16, target: &mut Vec<u8>) {
    match zone {
        ZoneForm::Silent => {}
        ZoneForm::Zulu => target.push(b'Z'),
        ZoneForm::Colon | ZoneForm::Plain => {
            target.push(if offset_minutes < 0 { b'-' } else { b'+' });
            let minutes = i64::from(offset_minutes.unsigned_abs());
            write_pair(minutes / 60, target);
            if zone == ZoneForm::Colon {
                target.push(b':');
            }
            write_pair(minutes % 60, target);
        }
    }
}
