//! Ports that nobody listens on.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

/// Ports that the system gives to no outgoing connection: one of a server that is away for a while stays free.
const LISTENING: Range<u16> = 10_000..32_000;

/// Ports that are looked at before it is believed that there is none.
const LOOKS_MAX: u64 = 1_000;

/// The ports of a server: each of its parts has one for HTTP and one for gRPC.
#[derive(Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) master: u16,
    pub(crate) master_grpc: u16,
    pub(crate) volume: u16,
    pub(crate) volume_grpc: u16,
    pub(crate) filer: u16,
    pub(crate) filer_grpc: u16,
    pub(crate) s3: u16,
    pub(crate) s3_grpc: u16,
}

impl Ports {
    /// Free ones.
    pub(crate) fn free() -> io::Result<Self> {
        let [master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc] = free()?;
        Ok(Self { master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc })
    }

    /// By the names of the server's options.
    pub(crate) fn named(&self) -> [(&'static str, u16); 10] {
        [
            ("master.port", self.master),
            ("master.port.grpc", self.master_grpc),
            ("volume.port", self.volume),
            ("volume.port.grpc", self.volume_grpc),
            ("filer.port", self.filer),
            ("filer.port.grpc", self.filer_grpc),
            ("s3.port", self.s3),
            ("s3.port.grpc", self.s3_grpc),
            // These two listen on fixed ports otherwise, and two servers would meet there.
            ("s3.port.iceberg", 0),
            ("s3.port.lance", 0),
        ]
    }
}

/// Distinct free ports of the loopback address. Another process could take one before it is used; they are drawn, so that this is rare,
/// and whoever starts a server tries again.
fn free<const COUNT: usize>() -> io::Result<[u16; COUNT]> {
    let mut ports = [0; COUNT];
    // All are held until the last is known: none comes twice.
    let mut held = Vec::with_capacity(COUNT);
    let mut drawn = draw();
    for port in &mut ports {
        let listener = drawn.find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
        let listener = listener.ok_or_else(|| io::Error::other("no port is free"))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

fn draw() -> impl Iterator<Item = u16> {
    // Every state has keys of its own, drawn by the system.
    let random = RandomState::new();
    (0..LOOKS_MAX).filter_map(move |look| {
        let offset = random.hash_one(look) % LISTENING.len() as u64;
        Some(LISTENING.start + u16::try_from(offset).ok()?)
    })
}

/// A free port of the loopback address, for a server whose address others must know before it starts.
///
/// # Errors
/// When there is none.
pub fn free_port() -> io::Result<u16> {
    free::<1>().map(|[port]| port)
}

#[test]
fn free_ports_are_distinct() {
    let mut ports = free::<16>().unwrap().to_vec();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 16);
}
