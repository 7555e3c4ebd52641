//! Two months of records that lie far away: what a question reads of them, request by request.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use palisade_index::{Copies, FarCopy, Parts};
use palisade_storage::{CountingStorage, MemoryStorage, ObjectStorage, Reads, Terms};

use super::*;

type Far = Arc<CountingStorage<MemoryStorage>>;

const DAYS: u64 = 60;
const SPLITS_OF_A_DAY: u64 = 3;
const RECORDS_OF_A_SPLIT: u64 = 400;
const DAY_NANOS: u64 = 86_400_000_000_000;

fn at(day: u64, nanos: u64) -> Timestamp {
    Timestamp::from_nanos(i64::try_from(day * DAY_NANOS + nanos).unwrap())
}

fn id(day: u64, split: u64, record: u64) -> String {
    format!("req7{day:02}x{split}x{record:04}")
}

/// The records of a split: each has an id of its own, and one in a hundred is an error.
fn batch_of(day: u64, split: u64) -> Batch {
    let file = format!("/var/log/{day}-{split}.log");
    let lane = Lane {
        agent: "node-1".into(),
        origin: Arc::new(Origin { file, ..Origin::default() }),
        generation: 1,
    };
    let mut batch = Batch::new(lane, 1, b"identity".to_vec(), "app".parse().unwrap(), 0);
    let second_nanos = DAY_NANOS / SPLITS_OF_A_DAY / RECORDS_OF_A_SPLIT;
    for record in 0..RECORDS_OF_A_SPLIT {
        let level = if record % 100 == 7 { "error" } else { "info" };
        let message = format!("request {} took {} ms", id(day, split, record), record * 31 % 977);
        let raw =
            json!({ "level": level, "message": message, "service": "checkout", "status": 200 + record % 5 });
        let time = at(day, (split * RECORDS_OF_A_SPLIT + record) * second_nanos);
        let raw = raw.to_string();
        batch.push(batch.to, raw.len() as u64 + 1, FrameFlags::default(), Some(time), raw.as_bytes());
        batch.to += raw.len() as u64 + 1;
    }
    batch
}

fn parts(clock: &ManualClock, far: &Far) -> Parts {
    Parts { cold: Some(far.clone()), ..Parts::near(Arc::new(RealDisk), Arc::new(clock.clone())) }
}

fn server(directory: tempfile::TempDir, clock: &ManualClock, far: &Far) -> Server {
    let settings = Settings { threads: 2, ..Settings::default() };
    Server::over(directory, parts(clock, far), ByteSize::mib(64), settings)
}

/// What lies where, when everything is far away.
struct Moved {
    /// Catalog and journal.
    directory: tempfile::TempDir,
    objects: Vec<(String, Vec<u8>)>,
}

/// Made once: it takes longer than all that is asked of it.
fn moved() -> &'static Moved {
    static MOVED: OnceLock<Moved> = OnceLock::new();
    MOVED.get_or_init(move_all)
}

fn move_all() -> Moved {
    let (clock, far) = (ManualClock::at(at(0, 0)), Far::new(CountingStorage::new(MemoryStorage::default())));
    let mut first = server(tempfile::tempdir().unwrap(), &clock, &far);
    for day in 0..DAYS {
        for split in 0..SPLITS_OF_A_DAY {
            let received_at = at(day, split * 1_000);
            let batches = vec![batch_of(day, split)];
            let rows = Objects.parse(&batches, received_at);
            let submission = Submission { batches, packed: None, rows, received_at, positioned: true };
            _ = first.runtime.block_on(first.index.append(submission)).unwrap();
            first.index.publish().unwrap();
        }
    }
    clock.set(at(DAYS, DAY_NANOS / 2));
    assert_eq!(first.index.make_needles().unwrap() as u64, DAYS);
    let near = first.index.storages().hot.clone();
    for split in first.index.splits() {
        let copies = Copies { hot: false, warm: None, cold: Some(FarCopy::default()) };
        first.index.set_copies(split.id(), &copies).unwrap();
    }
    let mut objects = Vec::new();
    for name in ["splits/", "needles/"].into_iter().flat_map(|folder| near.list(folder).unwrap()) {
        let object = near.get(&name, 0..near.length(&name).unwrap()).unwrap();
        near.remove(&name).unwrap();
        objects.push((name, object));
    }
    first.index.close();
    let directory = std::mem::replace(&mut first._directory, tempfile::tempdir().unwrap());
    Moved { directory, objects }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() { copy(&path, &to) } else { _ = fs::copy(&path, &to).unwrap() }
    }
}

/// A server that was just started, with everything far away and nothing near.
fn far_server() -> (Server, Far) {
    let Moved { directory, objects } = moved();
    let own = tempfile::tempdir().unwrap();
    copy(directory.path(), own.path());
    let far = Far::new(CountingStorage::new(MemoryStorage::default()));
    for (name, object) in objects {
        far.put(name, object, &Terms::pointer()).unwrap();
    }
    (server(own, &ManualClock::at(at(DAYS, DAY_NANOS / 2)), &far), far)
}

/// What a request reads of the far storage.
fn reads(server: &Server, far: &Far, path: &str, request: &Json) -> (Json, Reads) {
    _ = far.take();
    let answer = server.post(path, request);
    let reads = far.take();
    println!("{path} {request}: {reads:?}");
    (answer, reads)
}

#[test]
fn an_id_in_records_far_away_costs_about_one_request_for_a_day() {
    let (server, far) = far_server();
    assert_eq!(far.take(), Reads { reads: 0, bytes: 0, questions: 1 }, "a start lists the needle indexes");

    let request = json!({ "query": id(41, 1, 123) });
    let (estimate, before) = reads(&server, &far, "/api/v1/estimate", &request);
    let (answer, found) = reads(&server, &far, "/api/v1/search", &request);
    let (_, again) = reads(&server, &far, "/api/v1/search", &request);
    let (nothing, absent) = reads(&server, &far, "/api/v1/search", &json!({ "query": "req799x9x9999" }));

    assert_eq!(before, Reads::default());
    assert_eq!(
        estimate["splits"],
        json!({ "hot": 0, "warm": 0, "cold": DAYS * SPLITS_OF_A_DAY, "archived": 0 })
    );
    assert!((DAYS..DAYS * 6 / 5).contains(&estimate["requests"].as_u64().unwrap()), "{estimate}");
    assert_eq!(answer["records"].as_array().unwrap().len(), 1);
    assert_eq!(answer["scanned"]["far_requests"], found.reads + found.questions);
    assert_eq!(answer["scanned"]["far_bytes"], found.bytes);
    assert!(found.reads + found.questions <= DAYS * 6 / 5, "{found:?}");
    assert_eq!((again.reads, again.questions), (0, 0), "it is remembered");
    assert_eq!(nothing["records"], json!([]));
    assert!(absent.reads + absent.questions <= DAYS * 6 / 5, "{absent:?}");
}

#[test]
fn a_page_of_the_newest_opens_no_more_splits_than_it_needs() {
    let (server, far) = far_server();
    let total = DAYS * SPLITS_OF_A_DAY;

    let (answer, found) = reads(&server, &far, "/api/v1/search", &json!({ "query": "", "limit": 100 }));
    assert_eq!(answer["records"].as_array().unwrap().len(), 100);
    assert!(found.reads <= 6 && answer["scanned"]["splits"].as_u64().unwrap() <= 3, "{found:?} of {total}");

    let (_, found) = reads(&server, &far, "/api/v1/search", &json!({ "query": "level:error", "limit": 10 }));
    assert!(found.reads <= 40, "{found:?} of {total} splits");
}

#[test]
fn a_question_about_a_day_reads_that_day() {
    let (server, far) = far_server();
    let (from, to) = (at(20, 0).to_string(), at(21, 0).to_string());

    let request = json!({ "query": "\"took 31 ms\"", "from": from, "to": to });
    let (estimate, _) = reads(&server, &far, "/api/v1/estimate", &request);
    let (answer, found) = reads(&server, &far, "/api/v1/search", &request);

    assert_eq!(answer["records"].as_array().unwrap().len() as u64, SPLITS_OF_A_DAY);
    assert_eq!(estimate["splits"]["cold"], SPLITS_OF_A_DAY);
    // Of each split: its end, with which all of so small a split comes, and its index.
    assert_eq!(found.reads + found.questions, SPLITS_OF_A_DAY * 2, "{found:?}");
    assert!(found.bytes <= estimate["bytes"].as_u64().unwrap(), "{found:?} {estimate}");
}

#[test]
fn an_export_of_some_hours_reads_their_split_in_few_requests() {
    let (server, far) = far_server();
    let (from, to) = (at(30, 0).to_string(), at(30, DAY_NANOS / SPLITS_OF_A_DAY).to_string());
    _ = far.take();

    let (status, bytes) =
        server.send(post("/api/v1/export", &json!({ "query": "", "from": from, "to": to, "order": "time" })));

    let found = far.take();
    println!("export: {found:?}");
    assert_eq!(status, StatusCode::OK);
    let expected = batch_of(30, 0);
    let lines: Vec<&[u8]> = expected.frames.iter().map(|frame| expected.payload(frame)).collect();
    assert!(bytes.trim_ascii_end() == lines.join(&b'\n'));
    assert!(found.reads + found.questions <= 4, "{found:?}");
}

#[test]
fn all_answers_are_the_same_far_away() {
    let (server, _far) = far_server();
    let total = DAYS * SPLITS_OF_A_DAY * RECORDS_OF_A_SPLIT;

    let histogram = server.post("/api/v1/histogram", &json!({ "query": "level:error" }));
    assert_eq!(histogram["total"], total / 100);
    let table = server.post("/api/v1/search", &json!({ "query": "* | stats count() by status" }));
    assert_eq!(table["rows"].as_array().unwrap().len(), 5);
    let (status, lines) = server.send(post("/api/v1/export", &json!({ "query": "" })));
    assert_eq!(status, StatusCode::OK);
    assert_eq!(lines.trim_ascii_end().split(|byte| *byte == b'\n').count() as u64, total);
}

#[test]
fn a_needle_index_that_is_lost_costs_requests_and_no_answer() {
    let (server, far) = far_server();
    for name in far.list("needles/").unwrap() {
        far.remove(&name).unwrap();
    }

    let (answer, _) = reads(&server, &far, "/api/v1/search", &json!({ "query": id(3, 2, 11) }));

    assert_eq!(answer["records"].as_array().unwrap().len(), 1);
    assert!(server.index.statistics().needles_unreadable_total >= DAYS);
}
