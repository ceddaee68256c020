//! What was written down later does not reach back.

use chrono::NaiveDateTime;
use uuid::Uuid;

use crate::law::case::{CaseFile, Fields};
use crate::law::check::tests::{folder, load};
use crate::law::command::{Act, Actor, Command, What};
use crate::law::decide::decide;
use crate::law::input::{parse_time, read_fields};
use crate::law::pack::Pack;
use crate::record::{Child, Decision, Offence, Sex};

fn pack(id: &str) -> Option<Pack> {
    folder(id).map(|files| load(&files))
}

fn new_case(pack: &Pack) -> CaseFile {
    let child = Child {
        sex: Sex::Boy,
        born: "2009-05-04".parse().unwrap(),
        birth_proved: true,
        needs_interpreter: false,
        needs_accommodation: false,
        pregnant_or_caring: false,
    };
    CaseFile::new(pack, child, Offence { on: "2026-02-20".parse().unwrap(), status_offence: false })
}

fn inputs(pack: &Pack, event: &str, json: &serde_json::Value) -> Fields {
    read_fields(&pack.events.find(event).unwrap().inputs, json.as_object().unwrap(), "").unwrap()
}

fn command(at: &str, person: u128, role: &str, what: What) -> Command {
    let by = Actor { person: Uuid::from_u128(person), roles: vec![role.to_owned()] };
    Command { at: moment(at), by, what, because: [("G36".into(), "none".into())].into() }
}

fn moment(at: &str) -> NaiveDateTime {
    parse_time(at).unwrap()
}

fn done(pack: &Pack, case: &CaseFile, command: &Command) -> CaseFile {
    decide(pack, case, command, moment("2026-12-31T00:00")).unwrap().after
}

fn refused(pack: &Pack, case: &CaseFile, command: &Command) -> Vec<String> {
    let refusal = decide(pack, case, command, moment("2026-12-31T00:00")).unwrap_err();
    refusal.hard_codes().map(str::to_owned).collect()
}

#[test]
fn nothing_is_approved_before_it_was_drafted() {
    let Some(pack) = pack("intl-baseline") else { return };
    let opening = inputs(&pack, "B01", &serde_json::json!({"apprehended": false, "has_victim": false}));
    let open = What::Act(Act { event: "B01".into(), inputs: opening, ..Act::default() });
    let case = done(&pack, &new_case(&pack), &command("2026-03-02T09:00", 1, "intake", open));
    let decision = Decision {
        reasons: "trivial".into(),
        child_view: "agrees".into(),
        review_route: true,
        ..Decision::default()
    };
    let drafted = What::Draft {
        event: "B19".into(),
        inputs: inputs(&pack, "B19", &serde_json::json!({"ground": "trivial"})),
        evidence: [].into(),
        decision,
    };
    let case = done(&pack, &case, &command("2026-03-05T16:00", 1, "officer", drafted));
    let approve = |at| {
        let act = Act { event: "B19".into(), draft: Some(case.seq), ..Act::default() };
        command(at, 2, "chief", What::Act(act))
    };
    assert_eq!(refused(&pack, &case, &approve("2026-03-04T09:00")), ["OUT_OF_ORDER"]);
    assert_eq!(done(&pack, &case, &approve("2026-03-05T09:00")).states.main, "NO_CHARGE");
}

#[test]
fn custody_found_at_opening_counts_from_its_first_day() {
    let Some(pack) = pack("cn-procuratorate") else { return };
    let opening = serde_json::json!({
        "has_defender": true, "has_victim": false, "charge_chapter": 5, "charge_grave_list": true,
        "death_or_severe_cruel": false, "file_complete": true, "measure": "detained",
        "measure_from": "2026-02-26", "k03_ground": "special"
    });
    let act = Act { event: "T01".into(), inputs: inputs(&pack, "T01", &opening), ..Act::default() };
    let case = done(&pack, &new_case(&pack), &command("2026-03-03T09:00", 1, "case_mgmt", What::Act(act)));
    assert_eq!(case.held_since, "2026-02-26".parse().ok());
}

#[test]
fn a_period_does_not_begin_in_the_future() {
    let Some(pack) = pack("cn-procuratorate") else { return };
    let opening = serde_json::json!({
        "has_defender": true, "has_victim": false, "charge_chapter": 5, "charge_grave_list": true,
        "death_or_severe_cruel": false, "file_complete": true, "measure": "none"
    });
    let act = Act { event: "T01".into(), inputs: inputs(&pack, "T01", &opening), ..Act::default() };
    let case = done(&pack, &new_case(&pack), &command("2026-03-03T09:00", 1, "case_mgmt", What::Act(act)));
    let refusal = |received: &str| {
        let given = serde_json::json!({
            "ground": "no_danger", "measure_after": "none", "reasons": "r", "police_received_on": received
        });
        let act = Act { event: "T04".into(), inputs: inputs(&pack, "T04", &given), ..Act::default() };
        let mut command = command("2026-03-10T09:00", 1, "prosecutor", What::Act(act));
        command.because = ["S06", "S07"].map(|code| (code.to_owned(), "at once".to_owned())).into();
        let decided = decide(&pack, &case, &command, moment("2026-03-12T09:00"));
        decided.err().map(|refusal| refusal.hard_codes().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(refusal("2026-03-11"), None);
    assert_eq!(refusal("2026-06-30"), Some(vec!["FUTURE".to_owned()]));
    assert_eq!(refusal("2026-03-09"), Some(vec!["RECEIPT_DAY".to_owned()]));
}

#[test]
fn a_partys_act_brings_only_what_it_asks_for() {
    let Some(pack) = pack("cn-procuratorate") else { return };
    let opening = serde_json::json!({
        "has_defender": true, "has_victim": false, "charge_chapter": 5, "charge_grave_list": true,
        "death_or_severe_cruel": false, "file_complete": true, "measure": "bail", "measure_from": "2026-02-26"
    });
    let act = Act { event: "T01".into(), inputs: inputs(&pack, "T01", &opening), ..Act::default() };
    let case = done(&pack, &new_case(&pack), &command("2026-03-03T09:00", 1, "case_mgmt", What::Act(act)));
    let heard = serde_json::json!({"heard_on": "2026-03-04"});
    let fields = &pack.safeguards.find("S14").unwrap().evidence;
    let smuggled = read_fields(fields, heard.as_object().unwrap(), "").unwrap();
    let application =
        Act { event: "T08".into(), evidence: [("S14".into(), smuggled)].into(), ..Act::default() };
    let command = command("2026-03-04T09:00", 1, "child", What::Act(application));
    assert_eq!(refused(&pack, &case, &command), ["ROLE"]);
}
