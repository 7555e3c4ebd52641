//! The threads together, with a collector that accepts everything.

use std::fs;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use palisade_disk::RealDisk;
use palisade_record::SystemClock;

use crate::request::unpack;
use crate::{Agent, Answer, Error, FilesSource, Format, KnownPosition, Settings, Transport, TransportError};

#[derive(Clone, Default)]
struct Accepts(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Transport for Accepts {
    fn send(&self, body: &[u8]) -> Result<Answer, TransportError> {
        let batches = unpack(body).unwrap();
        let marks: Vec<_> = batches.iter().map(|batch| serde_json::json!({"mark": batch.to})).collect();
        for batch in &batches {
            let texts =
                batch.frames.iter().map(|frame| String::from_utf8_lossy(batch.payload(frame)).into_owned());
            self.0.0.lock().unwrap().extend(texts);
        }
        self.0.1.notify_all();
        let body = serde_json::json!({"batches": marks}).to_string().into_bytes();
        Ok(Answer { status: 200, retry_after: None, body })
    }

    fn positions(&self) -> Result<Vec<KnownPosition>, TransportError> {
        Ok(Vec::new())
    }
}

#[test]
fn a_started_agent_ships_lines_and_refuses_a_second_one() {
    let root = tempfile::tempdir().unwrap();
    let mut settings =
        Settings::new("node", "http://localhost", Some("/token".into()), root.path().join("state"));
    let glob = root.path().join("*.log").to_str().unwrap().to_owned();
    let stream = "app".parse().unwrap();
    settings.files.push(FilesSource { stream, glob, zone: String::new(), format: Format::Plain });
    fs::write(root.path().join("a.log"), "one\ntwo\n").unwrap();
    let accepts = Accepts::default();
    let start = |accepts: &Accepts| {
        Agent::start(settings.clone(), Arc::new(RealDisk), Arc::new(SystemClock), Box::new(accepts.clone()))
    };

    let agent = start(&accepts).unwrap();
    assert!(matches!(start(&accepts), Err(Error::Locked(_))));
    let (texts, arrived) = &*accepts.0;
    let guard = texts.lock().unwrap();
    let wait = Duration::from_secs(20);
    let (guard, _) = arrived.wait_timeout_while(guard, wait, |texts| texts.len() < 2).unwrap();
    assert_eq!(*guard, ["one", "two"]);
    drop(guard);
    assert!(agent.stop(wait));

    let again = start(&accepts).unwrap();
    fs::write(root.path().join("b.log"), "three\n").unwrap();
    let guard = texts.lock().unwrap();
    let (guard, _) = arrived.wait_timeout_while(guard, wait, |texts| texts.len() < 3).unwrap();
    assert_eq!(*guard, ["one", "two", "three"], "nothing is sent again after a restart");
    drop(guard);
    drop(again);
}
