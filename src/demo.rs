//! A small world that writes logs: a bank, a video service and a hospital, with things worth finding in them.
//!
//! The same seed gives the same world; only the clock differs. It writes files exactly as a kubelet's container
//! runtime does, so that what is shown is the real way of a record through the program.

mod bank;
mod configuration;
mod container;
mod folder;
mod generator;
mod guide;
mod hospital;
mod people;
mod script;
mod video;
mod web;

pub(crate) use configuration::configuration;
pub(crate) use folder::Folder;
pub(crate) use generator::{Generator, HISTORY_LINES, LINES_PER_SECOND};
pub(crate) use guide::guide;

use guide::POD_STREAMS;
