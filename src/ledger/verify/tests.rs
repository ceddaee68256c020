use uuid::Uuid;

use super::super::checkpoint::{NoteError, Signer};
use super::super::merkle::{Frontier, Loaded, Needs, build_tile};
use super::super::row::RowDigest;
use super::*;

#[derive(Clone)]
struct LeafRow {
    seq: u64,
    leaf: Vec<u8>,
    leaf_hash: Vec<u8>,
    detail: Option<Vec<u8>>,
    case_id: Option<String>,
    actor_id: String,
    at: String,
    act: String,
}

#[derive(Clone)]
struct CaseRow {
    id: Uuid,
    head: Vec<u8>,
    cseq: i64,
    state: Hash,
}

/// What a database holds.
#[derive(Clone)]
struct Ledger {
    leaves: Vec<LeafRow>,
    checkpoints: Vec<(u64, String)>,
    size: u64,
    frontier: Vec<u8>,
    tiles: Vec<(TileId, Vec<u8>)>,
    pending: Vec<(i64, Vec<u8>)>,
    cases: Vec<CaseRow>,
}

fn signer() -> Signer {
    Signer::from_seed("procuracy.example/tutela", &[42; 32]).unwrap()
}

fn sign_in(seq: u64) -> Leaf {
    Leaf {
        act: "session.open".into(),
        at: "2026-01-31T08:00:00Z".parse().unwrap(),
        by: "u:00000000-0000-0000-0000-00000000000a".into(),
        case: None,
        cprev: None,
        cseq: None,
        dec: vec!["p1".into()],
        det: detail_hash(None),
        gone: Vec::new(),
        made: Vec::new(),
        ok: true,
        pol: [5; 32],
        req: Uuid::from_u128(seq.into()),
        state: None,
    }
}

fn update(seq: u64, case: &mut CaseRow, detail: &[u8]) -> Leaf {
    case.cseq += 1;
    case.state = RowDigest::new("case_file").int("version", case.cseq).finish();
    Leaf {
        act: "case.update".into(),
        case: Some(case.id),
        cprev: case.head.clone().try_into().ok(),
        cseq: case.cseq.try_into().ok(),
        det: detail_hash(Some(detail)),
        // Not every act of a case touches its rows.
        state: (seq % 5 != 2).then_some(case.state),
        ..sign_in(seq)
    }
}

/// Leaves in turn of three cases and of none, with a checkpoint every ten leaves and at the end.
fn ledger(size: u64) -> Ledger {
    let signer = signer();
    let mut frontier = Frontier::new();
    let mut rows = Loaded::new();
    let mut ledger = Ledger {
        leaves: vec![],
        checkpoints: vec![],
        size: 0,
        frontier: vec![],
        tiles: vec![],
        pending: vec![],
        cases: (1..=3)
            .map(|id| CaseRow { id: Uuid::from_u128(id), head: vec![], cseq: 0, state: [0; 32] })
            .collect(),
    };
    for seq in 0..size {
        let turn = usize::try_from(seq % 4).unwrap();
        let detail = (turn < 3).then(|| seq.to_be_bytes().to_vec());
        let leaf = match (ledger.cases.get_mut(turn), &detail) {
            (Some(case), Some(detail)) => update(seq, case, detail),
            _ => sign_in(seq),
        };
        let (bytes, hash) = leaf.seal().unwrap();
        if let Some(case) = ledger.cases.get_mut(turn) {
            case.head = hash.to_vec();
        }
        ledger.leaves.push(LeafRow {
            seq,
            leaf: bytes,
            leaf_hash: hash.to_vec(),
            detail,
            case_id: leaf.case.map(|case| case.to_string()),
            actor_id: leaf.by.clone(),
            at: leaf.at_text(),
            act: leaf.act,
        });
        rows.add_leaf(seq, hash);
        for id in frontier.push(hash) {
            assert!(!Needs::tile(id).leaves.is_empty());
            ledger.tiles.push((id, build_tile(id, &rows).unwrap()));
        }
        if (seq + 1) % 10 == 0 || seq + 1 == size {
            ledger.checkpoints.push((seq + 1, signer.sign(seq + 1, frontier.root())));
        }
    }
    // `state` is that of the last leaf that gave one.
    for case in &mut ledger.cases {
        let of_case = |row: &&LeafRow| row.case_id == Some(case.id.to_string());
        let mut states =
            ledger.leaves.iter().filter(of_case).filter_map(|row| Leaf::parse(&row.leaf).unwrap().state);
        case.state = states.next_back().unwrap_or(case.state);
    }
    (ledger.size, ledger.frontier) = (frontier.len(), frontier.to_bytes());
    ledger
}

impl Ledger {
    fn verify(&self) -> Report {
        self.verify_against(None)
    }

    fn verify_against(&self, note: Option<&str>) -> Report {
        let mut verifier = Verifier::new(signer().verifier().clone());
        if let Some(note) = note {
            verifier.against(note);
        }
        for (size, note) in &self.checkpoints {
            verifier.checkpoint(*size, note);
        }
        for row in &self.leaves {
            verifier.leaf(&StoredLeaf {
                seq: row.seq,
                leaf: &row.leaf,
                leaf_hash: &row.leaf_hash,
                detail: row.detail.as_deref(),
                case_id: row.case_id.as_deref(),
                actor_id: &row.actor_id,
                at: &row.at,
                act: &row.act,
            });
        }
        verifier.head(self.size, &self.frontier);
        for (id, bytes) in &self.tiles {
            verifier.tile(id.level, id.index, bytes);
        }
        for (id, leaf) in &self.pending {
            verifier.pending(*id, leaf);
        }
        for case in &self.cases {
            let case_id = &case.id.to_string();
            let row = StoredCase { case_id, chain_head: &case.head, cseq: case.cseq, state: case.state };
            verifier.case(&row);
        }
        verifier.finish()
    }

    /// The faults after a change, as table and key.
    fn touched(&self, change: impl FnOnce(&mut Self)) -> Vec<(&'static str, String)> {
        let mut ledger = self.clone();
        change(&mut ledger);
        let report = ledger.verify();
        assert_eq!(report.sound(), report.faults.is_empty());
        report.faults.iter().map(|fault| (fault.table(), fault.key())).collect()
    }

    /// Makes row `at` a consistent row again after its leaf was exchanged.
    fn replace(&mut self, at: usize, change: impl FnOnce(&mut Leaf)) {
        let row = &mut self.leaves[at];
        let mut leaf = Leaf::parse(&row.leaf).unwrap();
        change(&mut leaf);
        let (bytes, hash) = leaf.seal().unwrap();
        (row.leaf, row.leaf_hash) = (bytes, hash.to_vec());
        (row.case_id, row.act) = (leaf.case.map(|case| case.to_string()), leaf.act);
    }
}

#[test]
fn a_sound_ledger_is_sound() {
    for size in [0, 1, 9, 21, 523] {
        let mut ledger = ledger(size);
        if size < 9 {
            let size = usize::try_from(size).unwrap();
            ledger.cases.truncate(size);
        }
        let report = ledger.verify();
        assert_eq!(report.faults, []);
        assert!(report.sound());
        assert_eq!((report.leaves, report.signed), (size, size));
        assert_eq!(report.tiles, size / 256);
    }
}

#[test]
fn every_byte_of_a_leaf_and_its_hash_is_watched() {
    let ledger = ledger(21);
    // The last leaf of a case, one in its middle, one without a case.
    for at in [20_usize, 8, 3] {
        for byte in 0..ledger.leaves[at].leaf.len() {
            let touched = ledger.touched(|ledger| ledger.leaves[at].leaf[byte] ^= 1);
            assert_eq!(touched, [("ledger_leaf", at.to_string())], "byte {byte}");
        }
        for byte in 0..32 {
            let touched = ledger.touched(|ledger| ledger.leaves[at].leaf_hash[byte] ^= 0x80);
            assert_eq!(touched, [("ledger_leaf", at.to_string())], "byte {byte} of the hash");
        }
    }
}

#[test]
fn every_byte_of_checkpoint_frontier_tile_and_state_is_watched() {
    let ledger = ledger(263);
    let (size, note) = ledger.checkpoints[3].clone();
    for byte in (0..note.len()).step_by(3) {
        let mut bytes = note.clone().into_bytes();
        bytes[byte] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let touched = ledger.touched(|ledger| ledger.checkpoints[3].1 = changed);
        assert_eq!(touched, [("ledger_checkpoint", size.to_string())], "byte {byte}");
    }
    assert_eq!(ledger.touched(|ledger| ledger.size += 1), [("ledger_head", "1".into())]);
    for byte in (0..ledger.frontier.len()).step_by(7) {
        let touched = ledger.touched(|ledger| ledger.frontier[byte] ^= 1);
        assert_eq!(touched, [("ledger_head", "1".into())], "byte {byte}");
    }
    for byte in (0..8192).step_by(241) {
        let touched = ledger.touched(|ledger| ledger.tiles[0].1[byte] ^= 1);
        assert_eq!(touched, [("ledger_tile", "0/0".into())], "byte {byte}");
    }
    let id = ledger.cases[1].id.to_string();
    for byte in 0..32 {
        for touched in [
            ledger.touched(|ledger| ledger.cases[1].state[byte] ^= 1),
            ledger.touched(|ledger| ledger.cases[1].head[byte] ^= 1),
        ] {
            assert_eq!(touched, [("case_file", id.clone())], "byte {byte}");
        }
    }
}

#[test]
fn copies_details_and_absences_are_named() {
    type Change = fn(&mut Ledger);
    let ledger = ledger(263);
    let cases: [(Change, &str, &str); 15] = [
        (|l| l.leaves[5].case_id = None, "ledger_leaf", "5"),
        (|l| l.leaves[5].actor_id.push('x'), "ledger_leaf", "5"),
        (|l| l.leaves[5].at.push('x'), "ledger_leaf", "5"),
        (|l| l.leaves[5].act = "case.read".into(), "ledger_leaf", "5"),
        (|l| l.leaves[7].case_id = Some(Uuid::from_u128(1).to_string()), "ledger_leaf", "7"),
        (|l| l.leaves[5].detail = None, "ledger_leaf", "5"),
        (|l| l.leaves[5].detail = Some(vec![]), "ledger_leaf", "5"),
        (|l| l.leaves[7].detail = Some(vec![1]), "ledger_leaf", "7"),
        (|l| drop(l.leaves.remove(7)), "ledger_leaf", "7..8"),
        (|l| l.checkpoints[2].0 = 31, "ledger_checkpoint", "31"),
        (|l| drop(l.tiles.remove(0)), "ledger_tile", "0/0"),
        (|l| l.tiles.push((TileId { level: 0, index: 1 }, vec![0; 8192])), "ledger_tile", "0/1"),
        (|l| l.cases[0].cseq -= 1, "case_file", "00000000-0000-0000-0000-000000000001"),
        (|l| drop(l.cases.remove(1)), "case_file", "00000000-0000-0000-0000-000000000002"),
        (|l| l.cases[2].id = Uuid::from_u128(9), "case_file", "00000000-0000-0000-0000-000000000009"),
    ];
    for (change, table, key) in cases {
        let touched = ledger.touched(change);
        assert_eq!(touched.first(), Some(&(table, key.to_owned())), "{touched:?}");
        assert!(touched.len() == 1 || key.ends_with('9'), "{touched:?}");
    }
}

#[test]
fn a_forger_who_also_mends_the_row_is_caught_by_chain_and_checkpoint() {
    let ledger = ledger(41);
    // Leaf 17 is of case 2; the next one of that case is 21, the next checkpoint 20.
    let touched = ledger.touched(|ledger| ledger.replace(17, |leaf| leaf.ok = false));
    let expected = [("ledger_leaf", "10..20"), ("ledger_leaf", "21"), ("ledger_head", "1")];
    assert_eq!(touched, expected.map(|(table, key)| (table, key.to_owned())));
    // Nobody's chain, so only the checkpoint and the frontier can tell.
    let touched = ledger.touched(|ledger| ledger.replace(19, |leaf| leaf.act = "session.none".into()));
    let expected = [("ledger_leaf", "10..20"), ("ledger_head", "1")];
    assert_eq!(touched, expected.map(|(table, key)| (table, key.to_owned())));
    // Taken out, and all later leaves moved up.
    let take_out = |ledger: &mut Ledger| {
        ledger.leaves.remove(17);
        (17..).zip(&mut ledger.leaves[17..]).for_each(|(seq, row)| row.seq = seq);
    };
    let touched = ledger.touched(take_out);
    let expected =
        [("ledger_leaf", "10..20"), ("ledger_leaf", "20"), ("ledger_head", "1"), ("ledger_leaf", "40..41")];
    assert_eq!(touched, expected.map(|(table, key)| (table, key.to_owned())));
    let mut shorter = ledger.clone();
    take_out(&mut shorter);
    let case = ledger.cases[1].id.to_string();
    let gap = Fault::CaseSequence { seq: 20, case, expected: 5, found: 6 };
    assert!(shorter.verify().faults.contains(&gap));
}

#[test]
fn the_auditors_checkpoint_betrays_a_rewound_ledger() {
    let old = ledger(41);
    let (_, note) = &old.checkpoints[3];
    let report = ledger(61).verify_against(Some(note));
    assert!(report.sound());
    assert_eq!(report.against, Some(40));
    // Restored from a backup: sound in itself, but shorter than what was signed.
    let report = ledger(35).verify_against(Some(note));
    assert_eq!(report.faults, [Fault::CheckpointAhead { from: Origin::Auditor, size: 40, leaves: 35 }]);
    // Written anew with the signer's key.
    let mut anew = ledger(61);
    anew.replace(39, |leaf| leaf.ok = false);
    let mut frontier = Frontier::new();
    anew.checkpoints.clear();
    for row in &anew.leaves {
        frontier.push(row.leaf_hash.clone().try_into().unwrap());
    }
    (anew.size, anew.frontier) = (frontier.len(), frontier.to_bytes());
    assert!(anew.verify().sound());
    let report = anew.verify_against(Some(note));
    assert!(matches!(
        report.faults.as_slice(),
        [Fault::CheckpointRoot { from: Origin::Auditor, size: 40, since: 0, .. }]
    ));
    let report = anew.verify_against(Some("nonsense"));
    let error = NoteError::Malformed;
    assert_eq!(report.faults, [Fault::CheckpointNote { from: Origin::Auditor, size: None, error }]);
}

#[test]
fn waiting_leaves_continue_the_chains() {
    let mut ledger = ledger(21);
    let mut case = ledger.cases[0].clone();
    for id in 0..2 {
        let (bytes, hash) = update(21, &mut case, b"detail").seal().unwrap();
        case.head = hash.to_vec();
        ledger.pending.push((id, bytes));
    }
    ledger.cases[0] = case;
    let report = ledger.verify();
    assert_eq!((report.faults, report.pending), (vec![], 2));
    // A waiting leaf made away with is missed by the case's row.
    let touched = ledger.touched(|ledger| drop(ledger.pending.pop()));
    let id = ledger.cases[0].id.to_string();
    assert!(touched.contains(&("case_file", id)), "{touched:?}");
    let touched = ledger.touched(|ledger| drop(ledger.pending.remove(0)));
    assert_eq!(touched, [("ledger_outbox", "1".into())]);
}

#[test]
fn what_comes_out_of_order_is_never_sound() {
    let ledger = ledger(21);
    let touched = ledger.touched(|ledger| ledger.leaves.insert(5, ledger.leaves[4].clone()));
    assert_eq!(touched, [("ledger_leaf", "4".into())]);
    let mut verifier = Verifier::new(signer().verifier().clone());
    let first = &ledger.leaves[3];
    for seq in 0..1_200 {
        verifier.leaf(&StoredLeaf {
            seq,
            leaf: &first.leaf,
            leaf_hash: &first.leaf_hash,
            detail: None,
            case_id: None,
            actor_id: &first.actor_id,
            at: &first.at,
            act: "changed",
        });
    }
    verifier.checkpoint(10, &ledger.checkpoints[0].1);
    let report = verifier.finish();
    // 1,200 copies, the late checkpoint, no frontier, four tiles that were never shown.
    assert_eq!((report.faults.len(), report.omitted), (MAX_FAULTS, 206));
    let mut verifier = Verifier::new(signer().verifier().clone());
    verifier.checkpoint(20, &ledger.checkpoints[1].1);
    verifier.checkpoint(21, &ledger.checkpoints[2].1);
    let expected = Fault::CheckpointAhead { from: Origin::Stored, size: 21, leaves: 0 };
    assert_eq!(verifier.finish().faults, [expected]);
}

#[test]
fn the_report_is_readable() {
    let mut ledger = ledger(21);
    ledger.cases[1].state = [0xab; 32];
    let report = serde_json::to_value(ledger.verify()).unwrap();
    assert_eq!(report["sound"], false);
    let fault = &report["faults"][0];
    assert_eq!(fault["table"], "case_file");
    assert_eq!(fault["key"], "00000000-0000-0000-0000-000000000002");
    assert_eq!(fault["fault"]["kind"], "case_state");
    let en = fault["en"].as_str().unwrap();
    let zh = fault["zh"].as_str().unwrap();
    for text in [en, zh] {
        assert!(text.contains("00000000-0000-0000-0000-000000000002") && text.contains("abab"), "{text}");
    }
    assert!(en.contains("outside the service") && zh.contains("在系统之外被改动"));
}
