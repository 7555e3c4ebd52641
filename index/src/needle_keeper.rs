//! Makes the needle indexes of days that are over, one after the other, whoever asks for it.

use std::sync::{Arc, Mutex, PoisonError};

use palisade_record::Clock;
use tracing::info;

use crate::error::Result;
use crate::needle;
use crate::shared::Shared;
use crate::storages::Storages;

/// Makes them. Two at once would remove each other's lists of words, so there is one turn.
pub(crate) struct NeedleKeeper {
    shared: Arc<Shared>,
    storages: Storages,
    clock: Arc<dyn Clock>,
    turn: Mutex<()>,
}

impl NeedleKeeper {
    pub(crate) fn new(shared: Arc<Shared>, storages: Storages, clock: Arc<dyn Clock>) -> Self {
        Self { shared, storages, clock, turn: Mutex::new(()) }
    }

    /// Makes all that are due; says how many.
    pub(crate) fn make_due(&self) -> Result<usize> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut made = 0;
        while self.make_next()? {
            made += 1;
        }
        Ok(made)
    }

    /// Makes the next one; says whether one was due.
    fn make_next(&self) -> Result<bool> {
        let (splits, needles) = {
            let tail = self.shared.tail();
            (tail.splits().to_vec(), tail.needles())
        };
        let Some(mut needles) = needles else { return Ok(false) };
        if !needles.is_complete() {
            needles = Arc::new(needles.listed_again()?);
        }
        // Before all are listed, a day that seems to have none may have one far away.
        let made = match needles.is_complete() {
            true => needle::make_next(&self.storages.hot, &splits, &needles, self.clock.now())?,
            false => None,
        };
        if let Some(made) = made {
            needles = Arc::new(needles.listed_again()?);
            info!(splits = made.splits, bytes = made.bytes, "needle index of a day made");
        }
        self.shared.tail().set_needles(needles);
        Ok(made.is_some())
    }
}
