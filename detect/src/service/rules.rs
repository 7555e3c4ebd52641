//! The rules in force, and the thread that sees when their files change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use thiserror::Error;

use super::{OwnRules, OwnRulesError};
use crate::Problem;
use crate::engine::Rulebook;
use crate::library::{FilesError, Pack, Shelf, packs};
use crate::matcher::TooManyTexts;
use crate::pipeline::builtin;
use crate::profile::Places;
use crate::rule::{Placeholders, RuleSet, Summary};
use crate::run::Detection;

/// How often it is looked whether files have changed: soon enough for who waits for it, seldom enough for thousands of files.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What problems of a text call it that is in no file yet.
const WRITTEN: &str = "rule";

/// Why rules cannot be loaded.
#[derive(Debug, Error)]
pub enum RulesError {
    /// A path cannot be read.
    #[error("rules cannot be read: {0}")]
    Files(#[from] FilesError),
    /// There are too many.
    #[error(transparent)]
    TooMany(#[from] TooManyTexts),
    /// Rules cannot be kept.
    #[error("rules cannot be kept: {0}")]
    Own(#[from] OwnRulesError),
    /// There is no such pack.
    #[error("there is no pack `{name}`; there are {known}")]
    NoPack {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

struct State {
    shelf: Shelf,
    book: Arc<Rulebook>,
    /// Texts of files, and the ones before.
    texts: BTreeMap<String, String>,
    earlier: BTreeMap<String, String>,
    problems: Vec<Problem>,
    is_stopping: bool,
}

struct Shared {
    state: Mutex<State>,
    moved: Condvar,
    own: OwnRules,
    /// Where addresses are.
    places: Option<Arc<Places>>,
    detection: Mutex<Option<Detection>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The rules in force. Clones share them.
#[derive(Clone)]
pub struct Rules(Arc<Shared>);

impl Rules {
    /// Loads rules of files and packs.
    ///
    /// # Errors
    /// When a path cannot be read, or a pack is not there.
    pub fn load(
        mut paths: Vec<PathBuf>,
        names: &[String],
        own: OwnRules,
        placeholders: Placeholders,
        places: Option<Arc<Places>>,
    ) -> Result<Self, RulesError> {
        paths.push(own.folder()?.to_owned());
        let mut shelf = Shelf::new(paths, chosen(names)?, placeholders);
        let loaded = shelf.load()?;
        let book = Rulebook::with_places(&loaded.rules, builtin(), places.clone())?;
        let problems = book.problems_with(loaded.problems);
        for problem in &problems {
            tracing::error!(%problem, "a rule is refused");
        }
        let state = State {
            shelf,
            book: Arc::new(book),
            texts: loaded.texts,
            earlier: BTreeMap::new(),
            problems,
            is_stopping: false,
        };
        Ok(Self(Arc::new(Shared {
            state: Mutex::new(state),
            moved: Condvar::new(),
            own,
            places,
            detection: Mutex::default(),
            thread: Mutex::default(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells detection of changes from now on.
    pub(super) fn watch(&self, detection: Detection) {
        *self.0.detection.lock().unwrap_or_else(PoisonError::into_inner) = Some(detection);
        let rules = self.clone();
        let look = move || rules.look();
        let thread = thread::Builder::new().name("detect-rules".to_owned()).spawn(look);
        *self.0.thread.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(thread.expect("threads can be started at the start"));
    }

    fn look(&self) {
        loop {
            let waited =
                self.0.moved.wait_timeout_while(self.state(), LOOK_EVERY, |state| !state.is_stopping);
            let state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.is_stopping {
                return;
            }
            let changed = state.shelf.has_changed();
            drop(state);
            if changed {
                // What is wrong was told, and what was in force stays so.
                _ = self.reload();
            }
        }
    }

    /// Reads the files again.
    ///
    /// # Errors
    /// When they cannot be read; what was in force stays so.
    pub fn reload(&self) -> Result<(), RulesError> {
        let mut state = self.state();
        let loaded = state.shelf.load().inspect_err(|error| {
            tracing::error!(%error, "rules cannot be read again; those from before stay in force");
        })?;
        let book =
            Rulebook::with_places(&loaded.rules, builtin(), self.0.places.clone()).inspect_err(|error| {
                tracing::error!(%error, "rules cannot be compiled; those from before stay in force");
            })?;
        let problems = book.problems_with(loaded.problems);
        for problem in problems.iter().filter(|problem| !state.problems.contains(problem)) {
            tracing::error!(%problem, "a rule is refused");
        }
        let before = std::mem::take(&mut state.texts);
        for (file, text) in before {
            if loaded.texts.get(&file) != Some(&text) {
                state.earlier.insert(file, text);
            }
        }
        state.texts = loaded.texts;
        state.problems = problems;
        state.book = Arc::new(book);
        let book = state.book.clone();
        drop(state);
        if let Some(detection) = &*self.0.detection.lock().unwrap_or_else(PoisonError::into_inner) {
            detection.set_rules(book);
        }
        Ok(())
    }

    /// Keeps rules that somebody wrote, and puts them in force. Gives the id under which they are kept.
    ///
    /// # Errors
    /// When they are refused, or cannot be written.
    pub fn put(&self, text: &str) -> Result<String, RulesError> {
        let id = OwnRules::id(text, self.state().shelf.placeholders())?;
        if let Some(problem) = self.problems_of(&self.0.own.path(&id), text)?.into_iter().next() {
            return Err(OwnRulesError::Refused(problem).into());
        }
        self.0.own.keep(&id, text)?;
        self.reload()?;
        Ok(id)
    }

    /// What putting a text in force would come to.
    ///
    /// # Errors
    /// When the rules cannot be compiled together.
    pub fn check(&self, text: &str) -> Result<Summary, RulesError> {
        let (alone, id) = {
            let state = self.state();
            let placeholders = state.shelf.placeholders();
            (RuleSet::read([(WRITTEN, text)], placeholders).summary(), OwnRules::id(text, placeholders))
        };
        // A text whose first rule has no id yet takes nobody's place.
        let place = id.map_or_else(|_| PathBuf::from(WRITTEN), |id| self.0.own.path(&id));
        let problems = self.problems_of(&place, text)?;
        let all = alone.compiled + alone.refused;
        Ok(Summary { compiled: all.saturating_sub(problems.len()), refused: problems.len(), problems })
    }

    /// What is wrong with a text in the place of a file, as one of all rules: it may refer to others.
    fn problems_of(&self, file: &Path, text: &str) -> Result<Vec<Problem>, RulesError> {
        let file = file.display().to_string();
        let rules = {
            let state = self.state();
            state.shelf.rules_with(&state.texts, &file, text)
        };
        let book = Rulebook::with_places(&rules, builtin(), self.0.places.clone())?;
        let problems = book.problems_with(rules.problems).into_iter();
        let of_text = problems.filter(|problem| problem.file == file);
        Ok(of_text.map(|problem| Problem { file: WRITTEN.to_owned(), ..problem }).collect())
    }

    /// Whether a file is one of those that were written through the interface.
    pub fn is_own(&self, file: &str) -> bool {
        self.0.own.holds(Path::new(file))
    }

    /// Removes what is kept under an id. Whether there was something.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, id: &str) -> Result<bool, RulesError> {
        let was_there = self.0.own.remove(id)?;
        if was_there {
            self.reload()?;
        }
        Ok(was_there)
    }

    /// Where addresses are, if that is known.
    pub fn places(&self) -> Option<Arc<Places>> {
        self.0.places.clone()
    }

    /// The rules, compiled.
    pub fn book(&self) -> Arc<Rulebook> {
        self.state().book.clone()
    }

    /// What is wrong in the files.
    pub fn problems(&self) -> Vec<Problem> {
        self.state().problems.clone()
    }

    /// The text of a file as it is in force, and the one before.
    pub fn text(&self, file: &str) -> (Option<String>, Option<String>) {
        let state = self.state();
        (state.texts.get(file).cloned(), state.earlier.get(file).cloned())
    }

    /// All texts in force, by file.
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.state().texts.clone()
    }

    pub(super) fn stop(&self) {
        self.state().is_stopping = true;
        self.0.moved.notify_all();
        let thread = self.0.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that looks at rules has panicked");
        }
        // The two would else keep each other.
        self.0.detection.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn chosen(names: &[String]) -> Result<Vec<Pack>, RulesError> {
    let all = packs();
    let known = || all.iter().map(|pack| pack.name).collect::<Vec<_>>().join(", ");
    let find = |name: &String| {
        let found = all.iter().find(|pack| pack.name == name).cloned();
        found.ok_or_else(|| RulesError::NoPack { name: name.clone(), known: known() })
    };
    names.iter().map(find).collect()
}
