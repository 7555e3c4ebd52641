//! What a query with pipes does, decided before anything is read: which records, what of them is counted or kept, and
//! which steps follow on the table that comes of it.

use palisade_record::Timestamp;
use palisade_record::canonical::canonical;

use super::aggregation::{Aggregation, COUNT, GroupKey, TIME, refuse_twins};
use super::values_of_block::Field;
use crate::filter::{Node, compile};
use crate::language::{
    Aggregate, Expr, Function, Key, Name, Pipe, QueryError, SortKey, Stage, Step, nearest,
};

/// What to do.
pub(crate) struct Plan {
    /// Conditions on records that stand between the pipes.
    conditions: Vec<Expr>,
    pub(super) source: Source,
    pub(super) steps: Vec<TableStep>,
}

impl Plan {
    /// Conditions on records beside those of the filter.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = Expr> + '_ {
        self.conditions.iter().cloned()
    }
}

/// Where the first table comes from.
pub(super) enum Source {
    /// Groups of all records.
    Groups(Aggregation<Field>),
    /// Some records.
    Records(Selection),
}

/// Some records and some of their fields.
pub(super) struct Selection {
    /// What they are sorted by, before their time.
    pub(super) sort: Vec<(Field, bool)>,
    /// One of each combination of these.
    pub(super) dedup: Vec<Field>,
    /// How many; `None` for as many as are told.
    pub(super) head: Option<u64>,
    pub(super) columns: Vec<String>,
}

/// A step from table to table. Columns are told by their places.
pub(super) enum TableStep {
    Group(Aggregation<usize>),
    Where(Box<Node>),
    Sort(Vec<(usize, bool)>),
    Head(u64),
    Keep(Vec<usize>),
    Dedup(Vec<usize>),
}

/// What a person sees of records when no pipe names fields.
const DEFAULT_COLUMNS: [&str; 4] = [TIME, "level", "service", "message"];

/// A plan for the pipes of a query that stand behind its conditions. There is at least one.
pub(crate) fn plan(pipes: &[Pipe], now: Timestamp) -> Result<Plan, QueryError> {
    let mut start = RecordSteps::default();
    let mut rest = pipes;
    while let Some((pipe, behind)) = rest.split_first()
        && start.takes(pipe)?
    {
        rest = behind;
    }
    let RecordSteps { conditions, fields, sort, dedup, head, named } = start;
    if let (Some((pipe, behind)), false, None) = (rest.split_first(), dedup.is_some(), head)
        && let Some(grouping) = Grouping::of(&pipe.stage)
    {
        let resolve = |name: &Name| {
            if let Some(fields) = &fields {
                place_of(name, &texts(fields))?;
            }
            Ok(Field::named(&name.text))
        };
        let (source, mut steps) = grouping.plan(resolve, false)?;
        steps.extend(table_steps(behind, source.columns.clone(), now)?);
        return Ok(Plan { conditions, source: Source::Groups(source), steps });
    }
    let columns = match &fields {
        Some(fields) => texts(fields),
        None => {
            let mut columns: Vec<String> = DEFAULT_COLUMNS.map(str::to_owned).into();
            let mut add = |name: &Name| {
                if !columns.contains(&name.text) {
                    columns.push(name.text.clone());
                }
            };
            named.iter().for_each(&mut add);
            names_until_columns_change(rest, &mut add);
            columns
        }
    };
    if let Some(fields) = &fields {
        refuse_twins(&columns, &fields.iter().map(|name| name.span).collect::<Vec<_>>())?;
    }
    let field = |name: &Name| Field::named(&name.text);
    let sort = sort.unwrap_or_default();
    let selection = Selection {
        sort: sort.iter().map(|key| (field(&key.name), key.descending)).collect(),
        dedup: dedup.unwrap_or_default().iter().map(field).collect(),
        head,
        columns: columns.clone(),
    };
    let steps = table_steps(rest, columns, now)?;
    Ok(Plan { conditions, source: Source::Records(selection), steps })
}

fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.text.clone()).collect()
}

/// The pipes that can be done on records, before a table is made of them.
#[derive(Default)]
struct RecordSteps {
    conditions: Vec<Expr>,
    fields: Option<Vec<Name>>,
    sort: Option<Vec<SortKey>>,
    dedup: Option<Vec<Name>>,
    head: Option<u64>,
    /// Fields that were named by other pipes than `fields`.
    named: Vec<Name>,
}

impl RecordSteps {
    /// Takes a pipe, when it can be done on records together with those before.
    fn takes(&mut self, pipe: &Pipe) -> Result<bool, QueryError> {
        let is_open = self.head.is_none() && self.dedup.is_none();
        match &pipe.stage {
            Stage::Where(condition) if is_open && self.knows_all_of(condition)? => {
                self.conditions.push(condition.clone());
            }
            Stage::Sort(keys) if is_open => {
                for key in keys {
                    self.knows(&key.name)?;
                    self.named.push(key.name.clone());
                }
                // Sorting keeps the order of what is equal: the earlier keys decide then.
                let earlier = self.sort.take().unwrap_or_default();
                self.sort = Some([keys.clone(), earlier].concat());
            }
            Stage::Dedup(names) if is_open && self.sort.is_none() => {
                for name in names {
                    self.knows(name)?;
                    self.named.push(name.clone());
                }
                self.dedup = Some(names.clone());
            }
            Stage::Head(count) => self.head = Some(self.head.map_or(*count, |head| head.min(*count))),
            Stage::Fields(names) => {
                names.iter().try_for_each(|name| self.knows(name))?;
                self.fields = Some(names.clone());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Behind `fields` there are no other fields.
    fn knows(&self, name: &Name) -> Result<(), QueryError> {
        match &self.fields {
            Some(fields) => place_of(name, &texts(fields)).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Whether a condition means the same before `fields` as behind it.
    fn knows_all_of(&self, condition: &Expr) -> Result<bool, QueryError> {
        let Some(fields) = &self.fields else { return Ok(true) };
        let columns = texts(fields);
        let mut are_named = true;
        each_term(condition, &mut |name| match name {
            Some(name) => place_of(name, &columns).map(|_| ()),
            None => {
                are_named = false;
                Ok(())
            }
        })?;
        Ok(are_named)
    }
}

fn each_term(
    condition: &Expr,
    take: &mut impl FnMut(Option<&Name>) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    match condition {
        Expr::All => Ok(()),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().try_for_each(|part| each_term(part, take)),
        Expr::Not(inner) => each_term(inner, take),
        Expr::Term(term) => take(term.field.as_ref()),
    }
}

/// The fields that the next pipes ask for, up to the one whose columns are others.
fn names_until_columns_change(pipes: &[Pipe], add: &mut impl FnMut(&Name)) {
    for pipe in pipes {
        match &pipe.stage {
            Stage::Where(condition) => {
                let mut take = |name: Option<&Name>| {
                    name.into_iter().for_each(&mut *add);
                    Ok(())
                };
                // Nothing is refused here.
                _ = each_term(condition, &mut take);
            }
            Stage::Sort(keys) => keys.iter().for_each(|key| add(&key.name)),
            Stage::Dedup(names) => names.iter().for_each(&mut *add),
            Stage::Head(_) => {}
            Stage::Fields(names) | Stage::Top { fields: names, .. } | Stage::Rare { fields: names, .. } => {
                return names.iter().for_each(add);
            }
            Stage::Stats { aggregates, by } => {
                aggregates.iter().filter_map(|aggregate| aggregate.field.as_ref()).for_each(&mut *add);
                let names = by.iter().filter_map(|key| match key {
                    Key::Field(name) => Some(name),
                    Key::Bin(_) => None,
                });
                return names.for_each(add);
            }
            Stage::Timechart { aggregates, by, .. } => {
                aggregates.iter().filter_map(|aggregate| aggregate.field.as_ref()).for_each(&mut *add);
                return by.iter().for_each(add);
            }
        }
    }
}

/// A pipe that makes groups.
enum Grouping<'a> {
    Stats(&'a [Aggregate], &'a [Key]),
    Timechart(Option<Step>, &'a [Aggregate], &'a [Name]),
    Frequent { count: u64, fields: &'a [Name], descending: bool },
}

impl<'a> Grouping<'a> {
    fn of(stage: &'a Stage) -> Option<Self> {
        Some(match stage {
            Stage::Stats { aggregates, by } => Self::Stats(aggregates, by),
            Stage::Timechart { step, aggregates, by } => Self::Timechart(*step, aggregates, by),
            Stage::Top { count, fields } => Self::Frequent { count: *count, fields, descending: true },
            Stage::Rare { count, fields } => Self::Frequent { count: *count, fields, descending: false },
            _ => return None,
        })
    }

    /// The groups, and the steps that belong to the same pipe.
    fn plan<F: PartialEq>(
        &self,
        mut resolve: impl FnMut(&Name) -> Result<F, QueryError>,
        is_of_table: bool,
    ) -> Result<(Aggregation<F>, Vec<TableStep>), QueryError> {
        Ok(match self {
            Self::Stats(aggregates, by) => {
                if is_of_table {
                    refuse_rate(aggregates)?;
                }
                (Aggregation::new(aggregates, by, resolve)?, Vec::new())
            }
            Self::Timechart(step, aggregates, by) => {
                if is_of_table {
                    refuse_rate(aggregates)?;
                }
                let span = aggregates.first().map(|aggregate| aggregate.span).unwrap_or_default();
                let mut keys = vec![Key::Bin(step.unwrap_or(Step { millis: 1, span }))];
                keys.extend(by.iter().cloned().map(Key::Field));
                let mut aggregation = Aggregation::new(aggregates, &keys, &mut resolve)?;
                if let (None, Some(GroupKey::Bin(nanos, _))) = (step, aggregation.keys.first_mut()) {
                    *nanos = None;
                }
                (Aggregation { fills: true, ..aggregation }, Vec::new())
            }
            Self::Frequent { count, fields, descending } => {
                let aggregation = Aggregation::of_values(fields, resolve)?;
                let mut sort = vec![(fields.len(), *descending)];
                sort.extend((0..fields.len()).map(|place| (place, false)));
                let may_forget = *descending;
                (
                    Aggregation { may_forget, ..aggregation },
                    vec![TableStep::Sort(sort), TableStep::Head(*count)],
                )
            }
        })
    }
}

/// Rates are of records, not of rows.
fn refuse_rate(aggregates: &[Aggregate]) -> Result<(), QueryError> {
    match aggregates.iter().find(|aggregate| aggregate.function == Function::Rate) {
        Some(rate) => {
            let hint = format!("compute it in the first pipe, or use sum({COUNT})");
            Err(QueryError::new(rate.span, "`rate` counts records, and here are rows of a table", hint))
        }
        None => Ok(()),
    }
}

/// The steps on tables.
fn table_steps(
    pipes: &[Pipe],
    mut columns: Vec<String>,
    now: Timestamp,
) -> Result<Vec<TableStep>, QueryError> {
    let mut steps = Vec::new();
    for pipe in pipes {
        if let Some(grouping) = Grouping::of(&pipe.stage) {
            let (aggregation, more) = grouping.plan(|name| place_of(name, &columns), true)?;
            columns.clone_from(&aggregation.columns);
            steps.push(TableStep::Group(aggregation));
            steps.extend(more);
            continue;
        }
        let places =
            |names: &[Name]| names.iter().map(|name| place_of(name, &columns)).collect::<Result<Vec<_>, _>>();
        match &pipe.stage {
            Stage::Where(condition) => {
                each_term(condition, &mut |name| match name {
                    Some(name) => place_of(name, &columns).map(|_| ()),
                    None => Ok(()),
                })?;
                steps.push(TableStep::Where(Box::new(compile(condition, now)?)));
            }
            Stage::Sort(keys) => {
                let key = |key: &SortKey| Ok((place_of(&key.name, &columns)?, key.descending));
                steps.push(TableStep::Sort(keys.iter().map(key).collect::<Result<_, QueryError>>()?));
            }
            Stage::Head(count) => steps.push(TableStep::Head(*count)),
            Stage::Dedup(names) => steps.push(TableStep::Dedup(places(names)?)),
            Stage::Fields(names) => {
                let kept = places(names)?;
                columns = texts(names);
                refuse_twins(&columns, &names.iter().map(|name| name.span).collect::<Vec<_>>())?;
                steps.push(TableStep::Keep(kept));
            }
            // These make groups.
            Stage::Stats { .. } | Stage::Timechart { .. } | Stage::Top { .. } | Stage::Rare { .. } => {}
        }
    }
    Ok(steps)
}

/// The column of a name, or of the name that other schemas have for it.
fn place_of(name: &Name, columns: &[String]) -> Result<usize, QueryError> {
    let found = |wanted: &str| columns.iter().position(|column| column == wanted);
    let same = || columns.iter().position(|column| canonical(column) == canonical(&name.text));
    found(&name.text).or_else(same).ok_or_else(|| {
        let message = format!("there is no column `{}` here", name.text);
        let hint = match nearest(&name.text, columns.iter().map(String::as_str)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("the columns are {}", columns.join(", ")),
        };
        QueryError::new(name.span, message, hint)
    })
}
