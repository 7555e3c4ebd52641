//! A mail server over a real socket: as much of SMTP as a client needs to hand over a message.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::Certificate;

/// What it does with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mail {
    Takes,
    /// 451: not now.
    Defers,
    /// 550: never.
    Refuses,
    /// Closes the connection where it should say yes.
    BreaksOff,
    /// Greets with what is not SMTP.
    Garbage,
    /// Accepts the connection and says nothing.
    Silent,
}

/// A mail server.
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    behaviour: Arc<Mutex<Mail>>,
    taken: Receiver<String>,
}

impl MailServer {
    pub(crate) fn start(behaviour: Mail) -> Self {
        Self::listen(behaviour, Way::Plain)
    }

    /// One that takes nothing before TLS.
    pub(crate) fn start_with_starttls(certificate: &Certificate) -> Self {
        Self::listen(Mail::Takes, Way::StartTls(certificate.clone()))
    }

    /// One that speaks TLS from the first byte on.
    pub(crate) fn start_with_tls(certificate: &Certificate) -> Self {
        Self::listen(Mail::Takes, Way::Tls(certificate.clone()))
    }

    fn listen(behaviour: Mail, way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let behaviour = Arc::new(Mutex::new(behaviour));
        let (sender, taken) = sync_channel(1_000);
        let of_thread = behaviour.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (behaviour, sender) = (*of_thread.lock().unwrap(), sender.clone());
                let way = way.clone();
                thread::spawn(move || {
                    connection.set_read_timeout(Some(Duration::from_secs(20)))?;
                    match way {
                        Way::Plain => talk(connection, behaviour, &sender),
                        Way::Tls(certificate) => talk(certificate.wrap(connection), behaviour, &sender),
                        Way::StartTls(certificate) => start_tls(connection, &certificate, &sender),
                    }
                });
            }
        });
        Self { address, behaviour, taken }
    }

    pub(crate) fn behave(&self, behaviour: Mail) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    /// The messages that were taken and not looked at yet, as they came.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.taken.try_iter().collect()
    }
}

#[derive(Clone)]
enum Way {
    Plain,
    StartTls(Certificate),
    Tls(Certificate),
}

/// As much as comes before TLS: it refuses everything but to begin it.
fn start_tls(
    mut connection: TcpStream,
    certificate: &Certificate,
    taken: &SyncSender<String>,
) -> std::io::Result<()> {
    connection.write_all(b"220 mail.example ready\r\n")?;
    loop {
        let mut line = String::new();
        // A letter at a time: what follows STARTTLS is not this reader's.
        while !line.ends_with('\n') {
            let mut letter = [0];
            connection.read_exact(&mut letter)?;
            line.push(letter[0].into());
        }
        match line.trim_end() {
            "STARTTLS" => {
                connection.write_all(b"220 go on\r\n")?;
                return converse(certificate.wrap(connection), Mail::Takes, taken);
            }
            line if line.starts_with("EHLO") => {
                connection.write_all(b"250-mail.example\r\n250 STARTTLS\r\n")?;
            }
            _ => connection.write_all(b"530 STARTTLS first\r\n")?,
        }
    }
}

fn talk(
    mut connection: impl Read + Write,
    behaviour: Mail,
    taken: &SyncSender<String>,
) -> std::io::Result<()> {
    match behaviour {
        Mail::Garbage => return connection.write_all(b"\x16\x03\x01 what\r\n"),
        Mail::Silent => return connection.read(&mut [0]).map(|_| ()),
        Mail::Takes | Mail::Defers | Mail::Refuses | Mail::BreaksOff => {}
    }
    connection.write_all(b"220 mail.example ready\r\n")?;
    converse(connection, behaviour, taken)
}

fn converse(
    connection: impl Read + Write,
    behaviour: Mail,
    taken: &SyncSender<String>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let said: &[u8] = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => b"250-mail.example\r\n250 8BITMIME\r\n",
            "DATA" => {
                reader.get_mut().write_all(b"354 go on\r\n")?;
                let mut message = String::new();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line)?;
                    if line == ".\r\n" {
                        break;
                    }
                    message.push_str(&line);
                }
                match behaviour {
                    Mail::Defers => b"451 try later\r\n",
                    Mail::Refuses => b"550 no such person\r\n",
                    Mail::BreaksOff => return Ok(()),
                    Mail::Takes | Mail::Garbage | Mail::Silent => {
                        let _ = taken.try_send(message);
                        b"250 queued\r\n"
                    }
                }
            }
            "QUIT" => return reader.get_mut().write_all(b"221 bye\r\n"),
            _ => b"250 fine\r\n",
        };
        reader.get_mut().write_all(said)?;
    }
}
