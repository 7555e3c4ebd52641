//! Names, addresses and numbers that look like the real ones.

use rand::RngExt;
use rand::rngs::StdRng;

/// One of some things, each as likely.
pub(super) fn pick<'a, T: ?Sized>(random: &mut StdRng, things: &[&'a T]) -> &'a T {
    things[random.random_range(0..things.len())]
}

/// A number below `count`, small ones far more often than large ones: a few do most.
pub(super) fn often_small(random: &mut StdRng, count: u32) -> u32 {
    let (left, right) = (random.random_range(0..count), random.random_range(0..count));
    left.min(right).min(random.random_range(0..count))
}

/// An identifier behind a prefix.
pub(super) fn identifier(random: &mut StdRng, prefix: &str) -> String {
    format!("{prefix}{:016x}", random.random::<u64>())
}

/// A customer or a viewer.
pub(super) fn user(random: &mut StdRng) -> String {
    format!("u-{:05}", 10_000 + often_small(random, 8_000))
}

/// An address out of the ranges that are set aside for examples and private networks.
pub(super) fn address(random: &mut StdRng) -> String {
    match random.random_range(0..3) {
        0 => format!("203.0.113.{}", random.random_range(1..255)),
        1 => format!("198.51.100.{}", random.random_range(1..255)),
        _ => format!(
            "10.{}.{}.{}",
            random.random_range(0..8),
            random.random_range(0..64),
            random.random_range(1..255)
        ),
    }
}

/// A duration in milliseconds around `usual`, now and then ten times as long.
pub(super) fn duration(random: &mut StdRng, usual: u64) -> u64 {
    let around = usual / 2 + random.random_range(0..=usual);
    if random.random_bool(0.02) { around * 10 } else { around }
}
