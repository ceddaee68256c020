//! What copies are good for: a backup brings everything back that is still there, and nothing that is not.

use serde_json::Value;

use crate::support::app::TestApp;
use crate::support::case::{TestCase, first_file, seal};
use crate::support::postgres;
use crate::support::process::{Home, send};
use tutela::casework::keys::KeyRoom;
use tutela::store::{self, Db, KeyDb, StoreUrl};
use tutela::vault::{KeyState, Purpose, RootKey, RootKeySource, VaultError};

#[test]
fn row_19_a_backup_is_restored() {
    let home = Home::new();
    let token = home.ready();
    let served = home.serve();
    let opened = served.send("POST", "/api/v1/cases", &token, &[], &first_file().to_string()).unwrap();
    assert_eq!(opened.0, 201, "{}", opened.1);
    let case: Value = serde_json::from_str(&opened.1).unwrap();
    // Taken while the service runs.
    let to = home.path("copy");
    let said = home.must(&["backup", to.to_str().unwrap()]);
    assert!(said.contains("record") && said.contains("keys"), "{said}");
    assert!(served.stop().success());
    let (other, begun) = (Home::new(), std::time::Instant::now());
    for (from, name) in [
        (to.join("record/tutela.db"), "tutela.db"),
        (to.join("keys/keys.db"), "keys.db"),
        (home.path("root.key"), "root.key"),
        (home.path("sealing.key"), "sealing.key"),
    ] {
        std::fs::copy(from, other.path(name)).unwrap();
    }
    drop(home);
    assert!(other.must(&["ledger", "verify"]).contains("sound"));
    let served = other.serve();
    let path = format!("/api/v1/cases/{}", case["case"].as_str().unwrap());
    let (status, body) = send(&served.address, "GET", &path, &token, &[], "").unwrap();
    assert!(status == 200 && body.contains("林小禾"), "{body}");
    println!("from cold copies to the first case read, its ledger verified: {:?}", begun.elapsed());
    assert!(served.stop().success());
}

/// What `tutela backup` tells an operator of PostgreSQL to run, run.
#[test]
fn row_19_a_backup_is_restored_on_postgres() {
    let (Some(from), Some(to)) = (postgres::database(), postgres::database()) else { return };
    let name = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    let home = Home::new().with("TUTELA_DATABASE", &from);
    let token = home.ready();
    let served = home.serve();
    let opened = served.send("POST", "/api/v1/cases", &token, &[], &first_file().to_string()).unwrap();
    assert_eq!(opened.0, 201, "{}", opened.1);
    let case: Value = serde_json::from_str(&opened.1).unwrap();
    let said = home.must(&["backup", home.path("copy").to_str().unwrap()]);
    let told = |program: &str| -> Vec<Vec<String>> {
        let commands = said.split(['\n', '&', ':']).map(str::trim).filter(|line| line.starts_with(program));
        commands.map(|line| line.split(' ').skip(1).map(str::to_owned).collect()).collect()
    };
    // While the service runs, as an operator would.
    let (dumps, restores) = (told("pg_dump"), told("pg_restore"));
    assert_eq!((dumps.len(), restores.len()), (2, 2), "{said}");
    for (program, commands, database) in
        [("pg_dump", dumps, name(&from)), ("pg_restore", restores, name(&to))]
    {
        for words in commands {
            let words: Vec<String> = words
                .iter()
                .map(|word| match word.as_str() {
                    "DATABASE" => database.clone(),
                    word => word.replace("NEW", &database),
                })
                .collect();
            postgres::run(program, &words.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
    assert!(served.stop().success());
    let other = Home::new().with("TUTELA_DATABASE", &to);
    for key in ["root.key", "sealing.key"] {
        std::fs::copy(home.path(key), other.path(key)).unwrap();
    }
    assert!(other.must(&["ledger", "verify"]).contains("sound"));
    let served = other.serve();
    let path = format!("/api/v1/cases/{}", case["case"].as_str().unwrap());
    let (status, body) = send(&served.address, "GET", &path, &token, &[], "").unwrap();
    assert!(status == 200 && body.contains("林小禾"), "{body}");
    assert!(served.stop().success());
}

/// Copies of the record from before a case was sealed open nothing with the key store of today, and copies of the key store
/// from before a rotation open nothing with the keys of today.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_copies_open_nothing() {
    let app = TestApp::sqlite().await;
    let case = TestCase::open(&app).await;
    let draft = case.up_to_conditional_draft().await;
    case.up_to_sealing(&draft).await;
    let id = case.id.parse().unwrap();
    let (old_record, old_keys) = (app.data.path().join("old.db"), app.data.path().join("old-keys.db"));
    app.service.db().copy_to(&old_record).await.unwrap();
    app.service.keys().db().copy_to(&old_keys).await.unwrap();
    let old = KeyDb::open(&StoreUrl::Sqlite(old_keys)).await.unwrap();
    let old_rows = old.find_case_keys(id).await.unwrap();
    assert!(old_rows.iter().all(|row| app.service.keys().keyring().unwrap_case_key(row).is_ok()));
    case.done("sun.lan", &seal()).await;

    let copied = Db::open(&StoreUrl::Sqlite(old_record)).await.unwrap();
    let row = store::find_case(&copied, id).await.unwrap().unwrap();
    let wanted = i64::from(tutela::vault::key_no_of(&row.snapshot).unwrap());
    let today = app.service.keys().db().find_case_keys(id).await.unwrap();
    assert!(today.iter().all(|key| key.key_no != wanted), "what the old record is under is destroyed");

    let root = RootKeySource::File(app.data.path().join("root.key")).load().unwrap();
    let sealing = RootKeySource::File(app.data.path().join("sealing.key")).load_sealing().unwrap();
    app.service.rotate_case_keys(&root, true).await.unwrap();
    assert!(app.sealer.rotate_sealed_keys(&sealing, true).await.unwrap() > 0);
    for room in [app.service.keys(), app.sealer.keys()] {
        let states: Vec<(Purpose, KeyState)> =
            room.status().keys.iter().map(|key| (key.purpose, key.state)).collect();
        assert!(!states.iter().any(|(_, state)| *state == KeyState::DecryptOnly), "{states:?}");
    }
    let destroyed = app.service.keys().keyring();
    for row in &old_rows {
        assert!(matches!(destroyed.unwrap_case_key(row), Err(VaultError::DestroyedKey { .. })));
    }
    // Nothing can be hung on an epoch that is gone.
    assert!(app.service.keys().db().insert_case_keys(old_rows.clone()).await.is_err());
    let new_root = RootKey::create_file(&app.data.path().join("new.key")).unwrap();
    app.service.rotate_root(&new_root).await.unwrap();
    assert!(KeyRoom::open_existing(old, &new_root).await.is_err(), "an old key store under a new root key");
    // What is there today is read as before.
    let other = TestCase::open(&app).await;
    assert_eq!(other.read("zhao.ning").await.status, 200);
}
