//! Texts stored by template: which template each has, then slot by slot the values of all texts with the same one.
//!
//! ```text
//! column   = head:bytes codes:integers widths:integers pool* lane* standing:texts
//! head     = packed: distinct:varint id_difference:varint* form:u8*
//!            the numbers of the templates that occur, ascending, then a form for every lane of every one of them;
//!            number 0 is no template: texts as they stand, the last part of the column
//! codes    = for every text, which of the templates that occur it has
//! form     = 0           pooled, texts of several lengths (decimal); pooled (hexadecimal)
//!          | 1..18       pooled, all texts have so many digits (decimal)
//!          | 32          a lane of its own, no text has a leading zero; or hexadecimal
//!          | 33..50      a lane of its own, all texts have (form - 32) digits
//!          | 64          a lane of its own, then the length of each text
//! widths   = how many digits each text of the lanes of form 0 has
//! pool     = for 1..18 decimal, then 1..16 hexadecimal digits: the pooled values with so many digits. Lanes of few
//!            values share these: a description of each would be longer than they are
//! lane     = integers, for every lane that is not pooled
//! ```
//! A lane is a sequence of 64-bit numbers: decimal digits have one, hexadecimal ones one for each sixteen digits, a UUID two.

mod cut_texts; // texts that wait to be encoded
mod decode; // bytes become a column
mod encode; // a column becomes bytes
mod lane; // the values of one slot
mod render; // values become text again
mod template_ids; // all but the values of the slots

pub(crate) use cut_texts::CutTexts;
pub use template_ids::TemplateIds;

use std::sync::Arc;

use super::dictionary::Templates;
use super::template::Template;
use crate::Texts;
use lane::{Lane, Pools};

/// Texts of a column that are stored by template. An *entry* is one of them.
#[derive(Clone, Debug)]
pub struct TemplateColumn {
    templates: Arc<Templates>,
    /// The template of each entry.
    ids: Vec<u32>,
    /// For each entry, where its template stands in `distinct`.
    codes: Vec<u16>,
    /// For each entry, how many earlier ones have the same template.
    places: Vec<u32>,
    /// The templates that occur, ascending.
    distinct: Vec<u32>,
    /// For each of them, where its lanes begin in `lanes`.
    starts: Vec<u32>,
    lanes: Vec<Lane>,
    pools: Pools,
    standing: Texts,
}

impl TemplateColumn {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The template of each entry; 0 for texts as they stand. Numbers mean the same in the whole split.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The numbers that occur here, ascending; 0 among them when there are texts as they stand.
    pub fn distinct(&self) -> &[u32] {
        &self.distinct
    }

    /// The template with a number that occurs here.
    ///
    /// # Panics
    /// When the number is 0 or does not occur here.
    pub fn template(&self, id: u32) -> &Template {
        self.templates.get(id).expect("a number that occurs has its template")
    }

    /// The texts as they stand: those of the entries with number 0, in their order.
    pub fn standing(&self) -> &Texts {
        &self.standing
    }

    /// Bytes of memory that it takes, without the templates.
    pub fn memory_bytes(&self) -> usize {
        let entries = self.ids.len() * (2 * size_of::<u32>() + size_of::<u16>());
        let lanes: usize = self.lanes.iter().map(Lane::memory_bytes).sum();
        let standing = self.standing.as_bytes().len() + size_of_val(self.standing.ends());
        entries + lanes + self.lanes.capacity() * size_of::<Lane>() + self.pools.memory_bytes() + standing
    }
}

#[cfg(test)]
mod tests;
