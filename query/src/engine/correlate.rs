//! Everything that carries an id, as a timeline over all services.

use std::collections::BTreeMap;

use palisade_record::Timestamp;
use palisade_record::words::fold;
use serde::Serialize;

use super::search::{self, Hit};
use super::{Budget, Failure, Inner, Order, Question, Scan, render};
use crate::filter::{ColumnView, column_names, field_views, level_class};

/// Records that carry an id, oldest first.
pub(crate) struct Correlation {
    pub(crate) records: Vec<String>,
    pub(crate) services: Vec<Service>,
    /// Whether there are more records than these.
    pub(crate) truncated: bool,
}

/// What one service wrote.
#[derive(Serialize, PartialEq, Debug)]
pub(crate) struct Service {
    pub(crate) service: String,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) count: u64,
    pub(crate) errors: u64,
}

/// Records of one timeline: more than anyone reads; an id with more is none.
pub(crate) const RECORDS_MAX: usize = 10_000;

/// Finds all records that carry an id.
pub(crate) fn correlate(inner: &Inner, budget: &Budget, question: &Question) -> Result<Correlation, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    let mut hits = search::first(&scan, Order::Oldest, None, RECORDS_MAX + 1)?;
    let truncated = hits.len() > RECORDS_MAX;
    hits.truncate(RECORDS_MAX);
    scan.bring_records_near(&hits)?;
    let services = services(&hits)?;
    Ok(Correlation { records: render::records(&hits, budget)?, services, truncated })
}

fn services(hits: &[Hit]) -> Result<Vec<Service>, Failure> {
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for places in render::by_block(hits) {
        let block = &*hits[places[0]].block;
        let rows: Vec<u32> = places.iter().map(|place| hits[*place].row).collect();
        let texts = |field: &str| -> Result<Vec<String>, Failure> {
            let mut texts = vec![String::new(); rows.len()];
            for view in field_views(block, &column_names(field))? {
                for (row, position) in view.entries() {
                    if let Ok(place) = rows.binary_search(&row) {
                        texts[place] = view.value(position as usize).as_text().into_owned();
                    }
                }
            }
            Ok(texts)
        };
        let times = block.times()?;
        for ((row, service), level) in rows.iter().zip(texts("service")?).zip(texts("level")?) {
            let time = Timestamp::from_nanos(times[*row as usize]);
            let is_error = matches!(level_class(&fold(&level)), Some("error" | "critical" | "fatal"));
            let known = services.entry(service.clone()).or_insert(Service {
                service,
                first: time,
                last: time,
                count: 0,
                errors: 0,
            });
            known.first = known.first.min(time);
            known.last = known.last.max(time);
            known.count += 1;
            known.errors += u64::from(is_error);
        }
    }
    let mut services: Vec<Service> = services.into_values().collect();
    services.sort_by_key(|service| service.first);
    Ok(services)
}
