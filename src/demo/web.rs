//! Programs that do not write JSON: a web server with its access log, and a Java service with its stack traces.

use palisade_record::Timestamp;
use rand::RngExt;
use rand::rngs::StdRng;

use super::people::{address, duration, often_small, pick};
use super::script::{Channel, Place, Scene, Script, millis};

const NGINX: Place = Place { namespace: "web", pod: "nginx-6b7f9d8c5-x4wqn", container: "nginx" };
const BILLING: Place = Place { namespace: "web", pod: "billing-7f6c8d9b4-l9dst", container: "billing" };

const PATHS: [&str; 6] = ["/", "/login", "/watch", "/account", "/static/app.js", "/api/v1/plans"];
const BROWSERS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "curl/8.14.1",
];

/// The programs without JSON.
#[derive(Default)]
pub(super) struct Web;

impl Scene for Web {
    fn share(&self) -> f64 {
        0.15
    }

    fn act(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script) {
        match random.random_range(0..100) {
            0..3 => stack_trace(now, random, script),
            3..20 => billing(now, random, script),
            _ => access(now, random, script),
        }
    }
}

fn access(now: Timestamp, random: &mut StdRng, script: &mut Script) {
    let status = match random.random_range(0..100) {
        0..2 => 502,
        2..8 => 404,
        _ => 200,
    };
    let bytes = random.random_range(180..48_000_u32);
    let (client, path, browser) = (address(random), pick(random, &PATHS), pick(random, &BROWSERS));
    let time = civil(now, "%d/%b/%Y:%H:%M:%S +0000");
    let text = format!("{client} - - [{time}] \"GET {path} HTTP/1.1\" {status} {bytes} \"-\" \"{browser}\"");
    script.plan(NGINX, now, Channel::Stdout, text);
    if status == 502 {
        let time = civil(now, "%Y/%m/%d %H:%M:%S");
        let text = format!(
            "{time} [error] 29#29: *4711 upstream prematurely closed connection, client: {client}, request: \"GET {path} HTTP/1.1\""
        );
        script.plan(NGINX, now, Channel::Stderr, text);
    }
}

fn billing(now: Timestamp, random: &mut StdRng, script: &mut Script) {
    let time = civil(now, "%Y-%m-%d %H:%M:%S,%3f");
    let took = duration(random, 70);
    let invoice = 100_000 + often_small(random, 9_000);
    let text = format!(
        "{time} INFO  [worker-{}] c.e.billing.Invoices - invoice {invoice} issued in {took} ms",
        invoice % 4
    );
    script.plan(BILLING, now, Channel::Stdout, text);
}

fn stack_trace(now: Timestamp, random: &mut StdRng, script: &mut Script) {
    let time = civil(now, "%Y-%m-%d %H:%M:%S,%3f");
    let invoice = 100_000 + often_small(random, 9_000);
    let lines = [
        format!("{time} ERROR [worker-{}] c.e.billing.Invoices - invoice {invoice} could not be issued", invoice % 4),
        "java.sql.SQLTransientConnectionException: pool-1 - Connection is not available, request timed out after 30000ms".to_owned(),
        "\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696)".to_owned(),
        "\tat com.example.billing.Invoices.issue(Invoices.java:118)".to_owned(),
        "\tat java.base/java.lang.Thread.run(Thread.java:1583)".to_owned(),
        "Caused by: java.net.SocketTimeoutException: Read timed out".to_owned(),
        "\t... 3 more".to_owned(),
    ];
    for (number, text) in (0..).zip(lines) {
        script.plan(BILLING, now.plus(millis(number)), Channel::Stderr, text);
    }
}

fn civil(time: Timestamp, format: &str) -> String {
    match jiff::Timestamp::from_nanosecond(time.as_nanos().into()) {
        Ok(time) => time.strftime(format).to_string(),
        // Only times outside of jiff's years, thousands of years from any demonstration.
        Err(_) => time.to_string(),
    }
}
