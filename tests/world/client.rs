//! A caller of the HTTP interface: one connection per request, nothing clever.

use std::io::{BufReader, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::Message;
use super::wait::DEADLINE;

/// Calls one address with one token.
#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// A header of it, whose name is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.to_ascii_lowercase() == name).map(|(_, value)| &**value)
    }

    /// Its body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body as JSON, after checking that the status says so.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The body of an error: its `error` object.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        let body: Value =
            serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()));
        for part in ["kind", "message", "hint"] {
            assert!(body["error"][part].is_string(), "an error has a {part}: {body}");
        }
        body["error"].clone()
    }
}

impl Client {
    /// Calls `address` (host and port), with a token or without.
    pub(crate) fn new(address: &str, token: Option<&str>) -> Self {
        Self { address: address.to_owned(), token: token.map(str::to_owned) }
    }

    /// Sends a request and reads its answer; nothing when the connection does not come about or breaks.
    pub(crate) fn attempt(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let mut stream = self.open(method, path, headers, body)?;
        let message = Message::read(&mut BufReader::new(&mut stream)).ok()??;
        Some(Answer { status: message.status(), headers: message.headers, body: message.body })
    }

    /// Sends a request and leaves the connection open for reading.
    pub(crate) fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(DEADLINE)).ok()?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        if let Some(token) = &self.token {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        stream.write_all(head.as_bytes()).ok()?;
        // A server that refuses a body may answer and close before it read all of it: the answer is what counts.
        let _ = stream.write_all(body);
        Some(stream)
    }

    /// `GET`.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.attempt("GET", path, &[], &[]).unwrap_or_else(|| panic!("GET {path} has no answer"))
    }

    /// `POST` of a JSON value.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// `POST` of any bytes.
    #[track_caller]
    pub(crate) fn send(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.attempt("POST", path, headers, body).unwrap_or_else(|| panic!("POST {path} has no answer"))
    }
}
