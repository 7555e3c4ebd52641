//! Distinct texts in the order of their bytes: the values of a slice's dictionary.
//!
//! ```text
//! sorted    = 0 texts                                   as they stand
//!           | 1 integers                                dotted IPv4 addresses: four octets, each as its rank
//!           | 2 part column                             by template; the part is all of their dictionary
//! ```
//! The rank of an octet is its place among the texts `0` to `255` in the order of their bytes (`0 1 10 100 101 .. 99`), so
//! that addresses in the order of their texts are growing numbers.

mod address; // dotted addresses as numbers

use std::cmp::Ordering;
use std::sync::Arc;

use palisade_record::wire::{Malformed, Reader, Writer};

use super::dictionary::{TemplateDictionary, Templates};
use super::integers::{self, Integers};
use super::template_column::{CutTexts, TemplateColumn};
use super::texts;
use crate::Texts;
use crate::strings::Strings;
use address::{address, push_address};

const PLAIN: u8 = 0;
const ADDRESSES: u8 = 1;
const TEMPLATES: u8 = 2;

/// Distinct texts in the order of their bytes.
#[derive(Clone, Debug)]
pub(crate) enum SortedTexts {
    /// As they stand.
    Plain(Texts),
    /// Dotted addresses.
    Addresses(Integers),
    /// By template.
    Templates(Box<TemplateColumn>),
}

/// Writes texts, which are distinct and sorted; their count is not written.
pub(crate) fn encode(values: &[&str], target: &mut Writer) {
    if !values.is_empty()
        && let Some(addresses) = values.iter().map(|value| address(value)).collect::<Option<Vec<_>>>()
    {
        target.u8(ADDRESSES);
        return integers::encode(&addresses, target);
    }
    let (mut cut, mut dictionary) = (CutTexts::default(), TemplateDictionary::default());
    values.iter().for_each(|value| cut.push(value));
    cut.settle(&mut dictionary);
    if let Some(column) = cut.encode(0..values.len(), |position| values[position].as_bytes(), &dictionary) {
        target.u8(TEMPLATES);
        dictionary.encode_from(0, target);
        return target.raw(&column);
    }
    target.u8(PLAIN);
    texts::encode(values.iter().map(|value| value.as_bytes()), target);
}

impl SortedTexts {
    /// Reads `count` texts, to the end of the reader. Their order is not checked: a damaged object is found by its checksum.
    ///
    /// # Errors
    /// When the bytes are not so many texts.
    pub(crate) fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Self, Malformed> {
        match reader.u8()? {
            PLAIN => {
                let texts = texts::decode(reader, count)?;
                if texts.iter().any(|text| std::str::from_utf8(text).is_err()) {
                    return Err(reader.malformed("text is not UTF-8"));
                }
                Ok(Self::Plain(texts))
            }
            ADDRESSES => Integers::decode(reader, count).map(Self::Addresses),
            TEMPLATES => {
                let mut templates = Templates::default();
                templates.extend_decode(reader)?;
                let column = reader.raw(reader.remaining())?;
                let column = TemplateColumn::decode(column, count, Arc::new(templates))?;
                Ok(Self::Templates(Box::new(column)))
            }
            _ => Err(reader.malformed("unknown kind of sorted texts")),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Plain(texts) => texts.len(),
            Self::Addresses(all) => all.len(),
            Self::Templates(column) => column.len(),
        }
    }

    /// Appends a text.
    ///
    /// # Panics
    /// When there are not so many.
    pub(crate) fn render(&self, position: usize, target: &mut String) {
        match self {
            Self::Plain(texts) => {
                target
                    .push_str(std::str::from_utf8(texts.get(position)).expect("checked when it was decoded"));
            }
            Self::Addresses(all) => push_address(all.get(position), target),
            Self::Templates(column) => column.render(position, target),
        }
    }

    /// The position of a text; renders only those that it is compared with.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        let (mut start, mut end) = (0, self.len());
        let mut middle_text = String::new();
        while start < end {
            let middle = start + (end - start) / 2;
            middle_text.clear();
            self.render(middle, &mut middle_text);
            match middle_text.as_str().cmp(text) {
                Ordering::Equal => return Some(middle),
                Ordering::Less => start = middle + 1,
                Ordering::Greater => end = middle,
            }
        }
        None
    }

    /// All of them, rendered.
    pub(crate) fn to_strings(&self) -> Strings {
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(self.len()));
        let mut push = |render: &dyn Fn(&mut String)| {
            render(&mut text);
            ends.push(u32::try_from(text.len()).expect("a dictionary is far smaller than 4 GiB"));
        };
        match self {
            Self::Addresses(all) => {
                all.to_vec().into_iter().for_each(|number| push(&|target| push_address(number, target)));
            }
            _ => (0..self.len()).for_each(|position| push(&|target| self.render(position, target))),
        }
        Strings::from_parts(text, ends).expect("every end is that of a whole text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(mut values: Vec<String>) -> (SortedTexts, usize) {
        values.sort_unstable();
        values.dedup();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut writer = Writer::new();
        encode(&values, &mut writer);
        let read = SortedTexts::decode(&mut Reader::new(writer.as_slice()), values.len()).unwrap();
        assert!(read.to_strings().iter().eq(values.iter().copied()));
        assert!(values.iter().enumerate().all(|(position, value)| read.find(value) == Some(position)));
        assert_eq!(read.find("not there"), None);
        (read, writer.len())
    }

    /// A sequence without a pattern, the same in every run.
    fn noise(count: usize) -> impl Iterator<Item = u64> {
        let mut state = 1u64;
        (0..count).map(move |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state ^ state >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
        })
    }

    #[test]
    fn addresses_take_less_than_three_bytes() {
        let values = noise(20_000)
            .map(|n| format!("{}.{}.{}.{}", (n >> 32) % 223 + 1, n >> 8 & 255, n >> 16 & 255, n >> 24 & 255));
        let (read, bytes) = check(values.collect());
        assert!(matches!(read, SortedTexts::Addresses(_)));
        assert!(bytes < 20_000 * 5 / 2, "{bytes}");
    }

    #[test]
    fn numbered_users_take_little_more_than_their_distances() {
        let (read, bytes) = check(noise(40_000).map(|n| format!("u{:07}", n % 10_000_000)).collect());
        assert!(matches!(read, SortedTexts::Templates(_)));
        assert!(bytes < 40_000 * 10 / 8, "{bytes}");
    }

    #[test]
    fn hexadecimal_ids_take_less_than_half_of_their_text() {
        let values = noise(4_000).map(|n| format!("{n:016x}{:016x}", n.rotate_left(17).wrapping_mul(n)));
        let (_, bytes) = check(values.collect());
        assert!(bytes < 4_000 * 15, "{bytes}");
    }

    #[test]
    fn what_is_almost_an_address_stays_as_it_was() {
        let values = ["1.2.3.4", "1.2.3.04", "1.2.3", "1.2.3.256", "", "1.2.3.4.5", "a.b.c.d"];
        check(values.into_iter().map(str::to_owned).collect());
    }

    proptest! {
        #[test]
        fn any_texts_come_back(values in proptest::collection::vec("[a-c0-2.:é-]{0,9}", 0..60)) {
            check(values);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), count in 0usize..40) {
            if let Ok(read) = SortedTexts::decode(&mut Reader::new(&bytes), count) {
                _ = read.to_strings();
                _ = read.find("a");
            }
        }
    }
}
