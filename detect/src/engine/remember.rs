//! What rules remember, to the store and back.

use palisade_record::wire::Malformed;

use super::Engine;
use super::stored_key::{profile_key, stored_key};
use crate::correlate::GroupKey;

impl Engine {
    /// Hands on what differs from the store: rule, fingerprint, group, and its bytes unless it is gone.
    pub fn changed(&mut self, mut store: impl FnMut(&str, &str, &GroupKey, Option<Vec<u8>>)) {
        for (rule, plan) in self.rules.iter_mut().zip(self.book.plans()) {
            let fingerprint = &rule.fingerprint;
            rule.correlator.changed(|key, bytes| store(&plan.header.id.0, fingerprint, key, bytes));
            if let Some(profiles) = &mut rule.profiles {
                let (rule, fingerprint) = (&plan.header.id.0, &rule.profile_fingerprint);
                profiles.changed(&mut |key, bytes| store(rule, fingerprint, &stored_key(key), bytes));
            }
        }
    }

    /// Hands on every group, whether or not it is stored already.
    pub fn all(&self, mut take: impl FnMut(&str, &str, &GroupKey, Vec<u8>)) {
        for (rule, plan) in self.rules.iter().zip(self.book.plans()) {
            rule.correlator.all(|key, bytes| take(&plan.header.id.0, &rule.fingerprint, key, bytes));
            if let Some(profiles) = &rule.profiles {
                let (rule, fingerprint) = (&plan.header.id.0, &rule.profile_fingerprint);
                profiles.all(&mut |key, bytes| take(rule, fingerprint, &stored_key(key), bytes));
            }
        }
    }

    /// Every group is handed on by the next [`Engine::changed`].
    pub fn mark_all(&mut self) {
        for rule in &mut self.rules {
            rule.correlator.mark_all();
            rule.profiles.iter_mut().for_each(|profiles| profiles.mark_all());
        }
    }

    /// Whether a rule remembers a group.
    pub fn watches(&self, rule: &str, key: &GroupKey) -> bool {
        self.book.plan_of(rule).is_some_and(|plan| self.rules[plan].correlator.remembers(key))
    }

    /// Puts a group back as it was stored. Whether there is a rule that still asks the same.
    ///
    /// # Errors
    /// When these are not the bytes of a group.
    pub fn restore(
        &mut self,
        rule: &str,
        fingerprint: &str,
        key: GroupKey,
        bytes: &[u8],
    ) -> Result<bool, Malformed> {
        let Some(plan) = self.book.plan_of(rule) else { return Ok(false) };
        let group_fields = self.book.plans()[plan].group_by.len();
        let rule = &mut self.rules[plan];
        if let (Some(profiles), Some(key)) = (&mut rule.profiles, profile_key(&key, group_fields)) {
            if rule.profile_fingerprint != fingerprint {
                return Ok(false);
            }
            return profiles.restore(key, bytes).map(|()| true);
        }
        if rule.fingerprint != fingerprint {
            return Ok(false);
        }
        rule.correlator.restore(key, bytes).map(|()| true)
    }
}
