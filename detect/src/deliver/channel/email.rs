//! Mail over SMTP: a thread for each episode, whatever program shows it.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};

use super::{Channel, Message, email_text};
use crate::deliver::cut::{cut, one_line};
use crate::deliver::outcome::{FailureKind, Outcome};
use crate::deliver::secret::Secret;
use crate::deliver::wording::Wording;
use crate::notice::Occasion;

/// Letters of a subject: lists of messages show less.
const SUBJECT_LETTERS_MAX: usize = 200;

/// People of one message. More are a mailing list's work.
const RECIPIENTS_MAX: usize = 50;

/// How the way to the server is kept private.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Security {
    /// TLS begins after the first words, or nothing is sent (port 587).
    StartTls,
    /// TLS from the first byte on (port 465).
    Tls,
    /// Not at all: to a server on this machine (port 25).
    None,
}

/// How mail is sent.
#[derive(Clone, PartialEq, Debug)]
pub struct EmailSettings {
    /// The server's name.
    pub server: String,
    /// Its port; the usual one of the security when not given.
    pub port: Option<u16>,
    /// How the way to it is kept private.
    pub security: Security,
    /// Who signs in, and with what.
    pub credentials: Option<(String, Secret)>,
    /// From whom.
    pub from: Mailbox,
    /// To whom; at least one.
    pub to: Vec<Mailbox>,
}

impl EmailSettings {
    /// Reads an address such as `Palisade <palisade@bank.example>`. The error ends a sentence that begins with the name of the
    /// setting.
    pub fn mailbox(text: &str) -> Result<Mailbox, String> {
        text.parse().map_err(|_| {
            format!(
                "must be an address like \"Palisade <palisade@bank.example>\", not \"{}\"",
                text.escape_debug()
            )
        })
    }

    /// Whether what is configured can be used. The error is a sentence's end, as above.
    pub fn check(&self) -> Result<(), String> {
        if self.to.is_empty() || self.to.len() > RECIPIENTS_MAX {
            let count = self.to.len();
            return Err(format!(
                "must name 1 to {RECIPIENTS_MAX} people, not {count}; make a mailing list for more"
            ));
        }
        let is_here = matches!(self.server.as_str(), "localhost" | "127.0.0.1" | "::1");
        if self.security == Security::None && !is_here {
            return Err("is without TLS, which is for a server on this machine alone; write \
                        security = \"starttls\" or \"tls\""
                .to_owned());
        }
        if self.security == Security::None && self.credentials.is_some() {
            return Err(
                "would send a password without TLS; write security = \"starttls\" or \"tls\"".to_owned()
            );
        }
        Ok(())
    }
}

/// People who read mail.
pub struct Email {
    transport: SmtpTransport,
    settings: EmailSettings,
    wording: Wording,
}

impl Email {
    /// Prepares to send; does not connect yet. `authorities` are certificates (PEM) that take the
    /// place of the well-known ones.
    pub fn new(
        settings: EmailSettings,
        authorities: Option<&[u8]>,
        wording: Wording,
        timeout: Duration,
    ) -> Result<Self, String> {
        settings.check()?;
        let tls = || -> Result<TlsParameters, String> {
            let mut parameters = TlsParameters::builder(settings.server.clone());
            if let Some(pem) = authorities {
                let certificate = Certificate::from_pem(pem).map_err(|error| error.to_string())?;
                parameters =
                    parameters.certificate_store(CertificateStore::None).add_root_certificate(certificate);
            }
            parameters.build_rustls().map_err(|error| error.to_string())
        };
        let (tls, port) = match settings.security {
            Security::StartTls => (Tls::Required(tls()?), 587),
            Security::Tls => (Tls::Wrapper(tls()?), 465),
            Security::None => (Tls::None, 25),
        };
        // "Dangerous" is that it begins without TLS; it is set in the same breath.
        let mut builder = SmtpTransport::builder_dangerous(&settings.server)
            .port(settings.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(timeout));
        if let Some((user, password)) = &settings.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self { transport: builder.build(), settings, wording })
    }

    fn message(&self, message: &Message<'_>) -> Result<lettre::Message, lettre::error::Error> {
        let notice = message.notice;
        let id = |id: String| format!("<{id}@{}>", self.settings.from.email.domain());
        let root = id(message.thread_id());
        let since_epoch = Duration::from_nanos(u64::try_from(message.now.as_nanos()).unwrap_or_default());
        let title = one_line(&self.wording.title(notice, str::to_owned));
        let mut builder = lettre::Message::builder()
            .from(self.settings.from.clone())
            .date(UNIX_EPOCH + since_epoch)
            .subject(cut(&title, SUBJECT_LETTERS_MAX))
            // Nobody's absence is to answer an alert: RFC 3834.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for to in &self.settings.to {
            builder = builder.to(to.clone());
        }
        builder = match notice.occasion {
            Occasion::Trigger => builder.message_id(Some(root)),
            Occasion::Update | Occasion::Resolve => {
                builder.message_id(Some(id(message.id()))).in_reply_to(root.clone()).references(root)
            }
        };
        builder.multipart(MultiPart::alternative_plain_html(
            email_text::plain(notice, &self.wording),
            email_text::html(notice, &self.wording),
        ))
    }
}

impl Channel for Email {
    fn send(&mut self, message: &Message<'_>) -> Outcome {
        let mail = match self.message(message) {
            Ok(mail) => mail,
            Err(error) => return Outcome::failed(FailureKind::Refused, format!("it is no mail: {error}")),
        };
        match self.transport.send(&mail) {
            Ok(_) => Outcome::accepted(),
            Err(error) => {
                let kind = if error.is_permanent() { FailureKind::Refused } else { FailureKind::Unavailable };
                let server = &self.settings.server;
                Outcome::failed(
                    kind,
                    format!("mail server {server}: {}", cut(&one_line(&error.to_string()), 300)),
                )
            }
        }
    }
}
