//! A receiver that speaks HTTP over a real socket and behaves as a test says.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use super::Certificate;

/// What a receiver does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers.
    Status(u16, &'static str, String),
    /// Refuses, and repeats everything that it was sent.
    Echo,
    /// Closes the connection before it answers.
    Reset,
    /// Closes it in the middle of the status line.
    BreakOffHead,
    /// Says 200, promises a body, and closes the connection in the middle of it.
    BreakOffBody,
    /// Says something that is not HTTP.
    Garbage,
    /// Says 200 and then never stops.
    Huge,
    /// Says one letter, then nothing.
    Silent,
    /// Says nothing until the test comes to the barrier, then 200.
    Held(Arc<Barrier>),
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Status(status, "", String::new())
    }
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A receiver. Replies are given in order, then the last one again and again.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Receiver<Asked>,
}

/// Longest that a broken receiver holds on; clients in tests give up much earlier.
const PATIENCE: Duration = Duration::from_secs(20);

impl Server {
    pub(crate) fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::listen(replies, None)
    }

    pub(crate) fn start_with_tls(
        replies: impl IntoIterator<Item = Reply>,
        certificate: &Certificate,
    ) -> Self {
        Self::listen(replies, Some(certificate.clone()))
    }

    fn listen(replies: impl IntoIterator<Item = Reply>, certificate: Option<Certificate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let (sender, asked) = sync_channel(1_000);
        let of_thread = replies.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (replies, sender, certificate) = (of_thread.clone(), sender.clone(), certificate.clone());
                thread::spawn(move || {
                    connection.set_read_timeout(Some(PATIENCE)).unwrap();
                    match certificate {
                        None => answer(connection, &replies, &sender),
                        Some(certificate) => answer(certificate.wrap(connection), &replies, &sender),
                    }
                });
            }
        });
        Self { address, replies, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on it behaves so.
    pub(crate) fn behave(&self, replies: impl IntoIterator<Item = Reply>) {
        *self.replies.lock().unwrap() = replies.into_iter().collect();
    }

    /// What was asked and not looked at yet.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.try_iter().collect()
    }

    /// Waits for the next request.
    pub(crate) fn next(&self) -> Asked {
        self.asked.recv_timeout(PATIENCE).unwrap()
    }
}

fn answer(mut connection: impl Read + Write, replies: &Mutex<VecDeque<Reply>>, sender: &SyncSender<Asked>) {
    let Some(asked) = read(&mut connection) else { return };
    let reply = {
        let mut replies = replies.lock().unwrap();
        if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
    };
    let reply = match reply {
        Some(Reply::Echo) => Some(Reply::Status(400, "", format!("{} {:?}", asked.body, asked.headers))),
        other => other,
    };
    let _ = sender.try_send(asked);
    // The client may be gone: that is a part of some tests.
    let _ = write(connection, reply.unwrap());
}

fn read(connection: &mut impl Read) -> Option<Asked> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { line: line.trim_end().to_owned(), headers, body: String::from_utf8(body).ok()? })
}

fn write(mut connection: impl Read + Write, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Status(status, headers, body) => write!(
            connection,
            "HTTP/1.1 {status} Said\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        ),
        Reply::Reset | Reply::Echo => Ok(()),
        Reply::BreakOffHead => connection.write_all(b"HTTP/1.1 20"),
        Reply::BreakOffBody => {
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"ok\":tr")
        }
        Reply::Garbage => {
            connection.write_all(&[0x16, 3, 1, 0xff, b'\r', b'\n', 0, 7, b'\r', b'\n', b'\r', b'\n'])
        }
        Reply::Huge => {
            connection.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            loop {
                connection.write_all(chunk.as_bytes())?;
            }
        }
        Reply::Held(barrier) => {
            barrier.wait();
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        }
        Reply::Silent => {
            connection.write_all(b"H")?;
            // Until the client gives up.
            connection.read(&mut [0]).map(|_| ())
        }
    }
}
