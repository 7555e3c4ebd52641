//! A predicate with what was learnt of it while a question is answered, so that nothing is judged twice.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use foldhash::fast::FixedState;
use palisade_index::Template;

use super::needle::Needle;
use super::templates::Automata;
use super::{Certainty, Predicate, RowBitmap};

/// Templates remembered at once. What comes past them is judged again in every block.
const TEMPLATES_MAX: usize = 65_536;

/// Shared dictionaries remembered at once: slices of some days.
const DICTIONARIES_MAX: usize = 4_096;

/// A predicate on values. Clones share what was learnt.
#[derive(Clone, Debug)]
pub(crate) struct Criterion {
    /// What a value must be.
    pub(crate) predicate: Predicate,
    learnt: Arc<Learnt>,
}

#[derive(Default, Debug)]
struct Learnt {
    automata: Automata,
    /// For fields, and for messages.
    needles: [OnceLock<Option<Needle>>; 2],
    templates: [Mutex<HashMap<Template, Certainty, FixedState>>; 2],
    /// The same by the place of each in memory, which is held, so that no other takes it.
    places: [Mutex<Places>; 2],
    dictionaries: Mutex<HashMap<usize, Judged, FixedState>>,
    verified: AtomicU64,
    judged_values: AtomicU64,
}

/// Templates by their places in memory, and what is known of them.
type Places = HashMap<usize, (Arc<Template>, Certainty), FixedState>;

/// The values of a dictionary that pass.
#[derive(Debug)]
struct Judged {
    /// Holds the place in memory, so that no other dictionary takes it, but not the dictionary.
    _owner: Weak<dyn Any + Send + Sync>,
    values: Arc<OnceLock<Arc<RowBitmap>>>,
}

/// How much was judged and how much had to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Effort {
    /// Templates of which no text passes.
    pub(crate) templates_never: u64,
    /// Templates of which some texts may pass.
    pub(crate) templates_maybe: u64,
    /// Templates of which all texts pass.
    pub(crate) templates_always: u64,
    /// Values of dictionaries that blocks share.
    pub(crate) dictionary_values: u64,
    /// Values of single blocks.
    pub(crate) verified: u64,
}

impl From<Predicate> for Criterion {
    fn from(predicate: Predicate) -> Self {
        Self { predicate, learnt: Arc::default() }
    }
}

impl Criterion {
    /// What every value that passes has in it, if it is a text; `is_message` as for [`Predicate::holds`].
    pub(crate) fn needle(&self, is_message: bool) -> Option<&Needle> {
        let needle = &self.learnt.needles[usize::from(is_message)];
        needle.get_or_init(|| Needle::of(&self.predicate, is_message)).as_ref()
    }

    /// Which texts of some templates pass.
    pub(crate) fn of_templates<'t>(
        &self,
        templates: impl Iterator<Item = &'t Template>,
        is_message: bool,
    ) -> Vec<Certainty> {
        let known = &self.learnt.templates[usize::from(is_message)];
        let templates: Vec<&Template> = templates.collect();
        let answers: Vec<Option<Certainty>> = {
            let known = lock(known);
            templates.iter().map(|template| known.get(*template).copied()).collect()
        };
        let answer = |(template, known): (&&Template, Option<Certainty>)| {
            known.unwrap_or_else(|| {
                let is_possible = self.needle(is_message).is_none_or(|needle| needle.may_stand_in(template));
                let answer = if is_possible {
                    self.predicate.on_template(template, is_message, &self.learnt.automata)
                } else {
                    Certainty::Never
                };
                let mut known = lock(&self.learnt.templates[usize::from(is_message)]);
                if known.len() < TEMPLATES_MAX {
                    known.insert((*template).clone(), answer);
                }
                answer
            })
        };
        templates.iter().zip(answers).map(answer).collect()
    }

    /// Whether templates can tell anything about the values.
    pub(crate) fn judges_templates(&self) -> bool {
        !matches!(self.predicate, Predicate::OneOf(_) | Predicate::Between(..))
    }

    /// Which texts of some templates pass, which are kept by many blocks: known by their places, none is compared.
    pub(crate) fn of_shared_templates<'t>(
        &self,
        templates: impl Iterator<Item = &'t Arc<Template>>,
        is_message: bool,
    ) -> Vec<Certainty> {
        let places = &self.learnt.places[usize::from(is_message)];
        let templates: Vec<&Arc<Template>> = templates.collect();
        let place = |template: &Arc<Template>| Arc::as_ptr(template).addr();
        let known: Vec<Option<Certainty>> = {
            let places = lock(places);
            templates.iter().map(|template| places.get(&place(template)).map(|known| known.1)).collect()
        };
        let unknown = templates.iter().zip(&known).filter(|(_, known)| known.is_none());
        let unknown: Vec<&Arc<Template>> = unknown.map(|(template, _)| *template).collect();
        let answers = self.of_templates(unknown.iter().map(|template| &***template), is_message);
        if !unknown.is_empty() {
            let mut places = lock(places);
            if places.len() + unknown.len() > TEMPLATES_MAX {
                places.clear();
            }
            for (template, answer) in unknown.into_iter().zip(&answers) {
                places.insert(place(template), (Arc::clone(template), *answer));
            }
        }
        let mut answers = answers.into_iter();
        known.into_iter().map(|known| known.or_else(|| answers.next()).unwrap_or(Certainty::Maybe)).collect()
    }

    /// The values of a shared dictionary that pass: judged by whoever asks first.
    pub(crate) fn of_dictionary(
        &self,
        owner: &Weak<dyn Any + Send + Sync>,
        judge: impl FnOnce() -> RowBitmap,
    ) -> Arc<RowBitmap> {
        let values = {
            let mut known = lock(&self.learnt.dictionaries);
            if known.len() >= DICTIONARIES_MAX {
                known.clear();
            }
            let place = owner.as_ptr().addr();
            Arc::clone(
                &known
                    .entry(place)
                    .or_insert_with(|| Judged { _owner: owner.clone(), values: Arc::default() })
                    .values,
            )
        };
        Arc::clone(values.get_or_init(|| Arc::new(judge())))
    }

    /// Counts values of a block that were looked at.
    pub(crate) fn count_verified(&self, values: usize) {
        self.learnt.verified.fetch_add(values as u64, Ordering::Relaxed);
    }

    /// Counts values of a shared dictionary that were looked at.
    pub(crate) fn count_dictionary_values(&self, values: usize) {
        self.learnt.judged_values.fetch_add(values as u64, Ordering::Relaxed);
    }

    /// How much was done so far.
    pub(crate) fn effort(&self) -> Effort {
        let mut effort = Effort {
            dictionary_values: self.learnt.judged_values.load(Ordering::Relaxed),
            verified: self.learnt.verified.load(Ordering::Relaxed),
            ..Effort::default()
        };
        for known in &self.learnt.templates {
            for answer in lock(known).values() {
                *match answer {
                    Certainty::Never => &mut effort.templates_never,
                    Certainty::Maybe => &mut effort.templates_maybe,
                    Certainty::Always => &mut effort.templates_always,
                } += 1;
            }
        }
        effort
    }
}

impl Effort {
    /// Both.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            templates_never: self.templates_never + other.templates_never,
            templates_maybe: self.templates_maybe + other.templates_maybe,
            templates_always: self.templates_always + other.templates_always,
            dictionary_values: self.dictionary_values + other.dictionary_values,
            verified: self.verified + other.verified,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
