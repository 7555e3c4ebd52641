//! Files that tell where addresses are: refused, or asked without a panic. Somebody else makes them.

#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libfuzzer_sys::fuzz_target;
use palisade_detect::profile::Places;

fuzz_target!(|input: (u32, u128, Vec<u8>)| {
    let (v4, v6, bytes) = input;
    let Ok(places) = Places::from_bytes(bytes) else { return };
    for address in [IpAddr::V4(Ipv4Addr::from_bits(v4)), IpAddr::V6(Ipv6Addr::from_bits(v6))] {
        _ = places.country(address);
        if let Some(place) = places.place(address) {
            assert!(place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0);
        }
    }
});
