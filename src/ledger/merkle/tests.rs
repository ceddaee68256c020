use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::ledger::hex;

type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

/// A log of `size` leaves as the store keeps it: leaf hashes, full tiles, frontier.
struct Log {
    oracle: Oracle,
    frontier: Frontier,
    leaves: Vec<Hash>,
    rows: Loaded,
}

impl Log {
    fn new(size: u64) -> Self {
        let mut log =
            Self { oracle: Oracle::new(), frontier: Frontier::new(), leaves: vec![], rows: Loaded::new() };
        for seq in 0..size {
            log.push(seq);
        }
        log
    }

    fn push(&mut self, seq: u64) {
        let leaf = seq.to_be_bytes().to_vec();
        let hash = leaf_hash(&leaf);
        self.oracle.push(leaf);
        self.leaves.push(hash);
        self.rows.add_leaf(seq, hash);
        for id in self.frontier.push(hash) {
            let bytes = build_tile(id, &self.fetch(&Needs::tile(id))).unwrap();
            self.rows.add_tile(id, &bytes);
        }
    }

    /// A source with nothing but what was asked for.
    fn fetch(&self, needs: &Needs) -> Loaded {
        let mut rows = Loaded::new();
        for seq in needs.leaves.iter().cloned().flatten() {
            rows.add_leaf(seq, self.leaves[usize::try_from(seq).unwrap()]);
        }
        for id in &needs.tiles {
            assert!(id.is_full(self.frontier.len()), "{id:?} is not stored");
            let first = id.index * TILE_WIDTH;
            let hashes = self.rows.hashes(id.level, first..first + TILE_WIDTH).unwrap();
            rows.add_tile(*id, hashes.as_flattened());
        }
        rows
    }

    fn root(&self) -> Hash {
        (*self.oracle.root().as_bytes()).into()
    }

    fn include(&self, index: u64) -> Vec<Hash> {
        let size = self.frontier.len();
        prove_inclusion(index, size, &self.fetch(&Needs::inclusion(index, size))).unwrap()
    }

    fn consist(&self, old: u64) -> Vec<Hash> {
        let size = self.frontier.len();
        prove_consistency(old, size, &self.fetch(&Needs::consistency(old, size))).unwrap()
    }
}

/// RFC 6962 §2.1, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

#[test]
fn rfc_6962_reference_roots() {
    // The eight inputs and roots of Google's certificate-transparency test suite.
    let inputs: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    assert_eq!(hex(&frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (input, root) in inputs.into_iter().zip(roots) {
        frontier.push(leaf_hash(input));
        assert_eq!(hex(&frontier.root()), root);
    }
}

#[test]
fn agrees_with_the_oracle_at_every_small_size() {
    let mut log = Log::new(0);
    let mut roots = vec![empty_root()];
    for size in 1..=300_u64 {
        log.push(size - 1);
        let root = log.root();
        assert_eq!(log.frontier.root(), root);
        roots.push(root);
        // Every index while it is cheap and around the first full tile; a spread of them elsewhere.
        let step = if size <= 64 || (255..=258).contains(&size) { 1 } else { 37 };
        for index in (0..size).step_by(step).chain([size - 1]) {
            let path = log.include(index);
            let at = usize::try_from(index).unwrap();
            let digests: Vec<_> = path.iter().map(|hash| (*hash).into()).collect();
            assert_eq!(
                InclusionProof::<Sha256>::from_digests(&digests).as_bytes(),
                log.oracle.prove_inclusion(at).as_bytes()
            );
            verify_inclusion(&log.leaves[at], index, size, &path, &root).unwrap();
        }
        for old in (0..=size).step_by(step).chain([size - 1, size]) {
            let path = log.consist(old);
            let at = usize::try_from(old).unwrap();
            if (1..size).contains(&old) {
                let digests: Vec<_> = path.iter().map(|hash| (*hash).into()).collect();
                assert_eq!(
                    ConsistencyProof::<Sha256>::from_digests(&digests).as_bytes(),
                    log.oracle.prove_consistency(usize::try_from(size - old).unwrap()).as_bytes()
                );
            }
            verify_consistency(old, &roots[at], size, &root, &path).unwrap();
        }
    }
}

#[test]
fn agrees_with_the_oracle_beyond_a_tile_of_tiles() {
    let size = 66_001;
    let log = Log::new(size);
    let root = log.root();
    assert_eq!(log.frontier.root(), root);
    assert_eq!(TileId::all_full(size).count(), 257 + 1);
    for index in [0, 1, 255, 256, 4_711, 65_279, 65_280, 65_535, 65_536, 65_999, 66_000] {
        let path = log.include(index);
        let at = usize::try_from(index).unwrap();
        let digests: Vec<_> = path.iter().map(|hash| (*hash).into()).collect();
        let proof = InclusionProof::<Sha256>::from_digests(&digests);
        log.oracle.root().verify_inclusion(&index.to_be_bytes().to_vec(), index, &proof).unwrap();
        verify_inclusion(&log.leaves[at], index, size, &path, &root).unwrap();
    }
    for old in [1, 255, 256, 257, 4_711, 65_535, 65_536, 65_537, 66_000] {
        let path = log.consist(old);
        let at = usize::try_from(size - old).unwrap();
        let digests: Vec<_> = path.iter().map(|hash| (*hash).into()).collect();
        assert_eq!(
            ConsistencyProof::<Sha256>::from_digests(&digests).as_bytes(),
            log.oracle.prove_consistency(at).as_bytes()
        );
    }
}

#[test]
fn a_changed_proof_proves_nothing() {
    let old_log = Log::new(77);
    let log = Log::new(200);
    let (old_root, root) = (old_log.root(), log.root());
    let path = log.include(130);
    let consistency = log.consist(77);
    for at in 0..path.len().max(consistency.len()) {
        for byte in [0, 31] {
            let mut bad = path.clone();
            if let Some(hash) = bad.get_mut(at) {
                hash[byte] ^= 1;
                assert_eq!(verify_inclusion(&log.leaves[130], 130, 200, &bad, &root), Err(ProofError::Root));
            }
            let mut bad = consistency.clone();
            if let Some(hash) = bad.get_mut(at) {
                hash[byte] ^= 1;
                assert_eq!(verify_consistency(77, &old_root, 200, &root, &bad), Err(ProofError::Root));
            }
        }
    }
    assert!(verify_inclusion(&log.leaves[130], 131, 200, &path, &root).is_err());
    assert!(verify_inclusion(&log.leaves[130], 130, 100, &path, &root).is_err());
    assert_eq!(verify_inclusion(&log.leaves[130], 130, 200, &path[1..], &root), Err(ProofError::Length));
    let long = [path.as_slice(), &[root]].concat();
    assert_eq!(verify_inclusion(&log.leaves[130], 130, 200, &long, &root), Err(ProofError::Length));
    assert!(verify_consistency(78, &old_root, 200, &root, &consistency).is_err());
    assert_eq!(verify_consistency(0, &empty_root(), 200, &root, &[root]), Err(ProofError::Length));
    assert_eq!(verify_consistency(200, &old_root, 200, &root, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(201, &root, 200, &root, &[]), Err(ProofError::Beyond { size: 200 }));
}

#[test]
fn a_tiler_resumes_and_makes_the_same_tiles() {
    let log = Log::new(66_000);
    let mut tiler = Tiler::resume(log.frontier.clone(), &log.fetch(&Needs::resume(66_000))).unwrap();
    let mut full = Tiler::new();
    let mut tiles = 0;
    for leaf in &log.leaves {
        for tile in full.push(*leaf) {
            let first = tile.id.index * TILE_WIDTH;
            let stored = log.rows.hashes(tile.id.level, first..first + TILE_WIDTH).unwrap();
            assert_eq!(tile.bytes, stored.as_flattened());
            tiles += 1;
        }
    }
    assert_eq!(tiles, 257 + 1);
    for step in 0..700_u64 {
        let leaf = leaf_hash(&step.to_be_bytes());
        assert_eq!(tiler.push(leaf), full.push(leaf));
    }
    assert_eq!(tiler.frontier(), full.frontier());
    assert!(tiler.partial().eq(full.partial()));
    assert!(Tiler::resume(log.frontier, &Loaded::new()).is_err());
}

#[test]
fn paths_are_those_of_the_specification() {
    assert_eq!(TileId { level: 0, index: 1_234_067 }.path(None), "tile/0/x001/x234/067");
    assert_eq!(TileId { level: 1, index: 0 }.path(Some(17)), "tile/1/000.p/17");
    assert_eq!(TileId { level: 0, index: 1_000 }.path(None), "tile/0/x001/000");
}

#[test]
fn bytes_that_are_no_frontier_are_refused() {
    let mut frontier = Frontier::new();
    (0..7).for_each(|n| drop(frontier.push([n; 32])));
    let bytes = frontier.to_bytes();
    assert_eq!(bytes.len(), 8 + 3 * 32);
    assert_eq!(Frontier::from_bytes(&bytes), Ok(frontier));
    for bad in [&bytes[..7], &bytes[..40], &bytes[..103], &[], &[0xff; 2056]] {
        assert_eq!(Frontier::from_bytes(bad), Err(FrontierError));
    }
}

proptest! {
    #[test]
    fn the_frontier_has_the_root_of_the_naive_tree(
        leaves in prop::collection::vec(any::<[u8; 32]>(), 0..700),
        cut in 0_usize..700,
    ) {
        let mut frontier = Frontier::new();
        for (at, leaf) in leaves.iter().enumerate() {
            if at == cut {
                frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
            }
            frontier.push(*leaf);
        }
        prop_assert_eq!(frontier.len(), leaves.len() as u64);
        prop_assert_eq!(frontier.root(), naive_root(&leaves));
    }
}
