use std::collections::HashSet;

use super::*;

const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];

fn index() -> BlindIndex {
    BlindIndex::new([(1, &OLD)])
}

fn finds(probes: &[Probe], tags: &[Tag]) -> bool {
    tags.iter().any(|tag| probes.contains(tag))
}

#[test]
fn a_probe_finds_the_tag_whichever_the_partition() {
    let index = index();
    let by_sight = index.probe_name("曾国藩");
    let by_ear = index.probe_name("Zeng Guofan");
    let id = index.probe_id_number("11010519491231002x");
    let number = index.probe_case_number("京0101未检刑诉〔2026〕1号");
    assert_eq!((by_sight.len(), by_ear.len(), id.len(), number.len()), (64, 64, 64, 64));
    let mut partitions = HashSet::new();
    for case in (0..1000).map(Uuid::from_u128) {
        let tags = index.index_name(case, "曾 国藩");
        assert!(finds(&by_sight, &tags) && finds(&by_ear, &tags));
        partitions.extend(tags.iter().map(|tag| tag.partition));
        assert!(id.contains(&index.index_id_number(case, "11010519491231002X").unwrap()));
        assert!(number.contains(&index.index_case_number(case, "京0101未检刑诉（２０２６）1号").unwrap()));
    }
    assert_eq!(partitions.len(), usize::from(PARTITIONS));
}

#[test]
fn tags_are_as_long_as_they_should_be_and_no_longer() {
    let index = index();
    let case = Uuid::from_u128(5);
    for tag in index.index_name(case, "张伟") {
        assert_eq!(tag.tag.len(), 3);
        assert_eq!(tag.tag[2] & 0x0f, 0, "only 20 bits");
    }
    assert_eq!(index.index_id_number(case, "11010519491231002X").unwrap().tag.len(), 16);
    assert_eq!(first_bits(&[0xff; 32], 17), [0xff, 0xff, 0x80]);
    assert_eq!(first_bits(&[0xff; 32], 16), [0xff, 0xff]);
}

#[test]
fn equal_names_differ_between_partitions_and_keys() {
    let index = index();
    let tags: HashSet<Vec<u8>> = index.probe_name("张伟").into_iter().map(|probe| probe.tag).collect();
    assert!(tags.len() > 60);
    let other = BlindIndex::new([(1, &NEW)]);
    assert!(!finds(
        &other.probe_id_number("1234567890"),
        &[index.index_id_number(Uuid::nil(), "1234567890").unwrap()]
    ));
    // One number in two indexes gives unrelated tags.
    let (id, case) = (index.probe_id_number("12345678"), index.probe_case_number("12345678"));
    assert!(id.iter().zip(&case).all(|(a, b)| a.tag != b.tag && a.index_no != b.index_no));
}

/// The MAC as documented, computed without this module's code: stored tags must stay valid in later versions.
#[test]
fn the_tag_is_the_documented_one() {
    let case = Uuid::from_u128(5);
    let partition = Sha256::digest(case.as_bytes())[0] >> 2;
    let key = kdf::expand::<32>(&OLD, &[b"tutela/bidx/v1\0\x00\x06person\x00\x09id_number"]);
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*key).unwrap();
    mac.update(&[0, partition]);
    mac.update(b"11010519491231002x");
    let tag = index().index_id_number(case, "110105 19491231 002X").unwrap();
    assert_eq!(tag.tag, mac.finalize().into_bytes()[..16]);
    assert_eq!((tag.index_no, tag.partition), (18, i64::from(partition)));
}

#[test]
fn old_identity_numbers_are_the_modern_ones() {
    let index = index();
    let case = Uuid::from_u128(5);
    assert_eq!(
        index.index_id_number(case, "110105491231002"),
        index.index_id_number(case, "11010519491231002X")
    );
}

#[test]
fn neither_nothing_nor_a_surname_alone_is_indexed() {
    let index = index();
    for name in ["", " ", "张", "·", "Z"] {
        assert!(
            index.index_name(Uuid::nil(), name).is_empty() && index.probe_name(name).is_empty(),
            "{name}"
        );
    }
    assert!(index.index_id_number(Uuid::nil(), " ").is_none() && index.probe_id_number("").is_empty());
    assert!(index.index_case_number(Uuid::nil(), "").is_none());
}

#[test]
fn both_versions_are_searched_and_the_newest_is_written() {
    let case = Uuid::from_u128(5);
    let old = index().index_name(case, "张伟");
    let both = BlindIndex::new([(1, &OLD), (2, &NEW)]);
    let new = both.index_name(case, "张伟");
    let probes = both.probe_name("张伟");
    assert_eq!(probes.len(), 128);
    assert!(finds(&probes, &old) && finds(&probes, &new));
    assert!(old.iter().all(|tag| (16..=31).contains(&tag.index_no)));
    assert!(new.iter().all(|tag| (32..=47).contains(&tag.index_no)));
    assert_eq!((BlindIndex::numbers_of(1), BlindIndex::numbers_of(2)), ((16, 31), (32, 47)));
}

#[test]
fn no_key_is_printed() {
    assert_eq!(format!("{:?}", index()), "BlindIndex { versions: [1], keys: \"***\" }");
}
