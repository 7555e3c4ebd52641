//! What is protected reaches nothing in clear, and comes back exactly.

use std::path::Path;
use std::sync::Arc;

use palisade_index::Rows;
use palisade_record::{Batch, FrameFlags, Lane, ManualClock, Origin, Timestamp};
use palisade_seal::detector::{DetectorSettings, UserPattern};
use palisade_seal::policy::{Policy, Protection};
use palisade_seal::{Keyring, MemoryKeyStore, Settings, open_root};
use proptest::prelude::*;

use super::Protections;
use crate::normalise::Normaliser;
use crate::normalise::tests::fields_of;

const CANARY: &str = "CANARY-7731";

fn keyring(folder: &Path) -> Arc<Keyring> {
    let root = open_root(&format!("file:{}", folder.join("root.key").display())).unwrap();
    let clock = ManualClock::at(Timestamp::parse_rfc3339("2026-09-21T12:00:00Z").unwrap());
    let store = Arc::new(MemoryKeyStore::new());
    Arc::new(Keyring::open(store, root, "default", Arc::new(clock), Settings::default()).unwrap())
}

fn protections(keyring: &Arc<Keyring>) -> Protections {
    let pattern = UserPattern { name: "canary".into(), regex: r"\bCANARY-[0-9]+".into() };
    let detectors =
        DetectorSettings { builtin: vec!["email".into()], patterns: vec![pattern], named_values: true };
    let protection = Protection {
        stream: "audit".into(),
        fields: vec!["patient_id".into(), "patient".into()],
        subject: Some("patient_id".into()),
        detectors,
    };
    Protections::new(keyring.clone(), Arc::new([Policy::new(&protection).unwrap()]))
}

fn batch(payloads: &[Vec<u8>]) -> Batch {
    let lane = Lane { agent: "a".into(), origin: Origin::default().into(), generation: 1 };
    let mut batch = Batch::new(lane, 1, Vec::new(), "audit".parse().unwrap(), 0);
    for payload in payloads {
        batch.push(batch.to, payload.len() as u64 + 1, FrameFlags::default(), None, payload);
        batch.to += payload.len() as u64 + 1;
    }
    batch
}

fn rows_of(batch: &Batch) -> Vec<Rows> {
    let received_at = Timestamp::from_nanos(1_790_000_000_000_000_000);
    Normaliser.normalise(std::slice::from_ref(batch), received_at).rows
}

/// Seals records, checks that nothing of `secret` is left and that the bytes come back; gives the sealed batch.
#[track_caller]
fn sealed(keyring: &Arc<Keyring>, payloads: &[Vec<u8>], secret: &str) -> Batch {
    let mut batches = [batch(payloads)];
    assert!(protections(keyring).seal(&mut batches).unwrap());
    let [batch] = batches;
    let found = memchr::memmem::find(&batch.payloads, secret.as_bytes());
    assert_eq!(found, None, "{}", String::from_utf8_lossy(&batch.payloads));
    let prefix = batch.lane.id_prefix();
    for (frame, payload) in batch.frames.iter().zip(payloads) {
        let id = palisade_record::RecordId { prefix, offset: frame.offset }.to_bytes();
        let unsealed = keyring.unseal_record("audit", &id, batch.payload(frame)).unwrap();
        assert_eq!(String::from_utf8_lossy(&unsealed.bytes), String::from_utf8_lossy(payload));
        assert_eq!(*unsealed.bytes, *payload);
    }
    let mut bytes = Vec::new();
    batch.encode(&mut bytes);
    let again = Batch::decode(&mut palisade_record::wire::Reader::new(&bytes)).unwrap();
    assert_eq!(again, batch, "what is sealed can be read from the journal");
    batch
}

#[test]
fn a_value_is_sealed_wherever_and_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = keyring(folder.path());
    for payload in [
        r#"{"patient_id":"CANARY-7731","action":"read"}"#,
        r#"{ "patientId" : "CANARY-7731" , "n":1.50}"#,
        r#"{"patient":{"id":"CANARY-7731","names":["CANARY-7731","b"],"x":null},"n":[1,2]}"#,
        r#"{"patient_id":"\u0043ANARY-7731","patient":{"a":"\u0043ANARY-7731 CANARY-7731"}}"#,
        r#"{"message":"looked at CANARY-7731 and CANARY-7731 again","level":"info"}"#,
        r#"{"message":"{\"patient_id\":\"CANARY-7731\",\"level\":\"error\"}"}"#,
        r#"{"message":"{\"patient_id\":7731,\"note\":\"mail to CANARY-7731 \\u0043ANARY-7731\"}"}"#,
        r#"{"message":"{\"a\":{\"note\":\"of CANARY-7731\"}}\n"}"#,
        r#"{"message":"{\"patient_id\":\"CANARY-7731\", broken }"}"#,
        r#"{"note":"line\nof CANARY-7731"}"#,
        r#"{"patient_id":"CANARY-7731","broken"#,
        r#"{"patient_id":["CANARY-7731",{"deep":"CANARY-7731"}]}"#,
        "user looked at CANARY-7731",
        "action=read patient_id=CANARY-7731 ok",
        "\u{0}\u{feff}{\"patient_id\":\"CANARY-7731\"}",
    ] {
        let batch = sealed(&keyring, &[payload.as_bytes().to_vec()], CANARY);
        assert!(batch.payloads.starts_with(b"<sealed:") || batch.payloads.len() > payload.len(), "{payload}");
    }
    let binary = [b"\xff\xfe ".as_slice(), CANARY.as_bytes(), b" \xff"].concat();
    sealed(&keyring, &[binary], CANARY);
}

#[test]
fn a_record_without_anything_protected_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = keyring(folder.path());
    let payloads = [br#"{"action":"read","status":200}"#.to_vec(), b"plain".to_vec(), Vec::new()];
    let batch = sealed(&keyring, &payloads, CANARY);
    assert_eq!(batch.payloads, payloads.concat());
    let other = Batch { stream: "app".parse().unwrap(), ..self::batch(&payloads) };
    assert!(!protections(&keyring).seal(&mut [other]).unwrap(), "no policy, no work");
}

#[test]
fn the_value_of_a_sealed_field_is_its_token_and_its_record_needs_no_bytes_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = keyring(folder.path());
    let payload =
        |n: usize| format!(r#"{{"patient_id":"P-{}","patient":{{"age":{n}}},"action":"read"}}"#, n % 2);
    let payloads: Vec<Vec<u8>> = (0..4).map(|n| payload(n).into_bytes()).collect();
    let batch = sealed(&keyring, &payloads, "\"P-");
    let tokens = |value: &str| keyring.tokens("patient_id", value).unwrap();
    assert_eq!((tokens("P-0").len(), tokens(" p-1 ").len(), tokens("P-2").len()), (1, 1, 0));

    let rows = rows_of(&batch);
    let mut rebuilt = Vec::new();
    let fields = fields_of(std::slice::from_ref(&batch));
    assert_eq!(fields.len(), 4);
    for (row, fields) in fields.iter().enumerate() {
        let patient = fields.iter().find(|(name, _)| name == "patient_id").map(|(_, value)| value.clone());
        assert_eq!(patient, Some(format!("\"sealed:{}\"", tokens(&format!("P-{}", row % 2))[0])));
        rebuilt.clear();
        assert!(rows[0].rebuild(row, &mut rebuilt), "the shape holds both parts of the envelope");
        assert_eq!(rebuilt, rows[0].record(row));
    }
}

#[test]
fn a_record_that_cannot_be_read_is_sealed_whole_and_still_in_quarantine() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = keyring(folder.path());
    let batch = sealed(&keyring, &[br#"{"patient_id":"CANARY-7731", oops"#.to_vec()], CANARY);
    let normalised = Normaliser.normalise(&[batch], Timestamp::from_nanos(1));
    assert_eq!(normalised.quarantined, 1);
}

#[test]
fn erasing_a_subject_makes_all_its_values_unreadable_and_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = keyring(folder.path());
    let record =
        |id: &str| format!(r#"{{"patient_id":"{id}","patient":{{"name":"{CANARY}"}}}}"#).into_bytes();
    let (first, other) = (record("P-1"), record("P-2"));
    let batch = sealed(&keyring, &[first, other.clone()], CANARY);
    let request = palisade_seal::keyring::ErasureRequest {
        name: "patient_id",
        value: "P-1",
        linked: false,
        reason: "asked to be forgotten",
        by: "office",
    };
    keyring.erase(&request).unwrap();

    let prefix = batch.lane.id_prefix();
    let unseal = |at: usize| {
        let id = palisade_record::RecordId { prefix, offset: batch.frames[at].offset }.to_bytes();
        keyring.unseal_record("audit", &id, batch.payload(&batch.frames[at])).unwrap()
    };
    assert_eq!((unseal(0).opened, unseal(0).erased), (0, 2));
    assert_eq!(*unseal(1).bytes, other);
    assert!(keyring.tokens("patient_id", "P-1").unwrap().is_empty());
    assert_eq!(keyring.tokens("patient", CANARY).unwrap().len(), 1, "only the other's");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_record_comes_back(
        payloads in proptest::collection::vec(prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..60),
            r#"\{("(patient_id|patient|message|a)":("[a-z@.\\"CANARY0-9 -]{0,30}"|[0-9.]{1,4}|\["x","CANARY-1"\]),?){0,4}\}"#
                .prop_map(String::into_bytes),
            "[a-z =:@.]{0,20}(patient_id=|patient: )?CANARY-[0-9]{1,4}[ -~]{0,20}".prop_map(String::into_bytes),
        ], 1..5),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let keyring = keyring(folder.path());
        let batch = sealed(&keyring, &payloads, "CANARY-1\"]");
        for rows in rows_of(&batch) {
            let mut rebuilt = Vec::new();
            for row in 0..rows.len() {
                rebuilt.clear();
                if rows.rebuild(row, &mut rebuilt) {
                    prop_assert_eq!(&rebuilt, rows.record(row));
                }
            }
        }
    }
}
