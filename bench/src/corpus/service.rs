//! Structured records, as the services of a bank write them.

use super::random::Random;
use super::template::Template;
use super::world::{ACTIONS, REGIONS, SERVICES, World, pod};
use super::{Kubernetes, Record, level};

const SENTENCES: [&str; 14] = [
    "answered in <ms> ms",
    "<user> seen from <ip>, session <hex:12>",
    "call to <service> took <ms> ms, status <num:600>",
    "call to <service> timed out after <ms> ms, try <num:5>",
    "row lock on ledger page <num:400000> held for <ms> ms",
    "fetched <num:900> rows in <ms> ms from replica <num:4>",
    "session <hex:16> of <user> renewed for <num:3600> s",
    "wrote event <num:90000000> to partition <num:48>",
    "sign-in of <user> from <ip> refused: wrong password",
    "pool to <service>: <num:64> busy, <num:32> free, <num:9> waiting",
    "cached profile of <user> is <num:900> s old, refreshing",
    "limit check for <user> passed with score 0.<num:1000>",
    "io error: connection to <ip>:<num:65535> closed by peer after <num:90000> bytes",
    "breaker for <service> opened: <num:100> of <num:100> calls failed",
];
const FAILURE_STATUSES: [u64; 7] = [400, 401, 403, 409, 500, 502, 504];
/// Requests that are under way at one time; each leaves some records under one id.
const CORRELATIONS: usize = 64;

/// Writes records of services.
pub(crate) struct Services {
    sentences: Vec<Template>,
    correlations: Vec<String>,
}

impl Services {
    pub(crate) fn new(random: &mut Random) -> Self {
        let sentences = SENTENCES.iter().map(|sentence| Template::parse(sentence)).collect();
        let correlations = (0..CORRELATIONS).map(|_| correlation(random)).collect();
        Self { sentences, correlations }
    }

    /// The next record, its message in `message`.
    pub(crate) fn record<'a>(
        &mut self,
        world: &World,
        random: &mut Random,
        message: &'a mut String,
    ) -> Record<'a> {
        message.clear();
        random.favourite(&self.sentences, 1).fill(world, random, message);
        let slot = usize::try_from(random.below(CORRELATIONS as u64)).unwrap_or(0);
        if random.percent(20) {
            self.correlations[slot] = correlation(random);
        }
        let service = *random.favourite(&SERVICES, 2);
        let action = *random.favourite(&ACTIONS, 2);
        let failed = random.percent(6);
        let kind = action.split('.').next().unwrap_or(action);
        Record {
            timestamp: String::new(),
            level: level(random),
            service,
            message,
            correlation_id: Some(self.correlations[slot].clone()),
            user_id: Some(world.user(random).to_owned()),
            action: Some(action),
            resource: Some(format!("/{kind}s/{}", random.below(800_000))),
            outcome: Some(if failed { "failure" } else { "success" }),
            source_ip: Some(world.address(random).to_owned()),
            patient: None,
            region: Some(*random.favourite(&REGIONS, 2)),
            duration_ms: Some(random.duration_ms()),
            status: Some(if failed { *random.one_of(&FAILURE_STATUSES) } else { 200 }),
            kubernetes: Kubernetes {
                namespace: "bank",
                pod: pod(service, random),
                container: service,
                node: world.node(random).to_owned(),
            },
        }
    }
}

fn correlation(random: &mut Random) -> String {
    format!("{:016x}{:016x}", random.bits(), random.bits())
}
