//! Statistics behind a condition, computed by looking at every line.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::condition::quoted;
use super::seen::{Names, Seen};
use crate::world::Random;

/// Fields whose values make groups, in the lines of every corpus.
const GROUPS: [&str; 6] = ["service", "level", "region", "user_id", "source_ip", "action"];
const NUMBERS: [&str; 2] = ["duration_ms", "status"];
/// A percentile that says that it is approximate may be so far from the right one.
const APPROXIMATE_SHARE: f64 = 0.002;
/// So far may a number of different values be: some standard errors.
const DISTINCT_SHARE: f64 = 0.03;
/// Sums depend on the order of their parts by so much.
const ROUNDING_SHARE: f64 = 1e-9;

/// What is computed of each group.
enum Figure {
    Count,
    /// The most frequent groups, or the rarest.
    Top(usize),
    Rare(usize),
    /// Groups with at least so many, the largest first.
    CountWhere(u64),
    Distinct(usize),
    Numbers(usize),
    Percentile(usize, f64),
    /// How many in each hour; the group is not asked for.
    Hours,
}

/// A field and its number.
struct Field {
    name: String,
    number: usize,
}

/// A pipe, and what the lines that reached it say.
pub(super) struct Statistics {
    figure: Figure,
    /// What makes a group; one of all when there is none.
    by: Option<Field>,
    /// The name of the field that is computed with.
    of: String,
    groups: BTreeMap<Option<String>, Group>,
}

#[derive(Default)]
struct Group {
    count: u64,
    numbers: Vec<f64>,
    values: BTreeSet<String>,
}

impl Statistics {
    /// So many pipes; the fields are those that the sample has.
    pub(super) fn draw(count: usize, random: &mut Random, sample: &[Seen], names: &mut Names) -> Vec<Self> {
        let mut field = |names: &mut Names, all: &[&str]| loop {
            let name = *random.pick(all);
            let number = names.number(name);
            if sample.iter().any(|seen| seen.of(number).next().is_some()) {
                return (name.to_owned(), number, random.next());
            }
        };
        let mut one = |position: usize| {
            let (by, by_number, dice) = field(names, &GROUPS);
            let (number_name, number, _) = field(names, &NUMBERS);
            let (value_name, value, _) = field(names, &GROUPS);
            let small = usize::try_from(1 + dice % 12).expect("small");
            let (figure, of, is_grouped) = match position % 10 {
                0 => (Figure::Count, String::new(), dice % 4 == 0),
                1 => (Figure::Count, String::new(), true),
                2 => (Figure::Top(small), String::new(), true),
                3 => (Figure::Rare(small), String::new(), true),
                4 => (Figure::CountWhere(dice % 50), String::new(), true),
                5 => (Figure::Distinct(value), value_name, dice % 2 == 0),
                6 => (Figure::Numbers(number), number_name, dice % 3 > 0),
                7 => (Figure::Percentile(number, 50.0), number_name, dice % 3 > 0),
                8 => (Figure::Percentile(number, 99.0), number_name, dice % 3 > 0),
                _ => (Figure::Hours, String::new(), false),
            };
            let by = is_grouped.then_some(Field { name: by, number: by_number });
            Self { figure, by, of, groups: BTreeMap::new() }
        };
        (0..count).map(&mut one).collect()
    }

    /// As it is written behind `|`.
    pub(super) fn text(&self) -> String {
        let name = self.by.as_ref().map_or("", |by| by.name.as_str());
        let by = self.by.as_ref().map_or(String::new(), |by| format!(" by {}", by.name));
        let of = if self.of.contains(' ') { quoted(&self.of) } else { self.of.clone() };
        match self.figure {
            Figure::Count => format!("stats count(){by}"),
            Figure::Top(count) => format!("top {count} {name}"),
            Figure::Rare(count) => format!("rare {count} {name}"),
            Figure::CountWhere(least) => {
                format!("stats count() as n{by} | where n >= {least} | sort n desc | head 50")
            }
            Figure::Distinct(_) => format!("stats distinct({of}){by}"),
            Figure::Numbers(_) => format!("stats sum({of}), avg({of}), min({of}), max({of}){by}"),
            Figure::Percentile(_, percent) => format!("stats p{percent}({of}){by}"),
            Figure::Hours => "stats count() by bin(1h)".to_owned(),
        }
    }

    /// Counts a line that the condition finds.
    pub(super) fn take(&mut self, seen: &Seen) {
        let mut groups: BTreeSet<Option<String>> = match (&self.figure, &self.by) {
            (Figure::Hours, _) => BTreeSet::from([Some(seen.time[..13].to_owned())]),
            (_, Some(by)) => seen.of(by.number).map(|found| Some(found.text.clone())).collect(),
            (_, None) => BTreeSet::from([None]),
        };
        if groups.is_empty() {
            groups.insert(None);
        }
        for group in groups {
            let group = self.groups.entry(group).or_default();
            group.count += 1;
            match self.figure {
                Figure::Distinct(field) => {
                    group.values.extend(seen.of(field).map(|found| found.text.clone()));
                }
                Figure::Numbers(field) | Figure::Percentile(field, _) => {
                    group.numbers.extend(seen.of(field).filter_map(|found| found.number));
                }
                _ => {}
            }
        }
    }

    /// Compares with a table; tells what is wrong.
    pub(super) fn check(&self, table: &Value) -> Result<(), String> {
        let rows = table["rows"].as_array().ok_or("there are no rows")?;
        let is_approximate = table["approximate"].as_array().is_some_and(|columns| !columns.is_empty());
        match self.figure {
            Figure::Top(count) => self.check_counts(rows, count, |counts| counts.sort_by(|a, b| b.cmp(a))),
            Figure::Rare(count) => self.check_counts(rows, count, |counts| counts.sort_unstable()),
            Figure::CountWhere(least) => self.check_counts(rows, 50, |counts| {
                counts.retain(|count| *count >= least);
                counts.sort_by(|a, b| b.cmp(a));
            }),
            Figure::Hours => {
                let mut sorted: Vec<&Value> = rows.iter().collect();
                sorted.sort_by_key(|row| row[0].to_string());
                let found: Vec<Option<u64>> = sorted.iter().map(|row| row[1].as_u64()).collect();
                let expected: Vec<Option<u64>> =
                    self.groups.values().map(|group| Some(group.count)).collect();
                if found == expected { Ok(()) } else { Err(format!("expected {expected:?}")) }
            }
            _ => self.check_groups(rows, is_approximate, table["truncated"] == true),
        }
    }

    /// Rows of a group and its number, where the order of equal numbers is open.
    fn check_counts(&self, rows: &[Value], most: usize, order: impl Fn(&mut Vec<u64>)) -> Result<(), String> {
        // Only `stats` has a row for the records that have no value.
        let is_list = matches!(self.figure, Figure::Top(_) | Figure::Rare(_));
        let groups = self.groups.iter().filter(|(group, _)| !is_list || group.is_some());
        let mut expected: Vec<u64> = groups.map(|(_, group)| group.count).collect();
        order(&mut expected);
        expected.truncate(most);
        let found: Vec<u64> = rows.iter().filter_map(|row| row[1].as_u64()).collect();
        if found != expected {
            return Err(format!("counts {found:?}, expected {expected:?}"));
        }
        let is_wrong = |row: &&Value| self.group(row).map(|group| group.count) != row[1].as_u64();
        rows.iter().find(is_wrong).map_or(Ok(()), |row| Err(format!("{row} is not what was counted")))
    }

    fn check_groups(&self, rows: &[Value], is_approximate: bool, is_truncated: bool) -> Result<(), String> {
        // Without groups there is one row, also of nothing.
        let none = BTreeMap::from([(None, Group::default())]);
        let is_single = self.by.is_none();
        let groups = if is_single && self.groups.is_empty() { &none } else { &self.groups };
        if rows.len() != groups.len() && !is_truncated {
            return Err(format!("{} rows, expected {}", rows.len(), groups.len()));
        }
        for row in rows {
            let cells = row.as_array().ok_or("a row is a list")?;
            let group = if is_single { groups.get(&None) } else { self.group(row) };
            let group = group.ok_or_else(|| format!("there is no group {}", row[0]))?;
            let figures = &cells[usize::from(!is_single)..];
            let expected = self.figures(group, is_approximate);
            let fits = figures.len() == expected.len()
                && figures.iter().zip(&expected).all(|(found, expected)| match expected {
                    None => found.is_null(),
                    Some((low, high)) => found.as_f64().is_some_and(|found| (*low..=*high).contains(&found)),
                });
            if !fits {
                return Err(format!("{row}, expected {expected:?}"));
            }
        }
        Ok(())
    }

    fn group(&self, row: &Value) -> Option<&Group> {
        let text = match &row[0] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        self.groups.get(&text)
    }

    /// From where to where each figure of a group may be; `None` is null.
    #[expect(clippy::cast_precision_loss, reason = "tests count fewer than 2^53 lines")]
    fn figures(&self, group: &Group, is_approximate: bool) -> Vec<Option<(f64, f64)>> {
        let share = |share: f64| if is_approximate { share } else { 0.0 };
        let near = |value: f64, share: f64| (value - value.abs() * share, value + value.abs() * share);
        match self.figure {
            Figure::Distinct(_) => vec![Some(near(group.values.len() as f64, share(DISTINCT_SHARE)))],
            Figure::Numbers(_) => {
                let (numbers, count) = (&group.numbers, group.numbers.len() as f64);
                let sum: f64 = numbers.iter().sum();
                let any = |value: f64| (!numbers.is_empty()).then(|| near(value, ROUNDING_SHARE));
                let (low, high) =
                    (numbers.iter().copied().reduce(f64::min), numbers.iter().copied().reduce(f64::max));
                let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
                vec![any(sum), any(sum / count), any(low), any(high)]
            }
            Figure::Percentile(_, percent) => {
                vec![percentile(&group.numbers, percent, share(APPROXIMATE_SHARE))]
            }
            _ => vec![Some(near(group.count as f64, 0.0))],
        }
    }
}

/// The smallest number that so many percent of the numbers are not above, and what may be said for it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank is small and not negative"
)]
fn percentile(numbers: &[f64], percent: f64, share: f64) -> Option<(f64, f64)> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    let number = *sorted.get(rank.max(1) - 1)?;
    Some((number - number.abs() * share, number + number.abs() * share))
}
