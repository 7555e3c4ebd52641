//! What the program says about itself: events on standard error, for people on a terminal, as JSON otherwise.

use std::io::{IsTerminal, stderr};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How events are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// The environment variable that says which events are written: `debug`, `palisade_agent=debug,info`, …
const FILTER_VARIABLE: &str = "PALISADE_LOG";

/// Writes events to standard error from here on.
pub(crate) fn begin(format: Option<LogFormat>) {
    let terminal = stderr().is_terminal();
    let format = format.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    let (filter, mistake) = filter();
    let events = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    match format {
        LogFormat::Text => events.with_ansi(terminal && !crate::output::colours_are_unwanted()).init(),
        LogFormat::Json => events.json().flatten_event(true).init(),
    }
    if let Some(mistake) = mistake {
        tracing::warn!("{FILTER_VARIABLE} is not understood ({mistake}); events from `info` up are written");
    }
}

fn filter() -> (EnvFilter, Option<String>) {
    let usual = || EnvFilter::new("info");
    match std::env::var(FILTER_VARIABLE) {
        Err(_) => (usual(), None),
        Ok(text) => match EnvFilter::try_new(&text) {
            Ok(filter) => (filter, None),
            Err(error) => (usual(), Some(error.to_string())),
        },
    }
}
