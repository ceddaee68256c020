use std::process::{Command, Output};

use super::super::checkpoint::Signer;
use super::super::merkle::Frontier;
use super::*;

fn leaves(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(|seq| format!("{{\"leaf\":{seq}}}").into_bytes()).collect()
}

fn note(leaves: &[Vec<u8>]) -> (Signer, String) {
    let signer = Signer::from_seed("procuracy.example/tutela", &[3; 32]).unwrap();
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(leaf_hash(leaf));
    }
    let note = signer.sign(frontier.len(), frontier.root());
    (signer, note)
}

fn export(directory: &Path, size: u64, proofs: &[u64]) -> Result<Signer, ExportError> {
    let leaves = leaves(size);
    let (signer, note) = note(&leaves);
    let mut exporter = Exporter::create(directory, signer.verifier(), &note)?;
    for leaf in &leaves {
        exporter.leaf(leaf)?;
    }
    exporter.finish(proofs)?;
    Ok(signer)
}

#[test]
fn the_layout_is_that_of_the_specification() {
    // The example of the specification: 273 full tiles and 112 hashes, one full tile above and
    // 17 hashes, and one hash above that.
    let directory = tempfile::tempdir().unwrap();
    let signer = export(directory.path(), 70_000, &[0, 65_535, 69_999]).unwrap();
    let length = |name: &str| fs::metadata(directory.path().join(name)).unwrap().len();
    assert_eq!(fs::read_dir(directory.path().join("tile/0")).unwrap().count(), 274);
    assert_eq!(length("tile/0/272"), 8192);
    assert_eq!(length("tile/0/273.p/112"), 112 * 32);
    assert_eq!(length("tile/1/000"), 8192);
    assert_eq!(length("tile/1/001.p/17"), 17 * 32);
    assert_eq!(length("tile/2/000.p/1"), 32);
    let bundle = fs::read(directory.path().join("tile/entries/273.p/112")).unwrap();
    assert!(bundle.starts_with(b"\0\x0e{\"leaf\":69888}"));
    for seq in [0, 65_535, 69_999] {
        let proof = fs::read_to_string(directory.path().join(format!("proof/{seq}"))).unwrap();
        let proof: TlogProof = proof.parse().unwrap();
        let leaf = leaf_hash(format!("{{\"leaf\":{seq}}}").as_bytes());
        assert_eq!(proof.index, seq);
        assert_eq!(proof.verify(&leaf, signer.verifier()).unwrap().size, 70_000);
    }
}

#[test]
fn an_export_is_complete_or_has_no_checkpoint() {
    let directory = tempfile::tempdir().unwrap();
    let leaves = leaves(5);
    let (signer, note) = note(&leaves);
    let begin =
        |name: &str| Exporter::create(&directory.path().join(name), signer.verifier(), &note).unwrap();
    let mut short = begin("short");
    short.leaf(&leaves[0]).unwrap();
    assert!(matches!(short.finish(&[]), Err(ExportError::Size { signed: 5, pushed: 1 })));
    let mut other = begin("other");
    (0..5).for_each(|_| other.leaf(b"{}").unwrap());
    assert!(matches!(other.leaf(b"{}"), Err(ExportError::Size { signed: 5, pushed: 6 })));
    assert!(matches!(other.finish(&[]), Err(ExportError::Root)));
    assert!(matches!(begin("long").leaf(&vec![0; 65_536]), Err(ExportError::TooLong(0))));
    let mut proof = begin("proof");
    for leaf in &leaves {
        proof.leaf(leaf).unwrap();
    }
    assert!(matches!(proof.finish(&[5]), Err(ExportError::Proof(ProofError::Beyond { size: 5 }))));
    for name in ["short", "other", "long", "proof"] {
        assert!(!directory.path().join(name).join("checkpoint").exists());
    }
    fs::write(directory.path().join("long/file"), "").unwrap();
    let again = Exporter::create(&directory.path().join("long"), signer.verifier(), &note);
    assert!(matches!(again, Err(ExportError::NotEmpty(_))));
}

/// The second opinion: Go's own `sumdb` packages. Runs with `TUTELA_GO_VERIFY=1` and `go` on PATH.
#[test]
fn go_accepts_the_export_and_no_other() {
    if std::env::var_os("TUTELA_GO_VERIFY").is_none_or(|value| value != "1") {
        eprint_skipped("TUTELA_GO_VERIFY is not 1");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("verify-ledger");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/verify-ledger/main.go");
    let build = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(source)
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .status();
    match build {
        Err(_) => return eprint_skipped("go is not installed"),
        Ok(status) => assert!(status.success(), "{source} does not compile"),
    }
    let run = |export: &Path| -> Output { Command::new(&program).arg(export).output().unwrap() };
    for size in [0, 1, 255, 256, 257, 1_000, 66_000] {
        let export_to = directory.path().join(size.to_string());
        let proofs: Vec<u64> = (0..size).step_by(97).collect();
        export(&export_to, size, &proofs).unwrap();
        let output = run(&export_to);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected = format!("verified {size} leaves");
        assert!(String::from_utf8_lossy(&output.stdout).contains(&expected));
    }
    let export = directory.path().join("1000");
    let partial = "tile/0/003.p/232";
    let entries = "tile/entries/003.p/232";
    for name in ["checkpoint", "vkey", "tile/0/001", partial, "tile/1/000.p/3", entries, "proof/97"] {
        let path = export.join(name);
        let good = fs::read(&path).unwrap();
        for at in [0, good.len() / 3, good.len() / 2, good.len() - 2] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, &bad).unwrap();
            assert_eq!(run(&export).status.code(), Some(1), "byte {at} of {name}");
        }
        fs::remove_file(&path).unwrap();
        // A proof may be absent, everything else may not.
        let code = i32::from(!name.starts_with("proof"));
        assert_eq!(run(&export).status.code(), Some(code), "without {name}");
        fs::write(&path, &good).unwrap();
    }
    fs::write(export.join("tile/0/004"), [0; 8192]).unwrap();
    assert_eq!(run(&export).status.code(), Some(1), "with a tile too many");
}

#[expect(clippy::print_stderr, reason = "a skipped test should say so")]
fn eprint_skipped(why: &str) {
    eprintln!("skipped: {why}");
}
