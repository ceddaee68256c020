//! The ledger as whoever supervises an office reads it: what was done in its cases, and what became of its people.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{Duration, NaiveDate, NaiveTime};

use super::audit::{ACTS, Sentence, account, itself, sentence};
use super::desk_texts as d;
use super::measure_acts::MEASURE_ACTS;
use super::page::{Page, Person, ok};
use super::people_acts::PEOPLE_ACTS;
use super::texts as t;
use crate::casework::audit::{CaseEntry, Entries, PersonEntry};
use crate::casework::oversee::ProofView;
use crate::casework::time::instant;
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage {
    p: Page,
    entries: Vec<Line>,
    /// The ledger about people, not about cases.
    people: bool,
    acts: Vec<(&'static str, &'static str, bool)>,
    offices: Vec<(String, String)>,
    asked: Asked,
    next: Option<String>,
}

/// A sentence, and what it is about.
struct Line {
    sentence: Sentence,
    /// In words, and where it is shown.
    about: String,
    href: String,
    proof: String,
}

#[derive(Template)]
#[template(path = "ledger_proof.html")]
struct LedgerProofPage {
    p: Page,
    proof: ProofView,
    entry: String,
}

/// Which entries of the ledger.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    case_no: String,
    login: String,
    office: String,
    act: String,
    outcome: String,
    from: String,
    until: String,
    before: Option<u64>,
}

/// The ledger of cases of the offices that this person audits.
pub(super) async fn cases(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let (found, before) = app.service.entries(&caller, &asked.entries(&p)).await?;
    p.learn(&app, found.iter().filter_map(|one| account(&one.entry.by)).collect::<Vec<_>>()).await?;
    let line = |one: CaseEntry| Line {
        href: format!("/cases/{}/audit", one.case),
        proof: format!("/cases/{}/audit/{}", one.case, one.entry.leaf),
        about: one.case_no,
        sentence: sentence(&p, one.entry),
    };
    let entries = found.into_iter().map(line).collect();
    Ok(page(&app, p, asked, entries, before, false))
}

/// The ledger of people who work at these offices: accounts, roles, signing in.
pub(super) async fn people(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let (found, before) = app.service.entries_about_people(&caller, &asked.entries(&p)).await?;
    let named = found.iter().flat_map(|one| [account(&one.entry.by), one.about]);
    p.learn(&app, named.flatten().collect::<Vec<_>>()).await?;
    let line = |one: PersonEntry| Line {
        href: String::new(),
        proof: format!("/ledger/people/{}", one.entry.leaf),
        about: one.about.map(|about| p.who(&about)).unwrap_or_default(),
        sentence: sentence(&p, one.entry),
    };
    let entries = found.into_iter().map(line).collect();
    Ok(page(&app, p, asked, entries, before, true))
}

fn page(app: &App, p: Page, asked: Asked, entries: Vec<Line>, before: Option<u64>, people: bool) -> Response {
    let known: Vec<_> =
        if people { PEOPLE_ACTS.iter().collect() } else { ACTS.iter().chain(MEASURE_ACTS).collect() };
    let acts = known.into_iter().map(|(code, name)| (*code, p.t(name), *code == asked.act)).collect();
    let offices = app.service.office_views().into_iter();
    let offices = offices.map(|office| (office.code, p.x(&office.name).to_owned())).collect();
    let next = before.map(|leaf| asked.next(leaf, if people { "/ledger/people" } else { "/ledger" }));
    ok(&LedgerPage { p, entries, people, acts, offices, asked, next })
}

/// One entry about people and its proof.
pub(super) async fn proof(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(leaf): Named<u64>,
) -> Result<Response, Problem> {
    let proof = app.service.proof_about_people(&caller, leaf).await?;
    let entry = itself(&proof);
    Ok(ok(&LedgerProofPage { p, proof, entry }))
}

impl Asked {
    fn entries(&self, p: &Page) -> Entries {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let begins = |day: NaiveDate| instant(p.zone, day.and_time(NaiveTime::MIN));
        Entries {
            case_no: given(&self.case_no),
            login: given(&self.login),
            office: given(&self.office),
            act: given(&self.act),
            ok: given(&self.outcome).map(|outcome| outcome == "done"),
            from: day(&self.from).map(begins),
            until: day(&self.until).map(|day| begins(day + Duration::days(1))),
            before: self.before,
        }
    }

    /// The address of the entries before one.
    fn next(&self, leaf: u64, page: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        let all = [
            ("case_no", &self.case_no),
            ("login", &self.login),
            ("office", &self.office),
            ("act", &self.act),
            ("outcome", &self.outcome),
            ("from", &self.from),
            ("until", &self.until),
        ];
        for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            pairs.append_pair(name, value);
        }
        pairs.append_pair("before", &leaf.to_string());
        format!("{page}?{}", pairs.finish())
    }
}
