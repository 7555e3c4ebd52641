//! Reads the setting that names a root key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FileRoot, KmsRoot, RootError, RootKey, VaultRoot};

/// Where Vault's transit engine is mounted unless the setting says otherwise.
const TRANSIT_MOUNT: &str = "transit";

/// What a setting names.
#[derive(Debug, PartialEq, Eq)]
enum Setting {
    File(PathBuf),
    Kms { key: String, region: Option<String>, endpoint: Option<String> },
    Vault { address: String, mount: String, key: String, token_file: PathBuf },
}

/// Opens the root key that `setting` names; the forms stand in the documentation of [`crate::root`]. A key in a file is made
/// when it is not there.
pub fn open_root(setting: &str) -> Result<Arc<dyn RootKey>, RootError> {
    let parsed = parse(setting)
        .map_err(|reason| RootError::Setting { setting: setting.to_owned(), reason: reason.to_owned() })?;
    Ok(match parsed {
        Setting::File(path) => Arc::new(FileRoot::open_or_create(&path)?),
        Setting::Kms { key, region, endpoint } => {
            Arc::new(KmsRoot::new(&key, region.as_deref(), endpoint.as_deref()))
        }
        Setting::Vault { address, mount, key, token_file } => {
            Arc::new(VaultRoot::new(&address, &mount, &key, token_file))
        }
    })
}

fn parse(setting: &str) -> Result<Setting, &'static str> {
    let (scheme, rest) = setting.split_once(':').ok_or("it has no `:`")?;
    match scheme {
        "file" if rest.is_empty() => Err("it has no path"),
        "file" => Ok(Setting::File(Path::new(rest).to_owned())),
        "kms" => parse_kms(rest),
        "vault" => parse_vault(rest),
        _ => Err("it begins with something else"),
    }
}

fn parse_kms(rest: &str) -> Result<Setting, &'static str> {
    let (key, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (mut region, mut endpoint) = (None, None);
    for (name, value) in options_of(options)? {
        match name {
            "region" => region = Some(value.to_owned()),
            "endpoint" => endpoint = Some(value.to_owned()),
            _ => return Err("only `region` and `endpoint` may stand after the `?`"),
        }
    }
    if key.is_empty() {
        return Err("it has no key id");
    }
    Ok(Setting::Kms { key: key.to_owned(), region, endpoint })
}

fn parse_vault(rest: &str) -> Result<Setting, &'static str> {
    let (url, options) = rest.split_once('?').ok_or("it has no `token_file`")?;
    let (mut mount, mut token_file) = (TRANSIT_MOUNT, None);
    for (name, value) in options_of(options)? {
        match name {
            "mount" => mount = value,
            "token_file" => token_file = Some(PathBuf::from(value)),
            _ => return Err("only `token_file` and `mount` may stand after the `?`"),
        }
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err("the address begins with `https://`");
    }
    let (address, key) = url.rsplit_once('/').ok_or("it has no key")?;
    let is_name = |text: &str| {
        !text.is_empty()
            && !text.split('/').any(|part| matches!(part, "" | "." | ".."))
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
    };
    if address.len() <= "https://".len() || !is_name(key) {
        return Err("after the address stands `/` and the name of the key");
    }
    if !is_name(mount) {
        return Err("`mount` is the path of a transit engine");
    }
    let token_file = token_file.ok_or("it has no `token_file`")?;
    Ok(Setting::Vault {
        address: address.to_owned(),
        mount: mount.to_owned(),
        key: key.to_owned(),
        token_file,
    })
}

/// `a=b&c=d`, as it stands: paths and addresses need no escapes.
fn options_of(text: &str) -> Result<Vec<(&str, &str)>, &'static str> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=').ok_or("after the `?` stands `name=value`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_three_kinds_are_read() {
        assert_eq!(parse("file:/etc/palisade/root.key"), Ok(Setting::File("/etc/palisade/root.key".into())));
        assert_eq!(
            parse("kms:arn:aws:kms:eu-west-1:1:key/2?region=eu-west-1&endpoint=http://127.0.0.1:1"),
            Ok(Setting::Kms {
                key: "arn:aws:kms:eu-west-1:1:key/2".into(),
                region: Some("eu-west-1".into()),
                endpoint: Some("http://127.0.0.1:1".into()),
            })
        );
        assert_eq!(
            parse("vault:https://vault:8200/logs?token_file=/run/token"),
            Ok(Setting::Vault {
                address: "https://vault:8200".into(),
                mount: "transit".into(),
                key: "logs".into(),
                token_file: "/run/token".into(),
            })
        );
    }

    #[test]
    fn a_wrong_setting_says_what_is_wrong_and_what_to_write() {
        for setting in [
            "",
            "file:",
            "root.key",
            "kms:",
            "kms:key?zone=1",
            "vault:https://vault:8200/logs",
            "vault:https://vault:8200/?token_file=/t",
            "vault:https://?token_file=/t",
            "vault:vault/logs?token_file=/t",
            "vault:https://vault/logs?token_file=/t&mount=../sys",
            "hsm:1",
        ] {
            let error = open_root(setting).err().unwrap();
            assert!(error.to_string().contains("write `file:PATH`"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(file:|kms:|vault:https://)?.{0,40}") {
            _ = parse(&text);
        }
    }
}
