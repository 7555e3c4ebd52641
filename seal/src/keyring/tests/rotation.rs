//! New keys for old ones, and everything stays readable.

use super::*;
use crate::error::Error;
use crate::store::SqliteKeyStore;

fn sealed(fixture: &Fixture, count: usize) -> Vec<Vec<u8>> {
    let seal_one = |number| seal(&fixture.keyring, "audit", &patient(&format!("P-{number}"), b"hello"));
    (0..count).map(seal_one).collect()
}

fn all_open(keyring: &Keyring, envelopes: &[Vec<u8>]) -> bool {
    envelopes.iter().all(|envelope| keyring.unseal("audit", &RECORD, [], envelope).is_ok())
}

#[test]
fn a_rotated_tenant_key_leaves_everything_readable_and_findable() {
    let fixture = Fixture::new();
    let envelopes = sealed(&fixture, 600);
    let tokens = fixture.keyring.tokens("patient_id", "P-5").unwrap();
    let rotation = fixture.keyring.rotate_tenant_key().unwrap();
    assert_eq!((rotation.version, rotation.rewrapped, rotation.retired), (2, 602, 1));

    let more = seal(&fixture.keyring, "audit", &patient("P-new", b"hello"));
    for keyring in [&fixture.keyring, &fixture.reopened()] {
        assert!(all_open(keyring, &envelopes));
        assert!(keyring.unseal("audit", &RECORD, [], &more).is_ok());
        assert_eq!(keyring.tokens("patient_id", "P-5").unwrap(), tokens);
    }
    let same = seal(&fixture.keyring, "audit", &patient("P-5", b"hello"));
    assert_eq!(token_of(&same), tokens[0]);
    let status = fixture.reopened().status().unwrap();
    assert_eq!((status.versions, status.counts.behind), (vec![2], 0));
    assert_eq!(fixture.keyring.rotate_tenant_key().unwrap().version, 3);
}

#[test]
fn a_rotation_that_was_killed_is_finished_by_the_next_one() {
    let fixture = Fixture::new();
    let envelopes = sealed(&fixture, 10);
    // As far as a rotation comes that is killed in its middle: the new version, and some rows.
    let (key, row) =
        crate::keyring::tenant_keys::draw("default", 2, &*fixture.root, fixture.clock.now()).unwrap();
    fixture.store.add_tenant_key("default", &row).unwrap();
    let (rows, _) = fixture.store.wrapped_before("default", 2, 3).unwrap();
    let old = fixture.keyring.tenant_key(1).unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| super::super::subject::Subject::rewrap("default", row, &old, (2, &key)).unwrap())
        .collect();
    fixture.store.rewrap("default", &rows, &[]).unwrap();

    let keyring = fixture.reopened();
    assert!(all_open(&keyring, &envelopes));
    assert_eq!(keyring.status().unwrap().counts.behind, 9);
    let rotation = keyring.rotate_tenant_key().unwrap();
    assert_eq!((rotation.version, rotation.rewrapped, rotation.retired), (2, 9, 1));
    assert!(all_open(&fixture.reopened(), &envelopes));
}

#[test]
fn another_root_key_takes_over_and_the_old_one_opens_nothing_any_more() {
    let fixture = Fixture::new();
    let envelopes = sealed(&fixture, 3);
    let folder = tempfile::tempdir().unwrap();
    let new = root_in(folder.path());
    fixture.keyring.rotate_root(Arc::clone(&new)).unwrap();

    assert!(all_open(&fixture.keyring, &envelopes));
    assert!(all_open(&open(&fixture.store, &new, "default", &fixture.clock), &envelopes));
    assert_eq!(fixture.keyring.status().unwrap().root, new.id());
    assert_eq!(fixture.keyring.rotate_tenant_key().unwrap().version, 2, "with the new root key");
    let (store, clock) = (Arc::clone(&fixture.store), Arc::new(fixture.clock.clone()));
    let result = Keyring::open(store, Arc::clone(&fixture.root), "default", clock, Settings::default());
    assert!(matches!(result, Err(Error::WrongRoot { .. })));
}

#[test]
fn sealing_goes_on_while_keys_are_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::on(Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap()));
    let keyring = &fixture.keyring;
    let envelopes = std::thread::scope(|scope| {
        let sealer = scope.spawn(|| sealed(&fixture, 200));
        for _ in 0..5 {
            keyring.rotate_tenant_key().unwrap();
        }
        sealer.join().unwrap()
    });
    keyring.rotate_tenant_key().unwrap();
    assert!(all_open(keyring, &envelopes));
    let reopened = fixture.reopened();
    assert!(all_open(&reopened, &envelopes));
    assert_eq!(reopened.check().unwrap().subjects, 200);
}
