//! The journal thread: judges submissions by their positions, makes them durable together, answers, hands them on.

mod files; // one ends, the next begins

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use palisade_disk::SharedDisk;
use palisade_record::Batch;
use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use crate::catalog::JournalPosition;
use crate::chunk::{Accepted, Chunk, chunks};
use crate::error::{Error, Result};
use crate::journal::{Entry, JournalFile, WriteError, pack};
use crate::marks::{Marks, Undo, Verdict};
use crate::placement::Arrival;
use crate::shared::Shared;
use crate::submission::Durable;
use crate::{Mark, Outcome, Receipt, Submission};

/// Bytes that one sync makes durable together. While one is under way the next submissions gather.
const GROUP_BYTES: usize = 8 << 20;

/// What the journal thread is asked for.
pub(crate) enum Command {
    /// Make this durable.
    Append(Box<Submission>, oneshot::Sender<Result<Receipt>>),
    /// Begin a new file, so that what is before can become a split.
    Rotate,
    /// Begin a new file without making a split, if the one before holds batches that want a receipt.
    CloseFile,
    /// Finish.
    Close,
}

/// What the tail thread is told.
pub(crate) enum Applied {
    /// These are durable.
    Submission {
        chunks: Vec<Arc<Chunk>>,
        /// The number after the last of their batches.
        next: u64,
    },
    /// A new journal file began here.
    Rotated { after: JournalPosition, marks: Vec<Mark> },
    /// There will be no more.
    Closed,
}

pub(crate) struct Journalist {
    pub(crate) shared: Arc<Shared>,
    pub(crate) disk: SharedDisk,
    pub(crate) directory: PathBuf,
    pub(crate) file: JournalFile,
    /// Bytes of the files before it that are not on their way into a split.
    pub(crate) closed_bytes: u64,
    pub(crate) next_sequence: u64,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) applied: SyncSender<Applied>,
}

/// A submission that was judged, on its way to the disk.
struct Judged {
    outcomes: Vec<Outcome>,
    chunks: Vec<Arc<Chunk>>,
    /// What the journal shall hold; nothing when all was known or refused.
    packed: Option<Bytes>,
    submission_records: u64,
    submission_bytes: u64,
    next_sequence: u64,
    received_at: palisade_record::Timestamp,
    positioned: bool,
    /// Whether a batch of a stream with receipts is among what was accepted.
    wants_receipt: bool,
    reply: oneshot::Sender<Result<Receipt>>,
}

impl Journalist {
    pub(crate) fn run(mut self) {
        let mut closing = false;
        while !closing {
            let Some(command) = self.commands.blocking_recv() else { break };
            let (mut group, mut bytes, mut rotate) = (Vec::new(), 0, false);
            let mut next = Some(command);
            while let Some(command) = next.take() {
                match command {
                    Command::Append(submission, reply) => {
                        bytes += submission.rows.iter().map(crate::Rows::raw_bytes).sum::<usize>();
                        group.push((submission, reply));
                    }
                    Command::Rotate => rotate = true,
                    // What is overdue is closed below.
                    Command::CloseFile => {}
                    Command::Close => closing = true,
                }
                if bytes < GROUP_BYTES && !rotate && !closing {
                    next = self.commands.try_recv().ok();
                }
            }
            if !group.is_empty() {
                self.write_group(group);
            }
            if rotate {
                self.rotate();
            } else if self.shared.receipts().is_overdue() {
                self.close_file();
            }
        }
        // Nobody listens any more when the tail thread is gone.
        _ = self.applied.send(Applied::Closed);
    }

    fn write_group(&mut self, group: Vec<(Box<Submission>, oneshot::Sender<Result<Receipt>>)>) {
        if let Some(problem) = self.shared.stopped() {
            for (_, reply) in group {
                _ = reply.send(Err(Error::Stopped { path: problem.clone() }));
            }
            return;
        }
        let first_sequence = self.next_sequence;
        let mut undo = Vec::new();
        let judged: Vec<Judged> = {
            let mut marks = self.shared.marks.lock().unwrap_or_else(PoisonError::into_inner);
            let receipts = self.shared.receipts();
            let wants_receipt = |batch: &Batch| receipts.wants(&batch.stream);
            let judge = |(submission, reply): (Box<Submission>, _)| {
                judge(*submission, reply, &mut marks, &mut undo, &mut self.next_sequence, &wants_receipt)
            };
            group.into_iter().map(judge).collect()
        };
        let entries: Vec<Entry<'_>> = judged.iter().filter_map(Judged::entry).collect();
        let written = if entries.is_empty() { Ok(()) } else { self.file.append(&entries) };
        drop(entries);
        match written {
            Ok(()) => self.answer(judged),
            Err(failure) => {
                self.shared.marks.lock().unwrap_or_else(PoisonError::into_inner).undo(undo);
                self.next_sequence = first_sequence;
                self.refuse(judged, failure);
            }
        }
    }

    fn answer(&self, judged: Vec<Judged>) {
        self.shared.count_sync(self.closed_bytes + self.file.bytes());
        if let Some(first) = judged.iter().find(|submission| submission.wants_receipt) {
            self.shared.receipts().begun(first.received_at);
        }
        for submission in judged {
            if submission.packed.is_some() {
                self.shared.count_durable(submission.submission_records, submission.submission_bytes);
                let applied =
                    Applied::Submission { chunks: submission.chunks, next: submission.next_sequence };
                if self.applied.send(applied).is_err() {
                    error!(
                        "the tail thread is gone; records are durable but not searchable until the next start"
                    );
                }
            }
            let durable = Durable::new();
            // The asker may have gone away; what is durable stays so, and will be recognised when it is sent again.
            _ = submission.reply.send(Ok(Receipt { outcomes: submission.outcomes, durable }));
        }
    }

    fn refuse(&self, judged: Vec<Judged>, failure: WriteError) {
        let path = self.file.path();
        let (kind, stop) = match failure {
            WriteError::NotWritten(error) => (error, false),
            WriteError::Lost(error) => (error, true),
        };
        if stop {
            error!(path = %path.display(), error = %kind, "journal sync failed; nothing more is accepted until a restart");
            self.shared.stop(path);
        } else {
            warn!(path = %path.display(), error = %kind, "journal cannot be written; senders are told to try again");
        }
        for submission in judged {
            let source = std::io::Error::new(kind.kind(), kind.to_string());
            let error = Error::Write { path: path.to_owned(), source };
            _ = submission.reply.send(Err(error));
        }
    }
}

impl Judged {
    fn entry(&self) -> Option<Entry<'_>> {
        let packed = self.packed.as_ref()?;
        Some(Entry { received_at: self.received_at, positioned: self.positioned, packed })
    }
}

fn judge(
    submission: Submission,
    reply: oneshot::Sender<Result<Receipt>>,
    marks: &mut Marks,
    undo: &mut Vec<Undo>,
    next_sequence: &mut u64,
    receipts: &impl Fn(&Batch) -> bool,
) -> Judged {
    let Submission { batches, packed, rows, received_at, positioned } = submission;
    let (mut outcomes, mut accepted) = (Vec::with_capacity(batches.len()), Vec::with_capacity(batches.len()));
    for batch in &batches {
        let verdict = if positioned { marks.judge(batch) } else { Verdict::Accept { from: batch.from } };
        match verdict {
            Verdict::Known { mark } => {
                outcomes.push(Outcome::Stored { mark });
                accepted.push(None);
            }
            Verdict::Refuse(outcome) => {
                outcomes.push(outcome);
                accepted.push(None);
            }
            Verdict::Accept { from } => {
                if positioned {
                    undo.push(marks.advance(batch));
                }
                outcomes.push(Outcome::Stored { mark: batch.to });
                let arrival = Arrival::new(batch.lane.clone().into(), *next_sequence, received_at);
                *next_sequence += 1;
                accepted.push(Some(Accepted { arrival, from }));
            }
        }
    }
    let wants_receipt =
        batches.iter().zip(&accepted).any(|(batch, accepted)| accepted.is_some() && receipts(batch));
    let packed = packed_of(batches, packed, &accepted);
    let chunks = chunks(rows, &accepted);
    let submission_records = chunks.iter().map(|chunk| chunk.rows.len() as u64).sum();
    let submission_bytes = chunks.iter().map(|chunk| chunk.rows.raw_bytes() as u64).sum();
    Judged {
        outcomes,
        chunks,
        packed,
        submission_records,
        submission_bytes,
        next_sequence: *next_sequence,
        received_at,
        positioned,
        wants_receipt,
        reply,
    }
}

/// What the journal shall hold: the bytes as they came when all of them count, else what is left, packed again.
fn packed_of(batches: Vec<Batch>, packed: Option<Bytes>, accepted: &[Option<Accepted>]) -> Option<Bytes> {
    if accepted.iter().all(Option::is_none) {
        return None;
    }
    let is_whole = batches
        .iter()
        .zip(accepted)
        .all(|(batch, accepted)| accepted.as_ref().is_some_and(|accepted| accepted.from == batch.from));
    match packed {
        Some(packed) if is_whole => Some(packed),
        _ => {
            let mut left = Vec::with_capacity(batches.len());
            for (mut batch, accepted) in batches.into_iter().zip(accepted) {
                if let Some(accepted) = accepted {
                    batch.trim(accepted.from);
                    left.push(batch);
                }
            }
            Some(pack(&left).into())
        }
    }
}
