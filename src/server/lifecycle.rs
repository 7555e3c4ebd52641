//! The lifecycle of splits, composed of what is configured and what the query engine knows.

use std::sync::Arc;

use anyhow::Context;
use palisade_index::Index;
use palisade_lifecycle::apply::{Beside, Lifecycle, Parts, Settings};
use palisade_lifecycle::http::Governed;
use palisade_lifecycle::{Hold, PriceTable};
use palisade_query::Engine;
use palisade_record::Clock;

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
    let asked = engine.cloned();
    let check_query =
        Arc::new(move |query: &str| asked.as_ref().map_or(Ok(()), |engine| engine.check_condition(query)));
    Ok(Governed { lifecycle, clock: clock.clone(), check_query })
}
