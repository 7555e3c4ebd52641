//! The server starts, is killed, and starts again on its data.

use std::net::TcpStream;

use palisade_rig::SeaweedFs;

#[test]
fn a_server_keeps_its_buckets_over_a_kill_and_is_gone_with_its_value() {
    let server = SeaweedFs::start().unwrap();
    server.create_bucket("locked", true).unwrap();
    server.create_bucket("plain", false).unwrap();
    assert!(server.create_bucket("no", false).is_err(), "a bucket's name has three characters at least");

    server.kill();
    assert!(TcpStream::connect(server.address()).is_err());
    server.restart().unwrap();
    assert!(server.create_bucket("locked", true).is_ok(), "it is there already");

    let (address, data) = (server.address(), server.data().to_owned());
    drop(server);
    assert!(TcpStream::connect(address).is_err());
    assert!(!data.exists());
}
