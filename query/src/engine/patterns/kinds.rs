//! Which kind each message of a column is of.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use palisade_index::{Piece, Template};

use crate::filter::{ColumnView, Content, RowBitmap, TemplatesView};

/// Longest text of which the whole is cut; the beginning of a longer one says what it is.
const TEXT_BYTES_MAX: usize = 4_096;

/// The kind of every entry of a column.
pub(super) struct Kinds {
    /// The kinds that occur.
    pub(super) templates: Vec<Template>,
    /// For each entry of a row that was asked about, which of them.
    pub(super) of_entry: Vec<u32>,
}

impl Kinds {
    pub(super) fn of<C: ColumnView>(column: &C, rows: &RowBitmap) -> Self {
        let mut kinds = Self { templates: Vec::new(), of_entry: vec![0; column.entry_count()] };
        let mut known: HashMap<Template, u32, FixedState> = HashMap::default();
        let mut number_of = |template: Template, templates: &mut Vec<Template>| {
            *known.entry(template).or_insert_with_key(|template| {
                templates.push(template.clone());
                u32::try_from(templates.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let mut numbers: Vec<Option<u32>> = Vec::new();
        let stored = if let Content::Templates(stored) = column.content() { Some(stored) } else { None };
        if let Some(stored) = stored {
            numbers.resize(stored.distinct().last().map_or(0, |last| *last as usize + 1), None);
            for id in stored.distinct().iter().filter(|id| **id != 0) {
                numbers[*id as usize] = Some(number_of(stored.template(*id).clone(), &mut kinds.templates));
            }
        }
        // What is known of the values of a column that has each of them once.
        let mut of_value: Vec<Option<u32>> =
            vec![None; if stored.is_some() { 0 } else { column.value_count() }];
        let mut text = String::new();
        for (entry, (row, position)) in (0u32..).zip(column.entries()) {
            if !rows.contains(row) {
                continue;
            }
            let by_id = stored.and_then(|stored| numbers[stored.ids()[entry as usize] as usize]);
            let by_value = of_value.get(position as usize).copied().flatten();
            let number = by_id.or(by_value).unwrap_or_else(|| {
                text.clear();
                render(column, entry, position, &mut text);
                number_of(template_of(&text), &mut kinds.templates)
            });
            if let Some(known) = of_value.get_mut(position as usize) {
                *known = Some(number);
            }
            kinds.of_entry[entry as usize] = number;
        }
        kinds
    }
}

/// Appends the text of an entry.
pub(super) fn render<C: ColumnView>(column: &C, entry: u32, position: u32, target: &mut String) {
    match column.content() {
        Content::Templates(stored) => stored.render(entry as usize, target),
        _ => target.push_str(&column.value(position as usize).as_text()),
    }
}

/// The template of a text, or of the beginning of a long one.
pub(super) fn template_of(text: &str) -> Template {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    loop {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        // Fewer characters have fewer slots: in the end there is a template, at last that of nothing.
        match Template::of(&text[..end]) {
            Some(template) => return template,
            None => end /= 2,
        }
    }
}

/// A template as people read it.
pub(super) fn shown(template: &Template) -> String {
    let mut text = String::new();
    for piece in template.pieces() {
        text.push_str(match piece {
            Piece::Text(literal) => literal,
            Piece::Digits => "<number>",
            Piece::LowerHex(_) | Piece::UpperHex(_) => "<hex>",
            Piece::Uuid => "<uuid>",
        });
    }
    text
}
