//! One object, `a`, in an archive class: `HEAD`, `GET` and `POST ?restore`, as Amazon's S3 answers them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::fake::{self, Request, error, ok};

const CONTENT: &[u8] = b"cold";

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Restores that began.
    pub(crate) restores: u32,
    /// The bodies of all requests for one.
    pub(crate) bodies: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Archived,
    /// Archived as far as a HEAD tells, and under way when a restore is asked for.
    Raced,
    Underway,
    Restored,
}

struct Shared {
    class: &'static str,
    state: State,
    seen: Seen,
}

/// The server.
pub(crate) struct Fake {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

impl Fake {
    pub(crate) fn start(class: &'static str) -> Self {
        let shared = Arc::new(Mutex::new(Shared { class, state: State::Archived, seen: Seen::default() }));
        let answering = Arc::clone(&shared);
        let address = fake::serve(move |request| answering.lock().unwrap().answer(request));
        Self { address, shared }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Hours go by.
    pub(crate) fn finish(&self) {
        self.shared.lock().unwrap().state = State::Restored;
    }

    pub(crate) fn let_another_be_first(&self) {
        self.shared.lock().unwrap().state = State::Raced;
    }

    pub(crate) fn seen(&self) -> Seen {
        self.shared.lock().unwrap().seen.clone()
    }
}

impl Shared {
    fn answer(&mut self, request: &Request) -> Vec<u8> {
        let is_archive = matches!(self.class, "GLACIER" | "DEEP_ARCHIVE");
        let mut headers = format!("x-amz-storage-class: {}\r\n", self.class);
        match self.state {
            State::Underway => headers.push_str("x-amz-restore: ongoing-request=\"true\"\r\n"),
            State::Restored => headers.push_str(
                "x-amz-restore: ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT\"\r\n",
            ),
            State::Archived | State::Raced => {}
        }
        if request.line.starts_with("head ") {
            return ok(&format!("content-length: {}\r\n{headers}", CONTENT.len()));
        }
        if request.line.starts_with("post ") {
            assert!(request.line.contains("restore"), "{}", request.line);
            self.seen.bodies.push(String::from_utf8_lossy(&request.body).into_owned());
            if self.state != State::Archived {
                self.state = State::Underway;
                return error("409 Conflict", "RestoreAlreadyInProgress");
            }
            (self.state, self.seen.restores) = (State::Underway, self.seen.restores + 1);
            return b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec();
        }
        if is_archive && self.state != State::Restored {
            return error("403 Forbidden", "InvalidObjectState");
        }
        let range = request.header("range").and_then(|range| range.strip_prefix("bytes=")).unwrap();
        let (start, end) = match range.split_once('-').unwrap() {
            ("", last) => (CONTENT.len() - last.parse::<usize>().unwrap().min(CONTENT.len()), CONTENT.len()),
            (start, end) => (start.parse().unwrap(), end.parse::<usize>().unwrap() + 1),
        };
        let bytes = &CONTENT[start..end];
        let mut answer = format!(
            "HTTP/1.1 206 Partial Content\r\ncontent-length: {}\r\ncontent-range: bytes {start}-{}/{}\r\n{headers}\r\n",
            bytes.len(),
            end - 1,
            CONTENT.len()
        )
        .into_bytes();
        answer.extend_from_slice(bytes);
        answer
    }
}
