use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::*;

fn file(mode: u32, text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("root.key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    (dir, path)
}

fn good() -> String {
    format!("{TAG}\n{}\n", STANDARD.encode([7; 32]))
}

#[test]
fn a_made_file_loads_and_is_the_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("root.key");
    let made = RootKey::create_file(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let loaded = RootKeySource::File(path.clone()).load().unwrap();
    assert_eq!(made.bytes(), loaded.bytes());
    assert_ne!(made.bytes(), RootKey::create_file(&dir.path().join("other.key")).unwrap().bytes());
    let again = RootKey::create_file(&path).unwrap_err();
    assert!(matches!(again, VaultError::RootKey(RootKeyError::Exists { .. })));
    assert_eq!(RootKeySource::File(path).load().unwrap().bytes(), made.bytes());
}

#[test]
fn a_file_others_can_reach_is_refused() {
    for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o777] {
        let (_dir, path) = file(mode, &good());
        let refused = RootKeySource::File(path).load().unwrap_err();
        assert!(
            matches!(refused, RootKeyError::Exposed { mode: found, .. } if found == mode),
            "{mode:o} {refused}"
        );
    }
    for mode in [0o600, 0o400] {
        let (_dir, path) = file(mode, &good());
        assert_eq!(RootKeySource::File(path).load().unwrap().bytes(), &[7; 32]);
    }
}

#[test]
fn each_fault_of_a_file_has_its_own_error() {
    let load = |text: &str| {
        let (_dir, path) = file(0o600, text);
        RootKeySource::File(path).load().unwrap_err()
    };
    let of = |key: &[u8]| format!("{TAG}\n{}\n", STANDARD.encode(key));
    assert!(matches!(load(""), RootKeyError::Untagged { .. }));
    assert!(matches!(load(&STANDARD.encode([7; 32])), RootKeyError::Untagged { .. }));
    assert!(matches!(load("tutela-root-key-v2\nAAAA"), RootKeyError::Untagged { .. }));
    assert!(matches!(load(&format!("{TAG}\n!!!!")), RootKeyError::NotBase64));
    assert!(matches!(load(TAG), RootKeyError::Length { found: 0 }));
    assert!(matches!(load(&of(&[7; 31])), RootKeyError::Length { found: 31 }));
    assert!(matches!(load(&of(&[7; 33])), RootKeyError::Length { found: 33 }));
    assert!(matches!(load(&format!("{}{}", good(), good())), RootKeyError::Surplus));
    let dir = tempfile::tempdir().unwrap();
    let missing = RootKeySource::File(dir.path().join("none")).load().unwrap_err();
    assert!(matches!(missing, RootKeyError::Missing { .. }));
    let directory = RootKeySource::File(dir.path().to_owned()).load().unwrap_err();
    assert!(matches!(directory, RootKeyError::NotAFile { .. }));
}

#[test]
fn a_command_prints_the_key() {
    let run = |script: &str| RootKeySource::Command(["sh", "-c", script].map(str::to_owned).to_vec()).load();
    let line = good().replace('\n', " ");
    assert_eq!(run(&format!("echo '{line}'")).unwrap().bytes(), &[7; 32]);
    let failed = run(&format!("echo '{line}'; exit 3")).unwrap_err();
    assert!(matches!(failed, RootKeyError::CommandFailed { status: Some(3), .. }));
    // Endless output is cut off, and the program with it.
    assert!(matches!(run("yes").unwrap_err(), RootKeyError::CommandFailed { .. }));
    assert!(matches!(RootKeySource::Command(vec![]).load().unwrap_err(), RootKeyError::NoCommand));
    let absent = RootKeySource::Command(vec!["/nowhere/at/all".to_owned()]).load().unwrap_err();
    assert!(matches!(absent, RootKeyError::NotRun { .. }));
}

#[test]
fn a_credential_stays_in_its_directory() {
    // Mode 440 is what systemd's access list looks like.
    let (dir, _path) = file(0o440, &good());
    let load = |name: &str| credential(Some(dir.path().as_os_str()), name, TAG).map(RootKey);
    assert_eq!(load("root.key").unwrap().bytes(), &[7; 32]);
    assert!(matches!(load("other").unwrap_err(), RootKeyError::Missing { .. }));
    for name in ["", ".", "..", "../root.key", "/etc/passwd"] {
        assert!(matches!(load(name).unwrap_err(), RootKeyError::CredentialName { .. }));
    }
    assert!(matches!(credential(None, "root.key", TAG).unwrap_err(), RootKeyError::NoCredentials));
    let (dir, _path) = file(0o444, &good());
    let exposed = credential(Some(dir.path().as_os_str()), "root.key", TAG).unwrap_err();
    assert!(matches!(exposed, RootKeyError::Exposed { mode: 0o444, .. }));
}

#[test]
fn nothing_secret_is_printed() {
    let (_dir, path) = file(0o600, &good());
    let key = RootKeySource::File(path).load().unwrap();
    assert_eq!(format!("{key:?}"), "RootKey(***)");
}

#[test]
fn a_sealing_key_is_no_root_key_and_the_other_way_round() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sealing.key");
    let made = SealingKey::create_file(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let source = RootKeySource::File(path.clone());
    assert_eq!(source.load_sealing().unwrap().bytes(), made.bytes());
    assert!(matches!(source.load().unwrap_err(), RootKeyError::Untagged { .. }));
    let (_dir, root) = file(0o600, &good());
    assert!(matches!(RootKeySource::File(root).load_sealing().unwrap_err(), RootKeyError::Untagged { .. }));
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(source.load_sealing().unwrap_err(), RootKeyError::Exposed { mode: 0o644, .. }));
}
