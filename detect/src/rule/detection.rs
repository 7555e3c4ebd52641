//! What a detection looks for in one record: selections, and a condition over them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Comparison, Pattern};
use crate::number::Number;

/// A rule about single records.
#[derive(Clone, Debug)]
pub struct Detection {
    /// The records it is about.
    pub source: LogSource,
    /// What it looks for.
    pub search: Search,
    /// What filters add: all of them must hold too.
    pub filters: Vec<Search>,
}

/// Selections and the condition over them.
#[derive(Clone, Debug)]
pub struct Search {
    /// The selections, in the order in which they are written.
    pub selections: Vec<Selection>,
    /// When a record matches.
    pub condition: Condition,
}

/// Which records a rule is about. What is not said puts no condition on them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct LogSource {
    /// `windows`, `linux`, `aws`, …
    pub product: Option<String>,
    /// `process_creation`, `webserver`, …
    pub category: Option<String>,
    /// `security`, `sshd`, …
    pub service: Option<String>,
    /// The name of a stream, or names with `*` and `?` in them.
    pub stream: Option<String>,
}

/// A named part of a search.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The name by which the condition calls it.
    pub name: String,
    /// Its line.
    pub line: u32,
    /// What it asks for.
    pub group: Group,
}

/// Items, and how they are joined.
#[derive(Clone, Debug)]
pub enum Group {
    /// All of them must hold.
    All(Vec<Group>),
    /// One of them must hold.
    Any(Vec<Group>),
    /// A single one.
    Item(Item),
}

/// When a record matches, over the numbers of selections.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The selection holds.
    Selection(usize),
    /// It does not hold.
    Not(Box<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// One holds.
    Any(Vec<Condition>),
}

/// What is asked of one field.
#[derive(Clone, Debug)]
pub struct Item {
    /// The line of its key.
    pub line: u32,
    /// The field's name as the rule writes it; none for keywords, which any value may hold.
    pub field: Option<String>,
    /// Whether all tests must hold (`all`) instead of one.
    pub all: bool,
    /// Whether the item holds exactly when its tests do not (`neq`).
    pub negated: bool,
    /// At least one.
    pub tests: Vec<Test>,
}

/// What is asked of a value. A test holds for a record when it holds for one of the values that the field has in it.
#[derive(Clone, Debug)]
pub enum Test {
    /// There is no value. Records do not tell `null` from a field that is absent.
    Absent,
    /// There is a value.
    Present,
    /// The text is such.
    Text(Pattern),
    /// It is this number.
    Equal(Number),
    /// It is a number, and compares so.
    Compare(Comparison, Number),
    /// It is a time, and this part of it compares so.
    Part(TimePart, Comparison, Number),
    /// A regular expression is found in it.
    Regex(regex::Regex),
    /// It is an address in this network.
    Network(Network),
    /// A value of another field is this, or lies in it.
    Field(FieldReference),
    /// One of these holds: what a single value stands for.
    Any(Vec<Test>),
}

/// A part of a point in time, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TimePart {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31.
    Day,
    /// 1 to 53, as ISO 8601 counts them.
    Week,
    /// 1 to 12.
    Month,
    /// The year.
    Year,
}

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Network {
    /// An address in it.
    pub address: IpAddr,
    /// How many bits they have in common.
    pub prefix_bits: u8,
}

/// A comparison with what another field holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldReference {
    /// The other field, as the rule writes it.
    pub field: String,
    /// Where in this field's value the other's lies.
    pub place: Place,
    /// Whether upper and lower case differ.
    pub cased: bool,
}

/// Where a text lies in another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// It is all of it.
    Whole,
    /// At its start.
    Start,
    /// At its end.
    End,
    /// Anywhere in it.
    Anywhere,
}
