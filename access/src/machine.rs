//! Machines that come with a certificate instead of a token.

use std::sync::Arc;

use palisade_record::wildcard::fits;

use crate::{Caller, Grants, Role};

/// Who made a connection, by the names in a certificate that was verified. Whoever accepted the connection puts it into the
/// extensions of its requests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Machine(Arc<[String]>);

impl Machine {
    /// The bearer of a certificate with these names.
    pub fn new(names: Vec<String>) -> Self {
        Self(names.iter().map(|name| name.to_ascii_lowercase()).collect())
    }
}

/// What machines with certain names may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MachineGrant {
    pattern: String,
    roles: Vec<Role>,
    grants: Grants,
}

/// Longest name of a machine, that of a host.
const NAME_BYTES_MAX: usize = 253;

impl MachineGrant {
    /// For machines whose certificate has a DNS name like `pattern`, where `*` is any number of letters.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(pattern: &str, roles: Vec<Role>, streams: Option<Vec<String>>) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-*_".contains(&byte);
        if pattern.is_empty() || pattern.len() > NAME_BYTES_MAX || !pattern.bytes().all(allowed) {
            let shown = pattern.escape_debug();
            return Err(format!("`{shown}` is no name of machines, like `*.nodes.example`"));
        }
        if pattern.bytes().all(|byte| byte == b'*') {
            return Err(format!("`{pattern}` is every machine; write what their names have in common"));
        }
        if roles.is_empty() {
            return Err(format!("`{pattern}` has no role; write roles = [\"agent\"]"));
        }
        let grants = streams.map_or_else(|| Ok(Grants::all()), Grants::of)?;
        Ok(Self { pattern: pattern.to_ascii_lowercase(), roles, grants })
    }

    /// The names it is for.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Who a machine is, when one of its names is of this pattern.
    pub(crate) fn caller(&self, machine: &Machine) -> Option<Caller> {
        let name = machine.0.iter().find(|name| fits(&self.pattern, name))?;
        // No user has a colon in their name.
        let mut caller = Caller::new(&format!("machine:{name}"), self.roles.iter().copied());
        caller.grants = self.grants.clone();
        Some(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> MachineGrant {
        MachineGrant::new(pattern, vec![Role::Agent], None).unwrap()
    }

    #[test]
    fn a_machine_is_known_by_a_name_of_its_certificate() {
        let machine = Machine::new(vec!["10.nodes.other".into(), "Node-7.Nodes.example".into()]);

        let caller = of("*.nodes.example").caller(&machine).unwrap();

        assert_eq!(caller.name, "machine:node-7.nodes.example");
        assert!(caller.roles.contains(&Role::Agent) && caller.roles.len() == 1);
        assert_eq!(of("*.nodes.elsewhere").caller(&machine), None);
        assert_eq!(of("nodes.example").caller(&machine), None);
        assert_eq!(of("*.nodes.example").caller(&Machine::new(Vec::new())), None);
    }

    #[test]
    fn patterns_that_are_everything_or_no_names_are_refused() {
        for pattern in ["", "*", "**", "a b", "a:b", &"x".repeat(254)] {
            MachineGrant::new(pattern, vec![Role::Agent], None).unwrap_err();
        }
        MachineGrant::new("*.example", Vec::new(), None).unwrap_err();
    }
}
