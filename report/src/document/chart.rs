//! Charts, each made from a table that stands beneath it.

use serde::{Deserialize, Serialize};

use super::{Cell, Table};

/// A chart.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// Its numbers: in the first column what they are about, then one column of numbers, or several for a heat map.
    pub table: Table,
}

/// How a chart is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChartKind {
    /// A bar for each row, with the number beside it.
    Bars,
    /// A field for each row and column, the darker the more; columns are drawn as rows.
    HeatMap,
}

impl Chart {
    /// What it shows, for whoever does not see it.
    pub fn alternative(&self) -> String {
        let Table { caption, rows, columns, .. } = &self.table;
        let mut largest: Option<(f64, String)> = None;
        for row in rows {
            let label = match row.first() {
                Some(Cell::Text(text)) => text.clone(),
                _ => String::new(),
            };
            for (cell, column) in row.iter().zip(columns).skip(1) {
                let size = cell.magnitude();
                if size > 0.0 && largest.as_ref().is_none_or(|(most, _)| size > *most) {
                    let place = match self.kind {
                        ChartKind::Bars => label.clone(),
                        ChartKind::HeatMap => format!("{label}, {}", column.title),
                    };
                    largest = Some((size, place));
                }
            }
        }
        let shape = match self.kind {
            ChartKind::Bars => "Bar chart",
            ChartKind::HeatMap => "Heat map",
        };
        match largest {
            Some((size, place)) => format!(
                "{shape}: {caption}. The largest of {} rows is {place} with {size}. The numbers stand beneath.",
                rows.len()
            ),
            None => format!("{shape}: {caption}. There is nothing to show."),
        }
    }

    /// The largest number, for the scale; 1 when there is none.
    pub(crate) fn most(&self) -> f64 {
        let numbers = self.table.rows.iter().flat_map(|row| row.iter().skip(1)).map(Cell::magnitude);
        let most = numbers.fold(0.0, f64::max);
        if most > 0.0 { most } else { 1.0 }
    }
}
