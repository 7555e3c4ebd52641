//! Server-sent events, as the tail sends them.

use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, bail};

/// One event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Event {
    /// Its kind; empty when the server did not say.
    pub(crate) name: String,
    /// What it carries.
    pub(crate) data: String,
}

/// Longest line of an event: a largest record, every byte of it escaped as six, with room for its fields.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// The events of an answer, as they arrive.
pub(crate) struct Events<R> {
    lines: BufReader<R>,
}

impl<R: Read> Events<R> {
    /// Reads events from an answer's body.
    pub(crate) fn new(body: R) -> Self {
        Self { lines: BufReader::new(body) }
    }

    /// Waits for the next event; `None` when the server ends the stream.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Event>> {
        let mut event = Event::default();
        let mut has_data = false;
        loop {
            let mut line = Vec::new();
            let read = self
                .lines
                .by_ref()
                .take(LINE_BYTES_MAX)
                .read_until(b'\n', &mut line)
                .context("the connection broke")?;
            if read == 0 {
                return Ok(None);
            }
            if line.last() != Some(&b'\n') && line.len() as u64 == LINE_BYTES_MAX {
                bail!("the server sent a line of more than {LINE_BYTES_MAX} bytes");
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\n', '\r']);
            if line.is_empty() {
                if has_data {
                    return Ok(Some(event));
                }
                event = Event::default();
                continue;
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "event" => value.clone_into(&mut event.name),
                "data" => {
                    if has_data {
                        event.data.push('\n');
                    }
                    event.data.push_str(value);
                    has_data = true;
                }
                // Comments keep the connection alive; ids and delays are not used.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_apart_and_comments_are_skipped() {
        let body =
            ": hello\n\nevent: record\ndata: {\"a\":1}\n\ndata: x\r\ndata: y\r\n\r\n:\n\nevent: lost\n\n";
        let mut events = Events::new(body.as_bytes());

        let event = |name: &str, data: &str| Some(Event { name: name.into(), data: data.into() });
        assert_eq!(events.next().unwrap(), event("record", "{\"a\":1}"));
        assert_eq!(events.next().unwrap(), event("", "x\ny"));
        assert_eq!(events.next().unwrap(), None);
    }
}
