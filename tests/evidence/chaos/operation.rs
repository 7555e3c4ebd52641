//! What can happen, and how often.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::ledger::Fate;
use super::stage::{STREAMS, Stage, send};
use crate::world::{Random, pace};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operation {
    Ingest,
    Search,
    Export,
    PlaceHold,
    ReleaseHold,
    /// kill -9 of the server, often while a request is under way, sometimes once more while it starts.
    Kill,
    /// SIGTERM.
    Stop,
    /// kill -9 of the S3 server, which is away for a while then.
    KillStore,
    /// The index objects go while the server is down.
    LoseIndexes,
    /// The catalog goes while the server is down.
    LoseCatalog,
}

/// How often each is drawn, beside the others.
const SHARES: [(Operation, u64); 10] = [
    (Operation::Ingest, 70),
    (Operation::Search, 30),
    (Operation::Export, 12),
    (Operation::PlaceHold, 7),
    (Operation::ReleaseHold, 6),
    (Operation::Kill, 8),
    (Operation::Stop, 4),
    (Operation::KillStore, 2),
    (Operation::LoseIndexes, 3),
    (Operation::LoseCatalog, 3),
];

/// A request under way is cut off after so long at most; a start as well.
const CUT_MILLIS_MAX: u64 = 25;
const START_CUT_MILLIS_MAX: u64 = 150;

/// The store is away for so many operations at most.
const AWAY_MAX: u64 = 8;

/// What happened how often.
#[derive(Default, Debug)]
pub(super) struct Done {
    pub(super) kills: usize,
    pub(super) stops: usize,
    pub(super) store_kills: usize,
    pub(super) indexes: usize,
    pub(super) catalogs: usize,
}

impl Operation {
    pub(super) fn draw(random: &mut Random) -> Self {
        let mut left = random.below(SHARES.iter().map(|(_, share)| share).sum());
        for (operation, share) in SHARES {
            if left < share {
                return operation;
            }
            left -= share;
        }
        Self::Ingest
    }

    pub(super) fn apply(self, stage: &mut Stage, random: &mut Random, done: &mut Done) {
        match stage.store_away {
            Some(0) => stage.bring_back_store(),
            Some(left) => stage.store_away = Some(left - 1),
            None => {}
        }
        match self {
            Self::Ingest => ingest(stage, random),
            Self::Search => search(stage, random),
            Self::Export => export(stage, random),
            Self::PlaceHold => place_hold(stage, random),
            Self::ReleaseHold => release_hold(stage),
            Self::Kill => {
                kill(stage, random);
                done.kills += 1;
                if random.below(4) == 0 {
                    stage.server.launch();
                    pace(Duration::from_millis(random.below(START_CUT_MILLIS_MAX)));
                    stage.server.kill();
                    done.kills += 1;
                }
                stage.server.start();
            }
            Self::Stop => {
                stage.server.terminate();
                stage.server.start();
                done.stops += 1;
            }
            Self::KillStore => {
                stage.bring_back_store();
                stage.store.kill();
                stage.store_away = Some(random.below(AWAY_MAX));
                done.store_kills += 1;
            }
            Self::LoseIndexes => {
                go_down(stage, random, done);
                lose_indexes(stage, random);
                stage.server.start();
                done.indexes += 1;
            }
            Self::LoseCatalog => {
                let was_killed = go_down(stage, random, done);
                stage.bring_back_store();
                stage.restore_catalog();
                stage.server.start();
                done.catalogs += 1;
                forget_unsigned_holds(stage, !was_killed);
            }
        }
    }
}

fn ingest(stage: &mut Stage, random: &mut Random) {
    let stream = *random.pick(&STREAMS);
    let parcel = stage.ledger.draw(stream, random);
    let fate = send(&stage.server.client(), &parcel);
    assert_eq!(fate, Fate::Acknowledged, "nothing that happens to the bucket keeps records out");
    stage.ledger.note(parcel, fate);
}

/// What was acknowledged is found, or it is told that it cannot be looked for.
fn search(stage: &Stage, random: &mut Random) {
    let Some((stream, mark)) = stage.ledger.pick(random) else { return };
    let request = json!({"query": format!("mark:{mark}"), "limit": 10});
    let answer = stage.server.client().post("/api/v1/search", &request);
    if answer.status == 200 || stage.store_answers() {
        assert_eq!(answer.status, 200, "{mark} of {stream}: {}", answer.text());
        let records = answer.json()["records"].as_array().unwrap().len();
        assert_eq!(records, 1, "{mark} of {stream}");
    }
}

fn export(stage: &Stage, random: &mut Random) {
    let stream = random.pick(&STREAMS);
    match stage.exported(stream) {
        Ok(marks) => stage.ledger.compare(stream, "an export on the way", &marks),
        Err(problem) => assert!(!stage.store_answers(), "{stream} cannot be exported: {problem}"),
    }
}

fn place_hold(stage: &mut Stage, random: &mut Random) {
    let stream = random.pick(&STREAMS);
    let hold = json!({"matter": "chaos", "reason": "drawn", "query": format!("stream:{stream} n<200")});
    let placed = stage.server.client().post("/api/v1/holds", &hold).json();
    stage.holds.push(placed["id"].as_str().unwrap().to_owned());
}

fn release_hold(stage: &mut Stage) {
    let Some(id) = stage.holds.pop() else { return };
    let path = format!("/api/v1/holds/{id}?reason=drawn");
    let answer = stage.server.client().attempt("DELETE", &path, &[], &[]).expect("the server answers");
    assert_eq!(answer.status, 200, "{id}: {}", answer.text());
}

/// Kills the server, with a request under way as often as not.
fn kill(stage: &mut Stage, random: &mut Random) {
    if random.below(2) == 0 {
        return stage.server.kill();
    }
    let stream = *random.pick(&STREAMS);
    let parcel = stage.ledger.draw(stream, random);
    let client = stage.server.client();
    let sender = thread::spawn(move || {
        let fate = send(&client, &parcel);
        (parcel, fate)
    });
    pace(Duration::from_millis(random.below(CUT_MILLIS_MAX)));
    stage.server.kill();
    let (parcel, fate) = sender.join().expect("a sender does not fail");
    stage.ledger.note(parcel, fate);
}

/// Ends the server this way or that; says whether it was killed.
fn go_down(stage: &mut Stage, random: &mut Random, done: &mut Done) -> bool {
    let is_killed = random.below(2) == 0;
    if is_killed {
        kill(stage, random);
        done.kills += 1;
    } else {
        stage.server.terminate();
        done.stops += 1;
    }
    is_killed
}

/// A hold comes back from the signed log, which it reaches within a second. One that the last moment before a kill placed is
/// lost with the catalog; after a stop none is.
fn forget_unsigned_holds(stage: &mut Stage, is_whole: bool) {
    let listed = stage.server.client().get("/api/v1/holds").json();
    let is_listed =
        |id: &String| listed["holds"].as_array().unwrap().iter().any(|hold| hold["id"] == *id.as_str());
    if is_whole {
        assert!(stage.holds.iter().all(is_listed), "{:?} of {listed}", stage.holds);
    }
    stage.holds.retain(is_listed);
}

fn lose_indexes(stage: &Stage, random: &mut Random) {
    let Ok(entries) = fs::read_dir(stage.objects().join("splits")) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == "index") && random.below(2) == 0 {
            fs::remove_file(path).unwrap();
        }
    }
}
