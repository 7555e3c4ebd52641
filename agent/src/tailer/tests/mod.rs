//! The tailer against real files and a collector that keeps the contract, through everything that goes wrong.

mod any_order;
mod collector;
mod delivery;
mod lines;
mod numbers;
mod partials;
mod rotation;
mod world;
