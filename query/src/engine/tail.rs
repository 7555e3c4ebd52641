//! New records as they arrive.

use std::sync::Arc;

use palisade_index::Block;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{self, Sender, error::TrySendError};

use super::search::Hit;
use super::{Engine, Failure, Kind, Order, Question, render};
use crate::filter::{RowBitmap, rows_of};
use crate::plan::{Certainty, certainty};

/// What a tail tells.
#[derive(Debug)]
pub(crate) enum Event {
    /// A record as JSON.
    Record(String),
    /// So many records, or blocks of them, were not told because the reader is too slow.
    Lag(u64),
}

/// Records that wait for the reader; a reader who is further behind is told how much was left out.
const EVENTS_WAITING_MAX: usize = 1_024;

impl Engine {
    /// Follows new matches until the reader goes away.
    pub(crate) fn tail(&self, question: Question) -> Result<mpsc::Receiver<Event>, Failure> {
        let permit = self.inner().tail_permit()?;
        let blocks = self.inner().index.follow();
        let (events, receiver) = mpsc::channel(EVENTS_WAITING_MAX);
        let engine = self.clone();
        tokio::spawn(async move {
            let _permit = permit;
            let follow = engine.follow(Arc::new(question), blocks, &events);
            tokio::select! {
                () = follow => {}
                () = events.closed() => {}
            }
        });
        Ok(receiver)
    }

    async fn follow(
        &self,
        question: Arc<Question>,
        mut blocks: Receiver<Arc<Block>>,
        events: &Sender<Event>,
    ) {
        let mut dropped = 0;
        loop {
            let block = match blocks.recv().await {
                Ok(block) => block,
                Err(RecvError::Lagged(count)) => {
                    dropped += count;
                    continue;
                }
                Err(RecvError::Closed) => return,
            };
            let question = Arc::clone(&question);
            let found = self.run(Kind::Tail, move |_, budget| {
                let hits = matches(&question, &block)?;
                render::records(&hits, budget)
            });
            match found.await {
                Ok(records) => {
                    for record in records {
                        if dropped > 0 && events.try_send(Event::Lag(dropped)).is_ok() {
                            dropped = 0;
                        }
                        match events.try_send(Event::Record(record)) {
                            Ok(()) => {}
                            Err(TrySendError::Full(_)) => dropped += 1,
                            Err(TrySendError::Closed(_)) => return,
                        }
                    }
                }
                // What cannot be told must at least be counted.
                Err(_) => dropped += 1,
            }
            if dropped > 0 && events.try_send(Event::Lag(dropped)).is_ok() {
                dropped = 0;
            }
        }
    }
}

fn matches(question: &Question, block: &Arc<Block>) -> Result<Vec<Hit>, Failure> {
    let block = &question.shown(block);
    let all = RowBitmap::full(block.info().rows);
    let rows = match certainty(&question.node, &**block) {
        Certainty::Never => return Ok(Vec::new()),
        Certainty::Always => all,
        Certainty::Maybe => rows_of(&question.node, &**block, &all)?,
    };
    let keys = Order::Oldest.keys(block, &rows)?;
    Ok(keys.into_iter().map(|(key, row)| Hit { key, block: Arc::clone(block), row }).collect())
}
