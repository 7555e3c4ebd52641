//! An address that alerts are sent to: refused with a reason, or one with a host, which is shown without what may be secret.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::deliver::http::{Reach, Target, check};

fuzz_target!(|text: &str| {
    for reach in [Reach::Public, Reach::Private] {
        match Target::parse(text, reach) {
            Ok(target) => {
                let origin = target.origin();
                let (scheme, authority) = origin.split_once("://").expect("an origin has a scheme");
                assert!(scheme == "https" || reach == Reach::Private);
                assert!(!authority.is_empty() && !authority.contains(['/', '@', '?', '#']));
                let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
                if let Ok(address) = host.trim_matches(['[', ']']).parse() {
                    assert!(check(address, reach).is_ok(), "{authority}");
                }
                assert_eq!(target.with_path("/a").path(), "/a");
            }
            Err(reason) => assert!(!reason.is_empty()),
        }
    }
});
