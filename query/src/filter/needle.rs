//! A text that every value that passes has in it: found in many values at once, it leaves few to look at.

use memchr::memmem::Finder;
use palisade_index::{Piece, Template};
use palisade_record::words::{fold_char, fold_into, is_word_char};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::Predicate;
use super::phrase::{ends_free, starts_free};

/// A text that is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    text: String,
    finder: Finder<'static>,
    /// Its longest part that cannot stand in a slot of a template.
    core: Option<Finder<'static>>,
    /// Whether it is looked for in folded texts.
    pub(super) is_folded: bool,
    means: Means,
}

/// What it means when it is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Means {
    /// The value passes.
    Passes,
    /// The value passes when no word is cut.
    PassesWithFreeEnds,
    /// The value may pass.
    Maybe,
}

/// What is known of a value after its needle was found at one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Finding {
    /// It passes.
    Passes,
    /// The next place must be looked at.
    Next,
    /// The value itself must be looked at.
    Look,
}

impl Needle {
    /// The needle of a predicate; `None` when there is none, or numbers and addresses may pass that are written otherwise.
    pub(super) fn of(predicate: &Predicate, is_message: bool) -> Option<Self> {
        match predicate {
            Predicate::Phrase(phrase) => Self::folded(phrase.folded(), Means::PassesWithFreeEnds),
            Predicate::Is(is) if is_message && !is.whole => {
                Self::folded(is.phrase.folded(), Means::PassesWithFreeEnds)
            }
            Predicate::Is(is) => {
                let is_plain = is.level.is_none() && is.number().is_none() && is.network.is_none();
                is_plain.then(|| Self::folded(is.phrase.folded(), Means::Maybe))?
            }
            Predicate::Glob(glob, _) => match glob.contained() {
                Some(text) => Self::folded(text, Means::Passes),
                None => {
                    let runs = glob.runs();
                    let longest = runs.iter().max_by_key(|run| run.text.len())?;
                    Self::folded(&longest.text, Means::Maybe)
                }
            },
            Predicate::Regex(regex) => of_regex(&regex_syntax::parse(regex.as_str()).ok()?),
            Predicate::Anything | Predicate::OneOf(_) | Predicate::Between(..) => None,
        }
    }

    fn folded(folded: &str, means: Means) -> Option<Self> {
        // Nothing but letters changes when a text is folded, and nothing but letters comes out of it.
        let is_folded = !folded.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
        Self::new(folded, is_folded, means)
    }

    fn new(text: &str, is_folded: bool, means: Means) -> Option<Self> {
        let finder = Finder::new(text.as_bytes()).into_owned();
        let in_slot = |character: char| character.is_ascii_hexdigit() || character == '-';
        let core = text.split(in_slot).max_by_key(|part| part.len()).filter(|part| !part.is_empty());
        let core = core.map(|core| Finder::new(core.as_bytes()).into_owned());
        (!text.is_empty()).then(|| Self { text: text.to_owned(), finder, core, is_folded, means })
    }

    /// The first place at or after `from`.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<usize> {
        self.finder.find(&text.as_bytes()[from..]).map(|found| from + found)
    }

    /// Whether it may stand in some of a template's texts. What cannot stand in slots stands in one literal, as a whole:
    /// no slot is empty.
    pub(super) fn may_stand_in(&self, template: &Template) -> bool {
        let Some(core) = &self.core else { return true };
        let mut folded = String::new();
        template.pieces().any(|piece| match piece {
            Piece::Text(literal) if self.is_folded => {
                fold_into(literal, &mut folded);
                core.find(folded.as_bytes()).is_some()
            }
            Piece::Text(literal) => core.find(literal.as_bytes()).is_some(),
            _ => false,
        })
    }

    /// How long it is.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// How far its second character stands behind its first.
    pub(super) fn step(&self) -> usize {
        self.text.chars().next().map_or(1, char::len_utf8)
    }

    /// What it means that it stands at `start` of a text.
    pub(super) fn judge(&self, text: &str, start: usize) -> Finding {
        match self.means {
            Means::Passes => Finding::Passes,
            Means::Maybe => Finding::Look,
            Means::PassesWithFreeEnds => {
                let end = start + self.text.len();
                let cuts_start =
                    self.text.chars().next().is_some_and(is_word_char) && !starts_free(text, start);
                let cuts_end =
                    self.text.chars().next_back().is_some_and(is_word_char) && !ends_free(text, end);
                if cuts_start || cuts_end { Finding::Next } else { Finding::Passes }
            }
        }
    }
}

/// The longest text that every match has, and whether having it is all.
fn of_regex(hir: &Hir) -> Option<Needle> {
    if let HirKind::Literal(literal) = hir.kind() {
        return Needle::new(std::str::from_utf8(&literal.0).ok()?, false, Means::Passes);
    }
    let mut runs = Runs::default();
    runs.take(hir);
    runs.finish();
    let Run { text, is_exact } = runs.longest;
    if is_exact { Needle::new(&text, false, Means::Maybe) } else { Needle::folded(&text, Means::Maybe) }
}

/// Required characters as they follow each other.
#[derive(Default)]
struct Runs {
    current: Run,
    longest: Run,
}

struct Run {
    /// As they stand in the text, or folded when not exact.
    text: String,
    is_exact: bool,
}

impl Default for Run {
    fn default() -> Self {
        Self { text: String::new(), is_exact: true }
    }
}

impl Runs {
    fn take(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.take(part)),
            HirKind::Capture(capture) => self.take(&capture.sub),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) if self.current.is_exact => self.current.text.push_str(text),
                Ok(text) => self.current.text.extend(text.chars().map(fold_char)),
                Err(_) => self.finish(),
            },
            HirKind::Class(class) => match single_folded(class) {
                Some(character) => {
                    if std::mem::replace(&mut self.current.is_exact, false) {
                        self.current.text = self.current.text.chars().map(fold_char).collect();
                    }
                    self.current.text.push(character);
                }
                None => self.finish(),
            },
            HirKind::Look(_) | HirKind::Empty => {}
            HirKind::Repetition(repetition) if repetition.min >= 1 => {
                // What is repeated stands there once at least, but what follows it need not follow the first one.
                self.finish();
                self.take(&repetition.sub);
                self.finish();
            }
            HirKind::Repetition(_) | HirKind::Alternation(_) => self.finish(),
        }
    }

    fn finish(&mut self) {
        let run = std::mem::take(&mut self.current);
        if run.text.len() > self.longest.text.len() {
            self.longest = run;
        }
    }
}

/// The one character that all of a class fold to: what `(?i)` makes of a letter.
pub(crate) fn single_folded(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let mut folded = None;
    let mut count = 0;
    for range in class.ranges() {
        for character in range.start()..=range.end() {
            count += 1;
            let this = fold_char(character);
            if count > 4 || folded.is_some_and(|known| known != this) {
                return None;
            }
            folded = Some(this);
        }
    }
    folded
}
