//! Texts of a slice's column that are cut once, counted, and then encoded block by block.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::super::cut::Cut;
use super::super::dictionary::{SKELETONS_BYTES_MAX, TemplateDictionary};

/// A kind of message with fewer texts in its slice is none: its skeleton costs as much as the texts.
const TEXTS_MIN: u32 = 2;

/// The skeleton of a text that cannot be cut.
const NOT_CUT: u32 = u32::MAX;

/// Texts of one column, cut. A text is named by its position in the order of [`CutTexts::push`].
#[derive(Default, Debug)]
pub(crate) struct CutTexts {
    cut: Cut,
    skeletons: HashMap<Box<[u8]>, u32, FixedState>,
    skeleton_bytes: usize,
    counts: Vec<u32>,
    /// The template's number for each skeleton, once they are settled.
    pub(super) ids: Vec<u32>,
    pub(super) texts: Vec<CutText>,
    pub(super) values: Vec<u64>,
    /// How many digits each value's text has.
    pub(super) digits: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct CutText {
    skeleton: u32,
    /// Where its values begin.
    pub(super) lane: u32,
}

impl CutTexts {
    /// Forgets all texts; keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.skeletons.clear();
        self.skeleton_bytes = 0;
        self.counts.clear();
        self.ids.clear();
        self.texts.clear();
        self.values.clear();
        self.digits.clear();
    }

    /// Cuts a text.
    pub(crate) fn push(&mut self, text: &str) {
        let lane = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        if lane == u32::MAX || !self.cut.cut(text) {
            self.texts.push(CutText { skeleton: NOT_CUT, lane: 0 });
            return;
        }
        let Some(skeleton) = self.number_of_skeleton() else {
            self.texts.push(CutText { skeleton: NOT_CUT, lane: 0 });
            return;
        };
        self.counts[skeleton as usize] += 1;
        self.texts.push(CutText { skeleton, lane });
        self.values.extend(self.cut.lanes().iter().map(|lane| lane.value));
        self.digits.extend(self.cut.lanes().iter().map(|lane| lane.digits));
    }

    /// The number of the skeleton that was just cut; `None` when there are too many already.
    fn number_of_skeleton(&mut self) -> Option<u32> {
        let skeleton = self.cut.skeleton();
        if let Some(known) = self.skeletons.get(skeleton) {
            return Some(*known);
        }
        let bytes = self.skeleton_bytes + skeleton.len();
        let new = u32::try_from(self.counts.len()).ok().filter(|_| bytes <= SKELETONS_BYTES_MAX)?;
        self.skeleton_bytes = bytes;
        self.skeletons.insert(skeleton.into(), new);
        self.counts.push(0);
        Some(new)
    }

    /// Gives every skeleton that is frequent enough its number in the dictionary. To be called when all texts are there,
    /// before the first block is encoded.
    pub(crate) fn settle(&mut self, dictionary: &mut TemplateDictionary) {
        // In the order of their first texts, so that the same texts always give the same numbers.
        let mut ordered: Vec<(&[u8], u32)> =
            self.skeletons.iter().map(|(skeleton, number)| (&**skeleton, *number)).collect();
        ordered.sort_unstable_by_key(|(_, number)| *number);
        self.ids.clear();
        self.ids.extend(ordered.into_iter().map(|(skeleton, number)| {
            if self.counts[number as usize] >= TEXTS_MIN {
                dictionary.intern(skeleton)
            } else {
                dictionary.id_of(skeleton).unwrap_or(0)
            }
        }));
    }

    /// The number of a text's template; 0 when it is kept as it stands.
    pub(super) fn id(&self, text: &CutText) -> u32 {
        self.ids.get(text.skeleton as usize).copied().unwrap_or(0)
    }
}
