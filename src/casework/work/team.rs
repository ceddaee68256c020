//! Who has how much to do, for those who answer for a team; and what they may look at in one go.

use chrono::Duration;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::Kind;
use crate::access::filter;
use crate::casework::find::CasePage;
use crate::casework::time::micros;
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service};
use crate::law::floor::Proceeding;
use crate::law::pack::StaffRole;
use crate::record::{Part, Post};
use crate::store::{self, CaseHead, LoadOf, WorkHit, WorkLoad, WorkRow};

/// Days within which something falls due this week, today among them.
const WEEK: i64 = 7;
/// Cases of a person on one page.
const PAGE: i64 = 100;

/// What one person of an office has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Cases in which they have a post and that have not ended.
    pub cases: i64,
    /// Things they should have done by now.
    pub late: i64,
    /// Things that fall due within seven days.
    pub soon: i64,
    /// Drafts of theirs that wait for an approval longer than they should.
    pub stale: i64,
}

/// An office and what its people have to do.
#[derive(Clone, Debug)]
pub struct TeamView {
    /// The office's code.
    pub office: String,
    /// Whoever works on its cases, by account.
    pub loads: BTreeMap<Uuid, Load>,
    /// Open cases that nobody leads.
    pub unassigned: i64,
    /// Decisions that wait for an approval.
    pub approvals: i64,
    /// Time limits that passed and that nobody has answered for.
    pub missed: i64,
    /// Rights that were broken and that nobody has answered for.
    pub breaches: i64,
    /// Emergencies that nobody has reviewed.
    pub reviews: i64,
}

impl Service {
    /// The offices of which this person may see lists, and who has how much to do there. The look is written down.
    ///
    /// # Errors
    /// `Denied` for somebody who sees no cases; `NotPermitted` for who answers for nobody's work.
    pub async fn teams(&self, caller: &Caller) -> Result<Vec<TeamView>, CaseworkError> {
        let viewer = &caller.viewer;
        let filter = match filter(viewer, &self.offices()) {
            Ok(filter) => filter,
            Err(denial) => return Err(self.denied(caller, denial).await),
        };
        if !viewer.is_any(&[StaffRole::Supervisor, StaffRole::Chief]) {
            return Err(CaseworkError::NotPermitted { rule: "no-role" });
        }
        let now = self.now();
        let until = micros(now + Duration::days(WEEK));
        let mut teams = Vec::new();
        for office in filter.named_offices() {
            let of = LoadOf { office, filter: &filter, now: micros(now), until };
            let Some(code) = self.offices().find(office).map(|office| office.code.clone()) else { continue };
            let mut team = TeamView {
                office: code,
                loads: BTreeMap::new(),
                unassigned: 0,
                approvals: 0,
                missed: 0,
                breaches: 0,
                reviews: 0,
            };
            for group in store::case_load(self.db(), &of).await? {
                let phase = Proceeding::ALL.iter().find(|phase| phase.code() == group.phase);
                if phase.is_some_and(|phase| phase.is_closed()) {
                    continue;
                }
                if group.lead_id.is_none() {
                    team.unassigned += group.cases;
                }
                for who in [group.lead_id, group.second_id, group.social_worker_id].into_iter().flatten() {
                    team.loads.entry(who).or_default().cases += group.cases;
                }
            }
            for group in store::work_load(self.db(), &of).await? {
                self.count(&mut team, &group);
            }
            teams.push(team);
        }
        teams.sort_by(|a, b| a.office.cmp(&b.office));
        self.write_aside(Note::of(caller, "work.team", "list", now)).await?;
        Ok(teams)
    }

    /// The cases in which somebody has a post, as far as this person may see them in lists, soonest due first.
    ///
    /// # Errors
    /// `Denied` for somebody who sees no cases.
    pub async fn cases_of(&self, caller: &Caller, who: Uuid) -> Result<CasePage, CaseworkError> {
        let filter = match filter(&caller.viewer, &self.offices()) {
            Ok(filter) => filter,
            Err(denial) => return Err(self.denied(caller, denial).await),
        };
        let parts = [Post::Lead, Post::Second, Post::SocialWorker].map(|post| Part::Held(post, who));
        let rows = store::list_cases(self.db(), &filter, &parts, None, PAGE).await?;
        let note = Note::of(caller, "case.list", "list", self.now()).with("of", who);
        self.write_aside(note).await?;
        Ok(CasePage { cases: rows.iter().map(|row| self.line(row)).collect(), next: None })
    }

    /// Adds entries to what an office has, and to what the persons have whose they are.
    fn count(&self, team: &mut TeamView, group: &WorkLoad) {
        match Kind::named(&group.kind) {
            Some(Kind::Approve) => {
                team.approvals += group.entries;
                if let Some(drafter) = group.not_id {
                    team.loads.entry(drafter).or_default().stale += group.late;
                }
            }
            Some(Kind::Missed) => team.missed += group.entries,
            Some(Kind::Breach) => team.breaches += group.entries,
            Some(Kind::Review) => team.reviews += group.entries,
            _ => {}
        }
        let task = self.words().task(&example(group));
        if task.of_others {
            return;
        }
        for who in task.whose.accounts {
            let load = team.loads.entry(who).or_default();
            load.late += group.late;
            load.soon += group.soon - group.late;
        }
    }
}

/// One of the entries that were counted together, as far as it decides whose they are.
fn example(group: &WorkLoad) -> WorkHit {
    let WorkLoad { kind, code, pack_id, pack_version, main, measure, .. } = group.clone();
    let work = WorkRow { code, not_id: group.not_id, kind, ..WorkRow::default() };
    let case = CaseHead {
        pack_id,
        pack_version,
        main,
        measure,
        lead_id: group.lead_id,
        second_id: group.second_id,
        social_worker_id: group.social_worker_id,
        approver_id: group.approver_id,
        ..CaseHead::default()
    };
    WorkHit { work, case }
}
