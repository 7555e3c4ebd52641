//! A corpus of JSON lines, the same for the same seed: 60 % records of services with many fields, 40 % free text of many
//! systems. Times grow.

mod random;
mod service;
mod systems;
mod template;
mod world;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use palisade_record::{ByteSize, Timestamp};
use serde::Serialize;

pub(crate) use random::Random;
use service::Services;
use systems::Systems;
use world::World;

/// 2026-03-02T06:00:00Z
const FIRST_MILLIS: i64 = 1_772_431_200_000;
/// Longest step between two records.
const STEP_MILLIS_MAX: u64 = 6;
const WRITE_BYTES: usize = 1 << 20;
/// Names are made of these.
const SYLLABLES: [&str; 12] =
    ["Ada", "Ber", "Cor", "Del", "Em", "Fer", "Gol", "Hal", "Ina", "Jor", "Kel", "Lun"];

#[derive(Serialize)]
struct Record<'a> {
    timestamp: String,
    level: &'static str,
    service: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip: Option<String>,
    #[serde(flatten)]
    patient: Option<Patient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u64>,
    kubernetes: Kubernetes,
}

/// What is known of a patient from the number.
#[derive(Serialize)]
struct Patient {
    patient_id: String,
    patient_name: String,
    insurance_id: String,
}

impl Patient {
    fn of(user: &str, random_of: impl Fn(u64) -> Random) -> Self {
        let number =
            user.bytes().filter(u8::is_ascii_digit).fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let mut own = random_of(number);
        let name =
            |random: &mut Random| format!("{}{}", random.one_of(&SYLLABLES), random.one_of(&SYLLABLES));
        Self {
            patient_id: format!("P-{number:08}"),
            patient_name: format!("{} {}", name(&mut own), name(&mut own)),
            insurance_id: format!("{:010}", own.below(10_000_000_000)),
        }
    }
}

#[derive(Serialize)]
struct Kubernetes {
    namespace: &'static str,
    pod: String,
    container: &'static str,
    node: String,
}

/// What lines a corpus has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lines {
    /// Records of services, and free text.
    Mixed,
    /// Records of services only: each has a user, an address and a resource.
    Structured,
    /// Who opened whose record: each has the number, the name and the insurance of a patient.
    Patients,
}

impl Lines {
    fn structured_percent(self) -> u64 {
        match self {
            Self::Mixed => 60,
            Self::Structured | Self::Patients => 100,
        }
    }
}

/// Writes whole lines until there are at least so many bytes; says how many there are.
pub(crate) fn write(path: &Path, lines: Lines, size: ByteSize, seed: u64) -> anyhow::Result<u64> {
    let context = || format!("cannot write the corpus {}", path.display());
    let mut file = BufWriter::with_capacity(WRITE_BYTES, File::create(path).with_context(context)?);
    let mut lines = Writer::new(lines, seed);
    let (mut written, mut line) = (0, Vec::new());
    while written < size.as_u64() {
        lines.next_into(&mut line)?;
        file.write_all(&line).with_context(context)?;
        written += line.len() as u64;
    }
    file.flush().with_context(context)?;
    Ok(written)
}

/// The lines of a seed.
struct Writer {
    lines: Lines,
    random: Random,
    world: World,
    services: Services,
    systems: Systems,
    time: Timestamp,
    message: String,
}

impl Writer {
    fn new(lines: Lines, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (world, services) = (World::new(&mut random), Services::new(&mut random));
        let time = Timestamp::from_millis(FIRST_MILLIS).expect("the year 2026 can be told");
        Self { lines, random, world, services, systems: Systems::new(), time, message: String::new() }
    }

    fn next_into(&mut self, line: &mut Vec<u8>) -> anyhow::Result<()> {
        let Self { lines, random, world, services, systems, time, message } = self;
        *time = time.plus(Duration::from_millis(random.below(STEP_MILLIS_MAX + 1)));
        let mut record = if random.percent(lines.structured_percent()) {
            services.record(world, random, message)
        } else {
            systems.record(world, random, message)
        };
        if *lines == Lines::Patients {
            record.patient = Some(Patient::of(world.patient(random), Random::new));
            record.user_id = Some(world.staff(random).to_owned());
        }
        record.timestamp = time.to_string();
        line.clear();
        serde_json::to_writer(&mut *line, &record)?;
        line.push(b'\n');
        Ok(())
    }
}

fn level(random: &mut Random) -> &'static str {
    match random.below(100) {
        0..86 => "INFO",
        86..94 => "WARN",
        94..99 => "ERROR",
        _ => "DEBUG",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(seed: u64, count: usize) -> Vec<String> {
        let mut lines = Writer::new(Lines::Mixed, seed);
        let mut line = Vec::new();
        let mut next = || {
            lines.next_into(&mut line).unwrap();
            String::from_utf8(line.clone()).unwrap()
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn a_seed_gives_the_same_corpus_and_another_seed_another() {
        assert_eq!(lines(1, 500), lines(1, 500));
        assert_ne!(lines(1, 500), lines(2, 500));
    }

    #[test]
    fn records_are_json_with_growing_times_in_the_promised_shares() {
        let (mut last, mut structured) = (String::new(), 0);
        let lines = lines(3, 4_000);
        for line in &lines {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let time = record["timestamp"].as_str().unwrap().to_owned();
            assert!(last <= time);
            last = time;
            structured += usize::from(record["correlation_id"].is_string());
        }
        assert!((2_250..2_550).contains(&structured), "{structured} of 4000");
    }
}
