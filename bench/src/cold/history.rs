//! Days of records, written by the program's own index as if they had come day by day.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use palisade_collector::Normaliser;
use palisade_disk::RealDisk;
use palisade_index::{Index, Parse, Parts, Settings, StreamClasses, Submission};
use palisade_record::{Batch, ByteSize, FrameFlags, Lane, ManualClock, Origin, Timestamp};

use crate::corpus::Random;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// The first day.
const BEGIN: &str = "2020-01-01T00:00:00Z";

/// One record in so many tells of a declined card.
const DECLINED_ONE_OF: u64 = 400;

/// How many days, splits of each, records of each split.
#[derive(Clone, Copy, Debug)]
pub(super) struct History {
    pub(super) days: u64,
    pub(super) splits: u64,
    pub(super) records: u64,
}

pub(super) fn settings(directory: &Path) -> Settings {
    Settings {
        data_dir: directory.to_owned(),
        split_bytes: ByteSize::mib(256),
        split_age: DAY,
        cache_bytes: ByteSize::mib(256),
        classes: StreamClasses::default(),
        tenant: "default".to_owned(),
    }
}

impl History {
    /// Writes all days, each split by itself, then the needle index of every day.
    pub(super) fn write(self, directory: &Path) -> anyhow::Result<()> {
        let parse = Normaliser;
        let clock = ManualClock::at(self.end());
        let index =
            Index::open(settings(directory), Parts::near(Arc::new(RealDisk), Arc::new(clock)), &parse)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        for day in 0..self.days {
            for split in 0..self.splits {
                let (batches, received_at) =
                    (vec![self.batch(day, split)?], self.time(day, split, self.records));
                let rows = parse.parse(&batches, received_at);
                let submission = Submission { batches, packed: None, rows, received_at, positioned: true };
                runtime.block_on(index.append(submission))?;
                index.publish()?;
            }
        }
        let made = index.make_needles()? as u64;
        ensure!(made == self.days, "{made} needle indexes were made for {} days", self.days);
        index.close();
        Ok(())
    }

    /// Two days after the last one, when every needle index is due.
    pub(super) fn end(self) -> Timestamp {
        self.time(self.days + 2, 0, 0)
    }

    /// The id of a record, as long as those of traces.
    pub(super) fn id(self, day: u64, split: u64, record: u64) -> String {
        let mut random = Random::new(((day * self.splits + split) << 32) | record);
        format!("{:016x}{:016x}", random.bits(), random.bits())
    }

    /// Some hours of a day, as a request writes them.
    pub(super) fn span(self, day: u64, from_hour: u32, to_hour: u32) -> (String, String) {
        let hour = |hour: u32| self.time(day, 0, 0).plus(HOUR * hour).to_string();
        (hour(from_hour), hour(to_hour))
    }

    /// How many records of a day tell of a declined card.
    pub(super) fn declined_of_a_day(self) -> u64 {
        self.splits * self.records.div_ceil(DECLINED_ONE_OF)
    }

    fn time(self, day: u64, split: u64, record: u64) -> Timestamp {
        let begin = Timestamp::parse_rfc3339(BEGIN).unwrap_or_default();
        let records_of_day = self.splits * self.records;
        let nanos = day * 86_400_000_000_000
            + (split * self.records + record) * (86_400_000_000_000 / records_of_day);
        begin.plus(Duration::from_nanos(nanos.saturating_sub(u64::from(record == self.records))))
    }

    fn batch(self, day: u64, split: u64) -> anyhow::Result<Batch> {
        let origin =
            Arc::new(Origin { file: format!("/var/log/shop/{day}.{split}.log"), ..Origin::default() });
        let lane = Lane { agent: "node-1".into(), origin, generation: 1 };
        let mut batch =
            Batch::new(lane, 1, b"identity".to_vec(), "shop".parse().map_err(anyhow::Error::msg)?, 0);
        let mut random = Random::new(day * self.splits + split);
        for record in 0..self.records {
            let time = self.time(day, split, record);
            let line = self.line(&mut random, time, &self.id(day, split, record), record);
            let span = line.len() as u64 + 1;
            batch.push(batch.to, span, FrameFlags::default(), Some(time), line.as_bytes());
            batch.to += span;
        }
        Ok(batch)
    }

    fn line(self, random: &mut Random, time: Timestamp, trace: &str, record: u64) -> String {
        let service = random.one_of(&["checkout", "payments", "search", "catalogue", "login"]);
        let (user, took) = (random.skewed(100_000, 2), random.duration_ms());
        let (level, message) = match record {
            declined if declined % DECLINED_ONE_OF == 0 => {
                ("warn", format!("card was declined for user {user}"))
            }
            failed if failed % 97 == 0 => ("error", format!("upstream gave up after {took} ms")),
            _ => ("info", format!("request of user {user} done in {took} ms")),
        };
        serde_json::json!({
            "timestamp": time.to_string(), "level": level, "service": service, "message": message,
            "trace_id": trace, "user_id": user, "duration_ms": took, "status": 200 + random.below(3),
        })
        .to_string()
    }
}
