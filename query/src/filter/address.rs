//! Addresses and the networks they are in.

use std::net::IpAddr;

/// A network, or one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u32,
}

/// Reads an address. An IPv4 address inside of an IPv6 one, `::ffff:10.0.0.1`, is the IPv4 address.
pub(crate) fn parse_address(text: &str) -> Option<IpAddr> {
    let possible = text.len() >= 2 && text.len() <= 45 && text.contains(['.', ':']);
    let address: IpAddr = if possible { text.parse().ok()? } else { return None };
    // Written with hexadecimal digits its words are others, and the index would not find it by those of IPv4.
    Some(if text.contains('.') { address.to_canonical() } else { address })
}

impl Network {
    /// Reads `10.0.0.0/8`, `2001:db8::/32` or a single address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
                (address, Some(prefix.parse().ok()?))
            }
            Some(_) => return None,
            None => (text, None),
        };
        let address = parse_address(address)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// The address, when there is only one inside.
    pub(crate) fn only_address(&self) -> Option<IpAddr> {
        (self.prefix == if self.address.is_ipv4() { 32 } else { 128 }).then_some(self.address)
    }

    /// Whether an address is inside.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }

    /// The numbers that every address inside has as words; `None` when addresses can be written in several ways.
    pub(crate) fn words(&self) -> Option<Vec<String>> {
        let IpAddr::V4(address) = self.address else { return None };
        let whole_octets = self.prefix as usize / 8;
        Some(address.octets().iter().take(whole_octets).map(u8::to_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let check = |network: &str, address: &str| {
            Network::parse(network).unwrap().contains(parse_address(address).unwrap())
        };
        assert!(check("10.0.0.0/8", "10.255.1.2"));
        assert!(check("10.1.2.3/8", "::ffff:10.9.9.9"));
        assert!(!check("10.0.0.0/8", "11.0.0.1"));
        assert!(check("0.0.0.0/0", "1.2.3.4"));
        assert!(!check("0.0.0.0/0", "::1"));
        assert!(check("192.168.1.7", "192.168.1.7"));
        assert!(check("2001:db8::/32", "2001:db8:1::5"));
        assert!(check("::/0", "2001:db8:1::5"));
        assert!(!check("2001:db8::/32", "2001:db9::"));
        for text in ["10.0.0.0/33", "10.0.0/8", "a/8", "::/129", "10.0.0.0/", "10.0.0.0/+8", "5"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
        assert_eq!(Network::parse("172.16.0.0/12").unwrap().words().unwrap(), ["172"]);
    }
}
