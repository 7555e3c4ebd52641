//! What Palisade does, seen from outside: every test here starts the real program, talks to it as its users do, and
//! knows nothing of its insides.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its line is the report")]
#![expect(clippy::print_stdout, reason = "figures are printed for the reader of the test's output")]

mod bank;
mod world; // the program, its files, its network, and what was really written // a day's logs to ask about

mod access; // who may do what
mod approvals; // what two people do
mod architecture; // who may name whom
mod audit; // who saw what
mod command_line; // what a person at a terminal sees
mod configuration; // what an operator writes
mod delivery; // from file to collector
mod demo;
mod deploy; // how it runs in a cluster
mod detection; // from a record to someone's telephone
mod evidence; // what an auditor sees
mod export; // exactly what came in comes out
mod incidents;
mod ingest; // the door for everybody
mod latency; // how soon an acknowledged record is found
mod licences; // what may be given away
mod oidc; // who a provider says somebody is
mod page; // what a person sees in a browser
mod report;
mod review; // what an auditor takes away
mod search; // from question to answer
mod service; // start, stop, probes, who may
mod soak; // kill -9, a thousand times
mod tenants; // several in one program
mod tls; // certificates, and their ends
