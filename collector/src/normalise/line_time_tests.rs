//! A line in each format that is known, and what it must say.

use palisade_record::Timestamp;
use proptest::prelude::*;

use super::clock_text::Reference;
use super::line_time::{find, whole};
use super::zone::Zone;

const RECEIVED_AT: &str = "2026-11-21T08:00:00Z";

fn read_in(line: &str, zone: &str, received_at: &str) -> Option<String> {
    let zone = Zone::of_name(zone).unwrap();
    let received_at = Timestamp::parse_rfc3339(received_at).unwrap();
    find(line.as_bytes(), Reference { zone: &zone, received_at }).map(|found| found.time.to_string())
}

fn check(line: &str, time: &str) {
    assert_eq!(read_in(line, "", RECEIVED_AT).as_deref(), Some(time), "{line}");
}

#[test]
fn calendars_are_read() {
    check("2026-03-04T05:06:07.25Z started", "2026-03-04T05:06:07.250Z");
    check("2026-03-04T05:06:07.123456789+02:00 started", "2026-03-04T03:06:07.123456789Z");
    check("[2026-03-04T05:06:07-0130] started", "2026-03-04T06:36:07.000Z");
    check("2026-03-04 05:06:07,978 INFO [main] a.b.C: x", "2026-03-04T05:06:07.978Z");
    check("2026-03-04 05:06:07,744 - INFO  [Peer/0:0:0:0:2181] - time out: 3200", "2026-03-04T05:06:07.744Z");
    check("2026-03-04 05:06:07, Info                  CBS    Loaded", "2026-03-04T05:06:07.000Z");
    check("2026-03-04 05:06:07.008 UTC [77] LOG:  checkpoint", "2026-03-04T05:06:07.008Z");
    check("2026-03-04 05:06:07 +0100 x", "2026-03-04T04:06:07.000Z");
    check("2026/03/04 05:06:07 [error] 7#7: *1 open() failed", "2026-03-04T05:06:07.000Z");
    check("api.log.1.2026-03-05_13:53:08 2026-03-04 05:06:07.272 25746 INFO x", "2026-03-04T05:06:07.272Z");
    check("level=info ts=2026-03-04T05:06:07Z msg=x", "2026-03-04T05:06:07.000Z");
    check("time=\"2026-03-04T05:06:07+01:00\" level=info", "2026-03-04T04:06:07.000Z");
    check("<34>1 2026-03-04T05:06:07.003Z host app - - - x", "2026-03-04T05:06:07.003Z");
    check("20260304T050607Z x", "2026-03-04T05:06:07.000Z");
}

#[test]
fn two_digit_years_are_of_this_century_first() {
    check("26/03/04 05:06:07 INFO executor.Runner: x", "2026-03-04T05:06:07.000Z");
    check("260304 050607 148 INFO data.Node$Part: x", "2026-03-04T05:06:07.000Z");
    check("990304 050607 148 INFO data.Node$Part: x", "1999-03-04T05:06:07.000Z");
}

#[test]
fn named_months_are_read() {
    check("Mar  4 05:06:07 combo sshd(pam_unix)[19939]: failure", "2026-03-04T05:06:07.000Z");
    check("Mar 14 05:06:07 host kernel[0]: x", "2026-03-14T05:06:07.000Z");
    check("<13>Mar  4 05:06:07 host app: x", "2026-03-04T05:06:07.000Z");
    check("Mar 04 2025 05:06:07 fw : %ASA-6: x", "2025-03-04T05:06:07.000Z");
    check("[Wed Mar 04 05:06:07 2026] [notice] init", "2026-03-04T05:06:07.000Z");
    check("[Wed Mar 04 05:06:07.123456 2026] [core:error] x", "2026-03-04T05:06:07.123456Z");
    check("Wed Mar  4 05:06:07 UTC 2026 x", "2026-03-04T05:06:07.000Z");
    check("Wed, 04 Mar 2026 05:06:07 +0200 x", "2026-03-04T03:06:07.000Z");
    check("10.0.0.9 - ann [04/Mar/2026:05:06:07 +0200] \"GET / HTTP/1.1\" 200 5", "2026-03-04T03:06:07.000Z");
}

#[test]
fn devices_and_machines_are_read() {
    check("03-04 05:06:07.811  1702  2395 D Window: x", "2026-03-04T05:06:07.811Z");
    check("[03.04 05:06:07] a.exe - proxy:5070 open", "2026-03-04T05:06:07.000Z");
    check("I0304 05:06:07.123456   1 server.go:10] x", "2026-03-04T05:06:07.123456Z");
    check("20260304-5:6:7:606|Step|3000|x", "2026-03-04T05:06:07.606Z");
    check("20260304-15:06:07:6|Step|3000|x", "2026-03-04T15:06:07.006Z");
    check(
        "- 1772600767 2026.03.03 R02-M1 2026-03-03-21.06.07.675872 R02-M1 RAS KERNEL INFO x",
        "2026-03-04T05:06:07.675872Z",
    );
    check(
        "APPREAD 1772600767 2026.03.03 R02-M1 2026-03-03-21.09.08.675872 R02-M1 RAS APP FATAL x",
        "2026-03-04T05:06:07.000Z",
    );
    check("- 1772600767 2026.03.04 dn2 Mar 4 05:06:07 dn2/dn2 crond[2]: x", "2026-03-04T05:06:07.000Z");
    check("4711 node-246 unix.hw state.gone 1772600767 1 Component x", "2026-03-04T05:06:07.000Z");
    check("2566692 1897 boot_cmd success 1772600767 1 Command done", "2026-03-04T05:06:07.000Z");
    check("1772600767.586    921 10.0.0.9 TCP_MISS/200 x", "2026-03-04T05:06:07.586Z");
    check("1772600767123 x", "2026-03-04T05:06:07.123Z");
}

#[test]
fn lines_without_a_time_have_none() {
    for line in [
        "",
        "started in 2026",
        "    at com.example.Thing(Thing.java:12)",
        "Mar 4 is a day",
        "may 5 2 we",
        "12-31 05:06:07 are numbers",
        "2026-13-04 05:06:07 no such month",
        "0001-01-01T00:00:00Z never",
        "9999-12-31T23:59:59Z always",
        "261399 050607 x",
        "10.30 49 x",
        "4711 node 1 2 1772600767 1 x",
    ] {
        assert_eq!(read_in(line, "", RECEIVED_AT), None, "{line}");
    }
}

#[test]
fn a_time_without_a_year_is_the_latest_that_is_past() {
    let year = |line: &str, received_at: &str| read_in(line, "", received_at).unwrap()[..4].to_owned();
    assert_eq!(year("Nov 21 23:00:00 h x", "2026-11-21T08:00:00Z"), "2026", "clocks differ by hours");
    assert_eq!(year("Nov 23 08:00:00 h x", "2026-11-21T08:00:00Z"), "2025");
    assert_eq!(year("Dec 31 23:59:59 h x", "2026-01-01T00:00:05Z"), "2025");
    assert_eq!(year("Jan  1 00:00:01 h x", "2025-12-31T23:59:59Z"), "2026");
    assert_eq!(year("Feb 29 12:00:00 h x", "2027-03-01T00:00:00Z"), "2024");
}

#[test]
fn local_times_are_of_the_given_zone() {
    let read = |line: &str| read_in(line, "Europe/Berlin", RECEIVED_AT).unwrap();
    assert_eq!(read("2026-07-04 05:06:07 x"), "2026-07-04T03:06:07.000Z");
    assert_eq!(read("Jul  4 05:06:07 host x: y"), "2026-07-04T03:06:07.000Z");
    assert_eq!(read("2026-07-04T05:06:07Z x"), "2026-07-04T05:06:07.000Z");
}

#[test]
fn values_are_times_only_as_a_whole() {
    let reference =
        Reference { zone: &Zone::Utc, received_at: Timestamp::parse_rfc3339(RECEIVED_AT).unwrap() };
    for text in [
        "2026-03-04T05:06:07Z",
        "2026-03-04 05:06:07 +0000 UTC",
        "2026-03-04 05:06:07 +0000 UTC m=+0.000012",
        "2026-03-04 07:06:07 +0200 CEST",
        "2026-03-04T07:06:07+02:00",
        "04/Mar/2026:05:06:07 +0000",
        "Wed, 04 Mar 2026 05:06:07 GMT",
        "Wed Mar  4 05:06:07 2026",
        "2026-03-04T05:06:07",
        "2026/03/04 05:06:07",
        "2026-03-04T05:06:07,000",
    ] {
        let time = whole(text.as_bytes(), reference).map(|time| time.to_string());
        assert_eq!(time.as_deref(), Some("2026-03-04T05:06:07.000Z"), "{text}");
    }
    for text in ["2026-03-04T05:06:07Z and more", "2026-03-04 05:06:07 CEST", "yesterday", "2026-03-04", ""] {
        assert_eq!(whole(text.as_bytes(), reference), None, "{text}");
    }
}

proptest! {
    #[test]
    fn no_line_makes_the_reader_panic(
        parts in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(vec!["2026", "-", "/", ".", ":", " ", "Mar", "Wed", "04", "[", "<13>", "I0304", "05:06:07", ",", "1772600767", "é", "+02", "Z"]).prop_map(|part| part.as_bytes().to_vec()),
                proptest::collection::vec(any::<u8>(), 0..4),
            ],
            0..14,
        ),
    ) {
        let line = parts.concat();
        let reference = Reference { zone: &Zone::Utc, received_at: Timestamp::from_nanos(1_790_000_000_000_000_000) };
        if let Some(found) = find(&line, reference) {
            prop_assert!(found.end <= line.len());
        }
        _ = whole(&line, reference);
    }
}
