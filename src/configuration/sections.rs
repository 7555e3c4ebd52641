//! The tables of the file, key by key. What a key means is told in `palisade.example.toml`.

use std::ops::Range;
use std::time::Duration;

use palisade_record::ByteSize;
use toml_edit::{Table, TableLike};

use super::problem::Problem;
use super::section::Section;
use super::{
    Agent, Configuration, Detect, FileSource, Format, PodStream, Reports, Server, Storage, Tls, Written,
    classes, detect, machines, oidc, policy, review, streams, tenants, value,
};

/// Smaller splits would cost more in files than they give in promptness.
const SPLIT_BYTES_MIN: ByteSize = ByteSize::mib(1);

/// A smaller cache would not hold what one search reads.
pub(super) const CACHE_BYTES_MIN: ByteSize = ByteSize::mib(1);

/// One index object of a large split must fit.
const INDEX_BYTES_MIN: ByteSize = ByteSize::mib(64);
const SPLIT_AGE_MIN: Duration = Duration::from_secs(1);
/// One largest batch must fit, twice: one is filled while one is sent.
const AGENT_MEMORY_MIN: ByteSize = ByteSize::mib(8);

/// Everything in the file, with every mistake in it. Where a value is wrong the default stands in for it, so that the
/// rest is checked too.
pub(super) fn read(root: &Table) -> (Configuration, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut configuration = Configuration::default();
    let mut section = Section::new("", root, 0..0);
    if let Some(table) = section.table(&mut problems, "server") {
        configuration.server = server(table, &mut problems);
    }
    if let Some(table) = section.table(&mut problems, "storage") {
        configuration.storage = storage(table, &mut problems);
    }
    if let Some(table) = section.table(&mut problems, "agent") {
        configuration.agent = agent(table, &mut problems);
    }
    configuration.sources = sources(section.tables(&mut problems, "sources"), &mut problems);
    of_one_tenant(&mut section, &mut configuration, &mut problems);
    configuration.tenants =
        tenants::read(section.tables(&mut problems, "tenants"), &configuration, &mut problems);
    section.finish(&mut problems);
    // Of what is another tenant's, this one is not told.
    configuration.written = Written::of(root, "tenants");
    (configuration, problems)
}

/// What every tenant has for itself: how long records are kept, what in them is protected, and which rules look at them.
pub(super) fn of_one_tenant(
    section: &mut Section<'_>,
    configuration: &mut Configuration,
    problems: &mut Vec<Problem>,
) {
    let classes = classes::read(section.tables(problems, "classes"), &configuration.storage, problems);
    let streams = streams::read(section.tables(problems, "streams"), problems);
    policy::check(&configuration.storage, &classes, &streams, problems);
    configuration.classes = classes.0;
    configuration.streams = streams.into_iter().map(|(stream, _)| stream).collect();
    configuration.detect = match section.table(problems, "detect") {
        Some(table) => detect::read(table, &configuration.streams, problems),
        None => Detect::default(),
    };
    if let Some(table) = section.table(problems, "reports") {
        configuration.reports = reports(table, section.place(), problems);
    }
    if let Some(table) = section.table(problems, "review") {
        configuration.review = review::read(table, section.place(), &configuration.streams, problems);
    }
    if let Some(table) = section.table(problems, "access") {
        let mut section = Section::new("access", table, section.place());
        let deeds = section.value(problems, "two_people", value::texts);
        configuration.two_people = deeds.unwrap_or_default().into_iter().collect();
        section.finish(problems);
    }
    if let Some(table) = section.table(problems, "oidc") {
        configuration.oidc = oidc::read(table, section.place(), problems);
    }
    configuration.machines = machines::read(section.tables(problems, "machines"), problems);
}

/// Puts a value in place when there is a right one.
fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn server(table: &dyn TableLike, problems: &mut Vec<Problem>) -> Server {
    let mut server = Server::default();
    let mut section = Section::new("server", table, 0..0);
    set(&mut server.listen, section.value(problems, "listen", value::address));
    server.external_url = section.value(problems, "external_url", value::url);
    set(&mut server.proxies, section.value(problems, "proxies", value::proxies));
    if let Some(table) = section.table(problems, "tls") {
        server.tls = tls(table, section.place(), problems);
    }
    section.finish(problems);
    server
}

fn tls(table: &dyn TableLike, place: Range<usize>, problems: &mut Vec<Problem>) -> Option<Tls> {
    let mut section = Section::new("server.tls", table, place);
    let certificate =
        section.required(problems, "certificate_file", "\"/etc/palisade/server.pem\"", value::path);
    let key = section.required(problems, "key_file", "\"/etc/palisade/server.key\"", value::path);
    let client_ca_file = section.value(problems, "client_ca_file", value::path);
    section.finish(problems);
    Some(Tls { certificate_file: certificate?, key_file: key?, client_ca_file })
}

fn reports(table: &dyn TableLike, place: Range<usize>, problems: &mut Vec<Problem>) -> Reports {
    let mut section = Section::new("reports", table, place);
    let mut reports = Reports::default();
    set(&mut reports.monthly, section.value(problems, "monthly", value::truth));
    set(&mut reports.zone, section.value(problems, "zone", value::zone));
    section.finish(problems);
    reports
}

pub(super) fn storage(table: &dyn TableLike, problems: &mut Vec<Problem>) -> Storage {
    let mut storage = Storage::default();
    let mut section = Section::new("storage", table, 0..0);
    set(&mut storage.data_dir, section.value(problems, "data_dir", value::path));
    set(&mut storage.split_bytes, section.value(problems, "split_bytes", value::size(SPLIT_BYTES_MIN)));
    set(&mut storage.split_age, section.value(problems, "split_age", value::span(SPLIT_AGE_MIN)));
    set(&mut storage.cache_bytes, section.value(problems, "cache_bytes", value::size(CACHE_BYTES_MIN)));
    storage.warm = section.value(problems, "warm", value::storage);
    storage.cold = section.value(problems, "cold", value::storage);
    storage.anchor = section.value(problems, "anchor", value::storage);
    storage.root_key = section.value(problems, "root_key", value::text);
    set(&mut storage.lock, section.value(problems, "lock", value::lock));
    set(&mut storage.confirmations, section.value(problems, "compliance_confirmation", value::text_or_texts));
    set(&mut storage.index_bytes, section.value(problems, "index_bytes", value::size(INDEX_BYTES_MIN)));
    section.finish(problems);
    storage
}

fn agent(table: &dyn TableLike, problems: &mut Vec<Problem>) -> Agent {
    let mut agent = Agent::default();
    let mut section = Section::new("agent", table, 0..0);
    agent.name = section.value(problems, "name", value::text);
    set(&mut agent.cluster, section.value(problems, "cluster", value::any_text));
    agent.node = section.value(problems, "node", value::text);
    set(&mut agent.collector, section.value(problems, "collector", value::url));
    agent.token_file = section.value(problems, "token_file", value::path);
    agent.ca_file = section.value(problems, "ca_file", value::path);
    agent.certificate_file = section.value(problems, "certificate_file", value::path);
    agent.key_file = section.value(problems, "key_file", value::path);
    if agent.certificate_file.is_some() != agent.key_file.is_some() {
        let message = "`agent.certificate_file` and `agent.key_file` belong together; write both".to_owned();
        problems.push(Problem { span: section.place(), message });
    }
    agent.state_dir = section.value(problems, "state_dir", value::path);
    set(&mut agent.pods, section.value(problems, "pods", value::path));
    set(&mut agent.link_roots, section.value(problems, "link_roots", value::paths));
    set(&mut agent.memory, section.value(problems, "memory", value::size(AGENT_MEMORY_MIN)));
    set(&mut agent.spool, section.value(problems, "spool", value::size(ByteSize::bytes(0))));
    set(&mut agent.deleted, section.value(problems, "deleted", value::size(ByteSize::bytes(0))));
    set(&mut agent.start, section.value(problems, "start", value::start));
    agent.streams = pod_streams(section.tables(problems, "streams"), problems);
    section.finish(problems);
    agent
}

fn pod_streams(tables: Vec<(&dyn TableLike, Range<usize>)>, problems: &mut Vec<Problem>) -> Vec<PodStream> {
    let mut streams: Vec<PodStream> = Vec::new();
    for (table, place) in tables {
        let mut section = Section::new("agent.streams", table, place);
        let anything = || "*".to_owned();
        let namespace = section.value(problems, "namespace", value::text).unwrap_or_else(anything);
        let container = section.value(problems, "container", value::text).unwrap_or_else(anything);
        let stream = section.required(problems, "stream", "\"audit\"", value::stream);
        let place = section.place();
        section.finish(problems);
        let Some(stream) = stream else { continue };
        // The first that fits counts: a later one with the same condition would never be used.
        if streams.iter().any(|other| other.namespace == namespace && other.container == container) {
            let message =
                "`agent.streams` has this namespace and container already; the first one counts, remove one"
                    .to_owned();
            problems.push(Problem { span: place, message });
        }
        streams.push(PodStream { namespace, container, stream });
    }
    streams
}

fn sources(tables: Vec<(&dyn TableLike, Range<usize>)>, problems: &mut Vec<Problem>) -> Vec<FileSource> {
    let mut sources: Vec<FileSource> = Vec::new();
    for (table, place) in tables {
        let mut section = Section::new("sources", table, place);
        section.required(problems, "kind", "\"files\"", value::source_kind);
        let stream = section.required(problems, "stream", "\"nginx\"", value::stream);
        let glob = section.required(problems, "glob", "\"/var/log/nginx/*.log\"", value::glob);
        let zone = section.value(problems, "zone", value::zone).unwrap_or_default();
        let format = section.value(problems, "format", value::format).unwrap_or(Format::Plain);
        let place = section.place();
        section.finish(problems);
        let (Some(stream), Some(glob)) = (stream, glob) else { continue };
        if sources.iter().any(|other| other.glob == glob) {
            let message =
                format!("`sources.glob` {glob} is there twice; a file belongs to one source, remove one");
            problems.push(Problem { span: place, message });
        }
        sources.push(FileSource { stream, glob, zone, format });
    }
    sources
}
