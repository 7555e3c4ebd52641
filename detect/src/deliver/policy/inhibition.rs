//! What says nothing new while something else goes on: a host that cannot be reached, while its whole network cannot.

use super::Matchers;
use crate::notice::Notice;

/// While an episode that fits `source` goes on, those that fit `target` and have the same values in the fields `equal` are muted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inhibition {
    /// What mutes.
    pub source: Matchers,
    /// What is muted.
    pub target: Matchers,
    /// Fields of the group that must be the same in both, and there.
    pub equal: Vec<String>,
}

impl Inhibition {
    /// Whether `source` mutes `target`. Nothing mutes itself, nor another episode of its own rule.
    pub fn mutes(&self, source: &Notice, target: &Notice) -> bool {
        source.rule.id != target.rule.id
            && self.source.hold(source)
            && self.target.hold(target)
            && self.equal.iter().all(|field| {
                let value = |notice: &'_ Notice| -> Option<String> {
                    notice.group.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
                };
                value(source).is_some_and(|source| value(target) == Some(source))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use crate::notice::Occasion;
    use crate::rule::RuleId;

    #[test]
    fn a_source_mutes_targets_with_equal_fields_and_never_its_own_rule() {
        let inhibition = Inhibition {
            source: "rule=network-down".parse().unwrap(),
            target: "tag=pci.*".parse().unwrap(),
            equal: vec!["source_ip".to_owned()],
        };
        let target = notice("a", 0, Occasion::Trigger);
        let mut source = notice("b", 0, Occasion::Trigger);
        assert!(!inhibition.mutes(&source, &target));
        source.rule.id = RuleId("network-down".to_owned());
        assert!(inhibition.mutes(&source, &target));
        assert!(!inhibition.mutes(&source, &source));
        source.group[0].1 = "192.0.2.8".to_owned();
        assert!(!inhibition.mutes(&source, &target));
        source.group.clear();
        assert!(!inhibition.mutes(&source, &target), "what neither has is not equal");
    }
}
