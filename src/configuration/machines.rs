//! `[[machines]]`: what whoever comes with a certificate may do, by the names in it.

use std::ops::Range;

use palisade_access::{MachineGrant, Role};
use toml_edit::{TableLike, Value};

use super::problem::Problem;
use super::section::Section;
use super::value;

/// Grants of one tenant: names have `*`, so that a fleet needs one.
const MACHINES_MAX: usize = 256;

/// All of them. The first that fits counts.
pub(super) fn read(
    tables: Vec<(&dyn TableLike, Range<usize>)>,
    problems: &mut Vec<Problem>,
) -> Vec<MachineGrant> {
    let mut machines: Vec<MachineGrant> = Vec::new();
    for (table, place) in tables {
        let Some(machine) = machine(table, place.clone(), problems) else { continue };
        let mut refuse = |message| problems.push(Problem { span: place.clone(), message });
        if machines.iter().any(|other| other.pattern() == machine.pattern()) {
            refuse(format!("`machines.name` {} is there twice; join the two tables", machine.pattern()));
        } else if machines.len() >= MACHINES_MAX {
            refuse(format!("`machines` are {MACHINES_MAX} at most; write names with `*`"));
        } else {
            machines.push(machine);
        }
    }
    machines
}

fn machine(table: &dyn TableLike, place: Range<usize>, problems: &mut Vec<Problem>) -> Option<MachineGrant> {
    let mut section = Section::new("machines", table, place.clone());
    let name = section.required(problems, "name", "\"*.nodes.example\"", value::text);
    let roles = section.value(problems, "roles", roles).unwrap_or_else(|| vec![Role::Agent]);
    let streams = section.value(problems, "streams", value::texts);
    section.finish(problems);
    MachineGrant::new(&name?, roles, streams)
        .map_err(|wrong| problems.push(Problem { span: place, message: format!("`machines` {wrong}") }))
        .ok()
}

/// Names of roles.
pub(super) fn roles(value: &Value) -> Result<Vec<Role>, String> {
    let role = |name: String| {
        let found = Role::ALL.into_iter().find(|role| role.name() == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = Role::ALL.into_iter().map(Role::name).collect();
            format!("has `{}`, which is no role; there are {}", name.escape_debug(), known.join(", "))
        })
    };
    value::texts(value)?.into_iter().map(role).collect()
}
