//! A hospital: who opened which patient's record, what explains it, and somebody whom nothing explains.

use std::time::Duration;

use palisade_record::Timestamp;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::json;

use super::people::{duration, identifier, often_small, pick};
use super::script::{Place, Scene, Script, millis};

const RECORDS: Place = Place { namespace: "hospital", pod: "records-75f8d6c9b-8n4cz", container: "records" };
const PHARMACY: Place =
    Place { namespace: "hospital", pod: "pharmacy-54c7b9d8f-r6hlj", container: "pharmacy" };

/// Where appointments come from.
const ADMISSION: Place =
    Place { namespace: "hospital", pod: "admission-6f4d8c7b9-w2kqz", container: "admission" };

const ROLES: [(&str, &str); 4] =
    [("physician", "dr"), ("nurse", "nu"), ("clerk", "cl"), ("pharmacist", "ph")];
const ACTIONS: [&str; 4] = ["record.open", "record.update", "lab.view", "medication.order"];
const WARDS: [&str; 5] = ["cardiology", "emergency", "oncology", "pediatrics", "surgery"];

/// Of a thousand accesses so many have no appointment that somebody entered: what reviews have to do with every day.
const UNEXPLAINED_PER_MILLE: u32 = 30;

/// How long before and after an access its appointment is.
const APPOINTMENT: Duration = Duration::from_secs(30 * 60);

/// Somebody looks into records that are none of their business so often, and takes so long for each.
const CURIOUS_EVERY: Duration = Duration::from_secs(30 * 60);
const LOOK_MILLIS: u64 = 9_000;
const LOOKS: std::ops::Range<u64> = 14..24;

/// The hospital.
#[derive(Default)]
pub(super) struct Hospital {
    next_curiosity: Option<Timestamp>,
}

/// One access.
struct Access {
    user_id: String,
    role: &'static str,
    patient_id: String,
    action: &'static str,
    after_hours: bool,
}

impl Scene for Hospital {
    fn share(&self) -> f64 {
        0.1
    }

    fn act(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script) {
        let (role, prefix) = ROLES[random.random_range(0..ROLES.len())];
        let access = Access {
            user_id: format!("{prefix}-{:03}", often_small(random, 120)),
            role,
            patient_id: patient(random),
            action: pick(random, &ACTIONS),
            after_hours: random.random_bool(0.015),
        };
        if random.random_range(0..1_000) >= UNEXPLAINED_PER_MILLE {
            appointment(now, &access, random, script);
        }
        open(now, access, random, script);
    }

    fn happen(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script) {
        let due = *self.next_curiosity.get_or_insert(now.plus(CURIOUS_EVERY / 3));
        if now >= due {
            self.next_curiosity = Some(now.plus(CURIOUS_EVERY));
            curiosity(now, random, script);
        }
    }
}

/// Somebody whom everybody knows.
const WELL_KNOWN: &str = "p-100007";

fn patient(random: &mut StdRng) -> String {
    format!("p-{:06}", 100_000 + often_small(random, 4_000))
}

/// One of the staff goes through the records of people with whom they have nothing to do, after their shift.
fn curiosity(now: Timestamp, random: &mut StdRng, script: &mut Script) {
    let user_id = format!("nu-{:03}", random.random_range(200..300));
    for number in 0..random.random_range(LOOKS) {
        let patient_id = if number == 0 { WELL_KNOWN.to_owned() } else { patient(random) };
        let access = Access {
            user_id: user_id.clone(),
            role: "nurse",
            patient_id,
            action: "record.open",
            after_hours: true,
        };
        open(now.plus(millis(number * LOOK_MILLIS)), access, random, script);
    }
    WELL_KNOWN.clone_into(&mut script.highlights.patient);
    script.highlights.insider = user_id;
}

/// What explains an access, as the system that knows of it tells.
fn appointment(now: Timestamp, access: &Access, random: &mut StdRng, script: &mut Script) {
    script.json(
        ADMISSION,
        now,
        json!({
            "timestamp": now.to_string(),
            "kind": "appointment",
            "patient_id": access.patient_id,
            "user_id": access.user_id,
            "valid_from": now.minus(APPOINTMENT).to_string(),
            "valid_to": now.plus(APPOINTMENT).to_string(),
            "reference": identifier(random, "v-"),
        }),
    );
}

fn open(now: Timestamp, access: Access, random: &mut StdRng, script: &mut Script) {
    let Access { user_id, role, patient_id, action, after_hours } = access;
    let place = if role == "pharmacist" { PHARMACY } else { RECORDS };
    let denied = role == "clerk" && action != "record.open";
    let took = duration(random, 30);
    let at = now.plus(millis(took));
    let resource = match action {
        "lab.view" => format!("lab/{}", random.random_range(1_000..9_999_u32)),
        "medication.order" => format!("medication/{}", random.random_range(100..999_u32)),
        // Whose record it is stands in a field of its own, which is protected.
        _ => "record".to_owned(),
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
}
