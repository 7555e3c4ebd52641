//! From detections to expressions over atoms.

use foldhash::HashMap;

use super::atom::{Atom, AtomId, Atoms, Lazy, LazyKind, Question};
use super::expression::Expression;
use super::slot::{SlotBuilder, SlotId};
use super::witness::witnesses;
use super::{CompiledRule, Matcher, TooManyTexts};
use crate::pipeline::{Name, Pipeline};
use crate::rule::{Condition, Detection, Group, Item, LogSource, Pattern, Search, Test};

/// Compiles detections together.
pub(super) fn compile<'a>(
    detections: impl IntoIterator<Item = &'a Detection>,
    pipeline: &Pipeline,
) -> Result<Matcher, TooManyTexts> {
    let mut compiler =
        Compiler { pipeline, slots: Vec::new(), known: HashMap::default(), atoms: Atoms::default() };
    let mut rules: Vec<CompiledRule> = detections
        .into_iter()
        .map(|detection| CompiledRule {
            expression: compiler.detection(detection),
            stream: detection.source.stream.as_deref().map(stream),
        })
        .collect();
    let Compiler { slots, atoms, .. } = compiler;
    let atoms = atoms.all;

    let mut builders: Vec<SlotBuilder> = slots.iter().map(|_| SlotBuilder::default()).collect();
    let mut lazy = HashMap::default();
    for (id, atom) in (0..).zip(&atoms) {
        if !builders[atom.slot as usize].add(id, atom) {
            lazy.insert(id, made_lazy(atom));
        }
    }
    for rule in &mut rules {
        rule.expression = with_lazy(std::mem::replace(&mut rule.expression, Expression::Atom(0)), &lazy);
    }

    let mut witnessed = vec![Vec::new(); atoms.len()];
    let mut always = Vec::new();
    for (number, rule) in (0..).zip(&rules) {
        match witnesses(&rule.expression, &atoms) {
            Some(found) => found.atoms.iter().for_each(|atom| witnessed[*atom as usize].push(number)),
            None => always.push(number),
        }
    }

    let mut routes: HashMap<String, Vec<SlotId>> = HashMap::default();
    let mut anywhere = None;
    let mut built = Vec::with_capacity(slots.len());
    for (number, (names, builder)) in (0..).zip(slots.into_iter().zip(builders)) {
        match &names {
            None => anywhere = Some(number),
            Some(names) => {
                names
                    .iter()
                    .for_each(|name| routes.entry(name.as_str().to_owned()).or_default().push(number));
            }
        }
        let field = names.iter().flatten().next().map_or("any field", Name::as_str).to_owned();
        built.push(builder.build().map_err(|source| TooManyTexts { field, source })?);
    }
    let witnessed = witnessed.into_iter().map(Vec::into_boxed_slice).collect();
    Ok(Matcher { rules, witnessed, always, slots: built, routes, anywhere, lazy })
}

/// A stream's name, in which `*` and `?` may stand.
pub(super) fn stream(name: &str) -> Pattern {
    Pattern::new(crate::rule::wildcards(name), true)
}

fn made_lazy(atom: &Atom) -> Lazy {
    let kind = match (&atom.question, &atom.regex) {
        (Question::Field { other, place, cased }, _) => {
            LazyKind::Field { other: *other, place: *place, cased: *cased }
        }
        (_, Some(regex)) => LazyKind::Regex(regex.clone()),
        (question, None) => unreachable!("{question:?} is no question that a slot leaves open"),
    };
    Lazy { slot: atom.slot, kind }
}

/// The expression in which lazy atoms are known as such, which also puts them behind the others.
fn with_lazy(expression: Expression, lazy: &HashMap<AtomId, Lazy>) -> Expression {
    let all = |parts: Box<[Expression]>| parts.into_iter().map(|part| with_lazy(part, lazy)).collect();
    match expression {
        Expression::Atom(atom) if lazy.contains_key(&atom) => Expression::Lazy(atom),
        Expression::Atom(_) | Expression::Lazy(_) => expression,
        Expression::Not(inner) => Expression::not(with_lazy(*inner, lazy)),
        Expression::All(parts) => Expression::all(all(parts)),
        Expression::Any(parts) => Expression::any(all(parts)),
        Expression::AnyAtom(atoms) => {
            let atoms = atoms.iter().map(|atom| with_lazy(Expression::Atom(*atom), lazy));
            Expression::any(atoms.collect())
        }
    }
}

struct Compiler<'a> {
    pipeline: &'a Pipeline,
    /// The names of each slot; none for the one of keywords.
    slots: Vec<Option<Vec<Name>>>,
    known: HashMap<Option<Vec<Name>>, SlotId>,
    atoms: Atoms,
}

impl Compiler<'_> {
    fn detection(&mut self, detection: &Detection) -> Expression {
        let source = &detection.source;
        let pipeline = self.pipeline;
        let mut parts: Vec<Expression> =
            pipeline.requirements(source).map(|records| self.group(records, source)).collect();
        parts.push(self.search(&detection.search, source));
        parts.extend(detection.filters.iter().map(|filter| self.search(filter, source)).collect::<Vec<_>>());
        Expression::all(parts)
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
                return Expression::not(Expression::Atom(self.atoms.intern(slot, Question::Present, None)));
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
        Expression::Atom(self.atoms.intern(slot, question, regex))
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
