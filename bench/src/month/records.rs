//! October 2026 in a hospital and a bank: who opened whose data, what explains a part of it, and who signed in.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use palisade_record::Timestamp;

use crate::corpus::Random;

/// 2026-10-01T00:00:00Z, in seconds since 1970.
const BEGIN_S: u64 = 1_790_812_800;
const DAY_S: u64 = 86_400;
const DAYS: u64 = 31;

/// A person in the house for a month is opened some thirty times.
const ACCESSES_OF_A_PERSON: u64 = 30;
const USERS: u64 = 360;
const WARDS: u64 = 12;
/// One access in six has an appointment, an order or a stay behind it that another system tells of.
const EXPLAINED_PERCENT: u64 = 16;
/// A bank's sign-ins beside so many accesses.
const ACCESSES_OF_A_SIGN_IN: u64 = 16;

const ROLES: [&str; 4] = ["nurse", "physician", "clerk", "laboratory"];
const ACTIONS: [&str; 4] = ["record.read", "record.read", "record.update", "record.print"];

/// What is known of the month without asking anybody.
#[derive(Default)]
pub(super) struct Truth {
    pub(super) accesses: u64,
    pub(super) by_role: BTreeMap<&'static str, u64>,
    pub(super) facts: u64,
    pub(super) sign_ins: u64,
    pub(super) bytes: u64,
}

/// The streams of a month, each in a file of its own.
pub(super) const FILES: [&str; 3] = ["ward", "care", "signins"];

/// Writes the month, a day after the other as time goes by.
pub(super) fn write(folder: &Path, accesses: u64, with_facts: bool, seed: u64) -> io::Result<Truth> {
    let mut random = Random::new(seed);
    let open = |name: &str| File::create(folder.join(format!("{name}.jsonl"))).map(BufWriter::new);
    let [mut ward, mut care, mut sign_ins] = [open(FILES[0])?, open(FILES[1])?, open(FILES[2])?];
    let mut truth = Truth::default();
    for number in 0..accesses {
        let at_s = BEGIN_S + number * (DAYS * DAY_S) / accesses;
        let at = time(at_s);
        let user = random.skewed(USERS, 2);
        let role = ROLES[usize::try_from(user % 10).unwrap_or(0).min(ROLES.len() - 1)];
        let person = random.below(accesses.div_ceil(ACCESSES_OF_A_PERSON));
        let (unit, action) = (user % WARDS, random.one_of(&ACTIONS));
        let outcome = if random.percent(1) { "denied" } else { "success" };
        writeln!(
            ward,
            r#"{{"timestamp":"{at}","action":"{action}","user_id":"u-{user:03}","role":"{role}","patient_id":"p-{person:07}","ward":"w-{unit}","outcome":"{outcome}","source_ip":"10.1.{}.{}"}}"#,
            user % 250,
            random.below(250)
        )?;
        truth.accesses += 1;
        *truth.by_role.entry(role).or_default() += 1;
        if with_facts && random.percent(EXPLAINED_PERCENT) {
            let (from, to) = (time(at_s.saturating_sub(1_800)), time(at_s + 1_800));
            writeln!(
                care,
                r#"{{"timestamp":"{from}","kind":"appointment","patient_id":"p-{person:07}","user_id":"u-{user:03}","valid_from":"{from}","valid_to":"{to}","reference":"a-{number}"}}"#
            )?;
            truth.facts += 1;
        }
        if number % ACCESSES_OF_A_SIGN_IN == 0 {
            let (who, outcome) =
                (random.skewed(900, 2), if random.percent(7) { "failure" } else { "success" });
            writeln!(
                sign_ins,
                r#"{{"timestamp":"{at}","event_type":"login","user_id":"c-{who}","outcome":"{outcome}","source_ip":"192.0.2.{}"}}"#,
                random.skewed(250, 3)
            )?;
            truth.sign_ins += 1;
        }
    }
    for mut file in [ward, care, sign_ins] {
        file.flush()?;
        truth.bytes += file.get_ref().metadata()?.len();
    }
    Ok(truth)
}

fn time(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000))
}
