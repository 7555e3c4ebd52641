//! Free text, as stores, brokers, kernels and switches write it. None of these systems exists.

use super::random::Random;
use super::template::Template;
use super::world::World;
use super::{Kubernetes, Record, level};

const SYSTEMS: [(&str, &[&str]); 16] = [
    (
        "lanternfs",
        &[
            "replica <num:9> of chunk ck_<num:9000000000> stored at /<ip>:<num:65535> size <num:134217728>",
            "chunk ck_<num:9000000000>: pipeline of <num:4> nodes complete",
            "scrub pass <num:900> read <num:80000> chunks, <num:3> mismatches",
            "lease on /warehouse/day=<num:366>/part-<num:100000> moved to <node>",
            "heartbeat of <node> late by <ms> ms",
            "deleting chunk ck_<num:9000000000> file /mnt/d<num:12>/sub<num:64>/ck_<num:9000000000>",
        ],
    ),
    (
        "kestrel",
        &[
            "[group-<num:40>] member consumer-<num:200>-<hex:8> joined generation <num:5000>",
            "segment <num:99999999>.seg of topic-<num:300> rolled at <num:1073741824> bytes",
            "fetch from broker <num:12> for <num:64> partitions returned <num:1048576> bytes in <ms> ms",
            "leader of topic-<num:300>/<num:64> is broker <num:12>, epoch <num:900>",
            "consumer consumer-<num:200>-<hex:8> lags by <num:2000000> messages",
        ],
    ),
    (
        "quillproxy",
        &[
            "<ip> - - \"GET /assets/app.<hex:8>.js HTTP/1.1\" 200 <num:400000> 0.<num:1000>",
            "<ip> - - \"POST /v2/orders/<num:9000000> HTTP/1.1\" 201 <num:9000> 0.<num:1000>",
            "<ip> - - \"GET /v2/items?page=<num:400>&size=50 HTTP/2.0\" 200 <num:60000> 0.<num:1000>",
            "<ip> - - \"GET /healthz HTTP/1.1\" 200 2 0.000",
            "upstream <ip>:<num:65535> timed out while reading the head of its answer",
        ],
    ),
    (
        "sshgate",
        &[
            "accepted key for deploy from <ip> port <num:65535> id SHA256:<hex:16><hex:16>",
            "user unknown: admin<num:100> from <ip> port <num:65535>",
            "connection closed by <ip> port <num:65535> before a key was offered",
            "session <num:90000> of build opened, terminal pts/<num:40>",
            "too many failures for root from <ip>, address is held for <num:900> s",
        ],
    ),
    (
        "northdb",
        &[
            "checkpoint done: <num:30000> pages (<num:100>.<num:10> %), written in <ms> ms, synced <num:400> files",
            "statement took <ms> ms: select sum(amount) from entry where account = $1 and day > $2",
            "deadlock between process <num:60000> and process <num:60000>, the younger one was ended",
            "autoclean of table bank.entry: <num:90000> row versions removed, <num:9000000> remain",
            "replica <node> is <num:9000000> bytes behind",
            "temporary file tmp<num:60000>.<num:90> of <num:900000000> bytes removed",
        ],
    ),
    (
        "fernsched",
        &[
            "job_<num:2000000>_<num:9000> task <num:4000>/<num:4000> started on <node>",
            "task_<hex:12> finished: rows <num:9000000> spill <num:90000000> gc <ms> ms",
            "stage <num:90> lost <num:20> tasks on <node>; trying them again elsewhere",
            "container c_<num:2000000>_<num:90>_<num:900000> uses <num:8192> of 8192 MB",
            "shuffle <num:400>: <num:900> maps, <num:900> reduces, <num:90000000> bytes",
        ],
    ),
    (
        "pumice",
        &[
            "saved snapshot in <ms> ms, <num:4000> MB copied on write",
            "<num:9000> keys expired, <num:90> evicted, memory <num:64000> MB",
            "slow command <num:2000000>: HGETALL session:<hex:16> <ms> ms",
            "link to <ip>:<num:65535> lost, trying again in <num:60> s",
        ],
    ),
    (
        "harborlb",
        &[
            "<clock> pool web: <ip>:8080 is down after <num:9> failed checks",
            "<clock> pool web: <ip>:8080 is up, weight <num:100>",
            "<clock> rebalanced <num:4000> flows from <node> to <node>",
            "<clock> table has <num:900000> of 1000000 flows",
        ],
    ),
    (
        "switchyard",
        &[
            "%PORT-5: Ethernet<num:4>/<num:48> changed state to up",
            "%PORT-4: Ethernet<num:4>/<num:48> discards <num:9000> frames, queue <num:8>",
            "%ARP-4: <ip> moved from <hex:4>.<hex:4>.<hex:4> to <hex:4>.<hex:4>.<hex:4>",
            "%TEMP-3: sensor <num:16> reads <num:90> degrees",
            "%BGP-5: neighbour <ip> established, <num:900000> prefixes",
        ],
    ),
    (
        "mailroom",
        &[
            "<hex:10>: from=<user>@mail.example size=<num:400000> nrcpt=<num:9> (queue active)",
            "<hex:10>: to=<user>@mail.example relay=<ip>:25 delay=<num:90>.<num:100> status=sent",
            "<hex:10>: to=<user>@mail.example relay=none status=deferred (timed out)",
            "statistics: max connection rate <num:90>/60s for <ip>",
        ],
    ),
    (
        "cronkeeper",
        &[
            "(batch) CMD (/opt/jobs/close-day --day <num:366> --shard <num:64>)",
            "job close-day/<num:64> ended with 0 after <ms> ms",
            "job rates/<num:400> skipped: the last run <hex:8> has not ended",
        ],
    ),
    (
        "heapwarden",
        &[
            "[<num:90000>.<num:1000>s] pause young <num:4096>M to <num:4096>M(8192M) <num:200>.<num:1000>ms",
            "[<num:90000>.<num:1000>s] to-space exhausted, <num:90> regions kept",
            "[<num:90000>.<num:1000>s] concurrent mark <ms> ms, <num:9000000> objects",
            "com.example.pay.GatewayTimeoutException: no answer from <ip>:<num:65535>\n\tat com.example.pay.Gateway.call(Gateway.java:<num:900>)",
        ],
    ),
    (
        "meshling",
        &[
            "cluster <service>: <num:12> endpoints, <num:3> unhealthy, version <hex:16>",
            "stream <num:90000> to <service> reset: local timeout of <ms> ms",
            "certificate of <service> renewed, serial <hex:16>, valid <num:24> h",
            "route /v<num:4>/<service> now <num:100> % to revision <num:900>",
        ],
    ),
    (
        "ironkernel",
        &[
            "[<num:9000000>.<num:1000000>] eth<num:4>: link up, <num:100>000 Mb/s",
            "[<num:9000000>.<num:1000000>] out of memory: ended process <num:60000> (worker-<num:64>) rss <num:32000000> kB",
            "[<num:9000000>.<num:1000000>] nvme<num:8>n1: i/o <num:1024> queue <num:32> timed out, completing by poll",
            "[<num:9000000>.<num:1000000>] audit: type=<num:2000> uid=<num:65536> pid=<num:60000> comm=\"bash\" res=1",
            "[<num:9000000>.<num:1000000>] cpu<num:64>: clock throttled for <ms> ms",
        ],
    ),
    (
        "gridmeter",
        &[
            "scrape of <ip>:9100 took <ms> ms, <num:4000> samples, <num:9> stale",
            "block <hex:16> compacted: <num:9000000> samples, <num:90000> series",
            "rule high_latency for <service> pending since <num:900> s, value <num:9>.<num:1000>",
        ],
    ),
    (
        "tidewater",
        &[
            "vol-<hex:8>: attach to <node> as /dev/sd<num:9> requested",
            "vol-<hex:8>: attached in <ms> ms",
            "vol-<hex:8>: snapshot snap-<hex:8> is <num:100> % done",
            "image <hex:12> pulled by <node> in <ms> ms (<num:900> MB)",
            "instance i-<hex:12> on <node>: claim memory <num:65536> MB, vcpus <num:64>, ok",
        ],
    ),
];

/// Writes lines of systems.
pub(crate) struct Systems {
    all: Vec<(&'static str, Template)>,
}

impl Systems {
    pub(crate) fn new() -> Self {
        let of = |(system, sentences): &(&'static str, &'static [&'static str])| {
            let system = *system;
            sentences.iter().map(move |sentence| (system, Template::parse(sentence)))
        };
        Self { all: SYSTEMS.iter().flat_map(of).collect() }
    }

    /// The next record, its message in `message`.
    pub(crate) fn record<'a>(
        &self,
        world: &World,
        random: &mut Random,
        message: &'a mut String,
    ) -> Record<'a> {
        let (system, sentence) = random.one_of(&self.all);
        message.clear();
        sentence.fill(world, random, message);
        Record {
            timestamp: String::new(),
            level: level(random),
            service: system,
            message,
            correlation_id: None,
            user_id: None,
            action: None,
            resource: None,
            outcome: None,
            source_ip: None,
            patient: None,
            region: None,
            duration_ms: None,
            status: None,
            kubernetes: Kubernetes {
                namespace: "platform",
                pod: format!("{system}-{}", random.below(4)),
                container: system,
                node: world.node(random).to_owned(),
            },
        }
    }
}
