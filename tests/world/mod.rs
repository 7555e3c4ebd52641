//! The stage of a black-box test: a folder of its own, a collector, the wire in front of it, agents, log files with a
//! ledger of every byte that was written, and the judge who compares.

mod agent;
mod client;
mod collector;
mod container;
mod folder;
mod judge;
mod ledger;
mod message;
mod plain;
mod program;
mod random;
mod server;
mod stage;
mod tmpfs;
mod wait;
mod wire;

pub(crate) use agent::Agent;
pub(crate) use client::{Answer, Client};
pub(crate) use collector::Collector;
pub(crate) use container::{Channel, Container, compress};
pub(crate) use folder::Folder;
pub(crate) use judge::{Gap, Verdict, compare};
pub(crate) use ledger::Ledger;
pub(crate) use message::Message;
pub(crate) use plain::PlainFile;
pub(crate) use program::{Finished, PALISADE, Program, run};
pub(crate) use random::Random;
pub(crate) use server::Server;
pub(crate) use stage::World;
pub(crate) use tmpfs::Tmpfs;
pub(crate) use wait::{pace, wait_for, wait_until};
pub(crate) use wire::{Treatment, Wire};
