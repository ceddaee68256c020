//! The service is killed at random points under load; what it acknowledged is there once, and nothing else is.
//!
//! A few points run with the other tests. The long form, on both databases:
//!
//! ```text
//! TUTELA_CRASH_POINTS=500 cargo test --test main crash:: -- --nocapture
//! ```
//!
//! Bounded: eight callers on loopback, at most a fifth of a second of load before each kill, counted from the first
//! answer at every other one.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::case::{evidence, first_file};
use crate::support::postgres;
use crate::support::process::{Home, Served, send};
use tutela::demo::Draw;

const CALLERS: u64 = 8;
/// Longest load before a kill, in milliseconds.
const LONGEST: u64 = 200;
/// Points after which the ledger is verified.
const VERIFY: u64 = 10;

/// What was asked under one idempotency key, and the answer if one came.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    body: String,
    answer: Option<Value>,
}

/// Everything that was ever asked, by idempotency key.
type Book = BTreeMap<String, Asked>;

fn ask(address: &str, token: &str, key: &str, asked: &Asked) -> Option<Value> {
    let (status, body) = send(address, "POST", &asked.path, token, &[("idempotency-key", key)], &asked.body)?;
    assert!(matches!(status, 200 | 201), "{key}: {status} {body}");
    Some(serde_json::from_str(&body).unwrap())
}

/// Load until the service is gone.
fn load(address: &str, token: &str, next: &AtomicU64, over: &AtomicBool, book: &Mutex<Book>, caller: u64) {
    let mut case: Option<String> = None;
    while !over.load(Ordering::Relaxed) {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let key = format!("{caller}-{n}");
        let (path, body) = match &case {
            Some(case) => {
                let fields = json!({"heard_on": "2025-11-06", "opinion": format!("第{n}次听取")});
                (format!("/api/v1/cases/{case}/acts"), evidence("S14", "2025-11-06", &fields).to_string())
            }
            None => ("/api/v1/cases".to_owned(), first_file().to_string()),
        };
        let asked = Asked { path, body, answer: None };
        book.lock().unwrap().insert(key.clone(), asked.clone());
        // The first request that gets no answer ends this caller: the service is gone.
        let Some(answer) = ask(address, token, &key, &asked) else { return };
        case = match case {
            // Now and then the next request opens another case.
            Some(_) if n.is_multiple_of(8) => None,
            Some(case) => Some(case),
            None => answer["case"].as_str().map(str::to_owned),
        };
        if let Some(kept) = book.lock().unwrap().get_mut(&key) {
            kept.answer = Some(answer);
        }
    }
}

/// Asks everything again that is not known to be there yet, and holds the answers to those of before.
fn settle(served: &Served, token: &str, book: &mut Book, recent: &[String]) {
    for key in recent {
        let asked = book.get(key).cloned().unwrap();
        let again = ask(&served.address, token, key, &asked).expect("the service is there");
        if let Some(before) = &asked.answer {
            assert_eq!(before, &again, "{key}: acknowledged before the crash, different after it");
        }
        book.get_mut(key).unwrap().answer = Some(again);
    }
}

/// Every key has its own entry, every entry and case its key, and the ledger vouches for all of it.
fn verify(home: &Home, served: &Served, token: &str, book: &Book) {
    let mut cases: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for asked in book.values() {
        let answer = asked.answer.as_ref().unwrap();
        let entries = cases.entry(answer["case"].as_str().unwrap().to_owned()).or_default();
        entries.push(answer["entry"].as_u64().unwrap());
    }
    for (case, entries) in &mut cases {
        entries.sort_unstable();
        let expected: Vec<u64> = (1..=entries.len() as u64).collect();
        assert_eq!(entries, &expected, "{case}: each request is one entry, and no entry is anybody else's");
        let (status, body) =
            send(&served.address, "GET", &format!("/api/v1/cases/{case}"), token, &[], "").unwrap();
        let view: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, view["version"].as_u64()), (200, entries.last().copied()), "{case}");
    }
    let said = home.must(&["ledger", "verify"]);
    assert!(
        said.contains("sound") && said.contains(&format!(" {} cases", cases.len())),
        "{}: {said}",
        cases.len()
    );
}

fn crash(home: &Home, name: &str, points: u64) {
    home.ready();
    home.must(&["user", "add", "everybody", "--name", "甲", "--role", "clerk@HW", "--role", "prosecutor@HW"]);
    let token = home.must(&["user", "token", "everybody"]).trim().to_owned();
    let mut draw = Draw::new(20_261_124, points);
    let next = AtomicU64::new(0);
    let book = Mutex::new(Book::new());
    let (mut acknowledged, mut unanswered) = (0, 0);
    for point in 1..=points {
        let before: Vec<String> = book.lock().unwrap().keys().cloned().collect();
        let served = home.serve();
        let over = AtomicBool::new(false);
        let wait = Duration::from_millis(draw.below(LONGEST) as u64);
        std::thread::scope(|callers| {
            let address = served.address.clone();
            for caller in 0..CALLERS {
                let (address, token, next, over, book) = (address.clone(), &token, &next, &over, &book);
                callers.spawn(move || load(&address, token, next, over, book, caller));
            }
            // Every other kill comes when something was answered, so that a slow machine sees answers too.
            let answered = || {
                let asked = book.lock().unwrap();
                asked.iter().any(|(key, asked)| asked.answer.is_some() && before.binary_search(key).is_err())
            };
            let begun = Instant::now();
            while point.is_multiple_of(2) && !answered() && begun.elapsed() < Duration::from_mins(1) {
                std::thread::sleep(Duration::from_millis(2));
            }
            std::thread::sleep(wait);
            served.kill();
            over.store(true, Ordering::Relaxed);
        });
        let mut book = book.lock().unwrap();
        let recent: Vec<String> =
            book.keys().filter(|key| before.binary_search(key).is_err()).cloned().collect();
        let answered = recent.iter().filter(|key| book[*key].answer.is_some()).count();
        acknowledged += answered;
        unanswered += recent.len() - answered;
        let served = home.serve();
        settle(&served, &token, &mut book, &recent);
        if point.is_multiple_of(VERIFY) || point == points {
            verify(home, &served, &token, &book);
        }
        if point.is_multiple_of(25) {
            println!("{name}: {point} of {points} kills, {acknowledged} acknowledged, {unanswered} cut off");
        }
        assert!(served.stop().success());
    }
    assert!(acknowledged > 0 && unanswered > 0, "{acknowledged} acknowledged, {unanswered} cut off");
    println!(
        "{name}: {points} kills, {acknowledged} acknowledged, {unanswered} cut off, all as they should be"
    );
}

fn points() -> u64 {
    std::env::var("TUTELA_CRASH_POINTS").ok().and_then(|points| points.parse().ok()).unwrap_or(4)
}

#[test]
fn row_10_killed_on_sqlite_nothing_acknowledged_is_lost() {
    crash(&Home::new(), "SQLite", points());
}

#[test]
fn row_10_killed_on_postgres_nothing_acknowledged_is_lost() {
    let Some(url) = postgres::database() else { return };
    crash(&Home::new().with("TUTELA_DATABASE", &url), "PostgreSQL", points());
}
