//! What the description of a field says about a predicate on its values, before they are read.

use palisade_record::Value;

use super::{BlockView, Buffers, Certainty, Criterion, FieldInfo, FieldTest, Predicate, origin_part_of};

impl FieldTest {
    /// Whether its field is the one whose values are always texts.
    pub(crate) fn is_message(&self) -> bool {
        self.names.iter().any(|name| name == "message")
    }

    /// What a block's description says about the test on the field with one of its names.
    pub(crate) fn of_name(&self, name: &str, block: &impl BlockView) -> Certainty {
        if name == "stream" {
            return self.criterion.of_text(block.stream().as_str());
        }
        let stored = block.field(name).map_or(Certainty::Never, |field| {
            self.criterion.of_field(&field, self.is_message(), block.rows())
        });
        let Some(part) = origin_part_of(name) else { return stored };
        let passes = |value: String| !value.is_empty() && self.criterion.of_text(&value) == Certainty::Always;
        let derived =
            match (block.has_lane(|lane| passes(part(lane))), block.has_lane(|lane| !passes(part(lane)))) {
                (false, _) => Certainty::Never,
                (true, false) => Certainty::Always,
                (true, true) => Certainty::Maybe,
            };
        derived.max(stored)
    }
}

impl Criterion {
    /// Of one known text that is no message.
    pub(crate) fn of_text(&self, text: &str) -> Certainty {
        Certainty::of(self.predicate.holds(Value::Text(text), false, &mut Buffers::default()))
    }

    /// Which of `rows` rows have a value that passes; `is_message` as for [`Predicate::holds`].
    pub(crate) fn of_field(&self, field: &FieldInfo<'_>, is_message: bool, rows: u32) -> Certainty {
        let is_everywhere = field.rows == rows;
        if let Predicate::Anything = self.predicate {
            return if is_everywhere { Certainty::Always } else { Certainty::Maybe };
        }
        if let Some(values) = field.values {
            let mut buffers = Buffers::default();
            let (mut some, mut all) = (false, true);
            values.each(&mut |value| {
                let holds = self.predicate.holds(value, is_message, &mut buffers);
                some |= holds;
                all &= holds;
            });
            return match (some, all && is_everywhere) {
                (false, _) => Certainty::Never,
                (true, true) => Certainty::Always,
                (true, false) => Certainty::Maybe,
            };
        }
        match field.numbers {
            Some(numbers) if !self.predicate.may_hold_for_numbers(numbers, is_message) => Certainty::Never,
            _ => Certainty::Maybe,
        }
    }
}

impl Predicate {
    /// Whether a number between two can pass.
    fn may_hold_for_numbers(&self, (smallest, largest): (f64, f64), is_message: bool) -> bool {
        let of_number = |character: char| character.is_ascii_digit() || "+-.eE".contains(character);
        match self {
            Self::Phrase(phrase) => phrase.folded().chars().all(of_number),
            Self::Is(is) if is_message && !is.whole => is.phrase.folded().chars().all(of_number),
            Self::Is(is) => {
                let wanted = Value::Decimal(is.phrase.folded()).as_number();
                wanted.is_some_and(|wanted| !(wanted < smallest || largest < wanted))
            }
            Self::Glob(glob, _) => glob.runs().iter().all(|run| run.text.chars().all(of_number)),
            Self::Between(low, high) => {
                !low.as_ref().is_some_and(|end| end.excludes_above(largest))
                    && !high.as_ref().is_some_and(|end| end.excludes_below(smallest))
            }
            Self::Anything | Self::OneOf(_) | Self::Regex(_) => true,
        }
    }
}
