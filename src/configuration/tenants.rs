//! `[[tenants]]`: others whose records the same program keeps, apart from each other in everything.

use std::ops::Range;
use std::path::{Path, PathBuf};

use palisade_record::{ByteSize, TenantName};
use toml_edit::TableLike;

use super::problem::Problem;
use super::section::Section;
use super::{Configuration, Storage, Written, sections, value};

/// Tenants of one program. Each has a journal, a cache and threads of its own; more of them want more programs.
const TENANTS_MAX: usize = 32;

/// Where tenants lie, in the data directory and in storages that they share with the first.
const FOLDER: &str = "tenants";

/// The data directory of a tenant, below that of the program.
pub(super) fn folder(data_dir: &Path, tenant: &TenantName) -> PathBuf {
    data_dir.join(FOLDER).join(tenant.as_str())
}

/// All tenants of the file but the first, which has what the file itself says.
pub(super) fn read(
    tables: Vec<(&dyn TableLike, Range<usize>)>,
    first: &Configuration,
    problems: &mut Vec<Problem>,
) -> Vec<Configuration> {
    let mut tenants: Vec<Configuration> = Vec::new();
    if let Some((_, place)) = tables.get(TENANTS_MAX) {
        let message = format!("`tenants` are {TENANTS_MAX} at most; run another program for more");
        problems.push(Problem { span: place.clone(), message });
    }
    for (table, place) in tables {
        let Some(tenant) = tenant(table, place.clone(), first, problems) else { continue };
        let mut refuse = |message: String| problems.push(Problem { span: place.clone(), message });
        let mut others = std::iter::once(first).chain(&tenants);
        if others.clone().any(|other| other.tenant == tenant.tenant) {
            refuse(format!("`tenants.name` {} is there twice; join the two tables", tenant.tenant));
        } else if let Some(other) = others.find(|other| shares_place(&other.storage, &tenant.storage)) {
            let (one, two) = (&tenant.tenant, &other.tenant);
            refuse(format!(
                "`tenants` {one} and {two} would keep their objects in one place; name another for one"
            ));
        } else {
            tenants.push(tenant);
        }
    }
    // What is shared is shared out: a cache that grows with every tenant would be too large for the machine.
    let share = u64::try_from(tenants.len()).unwrap_or(u64::MAX).saturating_add(1);
    for tenant in tenants.iter_mut().filter(|tenant| tenant.storage.cache_bytes == first.storage.cache_bytes)
    {
        let bytes = first.storage.cache_bytes.as_u64() / share;
        tenant.storage.cache_bytes = ByteSize::bytes(bytes).max(sections::CACHE_BYTES_MIN);
    }
    tenants
}

fn tenant(
    table: &dyn TableLike,
    place: Range<usize>,
    first: &Configuration,
    problems: &mut Vec<Problem>,
) -> Option<Configuration> {
    let mut section = Section::new("tenants", table, place.clone());
    let name = section.required(problems, "name", "\"hospital\"", value::tenant);
    let own = section.table(problems, "storage");
    if own.is_some_and(|own| own.contains_key("data_dir")) {
        let message = format!(
            "`tenants.storage` has no `data_dir`: tenants lie in {FOLDER}/NAME of that of the program"
        );
        problems.push(Problem { span: place, message });
    }
    let storage = own.map(|own| sections::storage(own, problems));
    let mut tenant = Configuration { server: first.server.clone(), ..Configuration::default() };
    tenant.storage = match (storage, &name) {
        (Some(storage), _) => storage,
        (None, Some(name)) => below(&first.storage, name),
        (None, None) => Storage::default(),
    };
    sections::of_one_tenant(&mut section, &mut tenant, problems);
    section.finish(problems);
    tenant.written = Written::of(table, "");
    tenant.tenant = name?;
    tenant.storage.data_dir = folder(&first.storage.data_dir, &tenant.tenant);
    Some(tenant)
}

/// The storages of the first tenant, in a folder of them that is this tenant's alone.
fn below(first: &Storage, tenant: &TenantName) -> Storage {
    let below = |address: &Option<String>| {
        let (place, parameters) = address.as_ref().map(|address| split(address))?;
        Some(format!("{}/{FOLDER}/{tenant}{parameters}", place.trim_end_matches('/')))
    };
    Storage {
        warm: below(&first.warm),
        cold: below(&first.cold),
        anchor: below(&first.anchor),
        ..first.clone()
    }
}

/// An address: the place, and its parameters with their `?`.
fn split(address: &str) -> (&str, &str) {
    address.split_at(address.find('?').unwrap_or(address.len()))
}

/// Whether objects of one could lie among those of the other. What lies in the folder of tenants lies apart.
fn shares_place(one: &Storage, other: &Storage) -> bool {
    let places = |storage: &Storage| -> Vec<String> {
        let all = [&storage.warm, &storage.cold, &storage.anchor];
        let place = |address: &String| format!("{}/", split(address).0.trim_end_matches('/'));
        all.into_iter().flatten().map(place).collect()
    };
    let is_inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| !rest.starts_with(&format!("{FOLDER}/")))
    };
    let (ones, others) = (places(one), places(other));
    ones.iter().any(|one| others.iter().any(|other| is_inside(one, other) || is_inside(other, one)))
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    const TWO: &str = r#"
        [storage]
        data_dir = "/data"
        cold = "s3://evidence/logs?endpoint=http://127.0.0.1:9000"
        cache_bytes = "90 MiB"
        [[streams]]
        name = "payments"
        [[tenants]]
        name = "hospital"
        [[tenants.streams]]
        name = "ward"
        protected = ["patient_id"]
        [[tenants]]
        name = "video"
        [tenants.storage]
        warm = "/warm/video"
        [tenants.detect]
        packs = ["palisade"]
    "#;

    #[test]
    fn every_tenant_has_streams_storages_and_rules_of_its_own() {
        let configuration = read("p.toml", TWO).unwrap();

        let names = |tenant: &Configuration| -> Vec<String> {
            tenant.streams.iter().map(|stream| stream.name.to_string()).collect()
        };
        let [hospital, video] = configuration.tenants.as_slice() else { panic!("{configuration:?}") };
        assert_eq!(names(&configuration), ["audit", "payments"]);
        assert_eq!(names(hospital), ["audit", "ward"]);
        assert_eq!(hospital.storage.data_dir, Path::new("/data/tenants/hospital"));
        let cold = "s3://evidence/logs/tenants/hospital?endpoint=http://127.0.0.1:9000";
        assert_eq!(hospital.storage.cold.as_deref(), Some(cold));
        assert_eq!(hospital.storage.cache_bytes, ByteSize::mib(30));
        assert_eq!(
            (video.storage.cold.as_deref(), video.storage.warm.as_deref()),
            (None, Some("/warm/video"))
        );
        assert_eq!(video.detect.packs, ["palisade"]);
        assert!(configuration.detect.packs.is_empty() && hospital.detect.packs.is_empty());
    }

    #[test]
    fn another_data_directory_takes_the_tenants_along() {
        let mut configuration = read("p.toml", TWO).unwrap();

        configuration.lie_in("/other".into());

        let hospital = configuration.clone().of(&"hospital".parse().unwrap()).unwrap();
        assert_eq!(hospital.storage.data_dir, Path::new("/other/tenants/hospital"));
        let problem = configuration.of(&"bank".parse().unwrap()).unwrap_err().to_string();
        assert!(problem.contains("no tenant `bank`; there are `default` `hospital` `video`"), "{problem}");
    }

    #[test]
    fn tenants_that_are_one_or_share_a_place_are_refused() {
        let problems = |text: &str| read("p.toml", text).unwrap_err().lines().join("\n");
        let tenant = |name: &str, more: &str| format!("[[tenants]]\nname = \"{name}\"\n{more}\n");

        assert!(problems(&tenant("default", "")).contains("default is there twice"));
        assert!(problems(&(tenant("a", "") + &tenant("a", ""))).contains("a is there twice"));
        assert!(problems(&tenant("../a", "")).contains("not the name of a tenant"));
        assert!(problems(&tenant("a", "sources = []")).contains("[tenants] has no"));
        assert!(problems(&tenant("a", "storage = { data_dir = \"/x\" }")).contains("no `data_dir`"));
        for cold in ["/cold", "/cold/in", "/"] {
            let text = format!(
                "[storage]\ncold = \"/cold\"\n{}",
                tenant("a", &format!("storage = {{ cold = \"{cold}\" }}"))
            );
            assert!(problems(&text).contains("would keep their objects in one place"), "{cold}");
        }
    }
}
