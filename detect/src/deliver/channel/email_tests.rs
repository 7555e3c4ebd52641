//! What people get to see in their mail.

use super::contract::send;
use super::*;
use crate::deliver::secret::Secret;
use crate::deliver::testing::{Mail, MailServer};
use crate::deliver::wording::Wording;
use crate::notice::Occasion::{Resolve, Trigger, Update};

fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let line =
        mail.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {mail}"));
    line.trim_start_matches(':').trim()
}

#[test]
fn mail_of_one_episode_is_one_thread() {
    let server = MailServer::start(Mail::Takes);
    let settings = EmailSettings {
        server: "127.0.0.1".to_owned(),
        port: Some(server.address.port()),
        security: Security::None,
        credentials: None,
        from: EmailSettings::mailbox("Palisade <palisade@bank.example>").unwrap(),
        to: vec![EmailSettings::mailbox("oncall@bank.example").unwrap()],
    };
    let mut channel = Email::new(settings, None, Wording::default(), Duration::from_secs(5)).unwrap();
    for (number, occasion) in [(0, Trigger), (1, Update), (2, Resolve)] {
        assert_eq!(send(&mut channel, number, occasion, None), Outcome::accepted());
    }
    let mails = server.taken();
    let root = header(&mails[0], "Message-ID");
    assert!(root.ends_with("@bank.example>"), "{root}");
    for mail in &mails[1..] {
        assert_eq!(header(mail, "References"), root);
        assert_eq!(header(mail, "In-Reply-To"), root);
        assert_ne!(header(mail, "Message-ID"), root);
    }
    assert_eq!(header(&mails[0], "Date"), "Sat, 21 Nov 2026 12:00:00 +0000");
    assert_eq!(header(&mails[0], "Auto-Submitted"), "auto-generated");
    assert!(mails[0].contains("text/plain") && mails[0].contains("text/html"));
    assert!(header(&mails[0], "Subject").starts_with("[high] Many failed sign-ins"));
}

#[test]
fn mail_without_tls_is_for_a_server_on_this_machine_and_without_a_password() {
    let settings = |server: &str, credentials| EmailSettings {
        server: server.to_owned(),
        port: None,
        security: Security::None,
        credentials,
        from: EmailSettings::mailbox("palisade@bank.example").unwrap(),
        to: vec![EmailSettings::mailbox("oncall@bank.example").unwrap()],
    };
    assert_eq!(settings("localhost", None).check(), Ok(()));
    assert!(settings("mail.bank.example", None).check().unwrap_err().contains("starttls"));
    let password = Some(("palisade".to_owned(), Secret::new("hunter2")));
    assert!(settings("localhost", password).check().unwrap_err().contains("password without TLS"));
    assert!(EmailSettings::mailbox("nobody\r\nBcc: x@y").unwrap_err().contains("palisade@bank.example"));
}
