//! A missing or wrong key, a broken pack, a full disk, a vanished database: the service says what is wrong and stops
//! before anything is half written.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::support::case::first_file;
use crate::support::postgres;
use crate::support::process::{Home, Served, program};

#[test]
fn without_a_root_key_nothing_starts() {
    let home = Home::new();
    let said = home.fails(&["serve"]);
    assert!(said.contains("root.key") && said.contains("keys init"), "{said}");
    assert!(!home.path("tutela.db").exists(), "nothing was made");
}

#[test]
fn a_wrong_root_key_opens_nothing() {
    let home = Home::new();
    home.ready();
    let other = Home::new();
    other.ready();
    std::fs::copy(other.path("root.key"), home.path("root.key")).unwrap();
    let said = home.fails(&["serve"]);
    assert!(said.contains("root key"), "{said}");
}

#[test]
fn a_root_key_that_others_may_read_is_refused() {
    let home = Home::new();
    home.ready();
    std::fs::set_permissions(home.path("root.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = home.fails(&["serve"]);
    assert!(said.contains("root.key") && said.contains("chmod"), "{said}");
}

#[test]
fn a_sealing_key_that_others_may_read_is_refused_and_the_root_key_is_none() {
    let home = Home::new();
    home.ready();
    std::fs::set_permissions(home.path("sealing.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = home.fails(&["sealer"]);
    assert!(said.contains("sealing.key") && said.contains("chmod"), "{said}");
    let root = home.path("root.key");
    let said = home.fails(&["sealer", "--sealing-key-file", root.to_str().unwrap()]);
    assert!(said.contains("tutela-sealing-key-v1"), "{said}");
}

/// The sealer ends with the service that started it, even when that is killed, and is started again when it is killed itself.
#[test]
fn the_sealer_lives_and_dies_with_its_service() {
    let home = Home::new();
    home.ready();
    let served = home.serve();
    let socket = home.path("sealer.sock");
    let there = || std::os::unix::net::UnixStream::connect(&socket).is_ok();
    let becomes = |wanted: bool| {
        let begun = std::time::Instant::now();
        while there() != wanted {
            assert!(begun.elapsed() < Duration::from_secs(30), "the sealer should be there: {wanted}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    becomes(true);
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let children = format!("/proc/{0}/task/{0}/children", served.child.id());
    let first = sealer_of(&children).expect("a child");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(sealer_of(&children).as_ref(), Some(&first), "it stays");
    assert!(Command::new("kill").args(["-KILL", &first]).status().unwrap().success());
    let begun = std::time::Instant::now();
    while sealer_of(&children).is_none_or(|next| next == first) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the sealer is not started again");
        std::thread::sleep(Duration::from_millis(50));
    }
    becomes(true);
    served.kill();
    becomes(false);
}

/// The process id of the sealer among the children of a process, as the kernel lists them for each of its threads.
fn sealer_of(children: &str) -> Option<String> {
    let tasks = std::path::Path::new(children).parent()?.parent()?;
    let mut all = std::fs::read_dir(tasks).ok()?.flatten().filter_map(|task| {
        let listed = std::fs::read_to_string(task.path().join("children")).ok()?;
        listed.split_whitespace().next().map(str::to_owned)
    });
    all.next()
}

#[test]
fn the_files_are_their_owners_alone() {
    let home = Home::new();
    home.ready();
    for name in ["root.key", "sealing.key", "tutela.db", "keys.db"] {
        let mode = std::fs::metadata(home.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn a_lost_key_store_is_not_replaced_by_an_empty_one() {
    let home = Home::new();
    home.ready();
    for name in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = std::fs::remove_file(home.path(name));
    }
    let said = home.fails(&["serve"]);
    assert!(said.contains("key store holds no keys"), "{said}");
    // Nor by that of another installation under the same root key.
    let other = Home::new();
    std::fs::create_dir_all(other.data.path()).unwrap();
    std::fs::copy(home.path("root.key"), other.path("root.key")).unwrap();
    other.must(&["user", "office", "HW", "--zh", "河湾", "--en", "Hewan"]);
    home_signed(&home, &other);
}

fn home_signed(home: &Home, other: &Home) {
    let first = Home::new();
    first.ready();
    first.must(&["ledger", "export", first.path("out").to_str().unwrap()]);
    for name in ["tutela.db", "keys.db"] {
        let from = if name == "keys.db" { other } else { &first };
        for end in ["", "-wal", "-shm"] {
            let file = format!("{name}{end}");
            let _ = std::fs::remove_file(home.path(&file));
            // What a process has not moved into its file yet lies beside it.
            if end != "-shm" && from.path(&file).exists() {
                std::fs::copy(from.path(&file), home.path(&file)).unwrap();
            }
        }
    }
    let said = home.fails(&["serve"]);
    assert!(said.contains("does not belong to this record"), "{said}");
}

#[test]
fn a_broken_pack_never_half_loads() {
    let home = Home::new();
    home.ready();
    let packs = home.path("packs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows");
    assert!(Command::new("cp").arg("-r").arg(folder).arg(&packs).status().unwrap().success());
    let file = packs.join("intl-baseline/clocks.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("length: {n: 2,", "length: {n: minus two,", 1)).unwrap();
    let said = home.fails(&["serve", "--packs", packs.to_str().unwrap()]);
    assert!(said.contains("clocks.yaml:"), "{said}");
    let place = said.split("clocks.yaml:").nth(1).unwrap();
    let numbers: Vec<&str> = place.splitn(3, ':').take(2).collect();
    assert!(numbers.iter().all(|n| n.trim().parse::<u32>().is_ok()), "{said}");
    std::fs::write(&file, "{").unwrap();
    assert!(
        home.fails(&["pack", "check", packs.join("intl-baseline").to_str().unwrap()])
            .contains("clocks.yaml:1:")
    );
}

#[test]
fn a_newer_database_is_left_alone() {
    let home = Home::new();
    home.ready();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 SELECT 9999, description, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1";
    let url = format!("sqlite:{}", home.path("tutela.db").display());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        use sqlx::{Connection as _, Executor as _};
        let mut conn = sqlx::SqliteConnection::connect(&url).await.unwrap();
        conn.execute(newer).await.unwrap();
    });
    let said = home.fails(&["serve"]);
    assert!(said.contains("9999"), "{said}");
}

fn open_case(served: &Served, token: &str, key: &str) -> Option<u16> {
    let headers = [("idempotency-key", key)];
    served.send("POST", "/api/v1/cases", token, &headers, &first_file().to_string()).map(|(status, _)| status)
}

#[test]
fn a_vanished_database_stops_the_service() {
    let home = Home::new();
    let token = home.ready();
    let served = home.serve();
    assert_eq!(open_case(&served, &token, "1"), Some(201));
    std::fs::rename(home.path("tutela.db"), home.path("elsewhere.db")).unwrap();
    assert_eq!(open_case(&served, &token, "2"), Some(503));
    let (status, said) = served.ended();
    assert!(!status.success() && said.contains("tutela.db"), "{said}");
    for end in ["", "-wal", "-shm"] {
        let _ =
            std::fs::rename(home.path(&format!("elsewhere.db{end}")), home.path(&format!("tutela.db{end}")));
    }
    let verified = home.must(&["ledger", "verify"]);
    assert!(verified.contains("1 cases"), "{verified}");
}

/// A file that may not grow is what a full disk looks like from here.
#[test]
fn a_full_disk_keeps_what_was_there_and_nothing_else() {
    let home = Home::new();
    let token = home.ready();
    // Blocks of 512 bytes: enough to start, too few to go on for long.
    let limited =
        format!("trap '' XFSZ; ulimit -f 2400; exec {} serve --listen 127.0.0.1:0", program().display());
    let mut command = Command::new("sh");
    command.arg("-c").arg(limited).env("TUTELA_DATA", home.data.path());
    let served = Served::start(command);
    let mut kept = 0;
    let refused = loop {
        match open_case(&served, &token, &kept.to_string()) {
            Some(201) => kept += 1,
            other => break other,
        }
        assert!(kept < 2_000, "the limit was never met");
    };
    assert_eq!(refused, Some(503));
    assert!(kept > 3);
    served.kill();
    let served = home.serve();
    let said = home.must(&["ledger", "verify"]);
    assert!(said.contains(&format!("{kept} cases")) && said.contains("sound"), "{kept}: {said}");
    // What was refused may be asked again, and is done once.
    assert_eq!(open_case(&served, &token, &kept.to_string()), Some(201));
    assert_eq!(open_case(&served, &token, "0"), Some(201));
    assert!(served.stop().success());
    assert!(home.must(&["ledger", "verify"]).contains(&format!("{} cases", kept + 1)));
}

#[test]
fn a_server_that_went_away_is_waited_for() {
    let Some(url) = postgres::database() else { return };
    let home = Home::new().with("TUTELA_DATABASE", &url);
    let token = home.ready();
    let served = home.serve();
    assert_eq!(open_case(&served, &token, "1"), Some(201));
    postgres::end_connections(&url);
    let mut status = open_case(&served, &token, "2");
    for _ in 0..20 {
        if status == Some(201) {
            break;
        }
        assert_eq!(status, Some(503));
        std::thread::sleep(Duration::from_millis(100));
        status = open_case(&served, &token, "2");
    }
    assert_eq!(status, Some(201));
    assert!(served.stop().success());
    assert!(home.must(&["ledger", "verify"]).contains("2 cases"));
}

#[test]
fn a_stop_answers_what_had_begun() {
    let home = Home::new();
    let token = home.ready();
    let served = home.serve();
    let address = served.address.clone();
    let kept = Arc::new(AtomicU32::new(0));
    let callers: Vec<_> = (0..16)
        .map(|n: u32| {
            let (address, token, kept) = (address.clone(), token.clone(), Arc::clone(&kept));
            std::thread::spawn(move || {
                let file = first_file().to_string();
                let mut answered = 0;
                for turn in 0.. {
                    let key = format!("{n}-{turn}");
                    let headers = [("idempotency-key", key.as_str())];
                    let sent = crate::support::process::send(
                        &address,
                        "POST",
                        "/api/v1/cases",
                        &token,
                        &headers,
                        &file,
                    );
                    match sent {
                        Some((201, _)) => {
                            answered += 1;
                            kept.fetch_add(1, Ordering::Relaxed);
                        }
                        Some((status, body)) => panic!("{status}: {body}"),
                        None => break,
                    }
                }
                answered
            })
        })
        .collect();
    // However slow the machine is, it stops amid work.
    while kept.load(Ordering::Relaxed) < 20 && !callers.iter().any(std::thread::JoinHandle::is_finished) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(served.stop().success());
    let answered: u32 = callers.into_iter().map(|caller| caller.join().unwrap()).sum();
    let said = home.must(&["ledger", "verify"]);
    assert!(
        answered >= 20 && said.contains(&format!("{answered} cases")),
        "{answered} were acknowledged: {said}"
    );
}
