//! Connections: how many, how long, and how they end.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use palisade_access::{Machine, Proxies};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::tls::Certificates;

/// A client that has not sent its request's head by then does not mean to. Ends idle connections too.
const HEAD_SECONDS_MAX: Duration = Duration::from_secs(10);

/// Headers of a request. Browsers behind proxies send some forty.
const HEADERS_MAX: usize = 100;

/// Bytes of a request's head, and of a body that was read ahead of its handler.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Connections at once: a thousand agents with one each and as many people. Further ones wait in the operating
/// system's queue.
const CONNECTIONS_MAX: usize = 2_048;

/// How long a request may go on after the program was asked to stop.
const DRAIN_SECONDS_MAX: Duration = Duration::from_secs(5);

/// Pause after the operating system refused a connection, for instance because there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A listener and the connections it has accepted.
pub(super) struct Door {
    address: SocketAddr,
    stop: CancellationToken,
    accepting: JoinHandle<()>,
    connections: TaskTracker,
}

/// Begins to listen; requests wait until [`Door::open`].
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen at {address}; stop what does, or choose another address with --listen (port 0 takes any)")
    })
}

impl Door {
    /// Answers requests from here on.
    pub(super) fn open(
        listener: TcpListener,
        router: Router,
        certificates: Option<Arc<Certificates>>,
        proxies: Proxies,
    ) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("cannot learn the address of the listener")?;
        let (stop, connections) = (CancellationToken::new(), TaskTracker::new());
        if let Some(certificates) = &certificates {
            connections.spawn(certificates.clone().keep_current(stop.clone()));
        }
        let behind = Behind { router, certificates, proxies: Arc::new(proxies) };
        let accepting = tokio::spawn(accept(listener, behind, stop.clone(), connections.clone()));
        Ok(Self { address, stop, accepting, connections })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts nothing more and lets requests that are under way finish.
    pub(super) async fn close(self) {
        self.stop.cancel();
        _ = self.accepting.await;
        self.connections.close();
        self.connections.wait().await;
    }
}

/// What is behind the door, and how one gets there.
#[derive(Clone)]
struct Behind {
    router: Router,
    certificates: Option<Arc<Certificates>>,
    proxies: Arc<Proxies>,
}

async fn accept(listener: TcpListener, behind: Behind, stop: CancellationToken, connections: TaskTracker) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => return,
            place = places.clone().acquire_owned() => place.expect("the semaphore is never closed"),
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                let connection = serve(stream, from.ip(), behind.clone(), stop.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: IpAddr, behind: Behind, stop: CancellationToken) {
    // Answers are small; waiting for more to fill a packet only makes them late.
    _ = stream.set_nodelay(true);
    let Behind { router, certificates, proxies } = behind;
    let Some(certificates) = certificates else {
        return answer(stream, router, Caller { peer, machine: None, proxies }, stop).await;
    };
    let accepted = tokio::select! {
        accepted = tokio::time::timeout(HEAD_SECONDS_MAX, certificates.accept(stream)) => accepted,
        () = stop.cancelled() => return,
    };
    match accepted {
        Ok(Ok((stream, machine))) => answer(stream, router, Caller { peer, machine, proxies }, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, %peer, "a client does not agree on TLS"),
        Err(_) => tracing::debug!(%peer, "a client takes too long to agree on TLS"),
    }
}

/// Who made a connection.
struct Caller {
    peer: IpAddr,
    machine: Option<Machine>,
    proxies: Arc<Proxies>,
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    caller: Caller,
    stop: CancellationToken,
) {
    let service = router.map_request(move |mut request: Request<Incoming>| {
        let peer = caller.proxies.origin(caller.peer, request.headers());
        request.extensions_mut().insert(peer);
        if let Some(machine) = &caller.machine {
            request.extensions_mut().insert(machine.clone());
        }
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_SECONDS_MAX)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            // A tail would go on for ever: it is cut off, and its client connects again.
            tokio::time::timeout(DRAIN_SECONDS_MAX, connection.as_mut()).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}
