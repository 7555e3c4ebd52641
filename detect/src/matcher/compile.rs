//! From detections to expressions over atoms.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::atom::{Atom, AtomId, Atoms, Lazy, Question, SlotId};
use super::expression::Expression;
use super::questions::QuestionsBuilder;
use super::witness::witnesses;
use super::{ColumnQuestions, CompiledRule, Matcher, TooManyTexts};
use crate::pipeline::{Name, Pipeline};
use crate::rule::{Condition, Detection, Group, Item, LogSource, Pattern, Search, Test};

/// Compiles detections together.
pub(super) fn compile<'a>(
    detections: impl IntoIterator<Item = &'a Detection>,
    pipeline: &Pipeline,
) -> Result<Matcher, TooManyTexts> {
    let mut compiler =
        Compiler { pipeline, slots: Vec::new(), known: HashMap::default(), atoms: Atoms::default() };
    let mut rules = Vec::new();
    let mut found = Vec::new();
    for detection in detections {
        let Parts { source, search } = compiler.detection(detection);
        // The kind of a record is a poor witness: most records of a batch are of few kinds.
        let own = witnesses(&search, &compiler.atoms.all);
        let expression = Expression::all(vec![source, search]);
        found.push(own.or_else(|| witnesses(&expression, &compiler.atoms.all)));
        let stream = detection.source.stream.as_deref().map(stream);
        rules.push(CompiledRule { expression, stream });
    }
    let Compiler { slots, atoms, .. } = compiler;
    let atoms = atoms.all;
    let lazy: HashMap<AtomId, Lazy> =
        (0..).zip(&atoms).filter_map(|(id, atom)| Some((id, atom.lazy()?))).collect();
    let mut witnessed = vec![Vec::new(); atoms.len()];
    let mut always = Vec::new();
    for (number, found) in (0..).zip(found) {
        match found {
            Some(found) => found.atoms.iter().for_each(|atom| witnessed[*atom as usize].push(number)),
            None => always.push(number),
        }
    }
    let Columns { columns, routes, anywhere } = columns(&slots, &atoms)?;
    let witnessed = witnessed.into_iter().map(Vec::into_boxed_slice).collect();
    Ok(Matcher { rules, witnessed, always, columns, routes, anywhere, lazy })
}

/// What is asked of columns.
#[derive(Default)]
struct Columns {
    columns: Vec<ColumnQuestions>,
    /// Which of them each name of a field is.
    routes: HashMap<String, usize>,
    /// What is asked of all columns.
    anywhere: Option<ColumnQuestions>,
}

/// Puts together what is asked of each column. Fields that rules mean by the same name are one column, and names by which rules
/// mean the same fields share what is asked.
fn columns(slots: &[Option<Vec<Name>>], atoms: &[Atom]) -> Result<Columns, TooManyTexts> {
    let mut atoms_of_slot = vec![Vec::new(); slots.len()];
    for (id, atom) in (0..).zip(atoms) {
        atoms_of_slot[atom.slot as usize].push((id, atom));
    }
    let build = |name: &str, slots: &[SlotId]| {
        let mut builder = QuestionsBuilder::default();
        for (id, atom) in slots.iter().flat_map(|slot| &atoms_of_slot[*slot as usize]) {
            builder.add(*id, atom);
        }
        let questions = builder.build().map_err(|source| TooManyTexts { field: name.to_owned(), source })?;
        Ok(ColumnQuestions { questions, slots: slots.into() })
    };

    let mut all = Columns::default();
    let mut slots_of_name: BTreeMap<&str, Vec<SlotId>> = BTreeMap::new();
    for (slot, names) in (0..).zip(slots) {
        match names {
            None => all.anywhere = Some(build("any field", &[slot])?),
            Some(names) => {
                names.iter().for_each(|name| slots_of_name.entry(name.as_str()).or_default().push(slot));
            }
        }
    }
    let mut known: HashMap<Vec<SlotId>, usize> = HashMap::default();
    for (name, slots) in slots_of_name {
        let column = match known.get(&slots) {
            Some(column) => *column,
            None => {
                all.columns.push(build(name, &slots)?);
                known.insert(slots, all.columns.len() - 1);
                all.columns.len() - 1
            }
        };
        all.routes.insert(name.to_owned(), column);
    }
    Ok(all)
}

/// A stream's name, in which `*` and `?` may stand.
pub(super) fn stream(name: &str) -> Pattern {
    Pattern::new(crate::rule::wildcards(name), true)
}

/// What a detection comes to.
struct Parts {
    /// That the record is one of the rule's log source.
    source: Expression,
    /// That it is what the rule looks for.
    search: Expression,
}

struct Compiler<'a> {
    pipeline: &'a Pipeline,
    /// The names of each slot; none for the one of keywords.
    slots: Vec<Option<Vec<Name>>>,
    known: HashMap<Option<Vec<Name>>, SlotId>,
    atoms: Atoms,
}

impl Compiler<'_> {
    fn detection(&mut self, detection: &Detection) -> Parts {
        let source = &detection.source;
        let pipeline = self.pipeline;
        let requirements = pipeline.requirements(source).map(|records| self.group(records, source)).collect();
        let searches = std::iter::once(&detection.search).chain(&detection.filters);
        let searches = searches.map(|search| self.search(search, source)).collect();
        Parts { source: Expression::all(requirements), search: Expression::all(searches) }
    }

    fn search(&mut self, search: &Search, source: &LogSource) -> Expression {
        let selections: Vec<Expression> =
            search.selections.iter().map(|selection| self.group(&selection.group, source)).collect();
        condition(&search.condition, &selections)
    }

    fn group(&mut self, group: &Group, source: &LogSource) -> Expression {
        match group {
            Group::All(parts) => Expression::all(parts.iter().map(|part| self.group(part, source)).collect()),
            Group::Any(parts) => Expression::any(parts.iter().map(|part| self.group(part, source)).collect()),
            Group::Item(item) => self.item(item, source),
        }
    }

    fn item(&mut self, item: &Item, source: &LogSource) -> Expression {
        let slot = self.slot(item.field.as_deref(), source);
        let parts: Vec<Expression> = item.tests.iter().map(|test| self.test(test, slot, source)).collect();
        let joined = if item.all { Expression::all(parts) } else { Expression::any(parts) };
        if item.negated { Expression::not(joined) } else { joined }
    }

    fn test(&mut self, test: &Test, slot: SlotId, source: &LogSource) -> Expression {
        let mut regex = None;
        let question = match test {
            Test::Any(tests) => {
                return Expression::any(tests.iter().map(|test| self.test(test, slot, source)).collect());
            }
            Test::Absent => {
                return Expression::not(self.atoms.ask(slot, Question::Present, None));
            }
            Test::Present => Question::Present,
            Test::Text(pattern) => Question::Text(pattern.clone()),
            Test::Equal(number) => Question::Equal(*number),
            Test::Compare(comparison, number) => Question::Compare(*comparison, *number),
            Test::Part(part, comparison, number) => Question::Part(*part, *comparison, *number),
            Test::Network(network) => Question::Network(*network),
            Test::Regex(expression) => {
                regex = Some(expression);
                Question::Regex(expression.as_str().to_owned())
            }
            Test::Field(reference) => Question::Field {
                other: self.slot(Some(&reference.field), source),
                place: reference.place,
                cased: reference.cased,
            },
        };
        self.atoms.ask(slot, question, regex)
    }

    fn slot(&mut self, field: Option<&str>, source: &LogSource) -> SlotId {
        let names = field.map(|field| self.pipeline.names(source, field));
        let next = SlotId::try_from(self.slots.len()).unwrap_or(SlotId::MAX);
        *self.known.entry(names).or_insert_with_key(|names| {
            self.slots.push(names.clone());
            next
        })
    }
}

fn condition(condition_: &Condition, selections: &[Expression]) -> Expression {
    let all = |parts: &[Condition]| parts.iter().map(|part| condition(part, selections)).collect();
    match condition_ {
        Condition::Selection(number) => selections[*number].clone(),
        Condition::Not(inner) => Expression::not(condition(inner, selections)),
        Condition::All(parts) => Expression::all(all(parts)),
        Condition::Any(parts) => Expression::any(all(parts)),
    }
}
