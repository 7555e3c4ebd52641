//! Counts requests in the bytes of an HTTP/1.1 connection.

/// A longer head is no head: what follows is not counted any more.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// Where in the stream of requests the next byte is.
#[derive(Debug)]
enum Place {
    Head,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    Trailer,
    Lost,
}

/// Told the bytes of one connection in pieces, it says how many heads ended in each.
#[derive(Debug)]
pub(super) struct RequestCounter {
    place: Place,
    /// The head, or the line, so far.
    held: Vec<u8>,
}

impl Default for RequestCounter {
    fn default() -> Self {
        Self { place: Place::Head, held: Vec::new() }
    }
}

impl RequestCounter {
    /// How many heads end in these bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> u32 {
        let mut heads = 0;
        while !bytes.is_empty() {
            match &mut self.place {
                Place::Lost => return heads,
                Place::Body(left) | Place::Chunk(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = &bytes[here..];
                    *left -= here as u64;
                    if *left == 0 {
                        self.place =
                            if matches!(self.place, Place::Body(_)) { Place::Head } else { Place::ChunkSize };
                    }
                }
                Place::Head | Place::ChunkSize | Place::Trailer => {
                    self.held.push(bytes[0]);
                    bytes = &bytes[1..];
                    heads += u32::from(self.advance());
                }
            }
        }
        heads
    }

    /// Judges what is held after one more byte; says whether a head ended.
    fn advance(&mut self) -> bool {
        if self.held.len() > HEAD_BYTES_MAX {
            self.place = Place::Lost;
            return false;
        }
        match self.place {
            Place::Head if self.held.ends_with(b"\r\n\r\n") => {
                self.place = after_head(&self.held);
                self.held.clear();
                return true;
            }
            Place::ChunkSize if self.held.ends_with(b"\r\n") => {
                self.place = match chunk_size(&self.held) {
                    Some(0) => Place::Trailer,
                    Some(size) => size.checked_add(2).map_or(Place::Lost, Place::Chunk),
                    None => Place::Lost,
                };
                self.held.clear();
            }
            Place::Trailer if self.held.ends_with(b"\r\n") => {
                if self.held == b"\r\n" {
                    self.place = Place::Head;
                }
                self.held.clear();
            }
            _ => {}
        }
        false
    }
}

fn after_head(head: &[u8]) -> Place {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let value = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()).next()
    };
    if value("transfer-encoding").is_some_and(|coding| coding.ends_with("chunked")) {
        return Place::ChunkSize;
    }
    match value("content-length").map(str::parse) {
        None | Some(Ok(0)) => Place::Head,
        Some(Ok(length)) => Place::Body(length),
        Some(Err(_)) => Place::Lost,
    }
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?;
    let digits = text.split(';').next()?.trim();
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n\
        PUT /x HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n\
        POST /y HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\na;x=1\r\n0123456789\r\n0\r\nsum: 1\r\n\r\n\
        DELETE / HTTP/1.1\r\ncontent-length: 0\r\n\r\n";

    #[test]
    fn heads_are_counted_however_the_bytes_are_cut_and_bodies_are_not_heads() {
        assert_eq!(RequestCounter::default().feed(STREAM), 4);
        for size in 1..STREAM.len() {
            let mut counter = RequestCounter::default();
            let heads: u32 = STREAM.chunks(size).map(|piece| counter.feed(piece)).sum();
            assert_eq!(heads, 4, "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_not_http_is_not_counted() {
        let mut counter = RequestCounter::default();
        assert_eq!(counter.feed(&vec![b'x'; HEAD_BYTES_MAX + 10]), 0);
        assert_eq!(counter.feed(b"GET / HTTP/1.1\r\n\r\n"), 0);
        let mut wrong = RequestCounter::default();
        assert_eq!(wrong.feed(b"PUT / HTTP/1.1\r\ncontent-length: many\r\n\r\nGET / HTTP/1.1\r\n\r\n"), 1);
    }
}
