//! Aligned columns.

use super::escape;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Widest a column may be before its cells are no longer padded; one huge value must not push all others off screen.
const COLUMN_WIDTH_MAX: usize = 48;

/// The lines of a table: names first, cells aligned, two spaces between columns, nothing at the end of lines.
pub(crate) fn table(names: &[&str], aligns: &[Align], rows: &[Vec<String>]) -> Vec<String> {
    let width_of = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([names[column].chars().count()]).max().unwrap_or(0).min(COLUMN_WIDTH_MAX)
    };
    let widths: Vec<usize> = (0..names.len()).map(width_of).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (column, cell) in cells.take(names.len()).enumerate() {
            let cell = escape(cell);
            let padding = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            if column > 0 {
                line.push_str("  ");
            }
            match aligns.get(column) {
                Some(Align::Right) => line.extend([padding.as_str(), &cell]),
                _ => line.extend([&cell, padding.as_str()]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    };
    let mut lines = vec![line(&mut names.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["10.0.0.1".to_owned(), "7".to_owned()], vec!["::1".to_owned(), "1234".to_owned()]];

        let lines = table(&["source_ip", "n"], &[Align::Left, Align::Right], &rows);

        assert_eq!(lines, ["source_ip     n", "10.0.0.1      7", "::1        1234"]);
    }
}
