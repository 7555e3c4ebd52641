//! Forwards connections, counts what travels, and makes every request wait as if the server were far away.
//!
//! Bytes are forwarded as they come: the client signs for this proxy's address, and the server checks the signature against
//! the `Host` that it reads.

mod requests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use requests::RequestCounter;

/// So much is read at once.
const PIECE_BYTES: usize = 64 << 10;

/// What travelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// HTTP requests.
    pub requests: u64,
    /// Bytes to the server, heads included.
    pub bytes_sent: u64,
    /// Bytes from the server, heads included.
    pub bytes_received: u64,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    bytes_sent: AtomicU64,
    bytes_received: AtomicU64,
    delay_micros: AtomicU64,
}

/// A running proxy; it ends with this value.
pub struct CountingProxy {
    address: SocketAddr,
    counters: Arc<Counters>,
    runtime: Option<Runtime>,
}

impl CountingProxy {
    /// Forwards to `target` from a free port of the loopback address, without delay at first.
    pub fn start(target: SocketAddr) -> io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("rig-proxy").enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let counters = Arc::new(Counters::default());
        let shared = Arc::clone(&counters);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, target, Arc::clone(&shared)));
            }
        });
        Ok(Self { address, counters, runtime: Some(runtime) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same, as an HTTP address.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request from now on waits so long before it is forwarded.
    pub fn set_delay(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.counters.delay_micros.store(micros, Ordering::Relaxed);
    }

    /// What travelled since the last call.
    pub fn take(&self) -> Traffic {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
        Traffic {
            requests: take(&self.counters.requests),
            bytes_sent: take(&self.counters.bytes_sent),
            bytes_received: take(&self.counters.bytes_received),
        }
    }
}

impl Drop for CountingProxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(client: TcpStream, target: SocketAddr, counters: Arc<Counters>) {
    // A server that is not there is a connection that closes: what the client would see without a proxy, nearly.
    let Ok(server) = TcpStream::connect(target).await else { return };
    if client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).is_err() {
        return;
    }
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let sending = send(from_client, to_server, &counters);
    let receiving = receive(from_server, to_client, &counters);
    // When one direction ends in an error, the other has nobody to talk to.
    _ = tokio::try_join!(sending, receiving);
}

async fn send(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counters: &Counters) -> io::Result<()> {
    let mut seen = RequestCounter::default();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = from.read(&mut piece).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let requests = seen.feed(&piece[..read]);
        counters.requests.fetch_add(u64::from(requests), Ordering::Relaxed);
        counters.bytes_sent.fetch_add(read as u64, Ordering::Relaxed);
        let delay = Duration::from_micros(counters.delay_micros.load(Ordering::Relaxed));
        if requests > 0 && !delay.is_zero() {
            tokio::time::sleep(delay * requests).await;
        }
        to.write_all(&piece[..read]).await?;
    }
}

async fn receive(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counters: &Counters) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = from.read(&mut piece).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        counters.bytes_received.fetch_add(read as u64, Ordering::Relaxed);
        to.write_all(&piece[..read]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener as StdListener, TcpStream as StdStream};
    use std::time::Instant;

    /// A server that answers every 4 bytes with 2, until the client ends.
    fn echo() -> SocketAddr {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            stream.write_all(&bytes).unwrap();
        });
        address
    }

    #[test]
    fn bytes_come_through_unchanged_and_requests_are_counted() {
        let proxy = CountingProxy::start(echo()).unwrap();
        let mut stream = StdStream::connect(proxy.address()).unwrap();
        let sent = b"PUT /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n";
        stream.write_all(sent).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();

        assert_eq!(received, sent);
        let length = sent.len() as u64;
        assert_eq!(proxy.take(), Traffic { requests: 2, bytes_sent: length, bytes_received: length });
        assert_eq!(proxy.take(), Traffic::default());
    }

    #[test]
    fn a_request_waits_for_its_delay() {
        let proxy = CountingProxy::start(echo()).unwrap();
        proxy.set_delay(Duration::from_millis(30));
        let mut stream = StdStream::connect(proxy.address()).unwrap();
        let begin = Instant::now();
        stream.write_all(b"GET /b HTTP/1.1\r\n\r\n").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
        assert!(begin.elapsed() >= Duration::from_millis(30));
    }
}
