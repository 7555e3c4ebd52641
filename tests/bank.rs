//! The logs of an imaginary bank, and which of them a condition is true of: worked out by looking at every one, so
//! that answers can be compared with it.

use std::fmt::Write as _;

use crate::world::{Random, World, wait_until};

/// Enough for several blocks of each kind and several pages, few enough to be looked at one by one in a moment.
pub(crate) const ENTRIES: usize = 20_000;

/// How many lie in splits when questions are asked; the rest is in the journal only.
const PUBLISHED: usize = 13_000;

/// One line of the bank's logs.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) millis: u64,
    pub(crate) level: &'static str,
    pub(crate) service: &'static str,
    pub(crate) message: String,
    pub(crate) correlation_id: String,
    pub(crate) user: Option<String>,
    pub(crate) action: Option<&'static str>,
    pub(crate) outcome: Option<&'static str>,
    pub(crate) ip: [u8; 4],
    pub(crate) region: &'static str,
    pub(crate) duration: f64,
    pub(crate) status: u64,
    pub(crate) path: String,
    pub(crate) device: Option<&'static str>,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) is_new: bool,
    pub(crate) raw: String,
}

impl Entry {
    /// The words of the message, in lower case.
    pub(crate) fn words(&self) -> Vec<String> {
        let words = self.message.split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    }

    /// Whether the message has a word.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.words().iter().any(|said| said == word)
    }

    /// Whether the message has words in a row.
    pub(crate) fn says_all(&self, phrase: &str) -> bool {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        self.words().windows(phrase.len()).any(|window| window == phrase)
    }

    /// The event time as it stands in the record.
    pub(crate) fn time(&self) -> String {
        time_text(self.millis)
    }
}

/// Milliseconds since the bank opened, as a time.
pub(crate) fn time_text(millis: u64) -> String {
    let seconds = millis / 1_000;
    let (hour, minute, second) = (8 + seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("2026-11-20T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1_000)
}

const LEVELS: [&str; 10] =
    ["INFO", "INFO", "INFO", "INFO", "INFO", "DEBUG", "DEBUG", "WARN", "WARN", "ERROR"];
const SERVICES: [&str; 6] = ["payments", "ledger", "gateway", "auth", "cards", "Statements"];
const REGIONS: [&str; 4] = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"];
const STATUSES: [u64; 10] = [200, 200, 200, 200, 201, 204, 400, 404, 500, 503];
const NETWORKS: [[u8; 3]; 4] = [[10, 0, 0], [10, 200, 7], [192, 168, 1], [203, 0, 113]];
const DEVICES: [&str; 3] = ["iOS", "Android", "web browser"];

/// The bank's day.
pub(crate) fn entries(seed: u64) -> Vec<Entry> {
    let mut random = Random::new(seed);
    let mut millis = 0;
    (0..ENTRIES)
        .map(|number| {
            // Never two at one time, so that the order of answers is known.
            millis += 1 + random.below(300);
            entry(number, millis, &mut random)
        })
        .collect()
}

fn entry(number: usize, millis: u64, random: &mut Random) -> Entry {
    let [a, b, c] = *random.pick(&NETWORKS);
    let ip = [a, b, c, random.next().to_le_bytes()[0]];
    let user = (random.below(4) > 0).then(|| format!("u{:04}", random.below(800)));
    let login = user.is_some() && random.below(5) == 0;
    let (action, outcome) = match (login, random.below(4)) {
        (true, 0) => (Some("login"), Some("failure")),
        (true, _) => (Some("login"), Some("success")),
        (false, 0) => (Some("transfer"), Some("success")),
        _ => (None, None),
    };
    let milliseconds = random.below(4_000);
    let message = match random.below(9) {
        0 => format!("Connection reset by peer after {milliseconds} ms"),
        1 => "upstream timed out while reading".to_owned(),
        2 => format!("request timeout for account {}", random.below(100_000)),
        3 => format!("user {} logged in", user.as_deref().unwrap_or("nobody")),
        4 => "transfer booked: EUR 12.50 to DE89 3704 0044".to_owned(),
        5 => "Überweisung an Müller & Söhne ausgeführt".to_owned(),
        6 => "peer reset the connection".to_owned(),
        7 => format!("cache miss key=acct:{}:balance shard={}", random.below(5_000), random.below(16)),
        _ => "health check ok".to_owned(),
    };
    let mut entry = Entry {
        millis,
        level: random.pick::<&str>(&LEVELS),
        service: random.pick::<&str>(&SERVICES),
        message,
        correlation_id: format!("c-{:08x}", random.below(6_000) * 2_654_435_761 % 0xffff_ffff),
        user,
        action,
        outcome,
        ip,
        region: random.pick::<&str>(&REGIONS),
        duration: f64::from(u32::try_from(milliseconds).expect("a few seconds")) / 8.0,
        status: *random.pick(&STATUSES),
        path: format!(
            "/v{}/{}/{}",
            1 + random.below(2),
            random.pick(&["accounts", "cards"]),
            random.below(500)
        ),
        device: (random.below(3) == 0).then(|| *random.pick(&DEVICES)),
        tags: if random.below(6) == 0 { vec!["vip", "night-shift"] } else { Vec::new() },
        is_new: random.below(2) == 0,
        raw: String::new(),
    };
    entry.raw = raw(number, &entry);
    entry
}

fn raw(number: usize, entry: &Entry) -> String {
    let [a, b, c, d] = entry.ip;
    let mut raw = format!("{{\"timestamp\":\"{}\",\"level\":\"{}\"", entry.time(), entry.level);
    let mut add = |name: &str, value: &str| write!(raw, ",\"{name}\":{value}").expect("a string takes all");
    let quoted = |text: &str| serde_json::to_string(text).expect("texts become JSON");
    add("service", &quoted(entry.service));
    add("message", &quoted(&entry.message));
    add("correlation_id", &quoted(&entry.correlation_id));
    entry.user.iter().for_each(|user| add("user_id", &quoted(user)));
    entry.action.iter().for_each(|action| add("action", &quoted(action)));
    entry.outcome.iter().for_each(|outcome| add("outcome", &quoted(outcome)));
    add("source_ip", &format!("\"{a}.{b}.{c}.{d}\""));
    add("region", &quoted(entry.region));
    add("duration_ms", &format!("{}", entry.duration));
    add("status", &entry.status.to_string());
    add("path", &quoted(&entry.path));
    entry.device.iter().for_each(|device| add("device", &format!("{{\"os\":{}}}", quoted(device))));
    if !entry.tags.is_empty() {
        add("tags", "[\"vip\",\"night-shift\"]");
    }
    add("new_customer", &entry.is_new.to_string());
    add("number", &number.to_string());
    raw.push('}');
    raw
}

/// A bank whose logs are stored, some in splits and some in the journal only.
pub(crate) struct Bank {
    pub(crate) world: World,
    pub(crate) entries: Vec<Entry>,
}

impl Bank {
    /// Opens it with a day's logs.
    pub(crate) fn open(seed: u64) -> Self {
        let mut world = World::prepared();
        let configuration = world.folder.path().join("server.toml");
        std::fs::write(&configuration, "[storage]\nsplit_bytes = \"1 MiB\"\nsplit_age = \"1s\"\n").unwrap();
        let configuration = configuration.display().to_string();
        world.collector.arguments(&["--config", &configuration]);
        world.start_collector();
        let bank = Self { world, entries: entries(seed) };
        bank.ingest(&bank.entries[..PUBLISHED]);
        wait_until("the first part is in splits", || {
            bank.world.collector.stored("bank") == (PUBLISHED as u64, 0)
        });
        bank.ingest(&bank.entries[PUBLISHED..]);
        bank
    }

    fn ingest(&self, entries: &[Entry]) {
        for entries in entries.chunks(2_500) {
            let mut body = String::new();
            for entry in entries {
                body.push_str(&entry.raw);
                body.push('\n');
            }
            let client = self.world.collector.client();
            let headers = [("content-type", "application/x-ndjson")];
            let answer = client.send("/api/v1/ingest/bank", &headers, body.as_bytes()).json();
            assert_eq!(answer["accepted"], entries.len(), "{answer}");
            assert_eq!(answer["quarantined"], 0, "{answer}");
        }
    }
}
