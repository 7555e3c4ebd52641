//! A hospital: who opened which patient's record, and some who did so long after their shift.

use palisade_record::Timestamp;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::json;

use super::people::{duration, identifier, often_small, pick};
use super::script::{Place, Scene, Script, millis};

const RECORDS: Place = Place { namespace: "hospital", pod: "records-75f8d6c9b-8n4cz", container: "records" };
const PHARMACY: Place =
    Place { namespace: "hospital", pod: "pharmacy-54c7b9d8f-r6hlj", container: "pharmacy" };

const ROLES: [(&str, &str); 4] =
    [("physician", "dr"), ("nurse", "nu"), ("clerk", "cl"), ("pharmacist", "ph")];
const ACTIONS: [&str; 4] = ["record.open", "record.update", "lab.view", "medication.order"];
const WARDS: [&str; 5] = ["cardiology", "emergency", "oncology", "pediatrics", "surgery"];

/// The hospital.
#[derive(Default)]
pub(super) struct Hospital;

impl Scene for Hospital {
    fn share(&self) -> f64 {
        0.1
    }

    fn act(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script) {
        let (role, prefix) = ROLES[random.random_range(0..ROLES.len())];
        let user_id = format!("{prefix}-{:03}", often_small(random, 120));
        let patient_id = format!("p-{:06}", 100_000 + often_small(random, 40_000));
        let action = pick(random, &ACTIONS);
        let place = if role == "pharmacist" { PHARMACY } else { RECORDS };
        let denied = role == "clerk" && action != "record.open";
        let after_hours = random.random_bool(0.015);
        let took = duration(random, 30);
        let at = now.plus(millis(took));
        let resource = match action {
            "lab.view" => format!("lab/{}", random.random_range(1_000..9_999_u32)),
            "medication.order" => format!("medication/{}", random.random_range(100..999_u32)),
            _ => format!("record/{patient_id}"),
        };
        script.json(
            place,
            at,
            json!({
                "timestamp": at.to_string(),
                "level": if denied || after_hours { "warn" } else { "info" },
                "service": place.container,
                "message": format!("{user_id} ({role}) {}: {action} {resource}", if denied { "denied" } else { "allowed" }),
                "correlation_id": identifier(random, "a-"),
                "user_id": user_id,
                "role": role,
                "ward": pick(random, &WARDS),
                "action": action,
                "patient_id": patient_id,
                "resource": resource,
                "outcome": if denied { "failure" } else { "success" },
                "shift": if after_hours { "over" } else { "on" },
                "after_hours": after_hours,
                "source_ip": format!("10.20.{}.{}", random.random_range(0..8), random.random_range(1..255)),
                "duration_ms": took,
            }),
        );
        if after_hours {
            script.highlights.patient = patient_id;
        }
    }
}
