use proptest::prelude::*;

use super::*;

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn dek(key: u8, case: u128, class: Class, key_no: u32) -> Dek {
    Dek::new(Secret::from_slice(&[key; 32]).unwrap(), uuid(case), class, key_no)
}

fn place() -> Place<'static> {
    Place {
        class: Class::Identity,
        case: uuid(1),
        row: uuid(2),
        table: "person",
        column: "name",
        kind: "text",
    }
}

#[test]
fn the_layout_is_the_documented_one() {
    let dek = dek(9, 1, Class::Identity, 0x0102_0304);
    let sealed = dek.seal(&place(), "张三".as_bytes()).unwrap();
    assert_eq!(sealed[..6], [1, 1, 1, 2, 3, 4]);
    assert_eq!(sealed.len(), 6 + 24 + 32 + 32 + 16);
    assert_eq!(key_no_of(&sealed).unwrap(), 0x0102_0304);
    // Written out by hand from the table in the module's documentation, and opened without this module's code.
    let mut context = b"tutela/field/v1\0\x01\x01\x01\x02\x03\x04\x01".to_vec();
    context.extend(1_u128.to_be_bytes());
    context.extend(2_u128.to_be_bytes());
    context.extend(b"\x00\x06person\x00\x04name\x00\x04text");
    let padded = cobblestone::open(&[9; 32], &context, &sealed[6..]).unwrap();
    assert_eq!(padded[..7], [&b"\xe5\xbc\xa0\xe4\xb8\x89"[..], &[0x80]].concat());
    assert_eq!(padded[7..], [0; 25]);
}

#[test]
fn a_sealed_field_opens_only_in_its_place() {
    let here = place();
    let sealed = dek(9, 1, Class::Identity, 1).seal(&here, b"words").unwrap();
    assert_eq!(&*dek(9, 1, Class::Identity, 1).open(&here, &sealed).unwrap(), b"words");
    let moved = [
        Place { row: uuid(3), ..here },
        Place { table: "victim", ..here },
        Place { column: "alias", ..here },
        Place { kind: "date", ..here },
        // The border between two names must not move either.
        Place { table: "personn", column: "ame", ..here },
        Place { column: "namet", kind: "ext", ..here },
        Place { case: uuid(4), ..here },
        Place { class: Class::Legal, ..here },
    ];
    for there in moved {
        // Even under the same key bytes, as if the key had been copied along.
        let copied = dek(9, there.case.as_u128(), there.class, 1);
        let refused = copied.open(&there, &sealed).unwrap_err();
        assert!(
            matches!(refused, VaultError::Sealed(CobblestoneError::WrongKeyOrContext)),
            "{there:?}: {refused:?}"
        );
    }
    let refused = dek(8, 1, Class::Identity, 1).open(&here, &sealed).unwrap_err();
    assert!(matches!(refused, VaultError::Sealed(CobblestoneError::WrongKeyOrContext)));
}

#[test]
fn a_key_serves_only_its_own_case_class_and_generation() {
    let here = place();
    let own = dek(9, 1, Class::Identity, 1);
    let sealed = own.seal(&here, b"words").unwrap();
    for there in [Place { case: uuid(4), ..here }, Place { class: Class::Medical, ..here }] {
        assert!(matches!(own.seal(&there, b""), Err(VaultError::Misplaced { .. })));
        assert!(matches!(own.open(&there, &sealed), Err(VaultError::Misplaced { .. })));
    }
    let next = dek(9, 1, Class::Identity, 2);
    assert!(matches!(next.open(&here, &sealed), Err(VaultError::OtherKeyNo { sealed: 1, held: 2 })));
    // Passing for the other generation by changing the header.
    let mut forged = sealed;
    forged[5] = 2;
    assert!(matches!(
        next.open(&here, &forged),
        Err(VaultError::Sealed(CobblestoneError::WrongKeyOrContext))
    ));
}

#[test]
fn no_flipped_bit_and_no_cut_gets_through() {
    let dek = dek(9, 1, Class::Identity, 1);
    let sealed = dek.seal(&place(), "欧阳小明".as_bytes()).unwrap();
    let mut tried = 0;
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut bad = sealed.clone();
            bad[at] ^= 1 << bit;
            assert!(dek.open(&place(), &bad).is_err(), "byte {at} bit {bit}");
            tried += 1;
        }
        assert!(dek.open(&place(), &sealed[..at]).is_err(), "cut to {at}");
    }
    assert_eq!(tried, sealed.len() * 8);
}

#[test]
fn length_shows_only_as_a_bucket() {
    let dek = dek(9, 1, Class::Identity, 1);
    let len = |n: usize| dek.seal(&place(), &vec![b'x'; n]).unwrap().len();
    assert_eq!(len("张三".len()), len("欧阳小明".len()));
    assert_eq!(len(0), len(31));
    assert_ne!(len(31), len(32));
    let buckets: Vec<usize> =
        [0, 31, 32, 63, 64, 127, 1023, 1024, 1151, 1152, 2047, 2048, 2303, 2304, 1 << 20]
            .map(padded_len)
            .to_vec();
    let expected =
        [32, 32, 64, 64, 128, 128, 1024, 1152, 1152, 1280, 2048, 2304, 2304, 2560, (1 << 20) + (1 << 17)];
    assert_eq!(buckets, expected);
    for n in 0..100_000 {
        let padded = padded_len(n);
        assert!(padded > n && padded_len(padded - 1) == padded && padded >= padded_len(n.saturating_sub(1)));
        assert!(n < 1024 || padded <= (n + 1) + (n + 1).div_ceil(8), "{n} becomes {padded}");
    }
}

#[test]
fn a_wrongly_padded_message_is_refused() {
    let header = [1, 1, 0, 0, 0, 1];
    let context = place().context(header).unwrap();
    for padded in [&[0_u8; 32][..], b"", b"\x80", &[0x7f; 32], &[&b"x\x80"[..], &[0; 62]].concat()] {
        let message = cobblestone::seal(&[9; 32], &context, padded).unwrap();
        let refused =
            dek(9, 1, Class::Identity, 1).open(&place(), &[&header[..], &message].concat()).unwrap_err();
        assert!(matches!(refused, VaultError::Padding), "{padded:?} {refused:?}");
    }
}

#[test]
fn unknown_formats_are_named() {
    assert!(matches!(key_no_of(&[2, 1, 0, 0, 0, 1]), Err(VaultError::UnknownFormat { found: 2 })));
    assert!(matches!(key_no_of(&[1, 2, 0, 0, 0, 1]), Err(VaultError::UnknownSuite { found: 2 })));
    assert!(matches!(key_no_of(&[1, 1, 0, 0, 0]), Err(VaultError::Sealed(CobblestoneError::Truncated))));
}

#[test]
fn absence_looks_like_presence() {
    let dek = dek(9, 1, Class::Medical, 1);
    let place = Place { class: Class::Medical, ..place() };
    let absent = dek.seal_optional(&place, None).unwrap();
    let present = dek.seal_optional(&place, Some("轻度抑郁".as_bytes())).unwrap();
    assert_eq!(absent.len(), present.len());
    assert!(dek.open_optional(&place, &absent).unwrap().is_none());
    assert_eq!(&**dek.open_optional(&place, &present).unwrap().unwrap(), "轻度抑郁".as_bytes());
    assert!(dek.open_optional(&place, &dek.seal_optional(&place, Some(b"")).unwrap()).unwrap().is_some());
    assert!(matches!(dek.seal_optional(&place, Some(ABSENT)), Err(VaultError::ReservedValue)));
}

#[test]
fn a_value_outside_any_case_is_bound_too() {
    let key = Secret::from_slice(&[9; 32]).unwrap();
    let here = DomainPlace { row: uuid(2), table: "account", column: "totp", kind: "seed" };
    let sealed = seal_domain(&key, 1, &here, b"seed").unwrap();
    assert_eq!(&*open_domain(&key, 1, &here, &sealed).unwrap(), b"seed");
    for there in [
        DomainPlace { row: uuid(3), ..here },
        DomainPlace { table: "accoun", column: "ttotp", ..here },
        DomainPlace { kind: "email", ..here },
    ] {
        assert!(open_domain(&key, 1, &there, &sealed).is_err());
    }
}

#[test]
fn a_key_prints_no_secret() {
    let shown = format!("{:?}", dek(0xab, 1, Class::Identity, 1));
    assert!(shown.contains("***") && !shown.contains("171") && !shown.contains("ab, "), "{shown}");
}

proptest! {
    #[test]
    fn what_is_sealed_opens(key_no: u32, row: u128, plaintext in prop::collection::vec(any::<u8>(), 0..3000)) {
        let dek = dek(3, 1, Class::Identity, key_no);
        let place = Place { row: uuid(row), ..place() };
        let sealed = dek.seal(&place, &plaintext).unwrap();
        prop_assert_eq!(&*dek.open(&place, &sealed).unwrap(), &plaintext);
    }
}
