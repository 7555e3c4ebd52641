//! The network between agents and collector: an address that stays while the collector comes and goes, and a place
//! to lose, repeat, delay and refuse.

use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::wait::{DEADLINE, pace};
use super::{Message, Server};

/// What happens to a request.
pub(crate) enum Treatment {
    /// It passes, and so does its answer.
    Pass,
    /// It passes and is answered, but the answer is lost.
    LoseAnswer,
    /// It arrives twice.
    Repeat,
    /// It passes, and arrives once more after so many later ones.
    RepeatLater(usize),
    /// It does not arrive; this comes back instead.
    Refuse(u16, &'static [(&'static str, &'static str)], &'static str),
    /// The connection breaks before all of it has arrived.
    BreakOff,
    /// It passes after a while.
    Delay(Duration),
}

type Decide = Box<dyn FnMut(&Message) -> Treatment + Send>;

struct State {
    target: Mutex<String>,
    decide: Mutex<Decide>,
    late: Mutex<Vec<(usize, Message)>>,
    requests: AtomicUsize,
    mistreated: AtomicUsize,
}

/// Stands between agents and the collector.
pub(crate) struct Wire {
    server: Server,
    state: Arc<State>,
}

impl Wire {
    /// A wire that leads nowhere yet.
    pub(crate) fn new() -> Self {
        let state = Arc::new(State {
            target: Mutex::new(String::new()),
            decide: Mutex::new(Box::new(|_| Treatment::Pass)),
            late: Mutex::new(Vec::new()),
            requests: AtomicUsize::new(0),
            mistreated: AtomicUsize::new(0),
        });
        let shared = state.clone();
        let server = Server::start(move |request, client| shared.carry(&request, client));
        Self { server, state }
    }

    /// The address agents call.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Leads to another address from the next request on.
    pub(crate) fn lead_to(&self, address: &str) {
        *lock(&self.state.target) = address.to_owned();
    }

    /// Decides by `decide` what happens to batches from now on; everything else always passes.
    pub(crate) fn treat_batches(&self, decide: impl FnMut(&Message) -> Treatment + Send + 'static) {
        *lock(&self.state.decide) = Box::new(decide);
    }

    /// Lets everything pass again.
    pub(crate) fn heal(&self) {
        self.treat_batches(|_| Treatment::Pass);
    }

    /// How many batch requests came.
    pub(crate) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::Relaxed)
    }

    /// How many of them did not simply pass.
    pub(crate) fn mistreated(&self) -> usize {
        self.state.mistreated.load(Ordering::Relaxed)
    }
}

impl State {
    fn carry(&self, request: &Message, client: &mut TcpStream) -> bool {
        if !request.path().starts_with("/agent/v1/batches") {
            return self.pass(request, client);
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let treatment = (lock(&self.decide))(request);
        if !matches!(treatment, Treatment::Pass) {
            self.mistreated.fetch_add(1, Ordering::Relaxed);
        }
        let goes_on = match treatment {
            Treatment::Pass => self.pass(request, client),
            Treatment::LoseAnswer => {
                self.forward(request);
                false
            }
            Treatment::Repeat => {
                self.forward(request);
                self.pass(request, client)
            }
            Treatment::RepeatLater(requests) => {
                lock(&self.late).push((requests, request.clone()));
                self.pass(request, client)
            }
            Treatment::Refuse(status, headers, body) => {
                let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
                let headers = headers.iter().map(own).collect();
                let start = format!("HTTP/1.1 {status} Refused");
                Message { start, headers, body: body.as_bytes().to_vec() }.write(client, true).is_ok()
            }
            Treatment::BreakOff => {
                self.forward_half(request);
                false
            }
            Treatment::Delay(duration) => {
                pace(duration);
                self.pass(request, client)
            }
        };
        self.send_late();
        goes_on
    }

    fn pass(&self, request: &Message, client: &mut TcpStream) -> bool {
        self.forward(request).is_some_and(|answer| answer.write(client, true).is_ok())
    }

    fn connect(&self) -> Option<TcpStream> {
        let target = lock(&self.target).clone();
        let stream = TcpStream::connect(target).ok()?;
        stream.set_read_timeout(Some(DEADLINE)).ok()?;
        Some(stream)
    }

    fn forward(&self, request: &Message) -> Option<Message> {
        let mut stream = self.connect()?;
        request.write(&mut stream, false).ok()?;
        Message::read(&mut BufReader::new(stream)).ok()?
    }

    fn forward_half(&self, request: &Message) {
        let mut bytes = Vec::new();
        let written = request.write(&mut bytes, false);
        if let (Ok(()), Some(mut stream)) = (written, self.connect()) {
            // Whether the collector takes the half is its own business.
            let _ = stream.write_all(&bytes[..bytes.len() - request.body.len() / 2 - 1]);
        }
    }

    fn send_late(&self) {
        let due: Vec<Message> = {
            let mut late = lock(&self.late);
            late.iter_mut().for_each(|(requests, _)| *requests = requests.saturating_sub(1));
            late.extract_if(.., |(requests, _)| *requests == 0).map(|(_, request)| request).collect()
        };
        for request in due {
            self.forward(&request);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::Client;
    use super::*;

    /// A collector that counts batches, and a client in front of the wire to it.
    fn stage() -> (Arc<AtomicUsize>, Server, Wire, Client) {
        let arrived = Arc::new(AtomicUsize::new(0));
        let counter = arrived.clone();
        let server = Server::start(move |request, client| {
            let count = counter.fetch_add(1, Ordering::Relaxed) + 1;
            let body = [request.body.as_slice(), count.to_string().as_bytes()].concat();
            Message { start: "HTTP/1.1 200 OK".to_owned(), headers: Vec::new(), body }
                .write(client, true)
                .is_ok()
        });
        let wire = Wire::new();
        wire.lead_to(server.address());
        let client = Client::new(wire.url().trim_start_matches("http://"), None);
        (arrived, server, wire, client)
    }

    #[test]
    fn a_wire_carries_loses_repeats_and_refuses() {
        let (arrived, _server, wire, client) = stage();
        let send = |treatment: fn() -> Treatment| {
            wire.treat_batches(move |_| treatment());
            let answer = client.attempt("POST", "/agent/v1/batches", &[], b"n");
            (answer.map(|answer| (answer.status, answer.text())), arrived.load(Ordering::Relaxed))
        };

        assert_eq!(send(|| Treatment::Pass), (Some((200, "n1".to_owned())), 1));
        assert_eq!(send(|| Treatment::LoseAnswer), (None, 2));
        assert_eq!(send(|| Treatment::Repeat), (Some((200, "n4".to_owned())), 4));
        assert_eq!(send(|| Treatment::Refuse(503, &[], "later")), (Some((503, "later".to_owned())), 4));
        assert_eq!(send(|| Treatment::BreakOff), (None, 4));
        assert_eq!(send(|| Treatment::RepeatLater(2)), (Some((200, "n5".to_owned())), 5));
        wire.heal();
        client.attempt("POST", "/agent/v1/batches", &[], b"n").unwrap();
        super::super::wait_until("the late one arrives", || arrived.load(Ordering::Relaxed) == 7);
        assert_eq!((wire.requests(), wire.mistreated()), (7, 5));
    }
}
