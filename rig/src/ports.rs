//! Ports that nobody listens on.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

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

/// Distinct free ports of the loopback address. Another process could take one before it is used; the system hands out
/// another port every time, so that this is rare, and whoever starts a server tries again.
fn free<const COUNT: usize>() -> io::Result<[u16; COUNT]> {
    let mut ports = [0; COUNT];
    // All are held until the last is known: none comes twice.
    let mut held = Vec::with_capacity(COUNT);
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

#[test]
fn free_ports_are_distinct() {
    let mut ports = free::<16>().unwrap().to_vec();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 16);
}
