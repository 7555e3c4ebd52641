//! A video service: one id per viewer's session through cdn, transcoder and player, and one region that stalls.

use palisade_record::Timestamp;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::json;

use super::people::{address, duration, identifier, often_small, pick, user};
use super::script::{Place, Scene, Script, millis};

const fn video(pod: &'static str, container: &'static str) -> Place {
    Place { namespace: "video", pod, container }
}

const CDN: Place = video("cdn-edge-58d7c9b6f4-zt6wb", "cdn");
const TRANSCODER: Place = video("transcoder-1", "transcoder");
const PLAYER: Place = video("player-events-6c9d8b7f5-k2mvx", "player");

const REGIONS: [&str; 4] = ["eu-west", "us-east", "us-west", "ap-south"];
/// Here viewers wait more often than elsewhere.
const TROUBLED_REGION: &str = "ap-south";

/// Sessions between two manifests that are longer than a container runtime writes in one piece.
const SESSIONS_PER_LONG_LINE: u64 = 150;
/// Renditions in such a manifest, of some eighty bytes each: well over 16 KiB together.
const RENDITIONS: u32 = 280;

/// The video service.
#[derive(Default)]
pub(super) struct Video {
    sessions: u64,
}

impl Scene for Video {
    fn share(&self) -> f64 {
        0.25
    }

    fn act(&mut self, now: Timestamp, random: &mut StdRng, script: &mut Script) {
        self.sessions += 1;
        let correlation_id = identifier(random, "s-");
        let (user_id, source_ip, region) = (user(random), address(random), pick(random, &REGIONS));
        let title = format!("title-{:04}", often_small(random, 2_000));
        let line = |place: Place, at: Timestamp, level: &str, message: String, more: serde_json::Value| {
            let mut fields = json!({
                "timestamp": at.to_string(),
                "level": level,
                "service": place.container,
                "message": message,
                "correlation_id": correlation_id,
                "user_id": user_id,
                "region": region,
                "resource": title,
            });
            if let (Some(fields), serde_json::Value::Object(more)) = (fields.as_object_mut(), more) {
                fields.extend(more);
            }
            (place, at, fields)
        };
        let mut lines = vec![line(
            PLAYER,
            now,
            "info",
            format!("play {title}"),
            json!({"action": "play", "source_ip": source_ip}),
        )];
        let took = duration(random, 180);
        lines.push(line(
            TRANSCODER,
            now.plus(millis(took)),
            "info",
            format!("rendition 1080p of {title} ready"),
            json!({"action": "transcode", "duration_ms": took}),
        ));
        for segment in 0..random.random_range(2..6_u64) {
            let took = duration(random, 40);
            let hit = random.random_bool(0.9);
            lines.push(line(
                CDN,
                now.plus(millis(400 + segment * 900)),
                "info",
                format!("GET /{title}/1080p/{segment}.m4s 200"),
                json!({"status": 200, "duration_ms": took, "cache": if hit { "hit" } else { "miss" },
                       "bytes": random.random_range(200_000..1_400_000_u32)}),
            ));
        }
        let stalls =
            if region == TROUBLED_REGION { random.random_bool(0.45) } else { random.random_bool(0.04) };
        if stalls {
            let waited = duration(random, 2_500);
            lines.push(line(
                PLAYER,
                now.plus(millis(3_000)),
                "warn",
                format!("buffering for {waited} ms at segment 3"),
                json!({"action": "buffering", "duration_ms": waited}),
            ));
            script.highlights.session.clone_from(&correlation_id);
        }
        if self.sessions % SESSIONS_PER_LONG_LINE == 1 {
            let rendition = |number| json!({"name": format!("{}p{number}", 144 + number * 8), "codec": "av01.0.08M.10", "kbps": number * 37});
            let renditions: Vec<_> = (0..RENDITIONS).map(rendition).collect();
            let message = format!("manifest of {title} written");
            lines.push(line(
                TRANSCODER,
                now.plus(millis(900)),
                "debug",
                message,
                json!({"action": "manifest", "renditions": renditions}),
            ));
        }
        for (place, at, fields) in lines {
            script.json(place, at, fields);
        }
    }
}
