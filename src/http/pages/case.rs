//! A case on one page: who, where it stands, what presses, what may be done and, where not, what is missing.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use uuid::Uuid;

use super::cases::due_in;
use super::fields::{Fault, faults};
use super::page::{Page, Person, ok};
use super::texts::{self as t, T};
use super::timeline;
use crate::casework::Caller;
use crate::casework::read::{CaseView, ClockView, DerogationView, DocumentView};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::case::ClockState;
use crate::law::decide::corrects_child;
use crate::law::expr::{Region, Var};
use crate::law::lateness::is_others;
use crate::law::offer::SafeguardState;
use crate::law::pack::{Pack, RoleKind, StaffRole};
use crate::law::{Offer, Reason};

/// The minimum age that the floor asks of a law (GC24 §22).
const GREATER_AGE: u32 = 14;

/// The head of every page of a case.
pub(super) struct Head {
    pub(super) view: CaseView,
    pub(super) pack: Arc<Pack>,
    /// Which of the case's pages this is.
    pub(super) tab: &'static str,
    pub(super) office: String,
    /// Days of an unbroken custody, today among them.
    pub(super) held: Option<i64>,
    pub(super) audits: bool,
}

/// A thing that needs attention, and where it is dealt with.
pub(super) struct Matter {
    grave: bool,
    text: String,
    more: String,
    href: String,
}

/// An act as it is offered.
pub(super) struct Act {
    offer: Offer,
    name: String,
    faults: Vec<Fault>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    p: Page,
    head: Head,
    matters: Vec<Matter>,
    /// What is not met yet, open ones first.
    safeguards: Vec<SafeguardState>,
    met: Vec<SafeguardState>,
    possible: Vec<Act>,
    barred: Vec<Act>,
    of_others: Vec<Act>,
    drawing: String,
    makes: Vec<(String, String)>,
    /// Documents that still ask for something, and those that do not.
    owed: Vec<DocumentView>,
    settled: Vec<DocumentView>,
}

/// What was done a moment ago, said once.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Done {
    pub(super) done: Option<u32>,
}

/// Reads a case and what its head shows.
pub(super) async fn head(
    app: &App,
    p: &mut Page,
    caller: &Caller,
    case: Uuid,
    tab: &'static str,
) -> Result<Head, Problem> {
    let view = app.service.read_case(caller, case).await?;
    let pack = app.service.packs().pinned(&view.pack, &view.pack_version).cloned();
    let pack = pack.ok_or_else(Problem::internal)?;
    p.zone = pack.zone;
    let mentioned = [view.lead, view.second, view.social_worker, view.approver];
    p.learn(app, mentioned.into_iter().flatten().chain(view.drafts.iter().map(|draft| draft.by))).await?;
    let office = app.service.offices().find(view.office).map(|office| p.x(&office.name).to_owned());
    let held = view.held_since.map(|since| (p.today() - since).num_days() + 1);
    let audits = p.is(&[StaffRole::Supervisor, StaffRole::Records]);
    Ok(Head { view, pack, tab, office: office.unwrap_or_default(), held, audits })
}

impl Head {
    /// The child's name where this person may know it, otherwise the number of the case alone.
    pub(super) fn name(&self) -> Option<&str> {
        self.view.identity.as_ref().map(|person| person.identity.name.as_str())
    }

    /// Where it stands, in words: the proceeding and liberty always, challenges and the file where something moved.
    pub(super) fn standing(&self, p: &Page) -> Vec<String> {
        let moved = |region: Region| {
            matches!(region, Region::Main | Region::Measure)
                || self.view.standing.get(region) != self.pack.initial(region)
        };
        let names = Region::ALL.into_iter().filter(|region| moved(*region));
        names
            .filter_map(|region| Some(p.x(self.view.standing_names.get(region.as_str())?).to_owned()))
            .collect()
    }

    pub(super) fn people(&self, p: &Page) -> Vec<(&'static str, String)> {
        let view = &self.view;
        let places: [(&'static T, Option<Uuid>); 4] = [
            (t::PLACE_LEAD, view.lead),
            (t::PLACE_SECOND, view.second),
            (t::PLACE_SOCIAL_WORKER, view.social_worker),
            (t::PLACE_APPROVER, view.approver),
        ];
        places.into_iter().filter_map(|(place, who)| Some((p.t(place), p.who(&who?)))).collect()
    }

    pub(super) fn sex(&self) -> &'static T {
        match self.view.child.sex {
            crate::record::Sex::Girl => t::GIRL,
            crate::record::Sex::Boy => t::BOY,
        }
    }

    pub(super) fn age(&self, p: &Page) -> String {
        self.view.age_now.map_or_else(|| p.t(t::AGE_UNKNOWN).to_owned(), |age| p.n(t::AGED, age))
    }

    pub(super) fn age_then(&self, p: &Page) -> Option<String> {
        self.view.age_at_offence.map(|age| p.n(t::AGE_THEN, age))
    }

    pub(super) fn open_here(&self, tab: &str) -> bool {
        self.tab == tab
    }

    /// Where this person corrects what is known of the child, if they can.
    pub(super) fn facts(&self, p: &Page) -> Option<String> {
        let mut roles = self.pack.roles.iter().filter(|role| p.is(&role.staff));
        roles
            .any(|role| corrects_child(&self.pack, &role.id))
            .then(|| format!("/cases/{}/child/facts", self.view.id))
    }

    /// The same, if a safeguard hangs on what is known of the child.
    pub(super) fn facts_of(&self, p: &Page, safeguard: &str) -> Option<String> {
        let met = self.pack.safeguards.find(safeguard)?.satisfied_when.as_ref()?;
        let asks = met.vars().into_iter().any(|var| matches!(var, Var::Child(_)));
        if asks { self.facts(p) } else { None }
    }
}

/// The case's own page.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    Params(done): Params<Done>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "overview").await?;
    let (offers, safeguards) =
        tokio::join!(app.service.offers(&caller, id), app.service.safeguards(&caller, id));
    let (offers, safeguards) = (offers?, safeguards?);
    if let Some(entry) = done.done {
        p.said = Some(p.n(t::DONE, entry));
        p.path = format!("/cases/{id}");
    }
    let (met, mut safeguards): (Vec<_>, Vec<_>) =
        safeguards.into_iter().partition(|safeguard| safeguard.state == "met");
    safeguards.sort_by_key(|safeguard| safeguard.state != "open");
    let matters = matters(&p, &head);
    let drawing = timeline::draw(&p, &head.view.clocks);
    let may_act = p.is(&[
        StaffRole::Prosecutor,
        StaffRole::Chief,
        StaffRole::Clerk,
        StaffRole::SocialWorker,
        StaffRole::Records,
    ]);
    let (mut possible, mut barred, mut of_others) = (Vec::new(), Vec::new(), Vec::new());
    for offer in offers {
        let mine = may_act && (offer.role.is_some() || !offer.named.is_empty());
        let reasons: Vec<Reason> = offer.reasons.clone();
        let faults = faults(&p, &reasons, |code| record(&p, &head, code));
        let act = Act { name: p.x(&offer.name).to_owned(), offer, faults };
        match (mine, act.offer.possible) {
            (true, true) => possible.push(act),
            (true, false) => barred.push(act),
            (false, _) => of_others.push(act),
        }
    }
    let makes = makes(&p, &head);
    let documents = head.view.documents.clone().into_iter();
    let (settled, owed) = documents.partition(settled);
    let page = CasePage {
        p,
        head,
        matters,
        safeguards,
        met,
        possible,
        barred,
        of_others,
        drawing,
        makes,
        owed,
        settled,
    };
    Ok(ok(&page))
}

/// Where what a rule wants is recorded, if this person can.
pub(super) fn record(p: &Page, head: &Head, code: &str) -> Option<String> {
    let safeguard = head.pack.safeguards.find(code)?;
    if safeguard.evidence.is_empty() {
        return head.facts_of(p, code);
    }
    records(p, &head.pack, &safeguard.recorded_by)
        .then(|| format!("/cases/{}/safeguards/{code}", head.view.id))
}

/// Whether this person can record for one of these roles of the pack.
fn records(p: &Page, pack: &Pack, roles: &[String]) -> bool {
    roles.iter().filter_map(|role| pack.roles.find(role)).any(|role| p.is(&role.staff))
}

/// Whether a document was made and has reached everybody.
fn settled(document: &DocumentView) -> bool {
    document.issued_on.is_some() && document.served.values().all(Option::is_some)
}

/// Documents that this person can make.
fn makes(p: &Page, head: &Head) -> Vec<(String, String)> {
    let documents = head.pack.documents.iter();
    let own = documents.filter(|document| {
        let own = document.made_by.iter().filter_map(|role| head.pack.roles.find(role));
        own.filter(|role| role.kind == RoleKind::Own).any(|role| p.is(&role.staff))
    });
    own.map(|document| (document.id.clone(), p.x(&document.name).to_owned())).collect()
}

fn matters(p: &Page, head: &Head) -> Vec<Matter> {
    let view = &head.view;
    let base = format!("/cases/{}", view.id);
    let mut matters = Vec::new();
    for clock in view.clocks.iter().filter(|clock| clock.overdue || clock.warning) {
        let others = is_others(clock.kind);
        let left =
            if clock.overdue && others { p.t(t::PERIOD_OVER).to_owned() } else { due_in(p, clock.days_left) };
        matters.push(Matter {
            grave: clock.overdue && !others,
            text: p.n(t::MATTER, p.x(&clock.name)).replacen("{}", &left, 1),
            more: p.x(&clock.on_expiry).to_owned(),
            href: "#clocks".to_owned(),
        });
    }
    for draft in &view.drafts {
        matters.push(Matter {
            grave: false,
            text: p.n(t::DRAFT_WAITS, p.x(&draft.name)),
            more: format!("{} · {}", p.who(&draft.by), p.day(&draft.on)),
            href: format!("{base}/drafts/{}", draft.entry),
        });
    }
    for document in &view.documents {
        let waiting = document.served.values().filter(|day| day.is_none()).count();
        let (text, href) = match document.issued_on {
            None => (t::DOCUMENT_OWED, format!("{base}/documents/{}", document.document)),
            Some(_) if waiting > 0 => {
                (t::DOCUMENT_UNSERVED, format!("{base}/documents/{}/serve", document.document))
            }
            Some(_) => continue,
        };
        let name = p.x(&document.name);
        matters.push(Matter { grave: false, text: p.n(text, name), more: String::new(), href });
    }
    for suggestion in &view.suggested {
        let first = suggestion.events.first().cloned().unwrap_or_default();
        matters.push(Matter {
            grave: false,
            text: p.n(t::SUGGESTED, p.x(&suggestion.note)),
            more: suggestion.source.clone(),
            href: format!("{base}/acts/{first}"),
        });
    }
    for derogation in view.derogations.iter().filter(|derogation| derogation.severity == "breach") {
        matters.push(Matter {
            grave: true,
            text: p.n(t::BREACH, p.x(&derogation.statement)),
            more: derogation.source.clone(),
            href: format!("{base}/journal#e{}", derogation.entry),
        });
    }
    matters
}

impl CasePage {
    const fn safeguard_state(&self, state: &str) -> (&'static str, &'static T) {
        match state.as_bytes() {
            b"met" => ("tag tag-good", t::MET),
            b"with_act" => ("tag", t::WITH_ACT),
            _ => ("tag tag-ask", t::OPEN),
        }
    }

    fn records(&self, safeguard: &str) -> Option<String> {
        record(&self.p, &self.head, safeguard)
    }

    fn suspended(&self, state: &ClockState) -> bool {
        *state == ClockState::Suspended
    }

    /// How a clock stands, and how much it presses; another's is never late here.
    fn due(&self, clock: &ClockView) -> (&'static str, String) {
        let others = is_others(clock.kind);
        match () {
            () if clock.overdue && others => ("", self.p.t(t::PERIOD_OVER).to_owned()),
            () if clock.overdue => (" late", due_in(&self.p, clock.days_left)),
            () if clock.warning && !others => (" soon", due_in(&self.p, clock.days_left)),
            () => ("", due_in(&self.p, clock.days_left)),
        }
    }

    /// Each of them once, however often it touched the case. That the law's minimum age lies below 14 is said of its
    /// pack, on the pack's page; it touches this child only if they were younger.
    fn touched(&self) -> Vec<&DerogationView> {
        let mut seen: Vec<&str> = Vec::new();
        let mut once = Vec::new();
        let of_the_law = self.head.view.age_at_offence.is_some_and(|age| age >= GREATER_AGE);
        for one in &self.head.view.derogations {
            let of_the_law = of_the_law && one.check == "I01" && one.severity != "breach";
            if !of_the_law && !seen.contains(&one.check.as_str()) {
                seen.push(&one.check);
                once.push(one);
            }
        }
        once
    }

    fn open_safeguards(&self) -> usize {
        self.safeguards.iter().filter(|safeguard| safeguard.state == "open").count()
    }

    fn by<'a>(&'a self, texts: &'a [crate::record::Text]) -> String {
        self.p.lang.list(texts.iter().map(|text| self.p.x(text)))
    }

    fn recipient(&self, role: &str) -> String {
        let found = self.head.pack.roles.find(role);
        found.map_or_else(|| role.to_owned(), |role| self.p.x(&role.name).to_owned())
    }
}
