//! What other parts of the program ask: the same questions without HTTP. The asking thread waits.

use std::sync::Arc;
use std::time::Duration;

use palisade_access::{ApiError, Caller};
use palisade_record::{RecordId, StreamName, TimeRange, Timestamp};
use serde_json::Value;

use crate::Engine;
use crate::engine::statistics::Cell;
use crate::engine::{
    Coded, Failure, Kind, Order, Page, Progress, Question, coded, decode_cursor, page, plan, records_by_id,
    split, statistics,
};
use crate::language::{Expr, parse};

/// Who asks when a rule does: it reads everything, and an open question of it is about the records of others.
const ITSELF: &str = "palisade";

/// The answer to a query with pipes.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each as long as there are columns.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than are told.
    pub truncated: bool,
}

/// Records of a page, and where the next one begins.
#[derive(Clone, PartialEq, Debug)]
pub struct Records {
    /// The records, as the HTTP interface tells them.
    pub records: Vec<Value>,
    /// Where the next page begins; nothing when this is the last one.
    pub cursor: Option<String>,
}

/// Records around this time of theirs are looked at when one is looked for by its id: the time is exact, up to how it is rounded.
const AROUND: Duration = Duration::from_millis(1);

impl Engine {
    /// Records by their ids and times; those that are not there are left out.
    ///
    /// # Errors
    /// When the answer takes too long, too much memory, or cannot be read.
    pub fn records(&self, wanted: &[(RecordId, Timestamp)]) -> Result<Vec<Value>, ApiError> {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(id, time)| (*id, TimeRange { from: time.minus(AROUND), to: time.plus(AROUND) }))
            .collect();
        let records =
            self.run_and_wait(Kind::Context, move |inner, budget| records_by_id(inner, budget, &wanted))?;
        Ok(parsed(&records))
    }

    /// The table that a query with pipes asks for, of at most `limit` rows.
    ///
    /// # Errors
    /// When the query is wrong, or as above.
    pub fn table(
        &self,
        query: &str,
        stream: Option<&StreamName>,
        range: TimeRange,
        limit: usize,
    ) -> Result<Table, ApiError> {
        let (filter, pipes) = split(parse(query).map_err(Failure::from)?);
        let plan = plan(&pipes, self.now()).map_err(Failure::from)?;
        let filter = plan.conditions().fold(filter, Expr::and);
        let question = Question::from_filter(filter, stream, range, &self.asked_by(&Caller::owner(ITSELF)))?;
        let progress = Arc::<Progress>::default();
        let answer = self.run_and_wait(Kind::Search, move |inner, budget| {
            statistics(inner, budget, &question, &plan, Order::Oldest, limit, progress)
        })?;
        let rows = answer.table.rows.into_iter();
        let rows = rows.map(|row| row.into_iter().map(Cell::into_value).collect()).collect();
        Ok(Table { columns: answer.table.columns, rows, truncated: answer.truncated })
    }

    /// The table that a kept query ([`Engine::kept_query`]) with these pipes asks for: what is sealed in it is looked for all the same.
    ///
    /// # Errors
    /// As above.
    pub fn kept_table(
        &self,
        kept: &str,
        pipes: &str,
        stream: Option<&StreamName>,
        range: TimeRange,
        limit: usize,
    ) -> Result<Table, ApiError> {
        self.table(&format!("{} | {pipes}", self.opened(kept)?), stream, range, limit)
    }

    /// What fields hold in the records that a query finds, which has no pipes: block by block, with the time of each.
    ///
    /// # Errors
    /// As above.
    pub fn coded(
        &self,
        query: &str,
        stream: Option<&StreamName>,
        range: TimeRange,
        fields: &[&str],
    ) -> Result<Vec<Coded>, ApiError> {
        let question = Question::new(query, stream, range, &self.asked_by_itself())?;
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        let work = move |inner: &_, budget: &_| coded(inner, budget, &question, &fields);
        Ok(self.run_and_wait(Kind::Search, work)?)
    }

    /// A page of records, the oldest first; of Palisade's own ones too.
    ///
    /// # Errors
    /// As above.
    pub fn page(
        &self,
        query: &str,
        stream: Option<&StreamName>,
        range: TimeRange,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Records, ApiError> {
        let question = Question::new(query, stream, range, &self.asked_by_itself())?;
        let after = after.map(|cursor| decode_cursor(Order::Oldest, cursor)).transpose()?;
        let progress = Arc::<Progress>::default();
        let Page { records, cursor, .. } = self.run_and_wait(Kind::Search, move |inner, budget| {
            page(inner, budget, &question, Order::Oldest, after, limit, progress)
        })?;
        Ok(Records { records: parsed(&records), cursor })
    }
}

fn parsed(records: &[String]) -> Vec<Value> {
    records.iter().filter_map(|record| serde_json::from_str(record).ok()).collect()
}
