//! Lines of every kind: JSON of several services with lists, objects, gaps and escapes, and plain text.

use std::fmt::Write as _;

use crate::world::Random;

/// Which line kinds there are, as weights of a draw.
const PLAIN_OF_TEN: u64 = 3;
/// Users, few enough that one is met again.
const USERS: u64 = 400;

const LEVELS: [&str; 8] = ["INFO", "info", "Information", "DEBUG", "WARN", "warning", "ERROR", "fatal"];
const PLAIN_LEVELS: [&str; 4] = ["INFO", "WARN", "ERROR", "DEBUG"];
const SERVICES: [&str; 5] = ["payments", "Ledger", "card-desk", "auth", "gateway"];
const REGIONS: [&str; 3] = ["eu-west-1", "eu-central-1", "us-east-1"];
const NETWORKS: [&str; 4] = ["10.1.2.", "10.200.7.", "192.168.1.", "2001:db8::"];
const TAGS: [&str; 4] = ["vip", "night shift", "Ünicode", "retry-3"];

/// Of ten values, how many of ordinary and of odd lines have characters escaped that need not be.
pub(crate) const ORDINARY: u64 = 0;
pub(crate) const ODD: u64 = 2;

/// A day's lines, each with a time of its own that is later than the one before.
pub(crate) fn lines(seed: u64, count: usize, escaped_of_ten: u64) -> String {
    let mut random = Random::new(seed);
    let (mut text, mut millis) = (String::new(), 0);
    for _ in 0..count {
        millis += 1 + random.below(1_500);
        if random.below(10) < PLAIN_OF_TEN {
            plain(&mut text, millis, &mut random);
        } else {
            json(&mut text, millis, &mut random, escaped_of_ten);
        }
        text.push('\n');
    }
    text
}

/// Milliseconds since the beginning of the first day, as a time; `separators` stand before the hour and the fraction.
fn time(millis: u64, separators: [char; 2]) -> String {
    let (seconds, [day_end, second_end]) = (millis / 1_000, separators);
    let (day, hour) = (1 + seconds / 86_400, seconds / 3_600 % 24);
    let (minute, second) = (seconds / 60 % 60, seconds % 60);
    format!("2026-10-{day:02}{day_end}{hour:02}:{minute:02}:{second:02}{second_end}{:03}", millis % 1_000)
}

fn plain(text: &mut String, millis: u64, random: &mut Random) {
    let level = random.pick(&PLAIN_LEVELS);
    let message = match random.below(5) {
        0 => {
            format!("[main] Connection to /10.1.2.{}:5{:04} closed", random.below(256), random.below(10_000))
        }
        1 => format!(
            "[pool-{}] took {} ms, retry=0x{:08x}",
            random.below(9),
            random.below(5_000),
            random.below(1 << 32)
        ),
        2 => "[gc] pause; Überlauf in Müllers Café".to_owned(),
        3 => format!("[io] wrote C:\\logs\\part-{:05}.tmp \"done\"", random.below(300)),
        _ => format!(
            "[job {}] user u{:04} logged out\tafter {} s",
            random.below(40),
            random.below(USERS),
            random.below(900)
        ),
    };
    write!(text, "{} {level} {message}", time(millis, [' ', ','])).expect("a string takes all");
}

fn json(text: &mut String, millis: u64, random: &mut Random, escaped_of_ten: u64) {
    let mut add =
        |name: &str, value: String| write!(text, ",\"{name}\":{value}").expect("a string takes all");
    let level_name = if random.below(12) == 0 { "severity" } else { "level" };
    let mut members = Members { add: &mut add, escaped_of_ten };
    members.text(level_name, random.pick::<&str>(&LEVELS), random);
    members.text("service", random.pick::<&str>(&SERVICES), random);
    members.text("message", &message(random), random);
    if random.below(4) > 0 {
        members.text("user_id", &format!("u{:04}", random.below(USERS)), random);
        members.text("action", random.pick::<&str>(&["login", "transfer.start", "logout"]), random);
        members.text("outcome", random.pick::<&str>(&["success", "success", "failure"]), random);
    }
    let address = format!("{}{}", random.pick(&NETWORKS), 1 + random.below(254));
    match random.below(5) {
        0 => {}
        1 => (members.add)("client", format!("{{\"ip\":\"{address}\"}}")),
        _ => members.text("source_ip", &address, random),
    }
    let id = random.next() >> random.below(4);
    members.text("correlation_id", &format!("{id:016x}{:016x}", random.next()), random);
    members.text("region", random.pick::<&str>(&REGIONS), random);
    (members.add)("duration_ms", number(random));
    (members.add)(
        "status",
        random.pick::<&str>(&["200", "200", "204", "404", "500", "\"500\"", "503.0"]).to_string(),
    );
    members.text(
        "path",
        &format!("/v1/{}/{}", random.pick(&["cards", "Accounts"]), random.below(300)),
        random,
    );
    match random.below(6) {
        0 => (members.add)("device", "{\"os\":\"iOS\",\"version\":{\"major\":17}}".to_owned()),
        1 => (members.add)("device", "{\"os\":\"web browser\",\"version\":null}".to_owned()),
        _ => {}
    }
    if random.below(4) == 0 {
        let tags: Vec<String> = (0..random.below(4)).map(|_| format!("\"{}\"", random.pick(&TAGS))).collect();
        (members.add)("tags", format!("[{}]", tags.join(", ")));
    }
    match random.below(8) {
        0 => (members.add)("note", "\"\"".to_owned()),
        1 => (members.add)("my field", random.below(3).to_string()),
        2 => (members.add)(
            "amount",
            random.pick::<&str>(&["1.50", "1e3", "-0.0", "9007199254740993"]).to_string(),
        ),
        3 => (members.add)(
            "amount",
            random.pick::<&str>(&["\"0500\"", "\"n/a\"", "\"1.5\"", "true"]).to_string(),
        ),
        4 => (members.add)("is_new", (random.below(2) == 0).to_string()),
        _ => {}
    }
    if random.below(3) == 0 {
        (members.add)("kubernetes", format!("{{\"pod\":\"hidden-{}\"}}", random.below(5)));
    }
    // The time comes first, where it is not in the way of the commas.
    let start = text.rfind('\n').map_or(0, |end| end + 1);
    text.insert_str(start, &format!("{{\"timestamp\":\"{}Z\"", time(millis, ['T', '.'])));
    text.push('}');
}

/// Where members of an object go.
struct Members<'a> {
    add: &'a mut dyn FnMut(&str, String),
    escaped_of_ten: u64,
}

impl Members<'_> {
    /// A text, now and then with characters escaped that need not be.
    fn text(&mut self, name: &str, value: &str, random: &mut Random) {
        let mut quoted = serde_json::to_string(value).expect("texts become JSON");
        if random.below(10) < self.escaped_of_ten {
            quoted = quoted.replace('/', "\\/").replace('e', "\\u0065").replace('ü', "\\u00fc");
        }
        (self.add)(name, quoted);
    }
}

fn number(random: &mut Random) -> String {
    let whole = random.below(4_000);
    match random.below(3) {
        0 => format!("{whole}.{}", random.below(100)),
        _ => whole.to_string(),
    }
}

fn message(random: &mut Random) -> String {
    let (small, large) = (random.below(16), random.below(100_000));
    match random.below(10) {
        0 => format!("Connection reset by peer after {large} ms"),
        1 => "upstream timed out while reading".to_owned(),
        2 => format!("request timeout for account {large:06} (shard {small})"),
        3 => format!("user u{:04} logged in from 10.1.2.{small}", random.below(USERS)),
        4 => "transfer booked: EUR 12.50 to DE89 3704 0044".to_owned(),
        5 => "Überweisung an Müller & Söhne ausgeführt — 東京".to_owned(),
        6 => format!("cache miss key=acct:{large}:balance shard={small}"),
        7 => format!("panic: \"index out of range\" [{small}]\n\tat main.go:{large}\n\tat C:\\src\\main.go"),
        8 => format!(
            "blob {:032x} of {:08X}-0000 read in {small}us",
            u128::from(random.next()),
            random.below(1 << 32)
        ),
        _ => "health check ok".to_owned(),
    }
}
