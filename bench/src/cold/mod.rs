//! What a search costs when everything lies far away: requests, bytes and seconds, counted between the program and a real
//! object store, with a delay added to every request.

mod far;
mod history;
mod server;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;
use palisade_record::ByteSize;
use palisade_rig::Traffic;
use serde_json::{Value, json};

use self::far::Far;
use self::history::History;
use self::server::Server;

/// Measure searches of years that lie in an object store.
#[derive(Args, Debug)]
pub(crate) struct Cold {
    /// Days of records.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(30..))]
    days: u64,

    /// Splits of each day.
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    splits: u64,

    /// Records of each split.
    #[arg(long, value_name = "COUNT", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    records: u64,

    /// Added to every request, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 30)]
    delay: u64,

    /// Where data is written meanwhile.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    work_dir: PathBuf,
}

impl Cold {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.work_dir).context("cannot make the directory for data")?;
        let directory = tempfile::tempdir_in(&self.work_dir)?;
        let history = History { days: self.days, splits: self.splits, records: self.records };
        let mut out = io::stdout();
        let start = Instant::now();
        history.write(directory.path())?;
        writeln!(
            out,
            "{} splits and {} needle indexes made in {:.0?}",
            self.days * self.splits,
            self.days,
            start.elapsed()
        )?;
        let far = Far::start()?;
        let start = Instant::now();
        let (objects, bytes) = far.take_everything(directory.path())?;
        writeln!(
            out,
            "{objects} objects, {}, moved away in {:.0?}",
            ByteSize::bytes(bytes),
            start.elapsed()
        )?;

        far.set_delay(Duration::from_millis(self.delay));
        _ = far.traffic();
        let start = Instant::now();
        let server = Server::start(directory.path(), far.storage()?, history.end())?;
        writeln!(out, "\n{:<34} {:>8} {:>10} {:>9}  answer", "question", "requests", "bytes", "seconds")?;
        print(&mut out, "start: needle indexes listed", far.traffic(), start.elapsed(), "")?;
        for (name, path, request, check) in questions(history) {
            let start = Instant::now();
            let answer = server.post(path, &request)?;
            let took = start.elapsed();
            print(&mut out, name, far.traffic(), took, &check(&answer, path)?)?;
        }
        server.stop();
        Ok(())
    }
}

fn print(
    out: &mut impl Write,
    name: &str,
    traffic: Traffic,
    took: Duration,
    answer: &str,
) -> anyhow::Result<()> {
    let bytes = ByteSize::bytes(traffic.bytes_received).to_string();
    writeln!(out, "{name:<34} {:>8} {bytes:>10} {:>9.2}  {answer}", traffic.requests, took.as_secs_f64())?;
    out.flush()?;
    Ok(())
}

type Check = Box<dyn Fn(&[u8], &str) -> anyhow::Result<String>>;

/// What is asked: a name, where, how, and what the answer must be.
fn questions(history: History) -> Vec<(&'static str, &'static str, Value, Check)> {
    const SEARCH: &str = "/api/v1/search";
    let id = history.id(history.days / 3, history.splits - 1, history.records / 2);
    let (day_from, day_to) = history.span(history.days / 2, 0, 24);
    let (hour_from, hour_to) = history.span(history.days / 4, 3, 4);
    let text = "\"card was declined\"";
    let of_id = json!({ "query": id });
    let of_day = json!({ "query": text, "from": day_from, "to": day_to, "limit": 10_000 });
    let declined = history.declined_of_a_day();
    vec![
        ("estimate of an id", "/api/v1/estimate", of_id.clone(), estimated()),
        ("an id in all days", SEARCH, of_id.clone(), found(1)),
        ("the same again", SEARCH, of_id, found(1)),
        ("an id that is nowhere", SEARCH, json!({ "query": "0f0f0f0f00000000deadbeef77777777" }), found(0)),
        ("estimate of a text in a day", "/api/v1/estimate", of_day.clone(), estimated()),
        ("a text in a day", SEARCH, of_day, found(declined)),
        ("newest 100 of all days", SEARCH, json!({ "query": "", "limit": 100 }), found(100)),
        (
            "newest 100 errors of all days",
            SEARCH,
            json!({ "query": "level:error", "limit": 100 }),
            found(100),
        ),
        (
            "export of an hour",
            "/api/v1/export",
            json!({ "query": "", "from": hour_from, "to": hour_to }),
            lines(),
        ),
    ]
}

fn estimated() -> Check {
    Box::new(|answer, _| {
        let answer: Value = serde_json::from_slice(answer)?;
        Ok(format!(
            "{} requests, {} bytes, {} s, ${}",
            answer["requests"], answer["bytes"], answer["seconds"], answer["dollars"]
        ))
    })
}

fn found(expected: u64) -> Check {
    Box::new(move |answer, path| {
        let answer: Value = serde_json::from_slice(answer)?;
        let records = answer["records"].as_array().map_or(0, Vec::len) as u64;
        ensure!(records == expected, "{path} found {records} records instead of {expected}");
        Ok(format!("{records} records, {} splits opened", answer["scanned"]["splits"]))
    })
}

fn lines() -> Check {
    Box::new(|answer, path| {
        let lines = answer.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        ensure!(lines > 0, "{path} exported nothing");
        Ok(format!("{lines} records"))
    })
}
