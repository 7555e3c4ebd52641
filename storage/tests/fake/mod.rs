//! A server that speaks just enough HTTP to say what a test lets it say.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use palisade_storage::S3Storage;

/// A request, in small letters but for its body.
pub(crate) struct Request {
    /// For example `get /bucket/key?versionid=1 http/1.1`.
    pub(crate) line: String,
    headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.map(str::trim)
    }
}

/// Answers every request with what `answer` says, whole bytes of it; an answer that is shorter than it tells ends its
/// connection. The threads end with the test.
pub(crate) fn serve(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let (Ok(connection), answer) = (connection, Arc::clone(&answer)) else { return };
            std::thread::spawn(move || _ = converse(&connection, &*answer));
        }
    });
    address
}

fn converse(connection: &TcpStream, answer: &dyn Fn(&Request) -> Vec<u8>) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.trim_end() {
                "" => break,
                line => headers.push(line.to_ascii_lowercase()),
            }
        }
        let mut request = Request { line: headers.remove(0), headers, body: Vec::new() };
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        request.body = vec![0; length];
        reader.read_exact(&mut request.body)?;
        let bytes = answer(&request);
        (&*connection).write_all(&bytes)?;
        if bytes.windows(17).any(|piece| piece == b"connection: close") {
            return Ok(());
        }
    }
}

/// An answer without a body, with these headers, each of which ends with a line break.
pub(crate) fn ok(headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes()
}

/// A refusal as S3 writes it.
pub(crate) fn error(status: &str, code: &str) -> Vec<u8> {
    let body = format!("<Error><Code>{code}</Code><Message>so it is</Message></Error>");
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A storage on the server, and the directory with its keys.
pub(crate) fn storage(endpoint: &str) -> (S3Storage, tempfile::TempDir) {
    let keys = tempfile::tempdir().unwrap();
    std::fs::write(keys.path().join("access"), "access").unwrap();
    std::fs::write(keys.path().join("secret"), "secret").unwrap();
    let files = keys.path().display();
    let keys_are = format!("access_key_file={files}/access&secret_key_file={files}/secret");
    (S3Storage::open(&format!("s3://bucket?endpoint={endpoint}&{keys_are}")).unwrap(), keys)
}
