//! Values of keys, each read into the type that the rest of the program uses. What is refused says what it must be,
//! as the end of a sentence that begins with the key.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use palisade_access::Proxies;
use palisade_index::ClassName;
use palisade_lifecycle::{LockMode, StorageClass, Term};
use palisade_record::{ByteSize, StreamName, TenantName};
use toml_edit::Value;

use super::problem::suggestion;
use super::{FileSource, Format, Start};

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a time",
        Value::Array(_) => "a list",
        Value::InlineTable(_) => "a table",
    }
}

/// Text as it stands, but not empty.
pub(super) fn text(value: &Value) -> Result<String, String> {
    quoted(value, "text in quotes").and_then(|text| match text {
        "" => Err("must not be empty; leave the key out to have its default".to_owned()),
        text => Ok(text.to_owned()),
    })
}

/// Text that may be empty.
pub(super) fn any_text(value: &Value) -> Result<String, String> {
    quoted(value, "text in quotes").map(str::to_owned)
}

/// A path.
pub(super) fn path(value: &Value) -> Result<PathBuf, String> {
    quoted(value, "a path in quotes").and_then(|path| match path {
        "" => Err("must be a path, not empty".to_owned()),
        path => Ok(PathBuf::from(path)),
    })
}

/// A list of paths from `/` on.
pub(super) fn paths(value: &Value) -> Result<Vec<PathBuf>, String> {
    let wanted = "must be a list of absolute paths, like [\"/var/lib/docker/containers\"]";
    let list = value.as_array().ok_or_else(|| format!("{wanted}, not {}", kind_of(value)))?;
    let path = |value: &Value| value.as_str().map(PathBuf::from).filter(|path| path.is_absolute());
    list.iter().map(path).collect::<Option<_>>().ok_or_else(|| wanted.to_owned())
}

/// A size such as `64 MiB`, at least `min`.
pub(super) fn size(min: ByteSize) -> impl FnOnce(&Value) -> Result<ByteSize, String> {
    move |value| {
        let size: ByteSize = parsed(quoted(value, "a size in quotes, like \"64 MiB\"")?)?;
        if size < min { Err(format!("must be at least {min}, not {size}")) } else { Ok(size) }
    }
}

/// A span such as `10m`, at least `min`.
pub(super) fn span(min: Duration) -> impl FnOnce(&Value) -> Result<Duration, String> {
    move |value| {
        let text = quoted(value, "a span of time in quotes, like \"10m\"")?;
        let span = palisade_record::range::parse_span(text).map_err(refused)?;
        if span < min { Err(format!("must be at least {}s, not {text}", min.as_secs())) } else { Ok(span) }
    }
}

/// Texts, none of them empty.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, String> {
    let wanted = "must be a list of texts, like [\"patient_id\"]";
    let list = value.as_array().ok_or_else(|| format!("{wanted}, not {}", kind_of(value)))?;
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    list.iter().map(text).collect::<Option<_>>().ok_or_else(|| wanted.to_owned())
}

pub(super) fn proxies(value: &Value) -> Result<Proxies, String> {
    Proxies::of(texts(value)?.iter().map(String::as_str))
}

/// One text, or several.
pub(super) fn text_or_texts(value: &Value) -> Result<Vec<String>, String> {
    if value.is_array() { texts(value) } else { text(value).map(|text| vec![text]) }
}

/// Yes or no.
pub(super) fn truth(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("must be true or false, not {}", kind_of(value)))
}

/// The name of a retention class.
pub(super) fn class(value: &Value) -> Result<ClassName, String> {
    parsed(quoted(value, "the name of a class in quotes, like \"standard\"")?)
}

/// How long something is kept.
pub(super) fn term(value: &Value) -> Result<Term, String> {
    parsed(quoted(value, "a term in quotes, like \"30d\" or \"7y\"")?)
}

/// How evidence is locked.
pub(super) fn lock(value: &Value) -> Result<LockMode, String> {
    parsed(quoted(value, "\"governance\", \"compliance\" or \"none\"")?)
}

/// How objects are kept.
pub(super) fn storage_class(value: &Value) -> Result<StorageClass, String> {
    parsed(quoted(value, "a storage class in quotes, like \"GLACIER_IR\"")?)
}

/// Where objects are: a bucket, or a directory, which is made absolute.
pub(super) fn storage(value: &Value) -> Result<String, String> {
    let text = quoted(value, "a directory or a bucket in quotes, like \"s3://bucket/prefix\"")?;
    if text.starts_with("s3://") {
        return match palisade_storage::s3::Address::parse(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(wrong) => Err(refused(wrong.problem)),
        };
    }
    let path = text.strip_prefix("file://").or_else(|| text.strip_prefix("file:")).unwrap_or(text);
    if path.is_empty() || path.contains("://") {
        return Err("must be a directory or s3://bucket/prefix?endpoint=…".to_owned());
    }
    match std::path::absolute(path).ok().and_then(|path| path.to_str().map(str::to_owned)) {
        Some(absolute) => Ok(absolute),
        None => Err("must be a directory that can be made absolute; write it from / on".to_owned()),
    }
}

/// An address to listen at.
pub(super) fn address(value: &Value) -> Result<SocketAddr, String> {
    let wanted = "an IP address and a port in quotes, like \"127.0.0.1:8514\"";
    let text = quoted(value, wanted)?;
    text.parse().map_err(|_| format!("must be {wanted}; `{}` is none", text.escape_debug()))
}

/// The name of a tenant.
pub(super) fn tenant(value: &Value) -> Result<TenantName, String> {
    parsed(quoted(value, "the name of a tenant in quotes")?)
}

/// The name of a stream.
pub(super) fn stream(value: &Value) -> Result<StreamName, String> {
    parsed(quoted(value, "the name of a stream in quotes")?)
}

/// Where reading begins.
pub(super) fn start(value: &Value) -> Result<Start, String> {
    match quoted(value, "\"oldest\" or \"newest\"")? {
        "oldest" => Ok(Start::Oldest),
        "newest" => Ok(Start::Newest),
        other => Err(format!(
            "must be \"oldest\" or \"newest\", not \"{}\"{}",
            other.escape_debug(),
            suggestion(other, &["oldest", "newest"])
        )),
    }
}

/// How files are framed.
pub(super) fn format(value: &Value) -> Result<Format, String> {
    match quoted(value, "\"plain\", \"cri\", \"docker\" or \"auto\"")? {
        "plain" => Ok(Format::Plain),
        "cri" => Ok(Format::Cri),
        "docker" => Ok(Format::Docker),
        "auto" => Ok(Format::Auto),
        other => Err(format!(
            "must be \"plain\", \"cri\", \"docker\" or \"auto\", not \"{}\"{}",
            other.escape_debug(),
            suggestion(other, &["plain", "cri", "docker", "auto"])
        )),
    }
}

/// The one kind of source there is.
pub(super) fn source_kind(value: &Value) -> Result<(), String> {
    match quoted(value, "\"files\"")? {
        "files" => Ok(()),
        other => Err(format!(
            "must be \"files\", the one kind of source this program has, not \"{}\"{}",
            other.escape_debug(),
            suggestion(other, &["files"])
        )),
    }
}

/// A time zone that exists.
pub(super) fn zone(value: &Value) -> Result<String, String> {
    let name = quoted(value, "a time zone in quotes, like \"Europe/Berlin\"")?;
    if name.is_empty() || jiff::tz::TimeZone::get(name).is_ok() {
        return Ok(name.to_owned());
    }
    Err(format!("must be an IANA time zone like \"Europe/Berlin\"; there is no `{}`", name.escape_debug()))
}

/// A pattern of paths.
pub(super) fn glob(value: &Value) -> Result<String, String> {
    pattern(quoted(value, "a pattern of paths in quotes, like \"/var/log/nginx/*.log\"")?)
}

/// The address of a collector.
pub(super) fn url(value: &Value) -> Result<String, String> {
    collector_url(quoted(value, "a URL in quotes, like \"http://collector:8514\"")?)
}

/// A URL of a collector, without a slash at its end. For flags too.
pub(crate) fn collector_url(text: &str) -> Result<String, String> {
    let refuse =
        |why: &str| Err(format!("must be a URL like http://collector:8514; `{}` {why}", text.escape_debug()));
    let Ok(url) = text.parse::<axum::http::Uri>() else { return refuse("is none") };
    match (url.scheme_str(), url.authority()) {
        (Some("http" | "https"), Some(authority)) if authority.as_str().contains('@') => {
            refuse("has a user name; give a token in token_file instead")
        }
        (Some("http" | "https"), Some(_)) if url.path() == "/" && url.query().is_none() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        (Some("http" | "https"), Some(_)) => refuse("has a path"),
        _ => refuse("does not begin with http:// or https://"),
    }
}

/// `STREAM=GLOB`, for flags.
pub(crate) fn file_source(text: &str) -> Result<FileSource, String> {
    let (stream, glob) = text
        .split_once('=')
        .ok_or_else(|| "write STREAM=GLOB, for example nginx=/var/log/nginx/*.log".to_owned())?;
    let stream = stream.parse::<StreamName>()?;
    let glob = pattern(glob).map_err(|wrong| format!("the pattern {wrong}"))?;
    Ok(FileSource { stream, glob, zone: String::new(), format: Format::Plain })
}

/// Checks a pattern and makes it absolute, so that it means the same wherever the agent runs.
fn pattern(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("must be a pattern of paths, not empty".to_owned());
    }
    if text.ends_with('/') {
        return Err(format!("must name files, not a folder; write `{text}*`"));
    }
    if let Some(odd) = text.chars().find(|character| "[]{}".contains(*character)) {
        return Err(format!(
            "has a `{odd}`; only `*`, `?` and `**` have a meaning here, and `?` fits this too"
        ));
    }
    if text.split('/').any(|part| part == "..") {
        return Err("goes up with `..`; write the path without".to_owned());
    }
    match std::path::absolute(text).ok().and_then(|path| path.to_str().map(str::to_owned)) {
        Some(absolute) => Ok(absolute),
        None => Err("must be a path that can be made absolute; write it from / on".to_owned()),
    }
}

fn quoted<'a>(value: &'a Value, wanted: &str) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| format!("must be {wanted}, not {}", kind_of(value)))
}

fn parsed<T: FromStr<Err = String>>(text: &str) -> Result<T, String> {
    text.parse().map_err(refused)
}

fn refused(wrong: impl Display) -> String {
    format!("is not accepted: {wrong}")
}
