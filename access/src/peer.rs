//! From where a request comes.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

/// The address of the one who asks, as whoever accepted the connection says. Without one it is unspecified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// The address in a request's extensions.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into()))
    }
}

/// Addresses that a request went through. Longer chains are made up.
const HOPS_MAX: usize = 32;

/// The header in which proxies tell from where a request came, each adding the address that it saw.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies in front of the server, whose word is believed about where requests come from.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// These; their texts are addresses, or networks such as `10.0.0.0/8`.
    ///
    /// # Errors
    /// Which of them is none.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        texts.into_iter().map(str::parse).collect::<Result<_, _>>().map(Self)
    }

    /// From where a request comes whose connection was made from `connected`: the last address in its headers that no proxy of ours
    /// has, as everything before it may be made up by whoever has that address.
    pub fn origin(&self, connected: IpAddr, headers: &HeaderMap) -> Peer {
        let mut origin = connected.to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|line| line.to_str().ok());
        let told: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        for address in told.into_iter().rev().take(HOPS_MAX) {
            if !self.have(origin) {
                break;
            }
            let Ok(address) = address.parse::<IpAddr>() else { break };
            origin = address.to_canonical();
        }
        Peer(origin)
    }

    fn have(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }
}

/// Addresses that begin alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Network {
    address: IpAddr,
    prefix_bits: u32,
}

impl Network {
    fn has(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differing = u32::from(network) ^ u32::from(address);
                differing.leading_zeros() >= self.prefix_bits
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differing = u128::from(network) ^ u128::from(address);
                differing.leading_zeros() >= self.prefix_bits
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{}` is no address or network; write one like 10.0.0.7 or 10.0.0.0/8",
                text.escape_debug()
            )
        };
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
        if prefix_bits > most { Err(wrong()) } else { Ok(Self { address, prefix_bits }) }
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(proxies: &[&str], connected: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let proxies = Proxies::of(proxies.iter().copied()).unwrap();
        proxies.origin(connected.parse().unwrap(), &headers).0.to_string()
    }

    #[test]
    fn nobody_is_believed_but_our_proxies() {
        assert_eq!(origin(&[], "203.0.113.9", &["192.0.2.1"]), "203.0.113.9");
        assert_eq!(origin(&["10.0.0.0/8"], "203.0.113.9", &["192.0.2.1"]), "203.0.113.9");
        assert_eq!(origin(&["10.0.0.0/8"], "10.1.2.3", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(origin(&["10.0.0.0/8"], "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(origin(&["::1"], "::1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(origin(&["10.0.0.7"], "::ffff:10.0.0.7", &["192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn what_somebody_made_up_before_the_first_of_our_proxies_does_not_count() {
        let through = |forwarded: &[&str]| origin(&["10.0.0.0/8"], "10.0.0.1", forwarded);
        assert_eq!(through(&["127.0.0.1, 198.51.100.4, 10.0.0.2"]), "198.51.100.4");
        assert_eq!(through(&["127.0.0.1", "198.51.100.4", "10.0.0.2"]), "198.51.100.4");
        assert_eq!(through(&["nonsense, 10.0.0.2"]), "10.0.0.2");
        let chain = vec!["10.0.0.2"; 1_000].join(",");
        assert_eq!(through(&[&format!("192.0.2.1,{chain}")]), "10.0.0.2", "a chain has an end");
    }

    #[test]
    fn what_is_no_network_is_told() {
        for text in ["10.0.0.0/33", "::/129", "host", "10.0.0.0/x", ""] {
            assert!(Proxies::of([text]).unwrap_err().contains("is no address or network"), "{text}");
        }
        assert!(Proxies::of(["0.0.0.0/0", "::/0"]).is_ok());
    }
}
