//! What a report says, without how it looks.

mod cell;
mod chart;
mod check;
mod table;

pub use cell::Cell;
pub use chart::{Chart, ChartKind};
pub use table::{Column, ColumnKind, Table};

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

/// A report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Document {
    /// By which it is told from others, on every page.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whose it is.
    pub tenant: String,
    /// What it is about.
    pub period: Period,
    /// When it was made.
    pub generated_at: Timestamp,
    /// The program that made it, with its version.
    pub generator: String,
    /// How far the signed log had come.
    pub checkpoint: Option<Checkpoint>,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// Every question whose answer stands in it.
    pub queries: Vec<Query>,
}

/// A span of time in a zone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Period {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, which does not belong to it.
    pub to: Timestamp,
    /// The IANA name of the zone in which times are told.
    pub zone: String,
    /// What people call it, like `October 2026`.
    pub name: String,
}

/// A state of the signed log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// Its entries.
    pub size: u64,
    /// Its root hash, in hexadecimal digits.
    pub root: String,
}

/// A part of a report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Section {
    /// `R1`, …, or a letter for an appendix.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A part that says nothing yet.
    pub fn new(id: &str, title: &str) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), blocks: Vec::new() }
    }

    /// Adds text.
    pub fn say(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph { text: text.into() });
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table { table });
    }

    /// Adds a chart, with its numbers beneath.
    pub fn chart(&mut self, chart: Chart) {
        self.blocks.push(Block::Chart { chart });
    }

    /// Adds what is missing.
    pub fn gap(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Gap { text: text.into() });
    }
}

/// A piece of a part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Block {
    /// Text.
    Paragraph {
        /// The text.
        text: String,
    },
    /// A few numbers that matter most.
    Figures {
        /// The numbers.
        figures: Vec<Figure>,
    },
    /// A table.
    Table {
        /// The table.
        table: Table,
    },
    /// A chart, with the table of its numbers beneath.
    Chart {
        /// The chart.
        chart: Chart,
    },
    /// Something that is printed as it is, sign by sign, such as a proof.
    Verbatim {
        /// What it is.
        caption: String,
        /// It.
        text: String,
    },
    /// Something that is missing, said plainly.
    Gap {
        /// What is missing, and why.
        text: String,
    },
    /// Lines to sign on.
    Signatures {
        /// Who signs on each.
        roles: Vec<String>,
    },
}

/// A number that matters, and how it was in the months before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// What is counted.
    pub label: String,
    /// How many.
    pub value: Cell,
    /// In the months before, the latest first; missing where it is not known.
    pub before: Vec<Cell>,
    /// The question whose answer it is.
    pub query: Option<String>,
}

/// A question whose answer stands in the report, so that anybody can ask it again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Query {
    /// `Q1`, …
    pub id: String,
    /// The question in the query language.
    pub text: String,
    /// The stream that it is about; all that may be read when none.
    pub stream: Option<String>,
    /// From when on.
    pub from: Timestamp,
    /// Until when, which does not belong to it.
    pub to: Timestamp,
    /// What else is done with the answer, in words.
    pub note: String,
}
