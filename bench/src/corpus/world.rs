//! Who and what appears in the logs: users, addresses, services, machines.

use super::random::Random;

/// Services of a bank, busiest first.
pub(crate) const SERVICES: [&str; 14] = [
    "edge",
    "sign-in",
    "accounts",
    "transfers",
    "card-desk",
    "book-keeping",
    "risk",
    "messages",
    "app-api",
    "exchange",
    "mortgages",
    "identity",
    "vault",
    "reports",
];
/// What people do there, most frequent first.
pub(crate) const ACTIONS: [&str; 11] = [
    "balance.view",
    "login",
    "transfer.start",
    "logout",
    "card.view",
    "transfer.confirm",
    "statement.fetch",
    "address.change",
    "card.block",
    "limit.raise",
    "document.upload",
];
pub(crate) const REGIONS: [&str; 4] = ["eu-north-1", "eu-south-2", "us-east-2", "sa-east-1"];

const USERS: u64 = 150_000;
const ADDRESSES: u64 = 50_000;
/// So many of the users work here.
const STAFF: usize = 4_000;
/// And so many are patients whose records are opened: some ten times each in 200 MB.
const PATIENTS: usize = 20_000;
const NODES: u64 = 24;
const PODS_OF_SERVICE: u64 = 6;

/// Names that are drawn once and used again.
pub(crate) struct World {
    pub(crate) users: Vec<String>,
    pub(crate) addresses: Vec<String>,
    pub(crate) nodes: Vec<String>,
}

impl World {
    pub(crate) fn new(random: &mut Random) -> Self {
        let users = (0..USERS).map(|_| format!("usr-{:08}", random.below(100_000_000))).collect();
        let addresses = (0..ADDRESSES).map(|_| address(random)).collect();
        let nodes = (0..NODES).map(|number| format!("node-{:02}-{:04x}", number, random.below(1 << 16)));
        let nodes = nodes.collect();
        Self { users, addresses, nodes }
    }

    pub(crate) fn user(&self, random: &mut Random) -> &str {
        random.favourite::<String>(&self.users, 3)
    }

    /// One of those who work here.
    pub(crate) fn staff(&self, random: &mut Random) -> &str {
        random.favourite::<String>(&self.users[..STAFF], 2)
    }

    /// One of those who are treated.
    pub(crate) fn patient(&self, random: &mut Random) -> &str {
        random.favourite::<String>(&self.users[..PATIENTS], 2)
    }

    pub(crate) fn address(&self, random: &mut Random) -> &str {
        random.favourite::<String>(&self.addresses, 3)
    }

    pub(crate) fn node(&self, random: &mut Random) -> &str {
        random.one_of::<String>(&self.nodes)
    }
}

fn address(random: &mut Random) -> String {
    // One in eight comes from inside.
    let first = if random.below(8) == 0 { 10 } else { 11 + random.below(212) };
    format!("{first}.{}.{}.{}", random.below(256), random.below(256), 1 + random.below(254))
}

/// One of the pods of a service; the same few names for ever.
pub(crate) fn pod(service: &str, random: &mut Random) -> String {
    let number = random.below(PODS_OF_SERVICE);
    let mut of_service = Random::new(number + service.bytes().map(u64::from).sum::<u64>() * 1_000);
    let (set, pod) = (of_service.below(1 << 36), of_service.below(1 << 20));
    format!("{service}-{set:09x}-{pod:05x}")
}
