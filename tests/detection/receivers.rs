//! Receivers that do not work: nothing is lost, nothing is doubled.

use serde_json::json;

use super::pager::{Mood, Pager};
use super::{FAILURES, Watched, failures, send};
use crate::world::wait_until;

#[test]
fn a_receiver_that_refuses_for_a_while_is_told_in_the_end_and_once() {
    for mood in [Mood::Status(500), Mood::Status(429), Mood::Reset] {
        let watched = Watched::new(FAILURES);
        let client = watched.client();
        watched.pager.be(mood);
        send(&client, &failures(11, "192.0.2.7", 0));
        wait_until("it was tried", || watched.pager.refused() >= 2);
        let channel = &client.get("/api/v1/channels").json()["channels"][0];
        assert_eq!((&channel["name"], &channel["waiting"]), (&json!("oncall"), &json!(1)), "{channel}");
        watched.pager.be(Mood::Well);
        watched.pager.wait_for("trigger", 1);
        assert_eq!(watched.pager.incidents().len(), 1, "{mood:?}");
    }
}

#[test]
fn what_a_receiver_will_never_take_is_a_dead_letter_that_can_be_sent_again() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    watched.pager.be(Mood::Status(400));
    send(&client, &failures(11, "192.0.2.7", 0));
    let dead =
        || client.get("/api/v1/deliveries?state=dead").json()["deliveries"].as_array().unwrap().clone();
    wait_until("it is a dead letter", || dead().len() == 1);
    let letter = dead().remove(0);
    assert!(letter["reason"].as_str().unwrap().contains("400"), "{letter}");
    watched.pager.be(Mood::Well);
    client.post(&format!("/api/v1/deliveries/{}/replay", letter["id"]), &json!({})).json();
    watched.pager.wait_for("trigger", 1);
    assert_eq!(dead().len(), 0);
    assert_eq!(client.post("/api/v1/deliveries/999999/replay", &json!({})).status, 404);
}

#[test]
fn a_channel_that_does_not_work_is_told_through_another_one_and_so_is_its_recovery() {
    let second = Pager::new();
    let more = format!(
        "[[detect.channels]]\nname = \"second\"\nkind = \"pagerduty\"\nurl = \"{}\"\nrouting_key = \"R0UT1NG\"\nallow_private = true\n",
        second.url()
    );
    let mut watched = Watched::prepared_with(FAILURES, &more);
    watched.world.start_collector();
    let client = watched.client();
    watched.pager.be(Mood::Reset);
    send(&client, &failures(11, "192.0.2.7", 0));
    // The alert itself, and that the other channel does not get it.
    second.wait_for("trigger", 2);
    let told = format!("{:?}", second.told("trigger"));
    assert!(told.contains("192.0.2.7") && told.contains("oncall"), "{told}");
    watched.pager.be(Mood::Well);
    second.wait_for("resolve", 1);
    watched.pager.wait_for("trigger", 1);
    assert_eq!(watched.pager.incidents().len(), 1);
    assert_eq!(second.incidents().len(), 2);
}
