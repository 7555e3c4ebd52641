//! Points at the part of a query that is wrong.

/// The query with a line of carets under `length` bytes from `offset` on.
pub(crate) fn point_at(query: &str, offset: usize, length: usize) -> String {
    let offset = query.floor_char_boundary(offset.min(query.len()));
    let end = query.ceil_char_boundary((offset + length).min(query.len()));
    // A query can have several lines: only the one with the mistake is shown.
    let line_start = query[..offset].rfind('\n').map_or(0, |position| position + 1);
    let line_end = query[offset..].find('\n').map_or(query.len(), |position| offset + position);
    let line = query[line_start..line_end].replace('\t', " ");
    let indent = query[line_start..offset].chars().count();
    let carets = query[offset..end.min(line_end).max(offset)].chars().count().max(1);
    format!("  {}\n  {}{}", super::escape(&line), " ".repeat(indent), "^".repeat(carets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carets_stand_under_the_mistake() {
        assert_eq!(point_at("level:error and (", 16, 1), "  level:error and (\n                  ^");
        assert_eq!(point_at("übel:[1 to", 6, 5), "  übel:[1 to\n       ^^^^^");
    }

    #[test]
    fn a_position_past_the_end_points_behind_the_query() {
        assert_eq!(point_at("a or", 4, 0), "  a or\n      ^");
        assert_eq!(point_at("a or", 400, 3), "  a or\n      ^");
    }

    #[test]
    fn only_the_line_with_the_mistake_is_shown() {
        assert_eq!(point_at("level:error\n| stat count()\n| head", 14, 4), "  | stat count()\n    ^^^^");
    }
}
