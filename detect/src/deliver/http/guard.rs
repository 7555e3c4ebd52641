//! Which IP addresses may be connected to.
//!
//! Whoever may configure a channel, or answers for a name in DNS, must not reach what only this machine can reach: the cloud's
//! metadata service with its credentials, services on loopback, the rest of the private network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far a channel may reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reach {
    /// Addresses of the public internet, over https.
    #[default]
    Public,
    /// Loopback and private networks too, over http too. Link-local addresses are not among them: the metadata services of clouds
    /// answer there.
    Private,
}

/// What an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Public,
    Private(&'static str),
    Never(&'static str),
}

/// Whether an address may be connected to; if not, what it is.
pub fn check(address: IpAddr, reach: Reach) -> Result<(), &'static str> {
    let scope = match address {
        IpAddr::V4(address) => scope_of_v4(address),
        IpAddr::V6(address) => scope_of_v6(address),
    };
    match (scope, reach) {
        (Scope::Public, _) | (Scope::Private(_), Reach::Private) => Ok(()),
        (Scope::Private(what), Reach::Public) | (Scope::Never(what), _) => Err(what),
    }
}

/// Azure's metadata and name service, the one such address that looks public.
const AZURE_WIRE_SERVER: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Alibaba Cloud's metadata service, inside of the addresses that carriers share.
const ALIBABA_METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);

/// The IANA registry of special IPv4 addresses.
fn scope_of_v4(address: Ipv4Addr) -> Scope {
    if address == AZURE_WIRE_SERVER || address == ALIBABA_METADATA {
        return Scope::Never("the address of a cloud's metadata service");
    }
    match address.octets() {
        [127, ..] => Scope::Private("a loopback address"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Scope::Private("an address of a private network"),
        [100, 64..=127, ..] => Scope::Private("an address that a carrier shares"),
        [169, 254, ..] => Scope::Never("a link-local address, where clouds have their metadata service"),
        [0, ..] => Scope::Never("an address of no host"),
        [224..=239, ..] => Scope::Never("a multicast address"),
        [240..=255, ..] => Scope::Never("a reserved or broadcast address"),
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => {
            Scope::Never("an address for documentation, tests or protocols")
        }
        _ => Scope::Public,
    }
}

/// Of IPv6 only 2000::/3 is given out, and inside of it some blocks are not for hosts, or hide an IPv4 address.
fn scope_of_v6(address: Ipv6Addr) -> Scope {
    if address.is_loopback() {
        return Scope::Private("a loopback address");
    }
    let octets = address.octets();
    let v4_at = |at: usize| Ipv4Addr::new(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]);
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] => scope_of_v4(v4_at(12)),
        // NAT64: the gateway connects to the IPv4 address inside.
        [0x0064, 0xff9b, 0, 0, 0, 0, ..] => scope_of_v4(v4_at(12)),
        // 6to4 likewise.
        [0x2002, ..] => scope_of_v4(v4_at(2)),
        [0xfd00, 0x0ec2, ..] => Scope::Never("the address of a cloud's metadata service"),
        [0xfc00..=0xfdff, ..] => Scope::Private("an address of a private network"),
        [0xfe80..=0xfebf, ..] => Scope::Never("a link-local address"),
        [0xff00..=0xffff, ..] => Scope::Never("a multicast address"),
        // Teredo and the rest of 2001::/23, documentation.
        [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => {
            Scope::Never("an address for documentation, tunnels or protocols")
        }
        [0x2000..=0x3fff, ..] => Scope::Public,
        _ => Scope::Never("an address that is not given out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn may(address: &str, reach: Reach) -> bool {
        check(address.parse().unwrap(), reach).is_ok()
    }

    #[test]
    fn public_addresses_may_be_reached() {
        for address in
            ["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]
        {
            assert!(may(address, Reach::Public), "{address}");
        }
    }

    #[test]
    fn loopback_and_private_addresses_may_be_reached_only_where_that_is_allowed() {
        for address in [
            "127.0.0.1",
            "127.8.9.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
        ] {
            assert!(!may(address, Reach::Public), "{address}");
            assert!(may(address, Reach::Private), "{address}");
        }
    }

    #[test]
    fn metadata_services_multicast_and_addresses_of_no_host_are_never_reached() {
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "168.63.129.16",
            "100.100.100.200",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "239.255.255.250",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "192.0.0.192",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1",
            "2002:a9fe:a9fe::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
            "fec0::1",
            "100::1",
        ] {
            assert!(!may(address, Reach::Public), "{address}");
            assert!(!may(address, Reach::Private), "{address}");
        }
    }

    proptest! {
        #[test]
        fn an_address_is_the_same_in_its_mapped_form(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            for reach in [Reach::Public, Reach::Private] {
                let mapped = check(IpAddr::V6(address.to_ipv6_mapped()), reach);
                prop_assert_eq!(check(IpAddr::V4(address), reach), mapped);
            }
        }

        #[test]
        fn what_is_public_is_in_no_range_that_the_standard_library_knows_as_special(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified();
            prop_assert!(!special || check(IpAddr::V4(address), Reach::Public).is_err());
        }
    }
}
