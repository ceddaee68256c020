//! What a form makes of answers: by table, and for all answers.

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::test_runner::TestRng;
use serde_json::{Map, Value as Json, json};
use std::sync::{Arc, LazyLock};

use super::*;
use crate::law::Pack;
use crate::law::check::tests::{folder, load, small_files};
use crate::record::{Child, Sex};

static SMALL: LazyLock<Pack> = LazyLock::new(|| load(&small_files()));
/// Every form of every pack, with its pack.
static ALL: LazyLock<Vec<(Pack, Arc<Form>)>> = LazyLock::new(|| {
    let mut packs = vec![SMALL.clone()];
    packs.extend(
        ["cn-procuratorate", "intl-baseline"].into_iter().filter_map(folder).map(|files| load(&files)),
    );
    packs.iter().flat_map(|pack| pack.forms.all().map(|form| (pack.clone(), Arc::clone(form)))).collect()
});

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn child(sex: Sex) -> Child {
    Child {
        sex,
        born: day("2010-05-30"),
        birth_proved: true,
        needs_interpreter: false,
        needs_accommodation: false,
        pregnant_or_caring: false,
    }
}

fn read_in(pack: &Pack, form: &Form, sex: Sex, answers: &Map<String, Json>) -> Reading {
    let child = child(sex);
    let about =
        About { child: &child, age: &pack.age, offence_on: day("2025-09-20"), today: day("2026-08-03") };
    read(form, answers, &about)
}

fn inquiry() -> &'static Form {
    SMALL.forms.find("inquiry", 1).unwrap()
}

/// Answers to all that the small form asks.
fn whole() -> Map<String, Json> {
    let answers = json!({
        "conflict": false, "told_on": "2026-07-01", "schooling": "school", "tested": false,
        "informants": [{"who": {"name": "Ana"}, "refused": true}],
        "domains": {"home": {"need": "none"}, "peers": {"need": "some"}},
        "words": "I want to go back", "disagrees": false
    });
    answers.as_object().unwrap().clone()
}

fn with(changes: &[(&str, Json)]) -> Map<String, Json> {
    let mut answers = whole();
    for (name, json) in changes {
        answers.insert((*name).to_owned(), json.clone());
    }
    answers
}

/// Codes and places of what stands against answers.
fn said(answers: &Map<String, Json>) -> Vec<String> {
    let reading = read_in(&SMALL, inquiry(), Sex::Boy, answers);
    reading.reasons.iter().map(|r| format!("{} {}", r.code, r.field.as_deref().unwrap_or("-"))).collect()
}

#[test]
fn whole_answers_stand() {
    assert_eq!(said(&whole()), Vec::<String>::new());
}

#[test]
fn what_is_wrong_is_said_answer_by_answer() {
    let long = "x".repeat(20_001);
    let rows = json!([{"who": {"name": "A"}, "refused": true}]);
    let four = json!(vec![rows[0].clone(); 4]);
    for (name, json, expected) in [
        ("told_on", json!("yesterday"), "FIELD_INVALID /answers/told_on"),
        ("told_on", json!("2026-02-30"), "FIELD_INVALID /answers/told_on"),
        ("told_on", json!("2026-08-04"), "FIELD_INVALID /answers/told_on"),
        ("told_on", json!("+12026-01-01"), "FIELD_INVALID /answers/told_on"),
        ("told_on", json!(20_260_701), "FIELD_INVALID /answers/told_on"),
        ("told_on", json!(null), "FIELD_MISSING /answers/told_on"),
        ("words", json!("  "), "FIELD_MISSING /answers/words"),
        ("words", json!(long), "FIELD_INVALID /answers/words"),
        ("words", json!("a\0b"), "FIELD_INVALID /answers/words"),
        ("conflict", json!("no"), "FIELD_INVALID /answers/conflict"),
        ("schooling", json!("army"), "FIELD_INVALID /answers/schooling"),
        ("schooling", json!(["school"]), "FIELD_INVALID /answers/schooling"),
        ("schooling", json!("job"), "FIELD_MISSING /answers/job_name"),
        ("job_name", json!("ignored here"), ""),
        ("days", json!(11), "FIELD_INVALID /answers/days"),
        ("days", json!(-1), "FIELD_INVALID /answers/days"),
        ("days", json!(1.5), "FIELD_INVALID /answers/days"),
        ("days", json!("3"), "FIELD_INVALID /answers/days"),
        ("days", json!(6), "FIELD_MISSING /answers/why_many"),
        ("troubles", json!(["loss", "loss"]), ""),
        ("troubles", json!(["war"]), "FIELD_INVALID /answers/troubles"),
        ("troubles", json!("loss"), "FIELD_INVALID /answers/troubles"),
        ("troubles", json!(["violence"]), "FIELD_MISSING /answers/violence_facts"),
        ("tested", json!(true), "CONSENT_MISSING /answers/consent"),
        ("secret", json!(1), "FIELD_UNKNOWN /answers/secret"),
        ("informants", json!([]), "FIELD_MISSING /answers/informants"),
        ("informants", json!({"who": 1}), "FIELD_INVALID /answers/informants"),
        ("informants", json!([7]), "FIELD_INVALID /answers/informants/0"),
        ("informants", four, "FIELD_INVALID /answers/informants"),
        ("informants", json!([{"who": "Ana", "refused": true}]), "FIELD_INVALID /answers/informants/0/who"),
        (
            "informants",
            json!([{"who": {"name": ""}, "refused": true}]),
            "FIELD_INVALID /answers/informants/0/who",
        ),
        (
            "informants",
            json!([{"who": {"name": "A", "age": "3"}, "refused": true}]),
            "FIELD_INVALID /answers/informants/0/who",
        ),
        (
            "informants",
            json!([{"who": {"name": "A"}, "refused": false}]),
            "FIELD_MISSING /answers/informants/0/said",
        ),
        (
            "informants",
            json!([{"who": {"name": "A"}, "refused": true, "x": 1}]),
            "FIELD_UNKNOWN /answers/informants/0/x",
        ),
        ("domains", json!({"home": {"need": "none"}}), "FIELD_MISSING /answers/domains/peers"),
        (
            "domains",
            json!({"home": {"need": "none"}, "peers": {"need": "none"}, "work": {"need": "none"}}),
            "FIELD_INVALID /answers/domains/work",
        ),
        ("domains", json!([{"need": "none"}]), "FIELD_INVALID /answers/domains"),
        (
            "domains",
            json!({"home": {"need": "most"}, "peers": {"need": "none"}}),
            "FIELD_INVALID /answers/domains/home/need",
        ),
        ("ended_at", json!("2026-06-30T23:59"), "ENDED_BEFORE -"),
        ("ended_at", json!("2026-07-01T00:00"), ""),
        ("ended_at", json!("2026-07-01"), "FIELD_INVALID /answers/ended_at"),
    ] {
        let found = said(&with(&[(name, json.clone())]));
        let expected: Vec<&str> = if expected.is_empty() { Vec::new() } else { vec![expected] };
        assert_eq!(found, expected, "{name}: {json}");
    }
}

#[test]
fn a_refused_consent_is_no_consent() {
    let tested = with(&[("tested", json!(true)), ("consent", json!(false)), ("score", json!(99))]);
    assert_eq!(said(&tested), ["CONSENT_MISSING /answers/consent"]);
    assert!(said(&with(&[("tested", json!(true)), ("consent", json!(true))])).is_empty());
}

#[test]
fn every_reason_speaks_both_languages() {
    let strange =
        json!({"told_on": 1, "secret": 1, "days": 99, "informants": [3], "domains": 3, "tested": true});
    let reading = read_in(&SMALL, inquiry(), Sex::Girl, strange.as_object().unwrap());
    assert!(reading.reasons.len() > 7);
    for reason in reading.reasons {
        assert!(!reason.statement.zh.is_empty() && !reason.statement.en.is_empty(), "{reason:?}");
    }
}

#[test]
fn what_is_not_asked_any_more_does_not_count_and_is_named() {
    let answers = with(&[
        ("schooling", json!("school")),
        ("job_name", json!("a bakery")),
        ("tested", json!(false)),
        ("consent", json!(false)),
        ("days", json!("wrong")),
        ("why_many", json!("hangs on a wrong answer")),
    ]);
    let reading = read_in(&SMALL, inquiry(), Sex::Boy, &answers);
    assert_eq!(reading.left_out, ["job_name", "why_many", "consent"]);
    assert!(reading.left_out.iter().all(|name| !reading.kept.contains_key(name)));
    assert_eq!(reading.reasons.len(), 1, "only the wrong number: {:?}", reading.reasons);
}

#[test]
fn the_child_decides_what_is_asked() {
    let asked = |sex| read_in(&SMALL, inquiry(), sex, &whole()).asked.contains("girl_only");
    assert!(asked(Sex::Girl) && !asked(Sex::Boy));
}

#[test]
fn the_newest_version_is_current_and_the_older_one_stays() {
    assert_eq!(SMALL.forms.current("inquiry").unwrap().version, 2);
    assert_eq!(SMALL.forms.newest().count(), 1);
    let kind = |version| &SMALL.forms.find("inquiry", version).unwrap().question("girl_only").unwrap().kind;
    assert!(matches!(kind(1), Kind::Text) && matches!(kind(2), Kind::LongText));
    assert!(SMALL.forms.find("inquiry", 3).is_none() && SMALL.forms.current("enquiry").is_none());
}

#[test]
fn a_form_offers_what_follows_from_its_answers_as_evidence() {
    let child = child(Sex::Boy);
    let about =
        About { child: &child, age: &SMALL.age, offence_on: day("2025-09-20"), today: day("2026-08-03") };
    let reading = read(inquiry(), &whole(), &about);
    let offered = reading.evidence(inquiry(), &about);
    let (safeguard, fields) = &offered[0];
    assert_eq!((safeguard.as_str(), &fields["on"]), ("S06", &crate::record::Value::Date(day("2026-07-01"))));
}

/// Some answer that fits a question; a consent is given.
fn fitting(question: &Question, rng: &mut TestRng) -> Json {
    let pick = |n: usize, rng: &mut TestRng| (rng.next_u32() as usize) % n.max(1);
    match &question.kind {
        Kind::Text | Kind::LongText => json!("好 words"),
        Kind::Date => json!(format!("2025-{:02}-{:02}", 1 + pick(12, rng), 1 + pick(28, rng))),
        Kind::DateTime => json!(format!("2026-{:02}-{:02}T10:30", 1 + pick(7, rng), 1 + pick(28, rng))),
        Kind::YesNo => json!(question.means == Some(Means::Consent) || pick(2, rng) == 1),
        Kind::Choice(options) => json!(options[pick(options.len(), rng)].id),
        Kind::Choices(options) => {
            let first = pick(options.len(), rng);
            json!(options[first..].iter().map(|option| option.id.clone()).collect::<Vec<_>>())
        }
        Kind::Number(limits) => {
            let least = limits.min.unwrap_or(0);
            let most = limits.max.unwrap_or(least + 9);
            let n = i64::try_from(pick(usize::try_from(most - least + 1).unwrap(), rng)).unwrap();
            json!(least + n)
        }
        Kind::Person => json!({"name": "某人", "relation": "aunt"}),
        Kind::Table(table) => {
            let mut row = || -> Json {
                table
                    .columns
                    .iter()
                    .map(|column| (column.id.clone(), fitting(column, rng)))
                    .collect::<Map<_, _>>()
                    .into()
            };
            match &table.rows {
                Rows::Added { at_least, .. } => (0..(*at_least).max(1)).map(|_| row()).collect(),
                Rows::Given(rows) => {
                    rows.iter().map(|given| (given.id.clone(), row())).collect::<Map<_, _>>().into()
                }
            }
        }
    }
}

fn some_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
        Just(json!("2026-03-10")),
        Just(json!("school")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z_]{1,10}", inner, 0..4)
                .prop_map(|map| Json::from(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is sent, to whatever question: it is read, never more kept than given, and what is kept reads the same.
    #[test]
    fn anything_can_be_read(jsons in prop::collection::vec(some_json(), 1..12), which in any::<prop::sample::Index>(), skip in 0_usize..40) {
        let (pack, form) = which.get(&ALL);
        let names = form.questions().map(|(_, question)| question.id.clone()).skip(skip);
        let mut answers: Map<String, Json> = names.zip(jsons.iter().cycle().cloned()).collect();
        answers.insert("nonsense".into(), jsons[0].clone());
        let reading = read_in(pack, form, Sex::Girl, &answers);
        prop_assert!(reading.reasons.iter().any(|r| r.code == "FIELD_UNKNOWN"));
        prop_assert!(reading.kept.keys().all(|name| answers.contains_key(name) && reading.asked.contains(name)));
        if reading.reasons.iter().all(|r| ["FIELD_MISSING", "CONSENT_MISSING", "FIELD_UNKNOWN"].contains(&r.code.as_str())) {
            let again = read_in(pack, form, Sex::Girl, &reading.kept);
            prop_assert_eq!(&again.kept, &reading.kept);
            prop_assert!(again.left_out.is_empty());
        }
    }

    /// Whatever a form's own types allow stands, whichever way its conditions go; only its rules may object.
    #[test]
    fn what_fits_every_question_is_accepted(seed in any::<[u8; 32]>(), which in any::<prop::sample::Index>(), girl in any::<bool>()) {
        let mut rng = TestRng::from_seed(prop::test_runner::RngAlgorithm::ChaCha, &seed);
        let (pack, form) = which.get(&ALL);
        let answers: Map<String, Json> =
            form.questions().map(|(_, question)| (question.id.clone(), fitting(question, &mut rng))).collect();
        let sex = if girl { Sex::Girl } else { Sex::Boy };
        let reading = read_in(pack, form, sex, &answers);
        let rules: Vec<&str> = form.rules.iter().map(|rule| rule.code.as_str()).collect();
        for reason in &reading.reasons {
            prop_assert!(rules.contains(&reason.code.as_str()), "{} {}: {:?}", form.id, form.version, reason);
        }
        let given = reading.kept.len() + reading.left_out.len();
        prop_assert_eq!(given, answers.len());
    }
}
