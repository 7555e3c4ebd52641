//! HTTP/1.1 messages as far as these tests need them: a start line, headers and a body of known length.

use std::io::{self, BufRead, Read, Write};

/// A request or an answer.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A header's value; names are compared without regard to case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The path of a request, with its query.
    pub(crate) fn path(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        self.start.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }

    /// Reads the start line and the headers; nothing when the other side closed before the first byte.
    pub(crate) fn read_head(source: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut start = String::new();
        if source.read_line(&mut start)? == 0 {
            return Ok(None);
        }
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            if source.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(Some(Self { start: start.trim_end().to_owned(), headers, body: Vec::new() }))
    }

    /// Reads a whole message. An answer without a length goes on until the connection ends.
    pub(crate) fn read(source: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(mut message) = Self::read_head(source)? else { return Ok(None) };
        let is_answer = message.start.starts_with("HTTP/");
        if message.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            message.body = read_chunks(source)?;
        } else if let Some(length) = message.header("content-length") {
            let length = length.parse().map_err(|_| io::ErrorKind::InvalidData)?;
            message.body = vec![0; length];
            source.read_exact(&mut message.body)?;
        } else if is_answer && message.status() >= 200 && message.status() != 204 {
            source.read_to_end(&mut message.body)?;
        }
        Ok(Some(message))
    }

    /// Writes it with the length of its body, and whether the connection stays open after it.
    pub(crate) fn write(&self, target: &mut impl Write, keep: bool) -> io::Result<()> {
        let mut bytes = format!("{}\r\n", self.start).into_bytes();
        for (name, value) in &self.headers {
            let own = ["content-length", "transfer-encoding", "connection", "expect"];
            if !own.iter().any(|own| name.eq_ignore_ascii_case(own)) {
                bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
        }
        let connection = if keep { "keep-alive" } else { "close" };
        let length = self.body.len();
        bytes.extend_from_slice(
            format!("content-length: {length}\r\nconnection: {connection}\r\n\r\n").as_bytes(),
        );
        bytes.extend_from_slice(&self.body);
        target.write_all(&bytes)?;
        target.flush()
    }
}

fn read_chunks(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        source.read_line(&mut line)?;
        let digits = line.trim().split(';').next().unwrap_or_default();
        let length = u64::from_str_radix(digits, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        if source.take(length).read_to_end(&mut body)? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut end = String::new();
        source.read_line(&mut end)?;
        if length == 0 {
            return Ok(body);
        }
    }
}
