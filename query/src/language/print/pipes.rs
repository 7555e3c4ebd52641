//! Pipes as text.

use std::fmt::{self, Display, Formatter};

use super::plain;
use crate::language::{Aggregate, Key, Name, Pipe, SortKey, Stage, Step};

impl Display for Pipe {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.stage.fmt(formatter)
    }
}

impl Display for Stage {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Where(condition) => write!(formatter, "where {condition}"),
            Self::Stats { aggregates, by } => {
                formatter.write_str("stats ")?;
                list(aggregates, formatter)?;
                grouped(by, formatter)
            }
            Self::Timechart { step, aggregates, by } => {
                formatter.write_str("timechart ")?;
                if let Some(step) = step {
                    write!(formatter, "span={step} ")?;
                }
                list(aggregates, formatter)?;
                grouped(by, formatter)
            }
            Self::Sort(keys) => {
                formatter.write_str("sort ")?;
                list(keys, formatter)
            }
            Self::Head(count) => write!(formatter, "head {count}"),
            Self::Top { count, fields } => {
                write!(formatter, "top {count} ")?;
                list(fields, formatter)
            }
            Self::Rare { count, fields } => {
                write!(formatter, "rare {count} ")?;
                list(fields, formatter)
            }
            Self::Fields(names) => {
                formatter.write_str("fields ")?;
                list(names, formatter)
            }
            Self::Dedup(names) => {
                formatter.write_str("dedup ")?;
                list(names, formatter)
            }
        }
    }
}

fn list(parts: &[impl Display], formatter: &mut Formatter<'_>) -> fmt::Result {
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            formatter.write_str(", ")?;
        }
        part.fmt(formatter)?;
    }
    Ok(())
}

fn grouped(by: &[impl Display], formatter: &mut Formatter<'_>) -> fmt::Result {
    if by.is_empty() {
        return Ok(());
    }
    formatter.write_str(" by ")?;
    list(by, formatter)
}

impl Display for Name {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        plain(&self.text, formatter)
    }
}

impl Display for Aggregate {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}(", self.function)?;
        if let Some(field) = &self.field {
            field.fmt(formatter)?;
        }
        formatter.write_str(")")?;
        match &self.alias {
            Some(alias) => write!(formatter, " as {alias}"),
            None => Ok(()),
        }
    }
}

impl Display for Key {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => name.fmt(formatter),
            Self::Bin(step) => write!(formatter, "bin({step})"),
        }
    }
}

impl Display for SortKey {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.name.fmt(formatter)?;
        if self.descending { formatter.write_str(" desc") } else { Ok(()) }
    }
}

impl Display for Step {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
        let unit = units.into_iter().find(|(millis, _)| self.millis.is_multiple_of(*millis));
        let (millis, unit) = unit.unwrap_or((1, "ms"));
        write!(formatter, "{}{unit}", self.millis / millis)
    }
}
