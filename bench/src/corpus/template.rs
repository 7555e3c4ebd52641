//! Sentences with gaps, and what fills them.
//!
//! `<num:5000>` a number below 5000 · `<hex:8>` hexadecimal digits · `<ms>` a duration · `<ip>` an address ·
//! `<user>` a user · `<service>` a service · `<node>` a machine · `<clock>` a time of day

use std::fmt::Write as _;

use super::random::Random;
use super::world::{SERVICES, World};

enum Part {
    Text(&'static str),
    Number(u64),
    Hex(u32),
    Duration,
    Address,
    User,
    Service,
    Node,
    Clock,
}

/// A sentence with gaps.
pub(crate) struct Template(Vec<Part>);

impl Template {
    /// Reads a sentence as it is written in this program.
    pub(crate) fn parse(text: &'static str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            let (gap, behind) = after.split_once('>').expect("every gap of a template is closed");
            parts.push(Part::Text(before));
            parts.push(gap_of(gap));
            rest = behind;
        }
        parts.push(Part::Text(rest));
        Self(parts)
    }

    /// Appends the sentence with its gaps filled.
    pub(crate) fn fill(&self, world: &World, random: &mut Random, target: &mut String) {
        for part in &self.0 {
            // Writing to a String cannot fail.
            _ = match part {
                Part::Text(text) => target.write_str(text),
                Part::Number(end) => write!(target, "{}", random.below(*end)),
                Part::Hex(digits) => {
                    let digits = *digits as usize;
                    let bits = random.bits() >> (64 - 4 * digits);
                    write!(target, "{bits:0digits$x}")
                }
                Part::Duration => write!(target, "{}", random.duration_ms()),
                Part::Address => target.write_str(world.address(random)),
                Part::User => target.write_str(world.user(random)),
                Part::Service => target.write_str(random.favourite::<&str>(&SERVICES, 2)),
                Part::Node => target.write_str(world.node(random)),
                Part::Clock => {
                    let (hour, minute) = (random.below(24), random.below(60));
                    let (second, millis) = (random.below(60), random.below(1_000));
                    write!(target, "{hour:02}:{minute:02}:{second:02}.{millis:03}")
                }
            };
        }
    }
}

fn gap_of(gap: &str) -> Part {
    let number = |text: &str| text.parse().expect("the number in a gap is one");
    match gap.split_once(':') {
        Some(("num", end)) => Part::Number(number(end)),
        Some(("hex", digits)) => Part::Hex(u32::try_from(number(digits)).unwrap_or(16).clamp(1, 16)),
        None if gap == "ms" => Part::Duration,
        None if gap == "ip" => Part::Address,
        None if gap == "user" => Part::User,
        None if gap == "service" => Part::Service,
        None if gap == "node" => Part::Node,
        None if gap == "clock" => Part::Clock,
        _ => panic!("`<{gap}>` is not a gap of a template"),
    }
}
