//! A bank: seven services, one id through all of them, and every two minutes somebody who tries passwords.

use palisade_record::Timestamp;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::json;

use super::people::{address, duration, identifier, often_small, pick, user};
use super::script::{Channel, Place, Scene, Script, millis};

const fn bank(pod: &'static str, container: &'static str) -> Place {
    Place { namespace: "bank", pod, container }
}

const GATEWAY: Place = bank("gateway-7d9c5b64f8-2xkqp", "gateway");
const AUTH: Place = bank("auth-6f7b9c8d5-m4jzt", "auth");
const ACCOUNTS: Place = bank("accounts-5c8f6d7b9-qv2ls", "accounts");
const PAYMENTS: Place = bank("payments-84b6d5f7c-9wr8n", "payments");
const FRAUD: Place = bank("fraud-79c6b8d45-h5tkd", "fraud");
const LEDGER: Place = bank("ledger-0", "ledger");
const NOTIFICATIONS: Place = bank("notifications-66d8f9b7c-c7pxm", "notifications");

const REGIONS: [&str; 4] = ["eu-central", "eu-west", "us-east", "ap-south"];

/// Time between two attacks.
const ATTACK_EVERY: std::time::Duration = std::time::Duration::from_secs(120);

/// The bank.
#[derive(Default)]
pub(super) struct Bank {
    next_attack: Option<Timestamp>,
}

/// What all lines of one request share.
struct Request {
    correlation_id: String,
    user_id: String,
    source_ip: String,
    region: &'static str,
}

impl Request {
    fn new(random: &mut StdRng) -> Self {
        Self {
            correlation_id: identifier(random, "c-"),
            user_id: user(random),
            source_ip: address(random),
            region: pick(random, &REGIONS),
        }
    }
}

/// One service's line about a request.
struct Note<'a> {
    level: &'a str,
    message: String,
    action: &'a str,
    resource: String,
    outcome: &'a str,
    duration_ms: u64,
    status: u16,
}

fn say(script: &mut Script, place: Place, at: Timestamp, request: &Request, note: Note<'_>) {
    script.json(
        place,
        at,
        json!({
            "timestamp": at.to_string(),
            "level": note.level,
            "service": place.container,
            "message": note.message,
            "correlation_id": request.correlation_id,
            "user_id": request.user_id,
            "action": note.action,
            "resource": note.resource,
            "outcome": note.outcome,
            "source_ip": request.source_ip,
            "region": request.region,
            "duration_ms": note.duration_ms,
            "status": note.status,
        }),
    );
}

impl Scene for Bank {
    fn share(&self) -> f64 {
        0.5
    }

    fn act(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script) {
        let request = Request::new(random);
        match random.random_range(0..10) {
            0..4 => transfer(now, &request, random, script),
            4..7 => login(now, &request, random.random_bool(0.93), random, script),
            _ => balance(now, &request, random, script),
        }
    }

    fn happen(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script) {
        let due = *self.next_attack.get_or_insert(now.plus(ATTACK_EVERY / 2));
        if now >= due {
            self.next_attack = Some(now.plus(ATTACK_EVERY));
            attack(now, random, script);
        }
    }
}

/// More than ten wrong passwords within a minute from one address, then sometimes the right one.
fn attack(now: Timestamp, random: &mut StdRng, script: &mut Script) {
    let source_ip = format!("192.0.2.{}", random.random_range(1..255));
    let attempts = random.random_range(14..28);
    let attempt = |random: &mut StdRng| Request { source_ip: source_ip.clone(), ..Request::new(random) };
    for number in 0..attempts {
        let request = attempt(random);
        login(now.plus(millis(number * 1_700)), &request, false, random, script);
    }
    if random.random_bool(0.3) {
        let request = attempt(random);
        login(now.plus(millis(attempts * 1_700)), &request, true, random, script);
    }
    script.highlights.attacker = source_ip;
}

fn login(now: Timestamp, request: &Request, succeeds: bool, random: &mut StdRng, script: &mut Script) {
    let took = duration(random, 90);
    let (level, outcome, status) = if succeeds { ("info", "success", 200) } else { ("warn", "failure", 401) };
    let message = match succeeds {
        true => format!("login of {} succeeded", request.user_id),
        false => format!("login of {} failed: wrong password", request.user_id),
    };
    let note = |message, duration_ms| Note {
        level,
        message,
        action: "login",
        resource: "/v1/login".to_owned(),
        outcome,
        duration_ms,
        status,
    };
    say(script, AUTH, now.plus(millis(took)), request, note(message, took));
    let message = format!("POST /v1/login {status}");
    say(script, GATEWAY, now.plus(millis(took + 4)), request, note(message, took + 4));
}

fn balance(now: Timestamp, request: &Request, random: &mut StdRng, script: &mut Script) {
    let account = format!("acc-{:06}", often_small(random, 90_000));
    let took = duration(random, 25);
    let note = |message, duration_ms| Note {
        level: "info",
        message,
        action: "balance",
        resource: format!("/v1/accounts/{account}"),
        outcome: "success",
        duration_ms,
        status: 200,
    };
    say(script, ACCOUNTS, now.plus(millis(took)), request, note(format!("balance of {account} read"), took));
    let message = format!("GET /v1/accounts/{account} 200");
    say(script, GATEWAY, now.plus(millis(took + 3)), request, note(message, took + 3));
}

fn transfer(now: Timestamp, request: &Request, random: &mut StdRng, script: &mut Script) {
    let cents = random.random_range(500..900_000_u32);
    let amount = format!("{}.{:02} EUR", cents / 100, cents % 100);
    let resource = format!("acc-{:06}", often_small(random, 90_000));
    let fails = random.random_bool(0.03);
    let steps = [
        (AUTH, 12, "session is valid".to_owned()),
        (ACCOUNTS, 20, format!("account {resource} has {amount} to give")),
        (FRAUD, 45, format!("score {} of 100, allowed", random.random_range(1..60))),
        (LEDGER, 60, format!("booked {amount} from {resource}")),
        (NOTIFICATIONS, 15, format!("told {} about the transfer", request.user_id)),
    ];
    let note = |message, duration_ms, fails: bool| Note {
        level: if fails { "error" } else { "info" },
        message,
        action: "transfer",
        resource: resource.clone(),
        outcome: if fails { "failure" } else { "success" },
        duration_ms,
        status: if fails { 502 } else { 200 },
    };
    let mut elapsed = 0;
    for (place, usual, message) in steps {
        let broken = fails && place == LEDGER;
        let took = if broken { 3_000 } else { duration(random, usual) };
        elapsed += took;
        let message =
            if broken { format!("cannot book {amount}: connection reset by peer") } else { message };
        say(script, place, now.plus(millis(elapsed)), request, note(message, took, broken));
        if broken {
            break;
        }
    }
    let (message, status) = match fails {
        true => (format!("transfer of {amount} failed in ledger"), 502),
        false => (format!("transfer of {amount} done"), 200),
    };
    say(script, PAYMENTS, now.plus(millis(elapsed + 2)), request, note(message, elapsed, fails));
    let message = format!("POST /v1/transfers {status}");
    say(script, GATEWAY, now.plus(millis(elapsed + 5)), request, note(message, elapsed + 5, fails));
    if fails {
        let text =
            format!("WARN retry queue: transfer {} is put aside after 1 attempt", request.correlation_id);
        script.plan(PAYMENTS, now.plus(millis(elapsed + 8)), Channel::Stderr, text);
        script.highlights.transfer.clone_from(&request.correlation_id);
    }
}
