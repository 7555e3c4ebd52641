//! The other engine: rsigma.

use rsigma_eval::event::JsonEvent;
use rsigma_eval::{Engine, LogSourceExtractor};
use rsigma_parser::parse_sigma_yaml;
use serde_json::Value as Json;

/// Where [`crate::generate`] puts what kind of event it is, for engines that want to be told.
pub const PRODUCT: &str = "generated.product";
/// See [`PRODUCT`].
pub const CATEGORY: &str = "generated.category";
/// See [`PRODUCT`].
pub const SERVICE: &str = "generated.service";

/// How the engine looks for candidates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Index {
    /// As it does by default.
    Default,
    /// With its Bloom filters.
    Bloom,
    /// With its automaton across rules.
    Automaton,
}

/// The engine with rules.
pub struct Rsigma {
    engine: Engine,
    /// Why files were not taken.
    pub refused: Vec<String>,
}

impl Rsigma {
    /// With rules from files, each a name and its text.
    pub fn new<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        index: Index,
        knows_sources: bool,
    ) -> Self {
        let mut engine = Engine::new();
        engine.set_bloom_prefilter(index == Index::Bloom);
        engine.set_cross_rule_ac(index == Index::Automaton);
        if knows_sources {
            let extractor = LogSourceExtractor::new().with_field_names(PRODUCT, SERVICE, CATEGORY);
            engine.set_logsource_extractor(Some(extractor));
        }
        let mut refused = Vec::new();
        let mut rules = Vec::new();
        for (file, text) in files {
            match parse_sigma_yaml(text) {
                Ok(collection) => {
                    refused.extend(collection.errors.iter().map(|error| format!("{file}: {error}")));
                    rules.extend(collection.rules);
                }
                Err(error) => refused.push(format!("{file}: {error}")),
            }
        }
        for (number, error) in engine.add_rules(&rules) {
            refused.push(format!("{}: {error}", rules[number].title));
        }
        Self { engine, refused }
    }

    /// The ids of the rules that hold for an event.
    pub fn matches(&self, event: &Json) -> Vec<String> {
        let matches = self.engine.evaluate(&JsonEvent::borrow(event));
        matches.into_iter().filter_map(|found| found.header.rule_id).collect()
    }

    /// How many rules hold for an event: what is timed.
    pub fn count(&self, event: &Json) -> usize {
        self.engine.evaluate(&JsonEvent::borrow(event)).len()
    }
}
