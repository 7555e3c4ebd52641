//! From a line in a file on a node to a record in the collector, whatever happens on the way: nothing lost, nothing
//! twice, nothing out of order, and what cannot be had is accounted for to the byte.

mod checkpoint; // the agent forgets
mod content;
mod deleted; // files are removed before they are read
mod disk_full; // there is no room
mod identity; // files look alike, or are not what they seem
mod network; // answers are lost, requests are refused
mod outage; // the collector is away
mod partial_lines; // lines come in pieces
mod rotation; // files are renamed, compressed
mod scale; // there are very many files
mod steady; // nothing goes wrong
mod truncation; // files are emptied under their writer // lines are not what one expects
