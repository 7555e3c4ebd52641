//! The lifecycle of splits, composed of what is configured and what the query engine knows.

use std::sync::Arc;

use anyhow::Context;
use palisade_index::Index;
use palisade_lifecycle::apply::{Beside, Holds, Lifecycle, Parts, Settings};
use palisade_lifecycle::http::{Governed, HoldQueries};
use palisade_lifecycle::{Hold, PriceTable};
use palisade_query::Engine;
use palisade_record::{Clock, TimeRange, Timestamp};

use crate::configuration::Configuration;

/// Starts the lifecycle. Without an engine no query of a hold can be asked: every split in its span is held then.
pub(super) fn start(
    configuration: &Configuration,
    index: &Index,
    engine: Option<&Engine>,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Governed> {
    let classes = configuration.classes.clone();
    let in_use = configuration.streams.iter().map(|stream| stream.class.as_str());
    // Streams of which nothing is said have the standard class.
    let beside = Beside::of(&classes, in_use.chain(["standard"]));
    let with_receipts = configuration.streams.iter().filter(|stream| stream.receipts);
    let receipts = Beside::of_receipts(&classes, with_receipts.map(|stream| stream.class.as_str()));
    let settings = Settings {
        classes,
        beside,
        receipts,
        index_bytes: configuration.storage.index_bytes,
        actor: format!("lifecycle of {}", index.tenant()),
        prices: PriceTable::default(),
    };
    let asked = engine.cloned();
    let covers = Arc::new(move |split: &str, hold: &Hold| {
        let Some(engine) = &asked else { return true };
        engine.split_has_match(split, &hold.query).unwrap_or_else(|problem| {
            tracing::warn!(split, hold = %hold.id, %problem, "a split cannot be asked, and is held");
            true
        })
    });
    let parts = Parts { index: index.clone(), clock: clock.clone(), covers };
    let lifecycle = Lifecycle::start(settings, parts).context("cannot start the lifecycle")?;
    Ok(Governed { lifecycle, clock: clock.clone(), queries: Arc::new(Queries(engine.cloned())) })
}

/// Reads queries of holds, if this process searches.
struct Queries(Option<Engine>);

impl HoldQueries for Queries {
    fn kept(&self, query: &str) -> Result<String, String> {
        let no_engine =
            || "this process has no role `query`, which reads queries; hold everything in a span".to_owned();
        self.0.as_ref().ok_or_else(no_engine)?.kept_query(query)
    }

    fn shown(&self, kept: &str) -> String {
        Engine::masked_query(kept)
    }
}

/// Which holds cover records in which a person appears: their keys may not go.
pub(super) struct Held {
    pub(super) index: Index,
    pub(super) engine: Option<Engine>,
}

impl Held {
    /// The holds that stand and cover a record with an event in their span that has this value in this field. A hold that
    /// cannot be asked counts. Waits for searches.
    pub(super) fn by(&self, field: &str, value: &str) -> anyhow::Result<Vec<Hold>> {
        let holds = Holds::kept(&self.index).context("cannot read the holds")?.into_iter();
        Ok(holds.filter(|hold| hold.stands() && self.covers(hold, field, value)).collect())
    }

    fn covers(&self, hold: &Hold, field: &str, value: &str) -> bool {
        let Some(engine) = &self.engine else { return true };
        let (from, to) = (hold.from.unwrap_or(Timestamp::MIN), hold.to.unwrap_or(Timestamp::MAX));
        let query = if hold.query.trim().is_empty() { "*" } else { hold.query.as_str() };
        engine.has_value(query, TimeRange { from, to }, field, value).unwrap_or_else(|problem| {
            tracing::warn!(hold = %hold.id, %problem, "a hold cannot be asked, and counts");
            true
        })
    }
}
