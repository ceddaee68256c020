//! One child's story, told step by step through the service.

use chrono::{DateTime, Duration, Months, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

use super::{Draw, PACK, Progress, Staff};
use crate::casework::intake::NewCase;
use crate::casework::people::{Identity, NewPerson};
use crate::casework::request::{Request, RequestKind};
use crate::casework::time::instant;
use crate::casework::{Caller, CaseworkError, Service};
use crate::law::Pack;
use crate::law::case::Standing;
use crate::law::input::parse_time;
use crate::law::pack::{Level, RoleKind, StaffRole};
use crate::law::rehearse::{CaseScript, DecisionScript, Step};
use crate::record::{Decision, Offence};

/// State of the record in which a case is there for the records staff only.
const SEALED: &str = "SEALED";
/// Days by which a step is put off when months of other lengths make it fall before its day, at most.
const PATIENCE: i64 = 12;
/// What is written where the law only warns.
const REASON: &str = "已知悉，因案情需要继续办理，详见承办意见";
/// Refusal of a party whose time has passed.
const WINDOW_CLOSED: &str = "WINDOW_CLOSED";

/// A case file moved in time and given to an invented child.
pub(super) struct Story {
    script: Arc<CaseScript>,
    name: String,
    family: String,
    shift: Duration,
    /// The step that is still to be done today; a decision there is drafted and waits for approval.
    pending: Option<usize>,
    /// The last step that is told.
    rests: Option<usize>,
    /// The child whose case file it is keeps its own days and name.
    child_born: NaiveDate,
}

impl Story {
    /// A story that began on some day and was told to its end, or as far as its days have come.
    pub(super) fn since(script: Arc<CaseScript>, begins: NaiveDate, draw: &mut Draw) -> Self {
        let first = script.steps.first().and_then(day_of).map_or(begins, |at| at.date());
        Self::new(script, begins - first, None, draw)
    }

    /// A story in whose midst we are: some step of it is to be done today.
    pub(super) fn under_way(script: Arc<CaseScript>, today: NaiveDate, draw: &mut Draw) -> Self {
        let drafted = |step: &Step| step.decision.as_ref().is_some_and(|d| d.drafted_by.is_some());
        let prefers_drafts = draw.below(3) == 0;
        let steps = script.steps.iter().enumerate().skip(1);
        let mut open: Vec<usize> =
            steps.filter(|(_, step)| !prefers_drafts || drafted(step)).map(|(place, _)| place).collect();
        if open.is_empty() {
            open.push(script.steps.len().saturating_sub(1));
        }
        let pending = open.get(draw.below(open.len() as u64)).copied();
        let planned = pending.and_then(|place| script.steps.get(place)).and_then(day_of);
        let shift = planned.map_or(Duration::zero(), |at| today - at.date());
        Self::new(script, shift, pending, draw)
    }

    /// A story that has just come to the step at `place` and goes on another day.
    pub(super) fn until(script: Arc<CaseScript>, place: usize, today: NaiveDate, draw: &mut Draw) -> Self {
        let there = script.steps.get(place).and_then(day_of);
        let shift = there.map_or(Duration::zero(), |at| today - at.date());
        Self { rests: Some(place), ..Self::new(script, shift, None, draw) }
    }

    fn new(script: Arc<CaseScript>, shift: Duration, pending: Option<usize>, draw: &mut Draw) -> Self {
        let child_born = born(script.child.born, script.offence.on, script.offence.on + shift);
        Self { name: draw.name(), family: draw.name(), script, shift, pending, rests: None, child_born }
    }

    /// Tells the story up to today.
    pub(super) async fn tell(
        &self,
        service: &Service,
        staff: &Staff,
        today: DateTime<Utc>,
        progress: &Progress,
    ) -> Result<Told, CaseworkError> {
        let mut case = None;
        let stopped = self.tell_steps(service, staff, today, progress, &mut case).await?;
        Ok(Told { stopped, standing: case.map(|case| case.standing) })
    }

    /// Returns why the story stopped, if the law stopped it where the story did not mean it to.
    async fn tell_steps(
        &self,
        service: &Service,
        staff: &Staff,
        today: DateTime<Utc>,
        progress: &Progress,
        case: &mut Option<Case>,
    ) -> Result<Option<String>, CaseworkError> {
        let Some(pack) = service.packs().current(PACK, today).cloned() else {
            return Err(CaseworkError::Corrupt { what: "pack" });
        };
        let mut late = Duration::zero();
        let mut done_early: Option<&str> = None;
        let mut lapsed = false;
        for (place, step) in self.script.steps.iter().enumerate() {
            if self.rests.is_some_and(|rests| place > rests) {
                return Ok(None);
            }
            let pending = self.pending == Some(place);
            if pending && step.decision.as_ref().is_none_or(|d| d.drafted_by.is_none()) {
                return Ok(None);
            }
            let Some(planned) = day_of(step) else { continue };
            // Who comes too late in the case file would be in time on other days, where a period ends on a holiday.
            if step.expect.refused.iter().any(|code| code == WINDOW_CLOSED) {
                continue;
            }
            // On other days the law may have let pass at once what the case file tries twice.
            if done_early.take().is_some_and(|event| step.act.as_deref() == Some(event)) {
                continue;
            }
            let mut tries = 0;
            let mut because = step.because.clone();
            loop {
                let at = planned + self.shift + late;
                let now = instant(pack.zone, at);
                if now > today {
                    return Ok(None);
                }
                service.clock().set(now + Duration::minutes(20));
                let told = Scene { service, staff, pack: &pack, at, moved: self.shift + late, story: self };
                match Box::pin(told.step(step, &because, pending, case)).await {
                    Ok(()) if pending => {
                        progress.acts.fetch_add(1, Ordering::Relaxed);
                        return Ok(None);
                    }
                    // A decision that cannot be drafted yet is not a story gone wrong.
                    Err(CaseworkError::Refused(refusal))
                        if pending && refusal.hard_codes().next().is_some() =>
                    {
                        return Ok(None);
                    }
                    Ok(()) => {
                        lapsed = false;
                        if !step.expect.refused.is_empty() {
                            done_early = step.act.as_deref();
                        }
                        progress.acts.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    Err(CaseworkError::Refused(_)) if !step.expect.refused.is_empty() => {
                        progress.refused.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    // A party that lets its time pass does not act; what would have followed does not either.
                    Err(CaseworkError::Refused(refusal))
                        if lapsed || refusal.hard_codes().any(|code| code == WINDOW_CLOSED) =>
                    {
                        lapsed = true;
                        break;
                    }
                    Err(CaseworkError::Refused(refusal)) if tries < PATIENCE => {
                        tries += 1;
                        let unanswered = refusal.reasons.iter().filter(|r| r.level == Level::Warn);
                        if refusal.hard_codes().next().is_none() {
                            because.extend(unanswered.map(|r| (r.code.clone(), REASON.to_owned())));
                        } else {
                            late += Duration::days(1);
                        }
                    }
                    Err(CaseworkError::Refused(refusal)) => {
                        let codes: Vec<&str> = refusal.reasons.iter().map(|r| r.code.as_str()).collect();
                        let place = step.place(&self.script.id);
                        return Ok(Some(format!("{place} on {}: {}", at.date(), codes.join(" "))));
                    }
                    // For whoever is not of the records staff a sealed case is not there.
                    Err(CaseworkError::NotFound) if case.as_ref().is_some_and(Case::sealed) => break,
                    Err(CaseworkError::NotFound) => {
                        return Ok(Some(format!("{}: not found", step.place(&self.script.id))));
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(None)
    }
}

/// A day of birth that stands to another offence as the original one did: as many years, as many days after the
/// birthday. Moving both by the same number of days would not do, because leap days fall between them.
fn born(born: NaiveDate, offence: NaiveDate, moved: NaiveDate) -> NaiveDate {
    let years = offence.years_since(born).unwrap_or_default();
    let birthday = born.checked_add_months(Months::new(years * 12)).unwrap_or(offence);
    let since = offence - birthday;
    (moved - since).checked_sub_months(Months::new(years * 12)).unwrap_or(born)
}

fn day_of(step: &Step) -> Option<NaiveDateTime> {
    match (&step.at, &step.on) {
        (Some(at), _) => parse_time(&at.value),
        (None, Some(on)) => on.value.and_hms_opt(9, 0, 0),
        _ => None,
    }
}

/// The case of the story, once it is opened.
struct Case {
    id: Uuid,
    standing: Standing,
}

impl Case {
    fn sealed(&self) -> bool {
        self.standing.record == SEALED
    }
}

/// What came of telling a story.
pub(super) struct Told {
    /// Why the law stopped it where the story did not mean it to.
    pub(super) stopped: Option<String>,
    /// Where the case stands.
    pub(super) standing: Option<Standing>,
}

struct Scene<'a> {
    service: &'a Service,
    staff: &'a Staff,
    pack: &'a Pack,
    at: NaiveDateTime,
    /// How far the step is from its day in the case file; the days it names move with it.
    moved: Duration,
    story: &'a Story,
}

impl Scene<'_> {
    async fn step(
        &self,
        step: &Step,
        because: &BTreeMap<String, String>,
        undecided: bool,
        case: &mut Option<Case>,
    ) -> Result<(), CaseworkError> {
        let Some(known) = case else {
            *case = Some(self.open(step).await?);
            return Ok(());
        };
        let (id, sealed) = (known.id, known.sealed());
        let at = Some(self.at.format("%Y-%m-%dT%H:%M").to_string());
        let by_event = step.act.as_deref().and_then(|event| self.pack.events.find(event));
        let acts = |role: &&String| by_event.is_some_and(|event| event.by.contains(role));
        let send = async |caller: Caller, what: RequestKind| {
            let role = match &what {
                RequestKind::Act { .. } => self.roles(step.by.as_deref()).iter().find(acts).cloned(),
                _ => None,
            };
            let request = Request { at: at.clone(), role, what, because: because.clone() };
            self.service.proceed(&caller, id, None, &request).await
        };
        let by = self.caller(step.by.as_deref(), sealed)?;
        if let Some(event) = &step.act {
            let (mut with_draft, mut with_act) = (BTreeMap::new(), BTreeMap::new());
            let drafter = step.decision.as_ref().and_then(|d| d.drafted_by.as_deref());
            for (safeguard, fields) in &step.evidence {
                let fields = self.shifted(fields);
                let drafted = drafter.is_some_and(|name| self.may_record(name, safeguard));
                if drafted { &mut with_draft } else { &mut with_act }.insert(safeguard.clone(), fields);
            }
            let decision: Option<Decision> = step.decision.as_ref().map(DecisionScript::decision);
            let inputs = self.shifted(&step.input);
            let (draft, decision) = match (drafter, decision) {
                (Some(name), Some(decision)) => {
                    let what = RequestKind::Draft {
                        event: event.clone(),
                        inputs: inputs.clone(),
                        evidence: with_draft,
                        decision,
                    };
                    (Some(send(self.caller(Some(name), sealed)?, what).await?.entry), None)
                }
                (_, decision) => (None, decision),
            };
            if undecided {
                return Ok(());
            }
            let what = RequestKind::Act { event: event.clone(), inputs, evidence: with_act, draft, decision };
            let done = send(by.clone(), what).await;
            if let (Err(CaseworkError::Refused(_)), Some(draft)) = (&done, draft) {
                // A decision that was refused goes back to who drafted it.
                let reason = "条件尚未具备，退回补充".to_owned();
                send(by, RequestKind::Return { draft, reason }).await?;
            }
            known.standing = done?.standing;
        } else if let Some(safeguard) = &step.record {
            let fields = self.shifted(&step.fields);
            send(by, RequestKind::Evidence { safeguard: safeguard.clone(), fields, supersedes: None })
                .await?;
        } else if let Some(document) = &step.issue {
            send(by, RequestKind::Issue { document: document.clone(), inputs: self.shifted(&step.input) })
                .await?;
        } else if let Some(document) = &step.serve {
            let received_on = self.at.date();
            let what = RequestKind::Serve { document: document.clone(), to: step.to.clone(), received_on };
            send(by, what).await?;
        }
        Ok(())
    }

    async fn open(&self, step: &Step) -> Result<Case, CaseworkError> {
        let script = &self.story.script;
        let caller = self.caller(step.by.as_deref(), false)?;
        let account = |role| self.staff.with(role, Uuid::nil()).map(|c| c.viewer.account);
        let mut child = script.child.facts();
        child.born = self.story.child_born;
        let new = NewCase {
            pack: PACK.into(),
            office: Some("HW".into()),
            case_no: None,
            identity: Identity { name: self.story.name.clone(), ..Identity::default() },
            child,
            offence: Offence { on: script.offence.on + self.story.shift, ..script.offence.clone() },
            lead: account(StaffRole::Prosecutor),
            social_worker: account(StaffRole::SocialWorker),
            at: Some(self.at.format("%Y-%m-%dT%H:%M").to_string()),
            event: step.act.clone().unwrap_or_default(),
            inputs: self.shifted(&step.input),
            evidence: step.evidence.iter().map(|(id, fields)| (id.clone(), self.shifted(fields))).collect(),
            decision: step.decision.as_ref().map(DecisionScript::decision),
            because: step.because.clone(),
        };
        let opened = self.service.open_case(&caller, &new).await?;
        let parent = NewPerson {
            kind: "legal_rep".into(),
            identity: Identity {
                name: self.story.family.clone(),
                relation: Some("父母".into()),
                ..Identity::default()
            },
            supersedes: None,
        };
        self.service.add_person(&caller, opened.done.case, None, &parent).await?;
        Ok(Case { id: opened.done.case, standing: opened.done.standing })
    }

    /// Dates of a step moved with the story.
    fn shifted(&self, fields: &Map<String, Json>) -> Map<String, Json> {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        let moved = |value: &Json| match value.as_str() {
            Some(text) => match (day(text), parse_time(text)) {
                (Some(date), _) => Json::String((date + self.moved).to_string()),
                (None, Some(at)) => Json::String((at + self.moved).format("%Y-%m-%dT%H:%M").to_string()),
                (None, None) => value.clone(),
            },
            None => value.clone(),
        };
        fields.iter().map(|(name, value)| (name.clone(), moved(value))).collect()
    }

    fn roles(&self, name: Option<&str>) -> &[String] {
        name.and_then(|name| self.story.script.people.get(name))
            .map(|p| p.roles.as_slice())
            .unwrap_or_default()
    }

    fn may_record(&self, name: &str, safeguard: &str) -> bool {
        let by = self.pack.safeguards.find(safeguard).map(|s| s.recorded_by.as_slice()).unwrap_or_default();
        self.roles(Some(name)).iter().any(|role| by.contains(role))
    }

    /// The account that acts for a person of the case file: in its own role, or recording what others did.
    fn caller(&self, name: Option<&str>, sealed: bool) -> Result<Caller, CaseworkError> {
        let roles = self.roles(name).iter().filter_map(|role| self.pack.roles.find(role));
        let mut staff: Vec<StaffRole> = roles
            .clone()
            .filter(|role| role.kind == RoleKind::Own)
            .chain(roles.filter(|role| role.kind != RoleKind::Own))
            .flat_map(|role| role.staff.iter().copied())
            .collect();
        staff.push(StaffRole::Clerk);
        // A sealed case is there for the records staff only.
        if sealed && staff.contains(&StaffRole::Records) {
            staff = vec![StaffRole::Records];
        }
        self.staff.with_any(&staff, self.service.new_id()).ok_or(CaseworkError::Corrupt { what: "staff" })
    }
}
