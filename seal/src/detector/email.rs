//! E-mail addresses.

use std::ops::Range;

use memchr::memchr2_iter;

use super::{Builtin, Found};

/// Longest part before the `@` (RFC 5321).
const LOCAL_BYTES_MAX: usize = 64;

/// Longest domain (RFC 1035).
const DOMAIN_BYTES_MAX: usize = 253;

pub(super) fn find(bytes: &[u8], found: &mut Vec<Found<'_>>) {
    let mut from = 0;
    for at in memchr2_iter(b'@', b'%', bytes) {
        // In addresses of web pages the sign is written `%40`.
        let domain = match bytes[at] {
            b'@' => at + 1,
            _ if bytes[at..].starts_with(b"%40") => at + 3,
            _ => continue,
        };
        if let Some(range) = around(bytes, at, domain).filter(|range| range.start >= from) {
            from = range.end;
            found.push(Found { range, name: Builtin::Email.name() });
        }
    }
}

fn around(bytes: &[u8], at: usize, domain: usize) -> Option<Range<usize>> {
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-'!#$&*/=?^`{|}~".contains(byte);
    let before = &bytes[at.saturating_sub(LOCAL_BYTES_MAX)..at];
    let mut start = at - before.iter().rev().take_while(|byte| is_local(byte)).count();
    // What stands before the address in a text may be allowed in one: `to=<a@b.org>`, `?mail=a@b.org&x`, `'a@b.org'`.
    if let Some(last) = bytes[start..at].iter().rposition(|byte| b"='?&/|{}`*!#$^~".contains(byte)) {
        start += last + 1;
    }
    start += bytes[start..at].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let end = end_of_domain(bytes, domain)?;
    (start < at).then_some(start..end)
}

/// Labels with dots between them, of which the last is of letters: `user@host` is no address, `user@10.0.0.1` neither.
fn end_of_domain(bytes: &[u8], start: usize) -> Option<usize> {
    let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let rest = &bytes[start..];
    let length = rest.iter().take(DOMAIN_BYTES_MAX).take_while(|byte| is_domain(byte)).count();
    let mut domain = &rest[..length];
    while let [shorter @ .., b'.' | b'-'] = domain {
        domain = shorter;
    }
    let dot = memchr::memrchr(b'.', domain)?;
    let top = &domain[dot + 1..];
    let has_labels =
        dot > 0 && domain[0].is_ascii_alphanumeric() && !domain.windows(2).any(|two| two == b"..");
    let is_top = top.len() >= 2 && (top.iter().all(u8::is_ascii_alphabetic) || top.starts_with(b"xn--"));
    (has_labels && is_top).then_some(start + domain.len())
}
