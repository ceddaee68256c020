//! What is told to the service in confidence is found in no file of it.

use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::app::TestApp;
use crate::support::case::{evidence, first_file, interview};
use crate::support::postgres;
use tutela::demo::Draw;

// One thread, so that every line that is logged is heard.
#[tokio::test]
async fn row_18_nothing_planted_is_found_on_sqlite() {
    nothing_planted_is_found_in_any_file(&TestApp::sqlite().await).await;
}

#[tokio::test]
async fn row_18_nothing_planted_is_found_on_postgres() {
    if let Some(app) = TestApp::postgres().await {
        nothing_planted_is_found_in_any_file(&app).await;
    }
}

/// Children, each with a name, a number and words of their own.
const CHILDREN: u64 = 60;

/// Everything that the process logs, at the finest level.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// An identity number with a right check digit (GB 11643).
fn id_number(born: &str, order: u64) -> String {
    let body = format!("110105{}{order:03}", born.replace('-', ""));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    format!("{body}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11])
}

/// One child's visit to everything the service does; gives what was planted.
async fn visit(app: &TestApp, child: u64) -> Vec<String> {
    let mut draw = Draw::new(7, child);
    // Three characters of no common word, so that a hit is a leak and no coincidence.
    let name = format!("{}{}儇{}", draw.name(), child, draw.name());
    let number = id_number("2009-03-02", 100 + child);
    let word = |what: &str| format!("密{what}{child}漪{}", draw.clone().name());
    let (phone, address) = (format!("1390000{child:04}7"), word("住址"));
    let mut planted = vec![name.clone(), number.clone(), phone.clone(), address.clone()];
    let mut file = first_file();
    file["identity"] = json!({"name": name, "id_number": number, "phone": phone, "address": address});
    let opened = app.post("wu.min", "/api/v1/cases", &file).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let path = format!("/api/v1/cases/{}", opened.json()["case"].as_str().unwrap());
    let acts = format!("{path}/acts");
    let mut said = Vec::new();
    let mut say = |what: &str| {
        said.push(word(what));
        word(what)
    };
    let (victim, lawyer) = (say("被害人"), say("律师"));
    let person = json!({"kind": "victim", "identity": {"name": victim, "note": say("伤情")}});
    let added = app.post("zhao.ning", &format!("{path}/people"), &person).await;
    assert_eq!(added.status, 200, "{}", added.json());
    let mut interview = interview();
    interview["evidence"]["S08"]["note"] = json!(say("需求"));
    let steps: Vec<(&str, Value)> = vec![
        ("zhao.ning", interview.clone()),
        ("zhao.ning", json!({"kind": "issue", "document": "D03", "at": "2025-11-04"})),
        ("zhao.ning", json!({"kind": "issue", "document": "D02", "at": "2025-11-04"})),
        ("wu.min", evidence("S24", "2025-11-04", &json!({"specialised": true}))),
        (
            "zhao.ning",
            evidence(
                "S03",
                "2025-11-06",
                &json!({"defender_name": lawyer, "assigned_on": "2025-11-06",
            "by_legal_aid": true}),
            ),
        ),
        ("zhao.ning", interview),
        (
            "zhao.ning",
            evidence(
                "S06",
                "2025-11-14",
                &json!({"defender_heard_on": "2025-11-14",
            "victim_heard_on": "2025-11-14", "adoption": say("采纳")}),
            ),
        ),
        (
            "zhao.ning",
            json!({"kind": "act", "event": "T14a", "at": "2025-11-17",
            "inputs": {"finding": "cnp", "reasons": say("理由")}}),
        ),
        // Wrong on purpose: an error must not say what it was told.
        (
            "zhao.ning",
            json!({"kind": "act", "event": "T14a", "at": "2025-11-17", "inputs": {"finding": say("误填")}}),
        ),
        ("zhao.ning", json!({"kind": "act", "event": say("误填"), "at": "2025-11-17"})),
        ("zhao.ning", json!({"kind": "return", "draft": 1, "reason": say("退回")})),
    ];
    let mut accepted = 0;
    for (who, body) in steps {
        accepted += usize::from(app.post(who, &acts, &body).await.status == 200);
    }
    assert_eq!(accepted, 7);
    for query in [json!({"name": name}), json!({"id_number": number}), json!({"name": victim})] {
        let found = app.post("zhao.ning", "/api/v1/cases/find", &query).await;
        assert_eq!(found.json().as_array().map(Vec::len), Some(1), "{query}: {}", found.json());
    }
    let broken = json!({"name": name, say("多余"): 1});
    app.post("zhao.ning", "/api/v1/cases/find", &broken).await;
    let court = json!({"recipient": "party", "to": say("法院"), "purpose": format!("{}随案移送供审判使用", say("用途"))});
    let fresh = app.service.add_token("zhao.ning", &format!("copy {child}"), None, true).await.unwrap();
    assert_eq!(app.post(&fresh, &format!("{path}/copies"), &court).await.status, 201);
    for view in ["", "/people", "/journal", "/safeguards", "/acts"] {
        let answer = app.get("zhao.ning", &format!("{path}{view}")).await;
        assert_eq!(answer.status, 200);
        let shown = String::from_utf8(answer.bytes).unwrap();
        assert!(!view.is_empty() || shown.contains(&name), "the right person reads it");
    }
    assess(app, &path, &mut say).await;
    planted.extend(said);
    planted
}

/// A social worker writes about the child, in every sensitivity class that a form has; what is wrong is told too.
async fn assess(app: &TestApp, path: &str, say: &mut impl FnMut(&str) -> String) {
    let assigned =
        app.post("wu.min", &format!("{path}/assignment"), &json!({"social_worker": "fang.qing"})).await;
    assert_eq!(assigned.status, 200, "{}", assigned.json());
    let asked = json!({"form": "social_investigation", "due": "2026-08-20", "reason": say("委托")});
    let asked = app.post("zhao.ning", &format!("{path}/assessments"), &asked).await;
    assert_eq!(asked.status, 201, "{}", asked.json());
    let path = format!("{path}/assessments/{}", asked.json()["assessment"].as_str().unwrap());
    assert_eq!(app.post("fang.qing", &format!("{path}/accept"), &json!({})).await.status, 200);
    let mut version = 2;
    for (answers, status) in [
        (
            json!({"address": say("住址"), "strengths": say("特长"), "physical": say("健康"), "notes": say("手记"), "parenting": say("家教"),
            "letter_on": say("日期"), "stage": say("阶段"), "members": [{"member": {"name": say("亲属")}}]}),
            200,
        ),
        (json!({say("多余"): 1}), 422),
    ] {
        let save = json!({"form": "social_investigation", "form_version": 1, "answers": answers});
        let request = app.request("fang.qing", "PUT", &format!("{path}/draft"));
        let request =
            request.header("content-type", "application/json").header("if-match", format!("\"{version}\""));
        let kept = app.call(request.body(save.to_string().into()).unwrap()).await;
        assert_eq!(kept.status, status, "{}", kept.json());
        version += i32::from(status == 200);
    }
    assert_eq!(app.post("fang.qing", &format!("{path}/submit"), &json!({})).await.status, 422);
    for view in ["", "/draft"] {
        assert_eq!(app.get("fang.qing", &format!("{path}{view}")).await.status, 200);
    }
}

async fn nothing_planted_is_found_in_any_file(app: &TestApp) {
    let lines = Lines::default();
    let log =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(lines.clone()).finish();
    let guard = tracing::subscriber::set_default(log);
    let mut planted: Vec<String> =
        join_all((0..CHILDREN).map(|child| visit(app, child))).await.into_iter().flatten().collect();
    assert!(planted.len() > 800, "{}", planted.len());
    planted.extend(crate::signin::everything_that_somebody_shows(app).await);
    planted.extend(crate::sealing::everything_about_sealed_records(app).await);
    let root = tutela::vault::RootKeySource::File(app.data.path().join("root.key")).load().unwrap();
    app.service.rotate_case_keys(&root, true).await.unwrap();
    app.settle().await;
    drop(guard);
    // A word that is in every file on purpose shows that the search finds what is there.
    let needles: Vec<&str> = planted.iter().map(String::as_str).chain(["T14a"]).collect();
    let log = app.data.path().join("log");
    std::fs::write(&log, lines.0.lock().unwrap().as_slice()).unwrap();
    assert!(std::fs::metadata(&log).unwrap().len() > 10_000, "the log was listened to");
    if !app.is_sqlite() {
        app.sql("CHECKPOINT").await;
    }
    let mut folders = vec![app.data.path().to_owned()];
    folders.extend((!app.is_sqlite()).then(postgres::directory).flatten());
    let hits = search(&folders, &needles);
    assert!(hits.contains_key("T14a"), "the search reads what the databases keep");
    let leaks: Vec<_> = hits.iter().filter(|(needle, _)| needle.as_str() != "T14a").collect();
    assert!(leaks.is_empty(), "{leaks:?}");
}

/// Where each needle is found, in any of the encodings in which it might lie around.
fn search(folders: &[PathBuf], needles: &[&str]) -> BTreeMap<String, PathBuf> {
    let mut forms: Vec<(Vec<u8>, &str)> = Vec::new();
    for needle in needles {
        forms.push((needle.as_bytes().to_vec(), needle));
        forms.push((needle.encode_utf16().flat_map(u16::to_le_bytes).collect(), needle));
        let escaped = needle.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
        forms.push((escaped.into_bytes(), needle));
        let percent = needle.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat();
        forms.push((percent.into_bytes(), needle));
    }
    let finder = aho_corasick::AhoCorasick::new(forms.iter().map(|(form, _)| form)).unwrap();
    let mut hits = BTreeMap::new();
    for file in folders.iter().flat_map(|folder| files(folder)) {
        for found in finder.find_overlapping_iter(&read(&file)) {
            hits.entry(forms[found.pattern().as_usize()].1.to_owned()).or_insert_with(|| file.clone());
        }
    }
    hits
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let out = Command::new("find").arg(folder).args(["-type", "f"]).stderr(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&out.stdout).lines().map(PathBuf::from).collect()
}

fn read(file: &Path) -> Vec<u8> {
    // Files of PostgreSQL come and go while it runs.
    std::fs::read(file).unwrap_or_default()
}
