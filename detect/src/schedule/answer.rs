//! From a table to groups and values.

use palisade_query::Table;
use palisade_record::Timestamp;
use serde_json::Value;

use crate::correlate::{GroupKey, normal};
use crate::rule::Scheduled;

/// What a search answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The rule.
    pub rule: String,
    /// The end of the span it was asked about.
    pub at: Timestamp,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row as far as the rule looks at it.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The values of the group's columns.
    pub key: GroupKey,
    /// What is compared.
    pub value: f64,
}

/// The rows of a table. Rows whose value is no number are left out.
///
/// # Errors
/// When a column is not there.
pub fn rows(table: &Table, scheduled: &Scheduled) -> Result<Vec<Row>, String> {
    let column = |name: &str| {
        let found = table.columns.iter().position(|column| column == name);
        found.ok_or_else(|| format!("the answer has no column `{name}`; it has {}", table.columns.join(", ")))
    };
    let value = column(&scheduled.value)?;
    let group: Vec<usize> = scheduled.group_by.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
    let row = |row: &Vec<Value>| {
        let key = group.iter().zip(&scheduled.group_by).map(|(column, field)| {
            let text = match &row[*column] {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            normal(field, &text).into()
        });
        let value = row[value].as_f64().filter(|value| value.is_finite())?;
        Some(Row { key: GroupKey(key.collect()), value })
    };
    Ok(table.rows.iter().filter_map(row).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::rule::{Bound, Comparison, Threshold};

    #[test]
    fn a_row_is_a_group_and_a_value() {
        let minute = Duration::from_secs(60);
        let condition = Threshold { bounds: vec![Bound { comparison: Comparison::Gt, value: 1.0 }] };
        let mut scheduled = Scheduled {
            query: String::new(),
            stream: None,
            every: minute,
            timespan: minute,
            group_by: vec!["region".to_owned(), "status".to_owned()],
            value: "errors".to_owned(),
            condition,
        };
        let table = Table {
            columns: vec!["errors".to_owned(), "status".to_owned(), "region".to_owned()],
            rows: vec![vec![json!(7), json!(500), json!("eu")], vec![json!(null), json!(404), json!("us")]],
            truncated: false,
        };
        let row = Row { key: GroupKey(["eu".into(), "500".into()].into()), value: 7.0 };
        assert_eq!(rows(&table, &scheduled), Ok(vec![row]));
        scheduled.value = "count".to_owned();
        assert!(
            rows(&table, &scheduled)
                .unwrap_err()
                .contains("no column `count`; it has errors, status, region")
        );
    }
}
