//! How far the clocks of agents are off is known before somebody relies on what they say.

use serde_json::{Value, json};

use super::{done, search};
use crate::world::{World, wait_for, wait_until};

#[test]
fn an_agent_whose_clock_is_ahead_is_written_down_and_stands_in_the_report() {
    let world = World::new();
    let mut log = world.plain("early");
    let mut agent = world.agent_for_plain();
    // Only the time of day is another one; what measures spans goes on as it is.
    agent.under(&["env", "DONT_FAKE_MONOTONIC=1", "faketime", "-f", "+90s"]);
    agent.start();
    log.lines(3, "from the future");
    wait_until("its records are stored", || world.collector.stored("app") != (0, 0));

    let event = wait_for("its clock is written down", || done(&world.collector, "agent.clock").pop());

    let ahead = event["ahead_millis"].as_i64().unwrap();
    // A request that took long looks as if the clock were less ahead, never more.
    assert!((60_000..=90_000).contains(&ahead), "{event}");
    assert_eq!((&event["outcome"], &event["user_id"]), (&json!("failure"), &json!("palisade")));
    let asked = json!({"stream": "palisade.audit", "query": "action:agent.clock"});
    let found = wait_for("it is found", || search(&world.collector.client(), &asked).pop());
    let month = &found["timestamp"].as_str().unwrap()[..7];
    let (out, tables) = (world.folder.path().join("r.pdf"), world.folder.path().join("tables"));
    let (out, folder) = (out.display().to_string(), tables.display().to_string());
    world.collector.command(&["report", "--month", month, "--out", &out, "--tables", &folder]).well();
    let told = std::fs::read(tables.join("tables.json")).unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    let clocks = told["tables"].as_array().unwrap().iter().find(|table| table["id"] == "clocks").unwrap();
    assert_eq!(clocks["rows"], json!([[event["agent"], ahead, ahead, 1]]), "{clocks}");
    // What the clock is taken from waits for the agent and hands it no signal.
    agent.kill();
}
