//! What a search would read, without running it.

use palisade_record::ByteSize;
use serde_json::Value;

use crate::output::{Align, Output, escape_value, table};

/// Prints an estimate: a line about splits, a table of what is read from far away, a line of sums.
pub(super) fn print(estimate: &Value) -> anyhow::Result<()> {
    let mut output = Output::new();
    lines(estimate).iter().try_for_each(|line| output.line(line))?;
    output.flush()
}

fn lines(estimate: &Value) -> Vec<String> {
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let splits = |tier: &str| number(&estimate["splits"][tier]);
    let mut lines = vec![format!(
        "splits that can match: {} hot, {} warm, {} cold; {} are left out",
        splits("hot"),
        splits("warm"),
        splits("cold"),
        number(&estimate["splits_left_out"]),
    )];
    if splits("archived") > 0 {
        lines.push(format!("{} of them are archived and must be restored first", splits("archived")));
    }
    let far = estimate["far"].as_array().map(Vec::as_slice).unwrap_or_default();
    if far.is_empty() {
        lines.push("nothing is read from far away".to_owned());
        return lines;
    }
    let row = |of_class: &Value| {
        let text = |name: &str| escape_value(&of_class[name]);
        let bytes = ByteSize::bytes(number(&of_class["bytes"])).to_string();
        vec![text("tier"), text("storage_class"), text("splits"), text("requests"), bytes]
    };
    let rows: Vec<Vec<String>> = far.iter().map(row).collect();
    let aligns = [Align::Left, Align::Left, Align::Right, Align::Right, Align::Right];
    lines.extend(table(&["tier", "class", "splits", "requests", "bytes"], &aligns, &rows));
    lines.push(format!(
        "at most {} requests, {}, about {:.1} s and ${:.4}, if nothing lets the search stop early",
        number(&estimate["requests"]),
        ByteSize::bytes(number(&estimate["bytes"])),
        estimate["seconds"].as_f64().unwrap_or(0.0),
        estimate["dollars"].as_f64().unwrap_or(0.0),
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_estimate_tells_where_how_much_and_how_long() {
        let far = [
            json!({"tier": "cold", "storage_class": "GLACIER_IR", "splits": 7, "requests": 21, "bytes": 4096}),
        ];
        let estimate = json!({
            "splits": {"hot": 1, "warm": 0, "cold": 7, "archived": 0}, "splits_left_out": 4, "far": far,
            "requests": 21, "bytes": 4096, "seconds": 0.03, "dollars": 0.00021,
        });
        let lines = lines(&estimate).join("\n");
        assert!(lines.starts_with("splits that can match: 1 hot, 0 warm, 7 cold; 4 are left out"), "{lines}");
        assert!(lines.contains("GLACIER_IR") && lines.contains("about 0.0 s and $0.0002"), "{lines}");
        assert!(!lines.contains("archived"));
    }
}
