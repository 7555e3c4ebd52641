//! Which parts of the program run in this process.

use std::fmt;
use std::str::FromStr;

/// The parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Roles {
    /// Reads files of this machine and ships them.
    pub(crate) agent: bool,
    /// Takes records in.
    pub(crate) collector: bool,
    /// Answers searches and shows the page.
    pub(crate) query: bool,
    /// Looks at records with rules, and tells people.
    pub(crate) detect: bool,
    /// Moves splits between storages, locks evidence, disposes of what is over.
    pub(crate) lifecycle: bool,
}

impl Roles {
    /// All of them, as `--roles` takes them.
    pub(crate) const ALL: &str = "agent,collector,query,detect,lifecycle";
}

impl fmt::Display for Roles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agent, collector, query, detect, lifecycle } = *self;
        let parts = Self::ALL.split(',').zip([agent, collector, query, detect, lifecycle]);
        let running: Vec<&str> = parts.filter(|(_, runs)| *runs).map(|(part, _)| part).collect();
        formatter.write_str(&running.join(","))
    }
}

impl FromStr for Roles {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut roles =
            Self { agent: false, collector: false, query: false, detect: false, lifecycle: false };
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "agent" => roles.agent = true,
                "collector" => roles.collector = true,
                "query" => roles.query = true,
                "detect" => roles.detect = true,
                "lifecycle" => roles.lifecycle = true,
                _ => return Err(format!("there is no role `{name}`; there are {}", Self::ALL)),
            }
        }
        match roles {
            Self { collector: false, query: false, .. } => {
                Err("a server needs the role collector or query; to ship only, run `palisade agent`".to_owned())
            }
            Self { agent: true, collector: false, .. } => Err(
                "the role agent ships to the collector of the same process; add collector, or run `palisade agent`"
                    .to_owned(),
            ),
            Self { detect: true, collector: false, .. } => Err(
                "the role detect looks at what the collector of the same process takes in; add collector".to_owned(),
            ),
            roles => Ok(roles),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_and_wrong_ones_are_explained() {
        let all = Roles { agent: true, collector: true, query: true, detect: true, lifecycle: true };
        assert_eq!(Roles::ALL.parse(), Ok(all));
        assert_eq!(
            "query, collector".parse(),
            Ok(Roles { agent: false, detect: false, lifecycle: false, ..all })
        );
        let refusal = |text: &str| text.parse::<Roles>().unwrap_err();
        assert_eq!(
            refusal("detects"),
            "there is no role `detects`; there are agent,collector,query,detect,lifecycle"
        );
        assert!(refusal("agent").contains("palisade agent"));
        assert!(refusal("agent,query").contains("add collector"));
        assert!(refusal("").contains("needs the role"));
    }
}
