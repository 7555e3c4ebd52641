//! Which keys a configuration file has, and marks of their values: enough to tell what was changed, and not what it says.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml_edit::{Item, TableLike};

/// Bytes of a mark. So few that a password which somebody guesses could be one of many; enough to notice a change.
const MARK_BYTES: usize = 4;

/// The keys of a file, as `storage.hot` or `streams.audit.class`, with a mark of each value.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Written(BTreeMap<String, String>);

impl Written {
    /// All keys of a table but those under `without`.
    pub(super) fn of(table: &dyn TableLike, without: &str) -> Self {
        let mut written = Self::default();
        for (key, item) in table.iter().filter(|(key, _)| *key != without) {
            written.add(key, item);
        }
        written
    }

    fn add(&mut self, path: &str, item: &Item) {
        if let Some(tables) = item.as_array_of_tables() {
            for (place, table) in tables.iter().enumerate() {
                let name = table.get("name").and_then(Item::as_str).map(str::to_owned);
                self.add_all(&format!("{path}.{}", name.unwrap_or_else(|| place.to_string())), table);
            }
        } else if let Some(table) = item.as_table_like() {
            self.add_all(path, table);
        } else if let Some(value) = item.as_value() {
            let text = value.clone().decorated("", "").to_string();
            let mark = &Sha256::digest(format!("{path}\0{text}"))[..MARK_BYTES];
            self.0.insert(path.to_owned(), HEXLOWER.encode(mark));
        }
    }

    fn add_all(&mut self, path: &str, table: &dyn TableLike) {
        table.iter().for_each(|(key, item)| self.add(&format!("{path}.{key}"), item));
    }

    /// The keys that are not what they were: changed, there for the first time, or gone.
    pub(crate) fn changed_since<'a>(&'a self, before: &'a Self) -> Vec<&'a str> {
        let keys: BTreeSet<&String> = self.0.keys().chain(before.0.keys()).collect();
        let is_changed = |key: &&String| self.0.get(*key) != before.0.get(*key);
        keys.into_iter().filter(is_changed).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        Written::of(text.parse::<toml_edit::DocumentMut>().unwrap().as_table(), "tenants")
    }

    #[test]
    fn what_was_changed_is_told_by_its_keys() {
        let before = written(
            "[storage]\nhot = \"7d\"\ncold = \"s3://a\"\n[[streams]]\nname = \"audit\"\nclass = \"long\"\n[[tenants]]\nname = \"b\"\n",
        );
        let after = written(
            "# a comment\n[[streams]]\nname = \"new\"\n[[streams]]\nname = \"audit\" # here\nclass = \"short\"\n[storage]\nhot   =   \"7d\"\nwarm = \"/w\"\n[[tenants]]\nname = \"c\"\n",
        );

        assert_eq!(
            after.changed_since(&before),
            ["storage.cold", "storage.warm", "streams.audit.class", "streams.new.name"]
        );
        assert!(before.changed_since(&before).is_empty());
    }

    #[test]
    fn values_are_not_kept() {
        let kept = serde_json::to_string(&written("[oidc]\nclient_secret = \"hunter2\"\n")).unwrap();
        assert!(kept.starts_with("{\"oidc.client_secret\":\"") && !kept.contains("hunter2"), "{kept}");
    }
}
