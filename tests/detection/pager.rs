//! A receiver that speaks PagerDuty's Events API v2, and what it was told.

use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::Value;

use crate::world::{Message, Server, wait_until};

/// What it answers next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mood {
    /// 202.
    Well,
    /// This status, and `Retry-After: 1`.
    Status(u16),
    /// It closes the connection without an answer.
    Reset,
}

#[derive(Default)]
struct State {
    told: Vec<(Instant, Value)>,
    refused: usize,
    mood: Option<Mood>,
}

/// The receiver.
pub(super) struct Pager {
    state: Arc<Mutex<State>>,
    server: Server,
}

impl Pager {
    pub(super) fn new() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let server = Server::start(move |request, stream| answer(&request, stream, &shared));
        Self { state, server }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/v2/enqueue", self.server.address())
    }

    /// From now on.
    pub(super) fn be(&self, mood: Mood) {
        self.state.lock().unwrap().mood = Some(mood);
    }

    /// Requests that it did not accept.
    pub(super) fn refused(&self) -> usize {
        self.state.lock().unwrap().refused
    }

    /// What it accepted of a kind, with when.
    pub(super) fn told(&self, action: &str) -> Vec<(Instant, Value)> {
        let told = self.state.lock().unwrap().told.clone();
        told.into_iter().filter(|(_, event)| event["event_action"] == action).collect()
    }

    /// The incidents that were ever opened: what PagerDuty makes of several triggers with one key is one.
    pub(super) fn incidents(&self) -> Vec<String> {
        let mut keys: Vec<String> = self
            .told("trigger")
            .iter()
            .map(|(_, event)| event["dedup_key"].as_str().unwrap().to_owned())
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    #[track_caller]
    pub(super) fn wait_for(&self, action: &str, count: usize) {
        wait_until(&format!("{count} {action}"), || self.told(action).len() >= count);
    }
}

fn answer(request: &Message, stream: &mut TcpStream, state: &Mutex<State>) -> bool {
    let mut state = state.lock().unwrap();
    let mood = state.mood.unwrap_or(Mood::Well);
    let status = match mood {
        Mood::Well => {
            let event: Value = serde_json::from_slice(&request.body).unwrap();
            assert_eq!(event["routing_key"], "R0UT1NG");
            state.told.push((Instant::now(), event));
            202
        }
        Mood::Status(status) => {
            state.refused += 1;
            status
        }
        Mood::Reset => {
            state.refused += 1;
            return false;
        }
    };
    drop(state);
    let headers = vec![("retry-after".to_owned(), "1".to_owned())];
    let answer = Message { start: format!("HTTP/1.1 {status} x"), headers, body: b"{}".to_vec() };
    // Who does not read the answer was killed.
    _ = answer.write(stream, false);
    false
}
