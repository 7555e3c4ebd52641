//! Tiny MMDB files for tests, written by hand: a tree over the bits of addresses, what lies at its leaves, and what the file says of
//! itself.

use std::net::Ipv4Addr;

const TEXT: u8 = 2;
const DOUBLE: u8 = 3;
const SHORT: u8 = 5;
const LONG: u8 = 6;
const MAP: u8 = 7;
/// Kinds past seven have a byte of their own, less seven.
const LIST_EXTENDED: u8 = 4;
const HUGE_EXTENDED: u8 = 2;

/// Between the tree and what lies at its leaves.
const GAP: usize = 16;

fn sized(kind: u8, bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 29, "longer values have their length elsewhere");
    [&[kind << 5 | u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

fn text(text: &str) -> Vec<u8> {
    sized(TEXT, text.as_bytes())
}

fn short(number: u16) -> Vec<u8> {
    sized(SHORT, &number.to_be_bytes())
}

fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![MAP << 5 | u8::try_from(entries.len()).unwrap()];
    entries.iter().for_each(|(name, value)| bytes.extend([text(name), value.clone()].concat()));
    bytes
}

/// What a file of countries tells of an address.
pub(super) fn country(code: &str) -> Vec<u8> {
    map(&[("country", map(&[("iso_code", text(code))]))])
}

/// What a file of cities tells of an address.
pub(super) fn city(code: &str, latitude: f64, longitude: f64, radius_km: u16) -> Vec<u8> {
    let degrees = |degrees: f64| sized(DOUBLE, &degrees.to_be_bytes());
    let location = map(&[
        ("latitude", degrees(latitude)),
        ("longitude", degrees(longitude)),
        ("accuracy_radius", short(radius_km)),
    ]);
    map(&[("country", map(&[("iso_code", text(code))])), ("location", location)])
}

#[derive(Clone, Copy)]
enum Branch {
    Nothing,
    Node(usize),
    Leaf(usize),
}

/// A file that tells these of networks, of which none lies in another.
pub(super) fn database(networks: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut nodes = vec![[Branch::Nothing; 2]];
    let mut data: Vec<u8> = Vec::new();
    for (network, value) in networks {
        let (address, bits) = network.split_once('/').unwrap();
        let (address, bits) = (address.parse::<Ipv4Addr>().unwrap().to_bits(), bits.parse::<u32>().unwrap());
        let branch = |depth: u32| usize::try_from(address >> (31 - depth) & 1).unwrap();
        let mut node = 0;
        for depth in 0..bits - 1 {
            node = match nodes[node][branch(depth)] {
                Branch::Node(next) => next,
                _ => {
                    nodes.push([Branch::Nothing; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][branch(depth)] = Branch::Node(next);
                    next
                }
            };
        }
        nodes[node][branch(bits - 1)] = Branch::Leaf(data.len());
        data.extend_from_slice(value);
    }
    let count = nodes.len();
    let number = |branch: &Branch| match branch {
        Branch::Nothing => count,
        Branch::Node(node) => *node,
        Branch::Leaf(offset) => count + GAP + offset,
    };
    let record = |branch: &Branch| u32::try_from(number(branch)).unwrap().to_be_bytes()[1..].to_vec();
    let mut bytes: Vec<u8> = nodes.iter().flatten().flat_map(record).collect();
    bytes.extend([0; GAP]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    bytes.extend(map(&[
        ("node_count", sized(LONG, &u32::try_from(count).unwrap().to_be_bytes())),
        ("record_size", short(24)),
        ("ip_version", short(4)),
        ("database_type", text("Test-City")),
        ("languages", vec![0, LIST_EXTENDED]),
        ("binary_format_major_version", short(2)),
        ("binary_format_minor_version", short(0)),
        ("build_epoch", vec![1, HUGE_EXTENDED, 1]),
        ("description", map(&[])),
    ]));
    bytes
}
