//! Text in columns.

/// Rows of cells, which stand below each other: the first column begins at the left, the others end at the right, but
/// for the last one.
#[derive(Default)]
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    /// Appends a row.
    pub(crate) fn row<const CELLS: usize>(&mut self, cells: [&str; CELLS]) {
        self.0.push(cells.map(str::to_owned).into());
    }

    /// The text, each row on its line, below a title.
    pub(crate) fn text(&self, title: &str) -> String {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.0.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                let width = widths[column];
                if column == 0 || column + 1 == columns {
                    format!("{cell:width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        format!("\n{title}\n{}", self.0.iter().map(line).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_table_stand_below_each_other() {
        let mut table = Table::default();
        table.row(["a", "1.0 s", "x"]);
        table.row(["long", "10.0 s", ""]);
        assert_eq!(table.text("Times"), "\nTimes\na      1.0 s  x\nlong  10.0 s\n");
    }
}
