//! The cases under measurement: opened by real acts through the real law.

use bytes::Bytes;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;
use tutela::casework::keys::KeyRoom;
use tutela::casework::packs::Packs;
use tutela::casework::time::Clock;
use tutela::casework::{Caller, Service};
use tutela::config::{Flags, Settings};
use tutela::demo::{Draw, LogIn, Staff};
use tutela::store::{Db, KeyDb, sequencer};
use uuid::Uuid;

use crate::Outcome;
use crate::load::{Request, Sequence};

/// Cases opened at the same time.
const AT_ONCE: usize = 32;
/// Further characters, so that hardly two children bear the same name however many there are: a search finds one child.
const FURTHER: [char; 20] = [
    '岚', '溪', '乔', '菲', '朗', '沐', '言', '知', '望', '夏', '秋', '青', '辰', '羽', '书', '若', '川',
    '星', '意', '航',
];

/// A filled database: who works there, and which cases there are.
pub(crate) struct Caseload {
    log_ins: Vec<LogIn>,
    /// Cases by identity, in the order in which they were opened.
    pub(crate) cases: Vec<Uuid>,
}

impl Caseload {
    /// Opens `count` cases in a database.
    pub(crate) async fn fill(data: &Path, database: &str, count: usize) -> Outcome<Self> {
        let flags =
            Flags { data: Some(data.to_owned()), database: Some(database.to_owned()), ..Flags::default() };
        let settings = Settings::resolve(&flags)?;
        let db = Db::open(&settings.database).await?;
        let keys = KeyRoom::open(KeyDb::open(&settings.keys).await?, &settings.root_key.load()?, &db).await?;
        let service = Service::new(db, keys, Packs::load(None)?, Clock::System).await?;
        let (_, log_ins) = Staff::hire(&service).await?;
        let mut caseload = Self { log_ins, cases: Vec::with_capacity(count) };
        let clerk = service.authenticate(&caseload.token("wu.min")).await?.ok_or("no clerk")?;
        let lead = service.authenticate(&caseload.token("zhao.ning")).await?.ok_or("no prosecutor")?.account;
        let mut opening = JoinSet::new();
        for number in 0..count {
            if opening.len() >= AT_ONCE
                && let Some(opened) = opening.join_next().await
            {
                caseload.cases.push(opened??);
            }
            let (service, clerk) = (service.clone(), clerk.clone());
            opening.spawn(async move {
                let new =
                    serde_json::from_value(first_file(number, Some(lead))).map_err(|e| e.to_string())?;
                let caller = Caller::new(clerk, service.new_id());
                let opened = service.open_case(&caller, &new).await;
                opened.map(|opened| opened.done.case).map_err(|error| error.to_string())
            });
        }
        while let Some(opened) = opening.join_next().await {
            caseload.cases.push(opened??);
        }
        sequencer::drain(service.db()).await?;
        service.sign_checkpoint().await?;
        service.db().close().await;
        service.keys().db().close().await;
        Ok(caseload)
    }

    fn token(&self, login: &str) -> Arc<str> {
        let found = self.log_ins.iter().find(|log_in| log_in.login == login);
        found.map_or_else(|| "".into(), |log_in| log_in.token.as_str().into())
    }

    fn request(&self, login: &str, method: &'static str, path: String, body: Option<&Value>) -> Request {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        Request { method, path, token: self.token(login), body }
    }

    /// Opens cases that are not there yet.
    pub(crate) fn open(&self, from: usize, count: usize) -> Vec<Sequence> {
        let first = |n| self.request("wu.min", "POST", "/api/v1/cases".into(), Some(&first_file(n, None)));
        (from..from + count).map(|number| vec![first(number)]).collect()
    }

    /// What is done in a case from its first notice to the approved decision, case by case.
    pub(crate) fn acts(&self, cases: &[Uuid]) -> Vec<Sequence> {
        let course = course();
        let act = |case: &Uuid, (login, body): &(&str, Value)| {
            self.request(login, "POST", format!("/api/v1/cases/{case}/acts"), Some(body))
        };
        cases.iter().map(|case| course.iter().map(|step| act(case, step)).collect()).collect()
    }

    /// A case is looked at.
    pub(crate) fn read(&self, cases: &[Uuid]) -> Vec<Sequence> {
        let look = |case| self.request("zhao.ning", "GET", format!("/api/v1/cases/{case}"), None);
        cases.iter().map(|case| vec![look(case)]).collect()
    }

    /// A worklist's first page of 25.
    pub(crate) fn list(&self, count: usize) -> Vec<Sequence> {
        (0..count).map(|_| vec![self.request("zhao.ning", "GET", "/api/v1/cases".into(), None)]).collect()
    }

    /// Children are looked for by name.
    pub(crate) fn find(&self, numbers: impl Iterator<Item = usize>) -> Vec<Sequence> {
        let find = |n| {
            let body = json!({ "name": name(n) });
            self.request("zhao.ning", "POST", "/api/v1/cases/find".into(), Some(&body))
        };
        numbers.map(|number| vec![find(number)]).collect()
    }
}

fn name(number: usize) -> String {
    let mut name = Draw::new(7, number as u64).name();
    name.extend(FURTHER.get(number % FURTHER.len()));
    name.extend(FURTHER.get((number / FURTHER.len()) % FURTHER.len()));
    name
}

fn first_file(number: usize, lead: Option<Uuid>) -> Value {
    json!({
        "pack": "cn-procuratorate", "office": "HW", "event": "T11", "at": "2025-11-03", "lead": lead,
        "identity": {"name": name(number)},
        "child": {"sex": "boy", "born": "2009-03-02", "birth_proved": true},
        "offence": {"on": "2025-10-12"},
        "inputs": {"has_defender": false, "has_victim": true, "charge_chapter": 5, "charge_grave_list": false,
            "death_or_severe_cruel": false, "suspect_present": true, "measure": "bail", "measure_from": "2025-10-14"}
    })
}

/// Who does what in a case, up to a conditional non-prosecution that a chief approves.
fn course() -> Vec<(&'static str, Value)> {
    let by = "zhao.ning";
    let issue = |document: &str| json!({"kind": "issue", "document": document, "at": "2025-11-04"});
    let evidence = |safeguard: &str, at: &str, fields: Value| json!({"kind": "evidence", "safeguard": safeguard, "at": at, "fields": fields});
    vec![
        (by, issue("D03")),
        (by, issue("D02")),
        ("wu.min", evidence("S24", "2025-11-04", json!({"specialised": true}))),
        (
            by,
            evidence(
                "S03",
                "2025-11-06",
                json!({"defender_name": "齐律师", "assigned_on": "2025-11-06",
            "by_legal_aid": true}),
            ),
        ),
        (
            by,
            json!({"kind": "act", "event": "T14", "at": "2025-11-10", "evidence": {
            "S04": {"legal_rep_attended": true}, "S08": {"needs_checked": true, "note": "无特殊需求"},
            "S09": {"rights_explained": true, "officers": 2, "adult_signed": true},
            "S25": {"restrained": false}}}),
        ),
        (
            by,
            evidence(
                "S06",
                "2025-11-14",
                json!({"defender_heard_on": "2025-11-14",
            "victim_heard_on": "2025-11-14", "adoption": "采纳从宽意见"}),
            ),
        ),
        (
            by,
            json!({"kind": "act", "event": "T14a", "at": "2025-11-17",
            "inputs": {"finding": "cnp", "reasons": "符合起诉条件，有悔罪表现，需要矫治"}}),
        ),
        (
            by,
            json!({"kind": "act", "event": "T25", "at": "2025-11-18", "evidence": {"S16":
            {"likely_months": 6, "evidence_sufficient": true, "repentance": true, "admission_free": true}}}),
        ),
        (
            by,
            evidence(
                "S17",
                "2025-11-20",
                json!({"police_written_on": "2025-11-18",
            "victim_heard_on": "2025-11-19", "child_heard_on": "2025-11-19", "child_agrees": true,
            "legal_rep_heard_on": "2025-11-19", "legal_rep_agrees": true, "defender_heard_on": "2025-11-20"}),
            ),
        ),
        (
            by,
            json!({"kind": "draft", "event": "T28", "at": "2025-11-24", "inputs": {"months": 6},
            "evidence": {"S27": {"arrangement": "继续在校就读"}}, "decision": {
            "reasons": "初犯，情节较轻，已退赃，监护条件好", "child_view": "愿意接受考察，希望继续上学",
            "review_route": true, "diversion": "决定附条件不起诉"}}),
        ),
        // The draft is the tenth step after the opening, so the eleventh journal entry.
        ("qian.li", json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": 11})),
    ]
}
