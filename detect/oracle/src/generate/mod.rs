//! Events as Windows and Linux machines write them: mostly what machines do all day, and a little of what rules look for.

mod draw;
mod linux;
mod windows;

use serde_json::Value as Json;

pub use draw::Draw;

/// One event in so many is one that rules may look for.
const SUSPICIOUS_ONE_IN: u64 = 200;

/// Events, the same for the same seed. What kind each is stands in the fields that [`crate::rsigma`] names.
pub fn events(count: usize, seed: u64) -> Vec<Json> {
    let mut draw = Draw::new(seed);
    (0..count).map(|number| event(&mut draw, number)).collect()
}

fn event(draw: &mut Draw, number: usize) -> Json {
    let suspicious = draw.below(SUSPICIOUS_ONE_IN) == 0;
    // About as often as a fleet with Sysmon and auditd tells them.
    match draw.below(100) {
        0..28 => windows::process_creation(draw, number, suspicious),
        28..43 => windows::registry_set(draw, number, suspicious),
        43..55 => windows::network_connection(draw, number),
        55..66 => windows::file_event(draw, number, suspicious),
        66..75 => windows::logon(draw, number),
        75..80 => windows::image_load(draw, number),
        80..84 => windows::dns_query(draw, number),
        84..86 => windows::script_block(draw, number, suspicious),
        86..94 => linux::syscall(draw, number),
        _ => linux::process_creation(draw, number, suspicious),
    }
}
