//! Records as JSON objects, each on a line.

use bytes::Bytes;

use super::Encoder;
use crate::engine::search::Hit;
use crate::engine::{Failure, Scan, render};

/// Every record carries the id of its export, when it leaves in one: a line that turns up elsewhere says where it was taken out.
#[derive(Default)]
pub(crate) struct Lines {
    pub(crate) export: Option<String>,
}

impl Encoder for Lines {
    fn records(&mut self, hits: &[Hit], scan: &Scan<'_>) -> Result<Bytes, Failure> {
        let records = scan.inner.pool.install(|| render::records(hits, scan.budget))?;
        let length: usize = records.iter().map(String::len).sum();
        scan.budget.release(length);
        let end = self.export.as_deref().map_or_else(|| "}".to_owned(), end_mark);
        let mut text = String::with_capacity(length + records.len() * (end.len() + 1));
        for record in &records {
            text.push_str(&record[..record.len() - 1]);
            text.push_str(&end);
            text.push('\n');
        }
        Ok(text.into())
    }
}

/// How an object ends that left with an export.
fn end_mark(export: &str) -> String {
    format!(r#","export_id":"{export}"}}"#)
}
