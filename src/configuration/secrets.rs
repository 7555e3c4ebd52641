//! Secrets of channels: in the file, or each in a file of its own that nobody else may read.

use palisade_detect::deliver::Secret;
use palisade_detect::deliver::channel::SigningSecret;

use super::problem::Problem;
use super::section::Section;
use super::value;

/// Secrets of one webhook: the one in use, the next, and some that nobody dared to remove.
const SECRETS_MAX: usize = 8;

/// A secret that stands in the file, or in one of its own.
pub(super) fn one(
    section: &mut Section<'_>,
    problems: &mut Vec<Problem>,
    key: &'static str,
    file_key: &'static str,
) -> Option<Secret> {
    let in_place = section.value(problems, key, value::text).map(Secret::new);
    let from_file = section.value(problems, file_key, |value| Secret::read(&value::path(value)?));
    if section.has(key) && section.has(file_key) {
        let message = format!("`detect.channels.{key}` and `{file_key}` are both there; remove one");
        problems.push(Problem { span: section.place(), message });
    }
    in_place.or(from_file)
}

/// Says that neither of two keys is there; what is there and wrong was told already.
pub(super) fn missing(section: &Section<'_>, problems: &mut Vec<Problem>, key: &str, file_key: &str) {
    if !section.has(key) && !section.has(file_key) {
        let message = format!(
            "`detect.channels.{file_key}` is missing; write {file_key} = \"/etc/palisade/{key}\" (mode 0600), or \
             {key} = \"…\""
        );
        problems.push(Problem { span: section.place(), message });
    }
}

/// One or several, in the file or in one of their own, a line for each; the newest first.
pub(super) fn signing(section: &mut Section<'_>, problems: &mut Vec<Problem>) -> Option<Vec<SigningSecret>> {
    let parse = |texts: &[&str]| match texts.len() {
        0 => Err("has no secret in it".to_owned()),
        1..=SECRETS_MAX => texts.iter().map(|text| SigningSecret::parse(text)).collect::<Result<Vec<_>, _>>(),
        more => Err(format!("has {more} secrets; keep at most {SECRETS_MAX}")),
    };
    let in_place = section.value(problems, "secret", |value| {
        let texts = value::text_or_texts(value)?;
        parse(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let several = section.value(problems, "secrets", |value| {
        let texts = value::texts(value)?;
        parse(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let from_file = section.value(problems, "secret_file", |value| {
        let secret = Secret::read(&value::path(value)?)?;
        parse(&secret.expose().split_whitespace().collect::<Vec<_>>())
    });
    let given = ["secret", "secrets", "secret_file"].into_iter().filter(|key| section.has(key)).count();
    if given > 1 {
        let message =
            "`detect.channels.secret`, `secrets` and `secret_file` are the same; keep one".to_owned();
        problems.push(Problem { span: section.place(), message });
    }
    if given == 0 {
        missing(section, problems, "secret", "secret_file");
    }
    in_place.or(several).or(from_file)
}
