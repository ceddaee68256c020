//! An invented case, and what is done in it.

use serde_json::{Value, json};

use super::app::{Answer, TestApp};

/// Lin Xiaohe's first file: sixteen, theft, on bail by the police, with a victim and no defender.
pub(crate) fn first_file() -> Value {
    json!({
        "pack": "cn-procuratorate", "office": "HW", "event": "T11", "at": "2025-11-03",
        "identity": {"name": "林小禾", "id_number": "110105200903021232"},
        "child": {"sex": "boy", "born": "2009-03-02", "birth_proved": true},
        "offence": {"on": "2025-10-12"},
        "inputs": {"has_defender": false, "has_victim": true, "charge_chapter": 5, "charge_grave_list": false,
            "death_or_severe_cruel": false, "suspect_present": true, "measure": "bail", "measure_from": "2025-10-14"}
    })
}

/// A case of a test.
pub(crate) struct TestCase<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) id: String,
}

impl<'a> TestCase<'a> {
    pub(crate) async fn open(app: &'a TestApp) -> Self {
        let answer = app.post("wu.min", "/api/v1/cases", &first_file()).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        Self { app, id: answer.json()["case"].as_str().unwrap().to_owned() }
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/v1/cases/{}{rest}", self.id)
    }

    pub(crate) async fn act(&self, who: &str, body: &Value) -> Answer {
        self.app.post(who, &self.path("/acts"), body).await
    }

    /// An act that the law must accept; gives the answer's body.
    pub(crate) async fn done(&self, who: &str, body: &Value) -> Value {
        let answer = self.act(who, body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.json());
        answer.json()
    }

    pub(crate) async fn read(&self, who: &str) -> Answer {
        self.app.get(who, &self.path("")).await
    }

    /// How an act is offered to somebody.
    pub(crate) async fn offer(&self, who: &str, event: &str) -> Value {
        let offers = self.app.get(who, &self.path("/acts")).await.json();
        let offers = offers.as_array().unwrap();
        offers.iter().find(|offer| offer["event"] == event).unwrap().clone()
    }

    /// What must be recorded before the first interview.
    pub(crate) async fn prepare_interview(&self) {
        for document in ["D03", "D02"] {
            self.done("zhao.ning", &json!({"kind": "issue", "document": document, "at": "2025-11-04"})).await;
        }
        self.done("wu.min", &evidence("S24", "2025-11-04", &json!({"specialised": true}))).await;
        let defender = json!({"defender_name": "齐律师", "assigned_on": "2025-11-06", "by_legal_aid": true});
        self.done("zhao.ning", &evidence("S03", "2025-11-06", &defender)).await;
    }

    /// Everything up to the draft of conditional non-prosecution; gives the draft's entry.
    pub(crate) async fn up_to_conditional_draft(&self) -> Value {
        self.prepare_interview().await;
        self.done("zhao.ning", &interview()).await;
        self.done(
            "zhao.ning",
            &evidence(
                "S06",
                "2025-11-14",
                &json!({
            "defender_heard_on": "2025-11-14", "victim_heard_on": "2025-11-14", "adoption": "采纳从宽意见"}),
            ),
        )
        .await;
        self.done(
            "zhao.ning",
            &json!({"kind": "act", "event": "T14a", "at": "2025-11-17",
            "inputs": {"finding": "cnp", "reasons": "符合起诉条件，有悔罪表现，需要矫治"}}),
        )
        .await;
        self.done(
            "zhao.ning",
            &json!({"kind": "act", "event": "T25", "at": "2025-11-18", "evidence": {"S16":
            {"likely_months": 6, "evidence_sufficient": true, "repentance": true, "admission_free": true}}}),
        )
        .await;
        self.done(
            "zhao.ning",
            &evidence(
                "S17",
                "2025-11-20",
                &json!({
            "police_written_on": "2025-11-18", "victim_heard_on": "2025-11-19",
            "child_heard_on": "2025-11-19", "child_agrees": true, "legal_rep_heard_on": "2025-11-19",
            "legal_rep_agrees": true, "defender_heard_on": "2025-11-20"}),
            ),
        )
        .await;
        let draft = json!({"kind": "draft", "event": "T28", "at": "2025-11-24", "inputs": {"months": 6},
            "evidence": {"S27": {"arrangement": "继续在河湾二中就读"}}, "decision": {
            "reasons": "初犯，情节较轻，已退赃，监护条件好", "child_view": "愿意接受考察，希望继续上学",
            "review_route": true, "diversion": "决定附条件不起诉"}});
        self.done("zhao.ning", &draft).await["entry"].clone()
    }

    /// From the approved decision to the sealed record.
    pub(crate) async fn finish(&self, draft: &Value) {
        self.up_to_sealing(draft).await;
        assert_eq!(self.done("sun.lan", &seal()).await["standing"]["record"], "SEALED");
    }

    /// From the approved decision to the record that must be sealed.
    pub(crate) async fn up_to_sealing(&self, draft: &Value) {
        self.done("qian.li", &json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft}))
            .await;
        self.done("zhao.ning", &json!({"kind": "act", "event": "T36", "at": "2026-05-23"})).await;
        self.done("zhao.ning", &json!({"kind": "issue", "document": "D22", "at": "2026-05-26"})).await;
        let plan = json!({"plan": "暑期每月联系一次", "made_on": "2026-05-25"});
        self.done("zhao.ning", &evidence("S34", "2026-05-26", &plan)).await;
        let heard = json!({"heard_on": "2026-05-27", "opinion": "同意不起诉"});
        let drafted = json!({"kind": "draft", "event": "T37", "at": "2026-05-26",
            "inputs": {"opinion_on": "2026-05-26"}, "decision": {"reasons": "考验期内无撤销事由",
            "child_view": "希望不留记录，继续读书", "review_route": true}});
        let draft = self.done("zhao.ning", &drafted).await["entry"].clone();
        let approve = json!({"kind": "act", "event": "T37", "at": "2026-05-28", "draft": draft});
        let refused = self.act("qian.li", &approve).await;
        assert!(refused.is_problem(422, "refused"), "{}", refused.json());
        assert!(refused.codes().contains(&"S14".into()), "{:?}", refused.codes());
        self.done("zhao.ning", &evidence("S14", "2026-05-27", &heard)).await;
        self.done("qian.li", &approve).await;
    }
}

/// The record is sealed, with everything that belongs to it.
pub(crate) fn seal() -> Value {
    json!({"kind": "act", "event": "T44", "at": "2026-05-29", "evidence": {"S22": {
        "paper_file": true, "electronic_record": true, "exports_recalled": true,
        "inquiry_and_supervision": true, "shared_file_marked": true}}})
}

/// The first interview with everything it asks for.
pub(crate) fn interview() -> Value {
    json!({"kind": "act", "event": "T14", "at": "2025-11-10", "evidence": {
        "S04": {"legal_rep_attended": true},
        "S08": {"needs_checked": true, "note": "能听懂普通话，无特殊需求"},
        "S09": {"rights_explained": true, "officers": 2, "adult_signed": true},
        "S25": {"restrained": false}}})
}

pub(crate) fn evidence(safeguard: &str, at: &str, fields: &Value) -> Value {
    json!({"kind": "evidence", "safeguard": safeguard, "at": at, "fields": fields})
}
