//! Writing for people and for pipes: the only place where the program prints.

mod caret;
mod escape;
mod rows;
mod table;

pub(crate) use caret::point_at;
pub(crate) use escape::{escape, escape_value};
pub(crate) use rows::RecordPrinter;
pub(crate) use table::{Align, table};

use std::fmt;
use std::io::{self, IsTerminal, Write};

use anyhow::Context;

/// Whoever read our output has closed it: nothing more is worth saying, and nothing has failed.
#[derive(Debug)]
pub(crate) struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the output was closed")
    }
}

impl std::error::Error for Closed {}

/// The command line cannot be meant as it stands.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A command ends with this exit code, and has said why.
#[derive(Debug)]
pub(crate) struct Exit(pub(crate) u8);

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "exit code {}", self.0)
    }
}

impl std::error::Error for Exit {}

/// Standard output. A reader that has gone away becomes [`Closed`].
pub(crate) struct Output {
    stdout: io::BufWriter<io::Stdout>,
    terminal: bool,
}

impl Output {
    /// Standard output.
    pub(crate) fn new() -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        Self { stdout: io::BufWriter::new(stdout), terminal }
    }

    /// Whether colours help the reader.
    pub(crate) fn has_colours(&self) -> bool {
        self.terminal && !colours_are_unwanted()
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.stdout.write_all(bytes).or_else(refine)
    }

    /// Writes a line; on a terminal it is seen at once.
    pub(crate) fn line(&mut self, line: &str) -> anyhow::Result<()> {
        self.write(line.as_bytes())?;
        self.write(b"\n")?;
        if self.terminal { self.flush() } else { Ok(()) }
    }

    /// Hands everything over.
    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        self.stdout.flush().or_else(refine)
    }
}

fn refine(error: io::Error) -> anyhow::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Err(Closed.into());
    }
    Err(error).context("cannot write to standard output")
}

/// Whether the reader has asked for no colours, as <https://no-color.org> describes.
pub(crate) fn colours_are_unwanted() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Says what went wrong and what to do next.
pub(crate) fn complain(message: &str) {
    say(&format!("palisade: {message}"));
}

/// Says something that is not the answer: a notice, a number about the answer.
pub(crate) fn say(message: &str) {
    // When nobody listens on standard error there is nobody left to tell.
    _ = writeln!(io::stderr(), "{message}");
}
