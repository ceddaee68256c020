//! A case file of a pack, told through the API day by day.

use serde_json::{Map, Value, json};

use super::app::{Answer, TestApp};
use super::case::TestCase;

/// A case file and how far it was told.
pub(crate) struct Script<'a> {
    pub(crate) case: TestCase<'a>,
    steps: Vec<Value>,
    next: usize,
}

impl<'a> Script<'a> {
    /// Opens the case by the first step of `workflows/cn-procuratorate/cases/{name}.yaml`.
    pub(crate) async fn open(app: &'a TestApp, name: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/cn-procuratorate/cases/");
        let text = std::fs::read_to_string(format!("{folder}{name}.yaml")).unwrap();
        let script: Value = serde_saphyr::from_str(&text).unwrap();
        let steps = script["steps"].as_array().unwrap().clone();
        let first = &steps[0];
        let mut child = script["child"].clone();
        let called = child.as_object_mut().unwrap().remove("name").unwrap();
        noon(app, &first["on"]);
        let body = json!({"pack": "cn-procuratorate", "office": "HW", "event": first["do"], "at": first["on"],
            "identity": {"name": called}, "child": child, "offence": script["offence"], "inputs": first["input"]});
        let answer = app.post("wu.min", "/api/v1/cases", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        let id = answer.json()["case"].as_str().unwrap().to_owned();
        Self { case: TestCase { app, id }, steps, next: 1 }
    }

    /// Tells it up to and with a day; what the file says is refused is refused.
    pub(crate) async fn until(&mut self, day: &str) {
        while let Some(step) = self.steps.get(self.next).cloned() {
            if step["on"].as_str().unwrap() > day {
                break;
            }
            self.next += 1;
            noon(self.case.app, &step["on"]);
            let answer = self.tell(&step).await;
            let refused = step["expect"]["refused"].as_array().cloned().unwrap_or_default();
            assert_eq!(answer.status == 422, !refused.is_empty(), "{step}: {}", answer.json());
            for code in refused {
                assert!(answer.codes().contains(&code.as_str().unwrap().to_owned()), "{:?}", answer.codes());
            }
        }
        noon(self.case.app, &json!(day));
    }

    async fn tell(&self, step: &Value) -> Answer {
        let at = &step["on"];
        let who = login(&step["by"]);
        let given = |name: &str| step.get(name).cloned().unwrap_or_else(|| json!({}));
        let body = if let Some(event) = step.get("do") {
            let mut act = json!({"kind": "act", "event": event, "at": at, "inputs": given("input"),
                "evidence": given("evidence"), "because": given("because")});
            if let Some(by) = step["decision"].get("drafted_by") {
                let mut decision: Map<String, Value> = step["decision"].as_object().unwrap().clone();
                decision.remove("drafted_by");
                let drafted = json!({"kind": "draft", "event": event, "at": at, "inputs": given("input"),
                    "evidence": given("evidence"), "decision": decision, "because": given("because")});
                let drafted = self.case.act(login(by), &drafted).await;
                if drafted.status != 200 {
                    return drafted;
                }
                act["draft"] = drafted.json()["entry"].clone();
                for given in ["inputs", "evidence"] {
                    act.as_object_mut().unwrap().remove(given);
                }
            }
            act
        } else if let Some(document) = step.get("issue") {
            json!({"kind": "issue", "document": document, "at": at, "inputs": given("input")})
        } else if let Some(safeguard) = step.get("record") {
            json!({"kind": "evidence", "safeguard": safeguard, "at": at, "fields": step["fields"]})
        } else {
            json!({"kind": "serve", "document": step["serve"], "to": step["to"], "at": at,
                "received_on": step["received"]})
        };
        self.case.act(who, &body).await
    }
}

/// Ten in the morning in Shanghai.
fn noon(app: &TestApp, day: &Value) {
    app.now(&format!("{}T02:00:00Z", day.as_str().unwrap()));
}

fn login(who: &Value) -> &'static str {
    match who.as_str().unwrap() {
        "zhao" => "zhao.ning",
        "qian" => "qian.li",
        "sun" => "sun.lan",
        "fang" => "fang.qing",
        _ => "wu.min",
    }
}
