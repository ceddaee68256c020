use super::super::cobblestone::CobblestoneError;
use super::*;

fn ring() -> (RootKey, Keyring, Vec<KeyringRow>) {
    let root = RootKey::random();
    let (ring, rows) = Keyring::create(&root).unwrap();
    (root, ring, rows)
}

/// What the store does with a rotation.
fn stored(mut rows: Vec<KeyringRow>, rotation: &Rotation) -> Vec<KeyringRow> {
    for changed in &rotation.changed {
        *rows.iter_mut().find(|row| row.kid == changed.kid).unwrap() = changed.clone();
    }
    rows.push(rotation.new.clone());
    rows
}

fn case() -> Uuid {
    Uuid::from_u128(77)
}

#[test]
fn a_stored_keyring_opens_again_with_the_same_keys() {
    let (root, ring, rows) = ring();
    assert_eq!(rows.len(), Purpose::SERVING.len());
    let again = Keyring::open(&root, rows).unwrap();
    assert_eq!(ring.checkpoint_seed(), again.checkpoint_seed());
    assert_eq!(ring.pepper(), again.pepper());
    assert_ne!(ring.pepper(), ring.checkpoint_seed());
    let (row, dek) = ring.new_case_key(case(), Class::Legal, 3).unwrap();
    let same = again.unwrap_case_key(&row).unwrap();
    assert_eq!(same.key(), dek.key());
    assert_eq!((same.case(), same.class(), same.key_no()), (case(), Class::Legal, 3));
    assert_eq!(row.commitment, dek.commitment());
}

#[test]
fn the_wrong_root_key_is_told_from_a_damaged_row() {
    let (root, _, rows) = ring();
    let wrong = Keyring::open(&RootKey::random(), rows.clone()).unwrap_err();
    assert!(matches!(wrong, VaultError::WrongRootKey));
    for at in 0..rows.len() {
        let damage: [fn(&mut KeyringRow); 5] = [
            |row| row.wrapped[80] ^= 1,
            |row| row.commitment[0] ^= 1,
            |row| row.epoch += 1,
            |row| row.kid = Uuid::from_u128(1),
            |row| row.wrapped.truncate(50),
        ];
        for change in damage {
            let mut rows = rows.clone();
            change(&mut rows[at]);
            let kid = rows[at].kid;
            let refused = Keyring::open(&root, rows).unwrap_err();
            assert!(matches!(refused, VaultError::DamagedKey { kid: found } if found == kid), "{refused}");
        }
    }
    let mut swapped = rows.clone();
    let wrapped = swapped[0].wrapped.clone();
    swapped[0].wrapped = std::mem::replace(&mut swapped[1].wrapped, wrapped);
    assert!(matches!(Keyring::open(&root, swapped).unwrap_err(), VaultError::DamagedKey { .. }));
}

#[test]
fn an_incomplete_or_strange_keyring_is_refused() {
    let (root, ring, rows) = ring();
    let open = |rows| Keyring::open(&root, rows).unwrap_err();
    assert!(matches!(open(vec![]), VaultError::ActiveKey { purpose: Purpose::CaseKek }));
    assert!(matches!(open(rows[..4].to_vec()), VaultError::ActiveKey { purpose: Purpose::Checkpoint }));
    let rotation = ring.next_case_kek(&root).unwrap();
    let mut two_active = rows.clone();
    two_active.push(rotation.new.clone());
    assert!(matches!(open(two_active), VaultError::ActiveKey { purpose: Purpose::CaseKek }));
    // Someone turns the newest key off and an old one on again.
    let mut turned = stored(rows.clone(), &rotation);
    turned[0].state = "active".to_owned();
    turned.last_mut().unwrap().state = "decrypt_only".to_owned();
    assert!(matches!(open(turned), VaultError::ActiveKey { purpose: Purpose::CaseKek }));
    for change in [(|row| row.purpose = "else".to_owned()) as fn(&mut KeyringRow), |row| row.state.clear()] {
        let mut strange = rows.clone();
        change(&mut strange[0]);
        assert!(matches!(open(strange), VaultError::UnknownRow { .. }));
    }
}

#[test]
fn a_case_key_row_opens_only_as_it_was_written() {
    let (_, ring, _) = ring();
    let (row, _) = ring.new_case_key(case(), Class::Legal, 3).unwrap();
    let moved = [
        CaseKeyRow { case_id: Uuid::from_u128(78), ..row.clone() },
        CaseKeyRow { class: 3, ..row.clone() },
        CaseKeyRow { key_no: 4, ..row.clone() },
    ];
    for moved in moved {
        let refused = ring.unwrap_case_key(&moved).unwrap_err();
        assert!(matches!(refused, VaultError::Sealed(CobblestoneError::WrongKeyOrContext)));
    }
    let (other, _) = ring.new_case_key(case(), Class::Legal, 3).unwrap();
    let swapped = CaseKeyRow { wrapped: other.wrapped, ..row.clone() };
    assert!(matches!(ring.unwrap_case_key(&swapped).unwrap_err(), VaultError::DamagedCaseKey { .. }));
    for (class, key_no) in [(0, 3), (7, 3), (2, -1), (2, 1 << 32)] {
        let strange = CaseKeyRow { class, key_no, ..row.clone() };
        assert!(matches!(ring.unwrap_case_key(&strange).unwrap_err(), VaultError::UnknownCaseKey { .. }));
    }
    let (_, elsewhere, _) = self::ring();
    assert!(matches!(elsewhere.unwrap_case_key(&row).unwrap_err(), VaultError::UnknownKey { .. }));
}

#[test]
fn an_epoch_ends_and_takes_the_old_wraps_with_it() {
    let (root, ring, rows) = ring();
    let (old, dek) = ring.new_case_key(case(), Class::Identity, 1).unwrap();
    let rotation = ring.next_case_kek(&root).unwrap();
    assert_eq!((rotation.new.epoch, rotation.changed.len()), (2, 1));
    let rows = stored(rows, &rotation);
    let ring = Keyring::open(&root, rows.clone()).unwrap();
    // Old rows still open, wait to be re-wrapped, and keep key and commitment.
    assert!(ring.is_stale(&old));
    let new = ring.rewrap_case_key(&old).unwrap();
    assert!(!ring.is_stale(&new) && new.kek_id == rotation.new.kid && new.commitment == old.commitment);
    assert_eq!(ring.unwrap_case_key(&new).unwrap().key(), dek.key());
    assert!(matches!(ring.destroy(rotation.new.kid), Err(VaultError::StillActive { .. })));
    assert!(matches!(ring.destroy(case()), Err(VaultError::UnknownKey { .. })));
    let gone = ring.destroy(old.kek_id).unwrap();
    assert!(
        gone.wrapped.is_empty()
            && gone.state == "destroyed"
            && gone.commitment == rotation.changed[0].commitment
    );
    let rows: Vec<_> =
        rows.into_iter().map(|row| if row.kid == gone.kid { gone.clone() } else { row }).collect();
    let ring = Keyring::open(&root, rows).unwrap();
    assert!(matches!(ring.unwrap_case_key(&old), Err(VaultError::DestroyedKey { .. })));
    assert_eq!(ring.unwrap_case_key(&new).unwrap().key(), dek.key());
    assert_eq!(ring.destroy(gone.kid).unwrap(), gone);
    assert_eq!(ring.next_case_kek(&root).unwrap().new.epoch, 3);
}

#[test]
fn rotation_wants_the_keyrings_own_root_key() {
    let (root, ring, _) = ring();
    assert!(matches!(ring.next_case_kek(&RootKey::random()), Err(VaultError::WrongRootKey)));
    for purpose in [Purpose::Pepper, Purpose::Checkpoint] {
        assert!(matches!(ring.next_key(purpose, &root), Err(VaultError::NotRotated { .. })));
    }
}

#[test]
fn a_new_root_key_opens_the_same_keys_and_the_old_one_none() {
    let (root, ring, rows) = ring();
    let rotation = ring.next_case_kek(&root).unwrap();
    let ring = Keyring::open(&root, stored(rows, &rotation)).unwrap();
    let new_root = RootKey::random();
    let rewrapped = ring.rewrap(&new_root).unwrap();
    assert_eq!(rewrapped.len(), 6);
    assert!(matches!(Keyring::open(&root, rewrapped.clone()), Err(VaultError::WrongRootKey)));
    let again = Keyring::open(&new_root, rewrapped).unwrap();
    assert_eq!(again.status(), ring.status());
    assert_eq!(again.checkpoint_seed(), ring.checkpoint_seed());
    let (row, dek) = ring.new_case_key(case(), Class::Medical, 1).unwrap();
    assert_eq!(again.unwrap_case_key(&row).unwrap().key(), dek.key());
}

#[test]
fn values_outside_cases_open_across_epochs() {
    let (root, ring, rows) = ring();
    let place = DomainPlace { row: case(), table: "account", column: "totp", kind: "seed" };
    let sealed = ring.seal_domain(&place, b"seed").unwrap();
    let rotation = ring.next_key(Purpose::User, &root).unwrap();
    let later = Keyring::open(&root, stored(rows, &rotation)).unwrap();
    assert_eq!(&*later.open_domain(&place, &sealed).unwrap(), b"seed");
    let newer = later.seal_domain(&place, b"seed").unwrap();
    assert!(matches!(ring.open_domain(&place, &newer), Err(VaultError::OtherKeyNo { sealed: 2, held: 1 })));
}

#[test]
fn nothing_secret_is_printed() {
    let (_, ring, _) = ring();
    let shown = format!("{ring:?} {}", serde_json::to_string(&ring.status()).unwrap());
    assert!(shown.contains("***") && shown.contains("\"purpose\":\"case_kek\""), "{shown}");
    for secret in [ring.pepper(), ring.checkpoint_seed()] {
        let bytes = format!("{:?}", &secret[..4]);
        assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
    }
}
