//! How severe a record is: what a line of plain text says near its beginning, and what numbers mean.

use palisade_record::words::is_word_char;

/// Levels stand at the beginnings of lines; further on the same words are part of sentences.
const SEARCH_BYTES_MAX: usize = 120;
/// Longest word that names a level.
const WORD_BYTES_MAX: usize = 8;

/// The level that a word in capitals or small letters names.
fn of_word(word: &[u8]) -> Option<&'static str> {
    const LEVELS: [(&str, &str); 19] = [
        ("trace", "trace"),
        ("debug", "debug"),
        ("info", "info"),
        ("notice", "notice"),
        ("warn", "warn"),
        ("warning", "warn"),
        ("error", "error"),
        ("err", "error"),
        ("severe", "error"),
        ("critical", "critical"),
        ("crit", "critical"),
        ("alert", "critical"),
        ("fatal", "fatal"),
        ("emerg", "fatal"),
        ("panic", "fatal"),
        ("verbose", "trace"),
        ("dbg", "debug"),
        ("inf", "info"),
        ("ftl", "fatal"),
    ];
    LEVELS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes())).map(|(_, level)| *level)
}

/// The level that the numbers of pino and bunyan mean.
pub(crate) fn of_number(number: i64) -> Option<&'static str> {
    match number {
        10 => Some("trace"),
        20 => Some("debug"),
        30 => Some("info"),
        40 => Some("warn"),
        50 => Some("error"),
        60 => Some("fatal"),
        _ => None,
    }
}

/// The level that a line of plain text tells.
pub(crate) fn find(line: &str) -> Option<&'static str> {
    let head = &line[..line.floor_char_boundary(SEARCH_BYTES_MAX)];
    klog(head.as_bytes()).or_else(|| android(head)).or_else(|| words_of(head, line))
}

fn words_of(head: &str, line: &str) -> Option<&'static str> {
    let mut start = 0;
    while let Some(offset) = head[start..].find(is_word_char) {
        start += offset;
        let length = head[start..].find(|character| !is_word_char(character)).unwrap_or(head.len() - start);
        let end = start + length;
        if length <= WORD_BYTES_MAX
            && let Some(level) = of_word(&head.as_bytes()[start..end])
            && is_told(line, start, end)
        {
            return Some(level);
        }
        start = end;
    }
    None
}

/// Whether the word is written as levels are, and not as a part of a sentence.
fn is_told(line: &str, start: usize, end: usize) -> bool {
    let bytes = line.as_bytes();
    let (before, after) = (&bytes[..start], bytes.get(end));
    if after.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'=') {
        return false;
    }
    let word = &bytes[start..end];
    if word.iter().all(u8::is_ascii_uppercase) {
        return true;
    }
    let is_bracketed = matches!(before.last(), Some(b'[' | b'<' | b'(' | b'|'))
        && matches!(after, Some(b']' | b'>' | b')' | b'|' | b' ' | b':'));
    let is_labelled = after == Some(&b':');
    let unquoted = before.strip_suffix(b"\"").unwrap_or(before);
    let is_assigned = [&b"level="[..], b"lvl=", b"severity="].iter().any(|key| unquoted.ends_with(key));
    // `2026-11-21 08:02:00, Info    CBS`: nothing but a time before it.
    let is_behind_time = word[0].is_ascii_uppercase()
        && before.iter().any(u8::is_ascii_digit)
        && !before.iter().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'T' | b'Z'));
    is_bracketed || is_labelled || is_assigned || is_behind_time
}

/// `I1121 08:02:00.123456`.
fn klog(line: &[u8]) -> Option<&'static str> {
    let is_date = line.get(1..5).is_some_and(|date| date.iter().all(u8::is_ascii_digit));
    let is_klog = is_date && line.get(5) == Some(&b' ') && line.get(8) == Some(&b':');
    is_klog.then(|| of_letter(line[0]))?
}

/// `11-21 08:02:00.123  1702  2395 D WindowManager: …`.
fn android(line: &str) -> Option<&'static str> {
    let mut columns = line.split_ascii_whitespace();
    let (date, time) = (columns.next()?, columns.next()?);
    let is_time = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b":.-".contains(&byte));
    if !is_time(date) || !is_time(time) || !time.contains(':') {
        return None;
    }
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (process, thread, letter) = (columns.next()?, columns.next()?, columns.next()?);
    match letter.as_bytes() {
        [letter] if is_number(process) && is_number(thread) => of_letter(*letter),
        _ => None,
    }
}

fn of_letter(letter: u8) -> Option<&'static str> {
    match letter {
        b'V' => Some("trace"),
        b'D' => Some("debug"),
        b'I' => Some("info"),
        b'W' => Some("warn"),
        b'E' => Some("error"),
        b'F' => Some("fatal"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_found_as_programs_write_them() {
        for (line, level) in [
            ("2026-11-21 08:02:00,978 WARN [main] org.example.Thing: slow", "warn"),
            ("2026-11-21 08:02:00,978 - INFO  [QuorumPeer] - hello", "info"),
            ("[Sat Nov 21 08:02:00 2026] [notice] init ok", "notice"),
            ("[Sat Nov 21 08:02:00 2026] [error] child in state 6", "error"),
            ("2026-11-21 08:02:00, Info                  CBS    Loaded", "info"),
            ("- 1117838570 2005.06.03 R02 2005-06-03-15.42.50.675872 R02 RAS KERNEL FATAL broken", "fatal"),
            ("11-21 08:02:00.123  1702  2395 D WindowManager: ERROR is not this", "debug"),
            ("E1121 08:02:00.123456   1 server.go:10] INFO of nothing", "error"),
            ("level=warning msg=\"INFO later\"", "warn"),
            ("ts=1 lvl=\"crit\" x", "critical"),
            ("error: cannot open", "error"),
            ("SEVERE: boom", "error"),
            ("<EMERG> going down", "fatal"),
        ] {
            assert_eq!(find(line), Some(level), "{line}");
        }
    }

    #[test]
    fn words_in_sentences_are_not_levels() {
        for line in [
            "there was no error at all",
            "Alert the team when this happens",
            "Jun 14 15:16:01 combo sshd: check pass; user unknown",
            "INFORMATION desk",
            "ERROR_COUNT 5, MY_INFO",
            "WARN=5",
            "naïve Übung",
            "",
            &format!("{} ERROR too late", "x".repeat(130)),
        ] {
            assert_eq!(find(line), None, "{line}");
        }
    }
}
