//! Who looked at a case and what was done in it, as the ledger has it, each entry checkable against the signed checkpoint.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::case::{Head, head};
use super::desk_texts as d;
use super::measure_acts::MEASURE_ACTS;
use super::page::{Page, Person, ok};
use super::people_acts::PEOPLE_ACTS;
use super::texts::{self as t, T};
use crate::casework::lookers::LookerView;
use crate::casework::oversee::{ProofView, TrailView};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};

/// Entries on one page, fewer than come at once: a page has 60 KB at most.
const PAGE: usize = 120;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    p: Page,
    head: Head,
    lookers: Vec<LookerView>,
    entries: Vec<Sentence>,
    acts: Vec<(String, String, bool)>,
    which: Which,
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage {
    p: Page,
    head: Head,
    proof: ProofView,
    entry: String,
}

/// A leaf as a sentence.
pub(super) struct Sentence {
    pub(super) view: TrailView,
    pub(super) who: String,
    pub(super) did: String,
    pub(super) rules: String,
}

/// What of the trail is shown.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Which {
    act: String,
    outcome: String,
    who: String,
    before: Option<u64>,
}

/// The trail of a case and who looked at it.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    Params(which): Params<Which>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "audit").await?;
    let lookers = app.service.lookers(&caller, id).await?;
    let mut trail = app.service.trail(&caller, id, which.before).await?;
    let more = trail.len() > PAGE;
    trail.truncate(PAGE);
    let before = trail.last().filter(|_| more).map(|last| last.leaf);
    let people =
        trail.iter().filter_map(|entry| account(&entry.by)).chain(lookers.iter().filter_map(|l| l.account));
    p.learn(&app, people.collect::<Vec<_>>()).await?;
    let mut kinds: BTreeMap<String, String> = BTreeMap::new();
    for entry in &trail {
        kinds.entry(entry.act.clone()).or_insert_with(|| act_in_words(&p, &entry.act));
    }
    let acts = kinds.into_iter().map(|(act, name)| (act.clone(), name, act == which.act)).collect();
    let wanted = |entry: &TrailView| {
        (which.act.is_empty() || entry.act == which.act)
            && (which.outcome.is_empty() || entry.ok == (which.outcome == "done"))
            && (which.who.is_empty() || entry.by == which.who)
    };
    let entries = trail.into_iter().filter(wanted).map(|view| sentence(&p, view)).collect();
    Ok(ok(&AuditPage { p, head, lookers, entries, acts, which, before }))
}

/// The account in the name of a leaf's author.
pub(super) fn account(by: &str) -> Option<Uuid> {
    Uuid::try_parse(by.strip_prefix("u:")?).ok()
}

/// Who did what, under which rule.
pub(super) fn sentence(p: &Page, view: TrailView) -> Sentence {
    let who = account(&view.by).map_or_else(|| p.t(t::THE_SERVICE).to_owned(), |id| p.who(&id));
    let did = act_in_words(p, &view.act);
    let rules = p.lang.list(view.rules.iter().filter(|rule| !rule.contains(':')));
    Sentence { view, who, did, rules }
}

/// One leaf and its proof.
pub(super) async fn proof(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named((id, leaf)): Named<(Uuid, u64)>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "audit").await?;
    let proof = app.service.proof(&caller, id, leaf).await?;
    let entry = itself(&proof);
    Ok(ok(&ProofPage { p, head, proof, entry }))
}

/// The proved leaf itself, to be read.
pub(super) fn itself(proof: &ProofView) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let entry = STANDARD.decode(&proof.entry).unwrap_or_default();
    String::from_utf8_lossy(&entry).into_owned()
}

/// What was done, in words; an act of a later version of the service by its code.
pub(super) fn act_in_words(p: &Page, act: &str) -> String {
    let known = ACTS.iter().chain(MEASURE_ACTS).chain(PEOPLE_ACTS).find(|(code, _)| *code == act);
    known.map_or_else(|| act.to_owned(), |(_, text)| p.t(text).to_owned())
}

impl AuditPage {
    fn did(&self, acts: &BTreeMap<String, u64>) -> String {
        self.p.lang.list(acts.iter().map(|(act, times)| format!("{} × {times}", act_in_words(&self.p, act))))
    }

    fn looker(&self, account: &Option<Uuid>) -> String {
        account.map_or_else(|| self.p.t(t::THE_SERVICE).to_owned(), |id| self.p.who(&id))
    }
}

/// Every act that a leaf may name.
pub(super) const ACTS: &[(&str, &T)] = &[
    ("access.denied", t::ACT_DENIED),
    ("assessment.accept", t::ACT_FORM_ACCEPT),
    ("assessment.adopt", t::ACT_FORM_ADOPT),
    ("assessment.begin", t::ACT_FORM_BEGIN),
    ("assessment.correct", t::ACT_FORM_CORRECT),
    ("assessment.decline", t::ACT_FORM_DECLINE),
    ("assessment.denied", t::ACT_FORM_DENIED),
    ("assessment.draft", t::ACT_FORM_DRAFT),
    ("assessment.list", t::ACT_FORM_LIST),
    ("assessment.read", t::ACT_FORM_READ),
    ("assessment.read-draft", t::ACT_FORM_READ_DRAFT),
    ("assessment.release", t::ACT_FORM_RELEASE),
    ("assessment.request", t::ACT_FORM_REQUEST),
    ("assessment.return", t::ACT_FORM_RETURN),
    ("assessment.submit", t::ACT_FORM_SUBMIT),
    ("assessment.withdraw", t::ACT_FORM_WITHDRAW),
    ("case.act", t::ACT_ACT),
    ("case.assign", t::ACT_ASSIGN),
    ("case.assignments", t::ACT_ASSIGNMENTS),
    ("case.audit", t::ACT_AUDIT),
    ("case.break-glass", t::ACT_BREAK_GLASS),
    ("case.children", t::ACT_CHILDREN),
    ("case.clocks", t::ACT_CLOCKS),
    ("case.consider", t::ACT_CONSIDER),
    ("case.copies", d::ACT_COPIES),
    ("case.copy", d::ACT_COPY),
    ("case.copy-recalled", d::ACT_COPY_RECALLED),
    ("case.correct", t::ACT_CORRECT),
    ("case.denied", t::ACT_CASE_DENIED),
    ("case.draft", t::ACT_DRAFT),
    ("case.evidence", t::ACT_EVIDENCE),
    ("case.exclude", t::ACT_EXCLUDE),
    ("case.exclusion-denied", t::ACT_DENIED),
    ("case.exclusion-lift", t::ACT_EXCLUSION_LIFT),
    ("case.exclusions", t::ACT_EXCLUSIONS),
    ("case.expunge", t::ACT_EXPUNGE),
    ("case.found", t::ACT_FOUND),
    ("case.handover", t::ACT_HANDOVER),
    ("case.issue", t::ACT_ISSUE),
    ("case.items", t::ACT_ITEMS),
    ("case.journal", t::ACT_JOURNAL),
    ("case.list", t::ACT_LIST),
    ("case.lookers", t::ACT_LOOKERS),
    ("case.misses", t::ACT_MISSES),
    ("case.offers", t::ACT_OFFERS),
    ("case.open", t::ACT_OPEN),
    ("case.people", t::ACT_PEOPLE),
    ("case.person", t::ACT_PERSON),
    ("case.proof", t::ACT_PROOF),
    ("case.read", t::ACT_READ),
    ("case.refused", t::ACT_REFUSED),
    ("case.return", t::ACT_RETURN),
    ("case.safeguards", t::ACT_SAFEGUARDS),
    ("case.search", t::ACT_SEARCH),
    ("case.serve", t::ACT_SERVE),
    ("case.sheet", t::ACT_SHEET),
    ("case.transfer-in", t::ACT_TRANSFER_IN),
    ("case.transfer-offer", t::ACT_TRANSFER_OFFER),
    ("case.transfer-out", t::ACT_TRANSFER_OUT),
    ("case.transfer-refuse", t::ACT_TRANSFER_REFUSE),
    ("case.transfer-withdraw", t::ACT_TRANSFER_WITHDRAW),
    ("case.transfers", t::ACT_TRANSFERS),
    ("case.transfers-denied", t::ACT_DENIED),
    ("case.voice", t::ACT_VOICE),
    ("case.voices", t::ACT_VOICES),
    ("complaint.answer", t::ACT_COMPLAINT_ANSWER),
    ("complaint.assign", t::ACT_COMPLAINT_ASSIGN),
    ("complaint.denied", t::ACT_COMPLAINT_DENIED),
    ("complaint.list", t::ACT_COMPLAINT_LIST),
    ("complaint.made", t::ACT_COMPLAINT),
    ("emergency.denied", t::ACT_EMERGENCY_DENIED),
    ("emergency.list", t::ACT_EMERGENCY_LIST),
    ("emergency.review", t::ACT_EMERGENCY_REVIEW),
    ("item.seal", t::ACT_ITEM_SEAL),
    ("item.unseal", t::ACT_ITEM_UNSEAL),
    ("item.unseal-proposed", t::ACT_ITEM_PROPOSED),
    ("ledger.people", d::ACT_LEDGER_PEOPLE),
    ("ledger.read", t::ACT_LEDGER),
    ("outcomes.derive", d::ACT_OUTCOMES_DERIVE),
    ("outcomes.export", d::ACT_OUTCOMES_EXPORT),
    ("outcomes.read", d::ACT_OUTCOMES_READ),
    ("record.certificate", t::ACT_CERTIFICATE),
    ("record.certificate.read", t::ACT_CERTIFICATE_READ),
    ("record.granted", t::ACT_QUERY_GRANTED),
    ("record.query", t::ACT_QUERY),
    ("record.query.allowed", t::ACT_QUERY_ALLOWED),
    ("record.query.lapsed", t::ACT_QUERY_LAPSED),
    ("record.query.list", t::ACT_QUERY_LIST),
    ("record.query.read", t::ACT_QUERY_READ),
    ("record.query.refused", t::ACT_QUERY_REFUSED),
    ("record.queue", t::ACT_QUEUE),
    ("work.answer", t::ACT_WORK_ANSWER),
    ("work.derive", t::ACT_WORK_DERIVE),
    ("work.last-day", t::ACT_WORK_LAST_DAY),
    ("work.list", t::ACT_WORK_LIST),
    ("work.team", t::ACT_WORK_TEAM),
    ("work.over", t::ACT_WORK_OVER),
    ("work.seen", t::ACT_WORK_SEEN),
    ("work.warning", t::ACT_WORK_WARNING),
];

#[cfg(test)]
mod tests {
    use super::{ACTS, MEASURE_ACTS, PEOPLE_ACTS};
    use std::path::Path;

    /// What the use cases write into the ledger about cases has words here.
    #[test]
    fn every_act_has_its_words() {
        let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/casework")];
        let mut seen = 0;
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let acts = text.split('"').filter(|part| {
                    let name = [
                        "account.",
                        "assessment.",
                        "case.",
                        "complaint.",
                        "credential.",
                        "deputy.",
                        "invitation.",
                        "item.",
                        "ledger.",
                        "link.",
                        "measure.",
                        "office.",
                        "outcomes.",
                        "record.",
                        "role.",
                        "session.",
                        "sign-in.",
                        "token.",
                        "work.",
                    ]
                    .iter()
                    .find_map(|begin| part.strip_prefix(begin));
                    // Kinds of notice are named like the acts of which they tell.
                    let told = ["case.assigned", "case.copied", "complaint.due"].contains(part);
                    !told
                        && name.is_some_and(|name| {
                            !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                        })
                });
                for act in acts {
                    assert!(
                        ACTS.iter().chain(MEASURE_ACTS).chain(PEOPLE_ACTS).any(|(code, _)| *code == act),
                        "{act} in {}",
                        path.display()
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 30);
    }
}
