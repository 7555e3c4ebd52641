//! Networks in CIDR notation, of either kind of address.

use std::net::{IpAddr, Ipv6Addr};

use super::Network;

/// Reads `10.0.0.0/8`, `2001:db8::/32` or a single address.
pub(crate) fn parse_network(text: &str) -> Result<Network, String> {
    let wrong = || format!("`{text}` is not a network; write it like `10.0.0.0/8` or `2001:db8::/32`");
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let bits_max = if address.is_ipv4() { 32 } else { 128 };
    let prefix_bits = match prefix {
        None => bits_max,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().map_err(|_| wrong())?
        }
        Some(_) => return Err(wrong()),
    };
    if prefix_bits > bits_max {
        return Err(wrong());
    }
    Ok(Network { address, prefix_bits })
}

/// Reads an address as records hold it; one of IPv4 that is written as IPv6 is the one of IPv4.
pub(crate) fn parse_address(text: &str) -> Option<IpAddr> {
    // Every address begins so; most values do not.
    let first = *text.as_bytes().first()?;
    if !first.is_ascii_hexdigit() && first != b':' {
        return None;
    }
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

impl Network {
    /// Whether an address, as [`parse_address`] reads it, lies in the network.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let (bits, own, width) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(address)) => {
                (u128::from(address.to_bits()), u128::from(own.to_bits()), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(address)) => (address.to_bits(), own.to_bits(), 128),
            // `::ffff:0:0/96` and what lies in it are networks of IPv4 addresses too.
            (IpAddr::V6(own), IpAddr::V4(address)) => {
                let mapped: Ipv6Addr = address.to_ipv6_mapped();
                (mapped.to_bits(), own.to_bits(), 128)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) => return false,
        };
        let free_bits = width - u32::from(self.prefix_bits);
        (bits ^ own).checked_shr(free_bits).unwrap_or(0) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lies(network: &str, address: &str) -> bool {
        parse_address(address).is_some_and(|address| parse_network(network).unwrap().contains(address))
    }

    #[test]
    fn addresses_lie_in_networks_that_share_their_first_bits() {
        assert!(lies("10.0.0.0/8", "10.255.0.1") && !lies("10.0.0.0/8", "11.0.0.1"));
        assert!(lies("192.0.2.7", "192.0.2.7") && !lies("192.0.2.7", "192.0.2.8"));
        assert!(lies("0.0.0.0/0", "8.8.8.8") && !lies("0.0.0.0/0", "::1"));
        assert!(lies("2001:db8::/32", "2001:DB8:1::7") && !lies("2001:db8::/32", "2001:db9::"));
        assert!(lies("::/0", "2001:db8::1"));
        assert!(lies("10.0.0.0/8", "::ffff:10.1.2.3") && lies("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(!lies("10.0.0.0/8", "10.0.0.1 ") && !lies("10.0.0.0/8", "host"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["10.0.0/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "", "a/8"] {
            assert!(parse_network(text).is_err(), "{text}");
        }
    }
}
