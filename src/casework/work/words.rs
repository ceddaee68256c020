//! An entry of the worklist in words: what to do, why, when, whose, and the one step that does it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

use super::list::due_of;
use super::{Kind, liberty};
use crate::access::OfficeTree;
use crate::casework::packs::Packs;
use crate::casework::time::from_micros;
use crate::law::Pack;
use crate::law::expr::Region;
use crate::law::floor::Check;
use crate::law::lateness::{Standard, is_others, is_over};
use crate::law::pack::{Event, StaffRole, Verb};
use crate::record::Text;
use crate::store::{CaseHead, WorkHit};

/// The one step that does it.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Step {
    /// In words.
    pub text: Text,
    /// Method.
    pub method: &'static str,
    /// Address.
    pub href: String,
    /// What is known of its body already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub body: Option<Value>,
}

/// Who has to do it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Whose {
    /// In words.
    pub text: Text,
    /// The persons, where they are known.
    pub accounts: Vec<Uuid>,
}

/// Something to be done; nothing that identifies the child.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TaskView {
    /// Identity: the same as long as it is the same thing.
    pub id: Uuid,
    /// Kind.
    pub kind: Kind,
    /// The case; none where this person may not know of it yet.
    pub case: Option<Uuid>,
    /// Its number.
    pub case_no: Option<String>,
    /// Code of the office in whose list it stands.
    pub office: String,
    /// The draft, transfer, emergency, missed clock, complaint or assignment.
    pub about: Option<Uuid>,
    /// The pack's code of the clock, document or event.
    pub code: Option<String>,
    /// What to do.
    pub what: Text,
    /// Why.
    pub why: Text,
    /// Where that stands.
    pub source: Text,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// When it falls due.
    pub due: Option<DateTime<Utc>>,
    /// Whether that moment has passed.
    pub overdue: bool,
    /// Whether a warning is in place: it falls due soon.
    pub soon: bool,
    /// The time is another's: an authority or a party acts within it, and nobody here can be late.
    pub of_others: bool,
    /// Whose it is.
    pub whose: Whose,
    /// The step that does it.
    pub step: Step,
}

/// What the words are made from.
pub(super) struct Words<'a> {
    pub(super) packs: &'a Packs,
    pub(super) offices: Arc<OfficeTree>,
    pub(super) now: DateTime<Utc>,
}

/// What differs from kind to kind.
pub(super) struct Said {
    pub(super) what: Text,
    pub(super) why: Text,
    pub(super) source: Text,
    pub(super) whose: Whose,
    pub(super) step: Step,
}

impl Words<'_> {
    /// An entry as shown.
    pub(super) fn task(&self, hit: &WorkHit) -> TaskView {
        let WorkHit { work, case } = hit;
        // A kind that this instance does not know was put by a newer one: it is shown with what is known of it.
        let kind = Kind::named(&work.kind).unwrap_or(Kind::Assigned);
        let pack = self.packs.pinned(&case.pack_id, &case.pack_version).map(AsRef::as_ref);
        let said = said(kind, hit, pack);
        // The offer is all that the other office may know.
        let known = kind != Kind::Transfer;
        let due = due_of(hit).map(from_micros);
        let overdue = due.is_some_and(|due| is_over(due, self.now));
        let warning = work.warn_at.or(work.day_at).map(from_micros);
        TaskView {
            id: work.item,
            kind,
            case: known.then_some(work.case_id),
            case_no: known.then(|| case.case_no.clone()),
            office: self.offices.find(work.at_office).map(|office| office.code.clone()).unwrap_or_default(),
            about: work.about_id,
            code: Some(work.code.clone()).filter(|code| !code.is_empty()),
            what: said.what,
            why: said.why,
            source: said.source,
            since: Some(from_micros(work.since_at)).filter(|_| work.since_at != 0),
            due,
            overdue,
            soon: !overdue && warning.is_some_and(|at| is_over(at, self.now)),
            of_others: kind == Kind::Clock
                && pack
                    .and_then(|pack| pack.clocks.find(&work.code))
                    .is_some_and(|rule| is_others(rule.kind)),
            whose: said.whose,
            step: said.step,
        }
    }
}

fn said(kind: Kind, hit: &WorkHit, pack: Option<&Pack>) -> Said {
    let WorkHit { work, case } = hit;
    let acts = format!("/api/v1/cases/{}/acts", work.case_id);
    let about = work.about_id.unwrap_or_default();
    match kind {
        Kind::Clock => clock(hit, pack, acts),
        Kind::Issue | Kind::Serve => document(kind, hit, pack, acts),
        Kind::Approve => {
            let event = pack.and_then(|pack| pack.events.find(&work.code));
            let name = event.map(|event| event.name.clone()).unwrap_or_default();
            Said {
                what: Text::new(format!("审批：{}", name.zh), format!("Approve or return: {}", name.en)),
                why: Text::new("一人拟稿，另一人审批", "one person drafts, another decides"),
                source: event.map_or_else(Text::default, |event| same(&event.source)),
                whose: approver(case),
                step: Step {
                    text: Text::new("批准（或者退回）", "Approve (or return)"),
                    method: "POST",
                    href: acts,
                    body: Some(json!({"kind": "act", "event": work.code, "draft": work.run})),
                },
            }
        }
        Kind::Unassigned => Said {
            what: Text::new("确定承办人", "Say who leads the case"),
            why: Text::new("案件无人承办", "nobody leads the case"),
            source: Standard::Assigning.source(),
            whose: Whose {
                text: Text::new("案件管理人员、检察长", "case management, chief prosecutor"),
                accounts: Vec::new(),
            },
            step: Step {
                text: Text::new("分派", "Assign"),
                method: "POST",
                href: format!("/api/v1/cases/{}/assignment", work.case_id),
                body: None,
            },
        },
        Kind::Assigned => Said {
            what: Text::new("接手新分派的案件", "Take up the case that was assigned to you"),
            why: Text::new("案件已分派给本人", "the case was assigned to you"),
            source: Standard::Noticing.source(),
            whose: Whose {
                text: Text::new("本人", "this person"),
                accounts: work.for_id.into_iter().collect(),
            },
            step: Step {
                text: Text::new("已阅", "I have seen it"),
                method: "POST",
                href: format!("/api/v1/worklist/{}/seen", work.item),
                body: Some(json!({})),
            },
        },
        Kind::Transfer => Said {
            what: Text::new("答复案件移送", "Answer the offer of a case"),
            why: Text::new("他院向本院移送案件", "another office offers a case to this one"),
            source: pack
                .and_then(|pack| pack.transfer.as_ref().and_then(|t| pack.events.find(&t.hand_over)))
                .map_or_else(Text::default, |event| same(&event.source)),
            whose: Whose {
                text: Text::new("本院案件管理人员、检察官", "case management and prosecutors of the office"),
                accounts: Vec::new(),
            },
            step: Step {
                text: Text::new("受理（或者退回）", "Accept (or refuse)"),
                method: "POST",
                href: format!("/api/v1/transfers/{about}/accept"),
                body: None,
            },
        },
        Kind::Review => Said {
            what: Text::new("复核紧急查阅", "Review that a case was opened in an emergency"),
            why: Text::new("有人以紧急查阅方式打开案件", "somebody opened the case in an emergency"),
            source: Text::new("本系统：七十二小时内复核", "this service: to be reviewed within 72 hours"),
            whose: supervisors(),
            step: Step {
                text: Text::new("复核", "Review"),
                method: "POST",
                href: format!("/api/v1/emergencies/{about}/review"),
                body: None,
            },
        },
        Kind::Missed => {
            let rule = pack.and_then(|pack| pack.clocks.find(&work.code));
            let name = rule.map(|rule| rule.name.clone()).unwrap_or_default();
            Said {
                what: if rule.is_some_and(|rule| is_others(rule.kind)) {
                    Text::new(
                        format!("跟进他方逾期：{}", name.zh),
                        format!("Follow up what another missed: {}", name.en),
                    )
                } else {
                    Text::new(
                        format!("说明逾期原因：{}", name.zh),
                        format!("Answer for the missed time limit: {}", name.en),
                    )
                },
                why: rule.map(|rule| rule.on_expiry.clone()).unwrap_or_default(),
                source: rule.map_or_else(Text::default, |rule| same(&rule.source)),
                whose: Whose {
                    text: Text::new("承办人、监督人员", "whoever leads the case, a supervisor"),
                    accounts: case.lead_id.into_iter().collect(),
                },
                step: Step {
                    text: Text::new("说明", "Answer"),
                    method: "POST",
                    href: format!("/api/v1/cases/{}/missed/{about}/answer", work.case_id),
                    body: None,
                },
            }
        }
        Kind::Breach => {
            let check = Check::ALL.iter().find(|check| check.code() == work.code);
            let title = check.map(|check| check.title());
            let (zh, en) = title.map_or(("", ""), |title| (title.zh, title.en));
            Said {
                what: Text::new(format!("处理权利受损：{zh}"), format!("Answer for a broken right: {en}")),
                why: check.map_or_else(Text::default, |check| {
                    Text::new(check.statement().zh, check.statement().en)
                }),
                source: check.map_or_else(Text::default, |check| same(check.source())),
                whose: supervisors(),
                step: Step {
                    text: Text::new("说明", "Answer"),
                    method: "POST",
                    href: format!("/api/v1/cases/{}/missed/{about}/answer", work.case_id),
                    body: None,
                },
            }
        }
        Kind::Draft if work.about_id.is_none() => {
            let event = pack.and_then(|pack| pack.events.find(&work.code));
            let name = event.map(|event| event.name.clone()).unwrap_or_default();
            Said {
                what: Text::new(format!("拟稿待审批：{}", name.zh), format!("Your draft waits: {}", name.en)),
                why: Text::new("拟稿尚未批准或者退回", "it is neither approved nor returned"),
                source: liberty::untouched(pack),
                whose: Whose {
                    text: Text::new("拟稿人", "who drafted it"),
                    accounts: work.for_id.into_iter().collect(),
                },
                step: Step {
                    text: Text::new("查看", "Look at it"),
                    method: "GET",
                    href: format!("/api/v1/cases/{}/journal", work.case_id),
                    body: None,
                },
            }
        }
        Kind::Draft
        | Kind::Measure
        | Kind::MeasureStart
        | Kind::MeasureEnd
        | Kind::Visit
        | Kind::MeasureBreach
        | Kind::Assessment => liberty::said(kind, hit, pack),
        Kind::Complaint => Said {
            what: Text::new("答复投诉", "Answer a complaint"),
            why: Text::new("未成年人或其代理人提出投诉", "the child or somebody for them complains"),
            source: Text::new(
                "《儿童权利公约》第12条；本系统：十五日内答复",
                "CRC 12; this service: answered within 15 days",
            ),
            whose: supervisors(),
            step: Step {
                text: Text::new("答复", "Answer"),
                method: "POST",
                href: format!("/api/v1/complaints/{about}/answer"),
                body: None,
            },
        },
    }
}

fn clock(hit: &WorkHit, pack: Option<&Pack>, acts: String) -> Said {
    let WorkHit { work, case } = hit;
    let rule = pack.and_then(|pack| pack.clocks.find(&work.code));
    let event = pack.and_then(|pack| answering(pack, &work.code, case));
    let name = rule.map(|rule| rule.name.clone()).unwrap_or_default();
    let step = match event {
        Some(event) => Step {
            text: event.name.clone(),
            method: "POST",
            href: acts,
            body: Some(json!({
                "kind": if event.decision { "draft" } else { "act" },
                "event": event.id,
            })),
        },
        None => Step {
            text: Text::new("查看可办理的事项", "See what can be done"),
            method: "GET",
            href: acts,
            body: None,
        },
    };
    Said {
        what: event.map_or_else(|| name.clone(), |event| event.name.clone()),
        why: Text::new(
            format!("{}。{}", name.zh, rule.map(|r| r.on_expiry.zh.as_str()).unwrap_or_default()),
            format!("{}. {}", name.en, rule.map(|r| r.on_expiry.en.as_str()).unwrap_or_default()),
        ),
        source: rule.map_or_else(Text::default, |rule| same(&rule.source)),
        whose: event.zip(pack).map_or_else(|| lead(case), |(event, pack)| doer(pack, &event.by, case)),
        step,
    }
}

fn document(kind: Kind, hit: &WorkHit, pack: Option<&Pack>, acts: String) -> Said {
    let WorkHit { work, case } = hit;
    let document = pack.and_then(|pack| pack.documents.find(&work.code));
    let name = document.map(|document| document.name.clone()).unwrap_or_default();
    let party = pack.and_then(|pack| pack.roles.find(&work.part)).map(|role| role.name.clone());
    let party = party.unwrap_or_default();
    let source = document.map_or_else(Text::default, |document| same(&document.source));
    let whose = document.zip(pack).map_or_else(|| lead(case), |(d, pack)| doer(pack, &d.made_by, case));
    let standard = if kind == Kind::Issue { Standard::Issue } else { Standard::Service }.source();
    let source =
        Text::new(format!("{}（{}）", source.zh, standard.zh), format!("{} ({})", source.en, standard.en));
    if kind == Kind::Issue {
        return Said {
            what: Text::new(format!("制作：{}", name.zh), format!("Make: {}", name.en)),
            why: Text::new("依法应当制作", "the law asks for it"),
            source,
            whose,
            step: Step {
                text: Text::new("制作", "Make it"),
                method: "POST",
                href: acts,
                body: Some(json!({"kind": "issue", "document": work.code})),
            },
        };
    }
    Said {
        what: Text::new(
            format!("送达{}：{}", party.zh, name.zh),
            format!("Serve on {}: {}", party.en, name.en),
        ),
        why: Text::new("收件人尚未收到", "it has not been received yet"),
        source,
        whose,
        step: Step {
            text: Text::new("登记送达", "Record that it was received"),
            method: "POST",
            href: acts,
            body: Some(json!({"kind": "serve", "document": work.code, "to": [work.part]})),
        },
    }
}

/// The event of the pack that answers a clock where a case stands now, if staff can do or record it.
fn answering<'a>(pack: &'a Pack, clock: &str, case: &CaseHead) -> Option<&'a Event> {
    let here = |event: &Event| {
        let at = |region, state: &String| event.from.get(&region).is_none_or(|from| from.contains(state));
        at(Region::Main, &case.main) && at(Region::Measure, &case.measure)
    };
    let stops = |event: &Event| {
        let effects = event.effects.iter().chain(event.outcomes.iter().flat_map(|o| &o.effects));
        let mut stopped = effects.filter_map(|effect| match &effect.verb {
            Verb::Stop { clocks, .. } => Some(clocks),
            _ => None,
        });
        stopped.any(|clocks| clocks.iter().any(|stopped| stopped == clock))
    };
    let by_staff = |event: &Event| {
        event.by.iter().any(|role| pack.roles.find(role).is_some_and(|role| !role.staff.is_empty()))
    };
    pack.events.iter().find(|event| here(event) && stops(event) && by_staff(event))
}

/// Who of a case does what these roles of the pack may do.
pub(super) fn doer(pack: &Pack, roles: &[String], case: &CaseHead) -> Whose {
    let staff: Vec<StaffRole> =
        roles.iter().filter_map(|role| pack.roles.find(role)).flat_map(|role| role.staff.clone()).collect();
    if staff.contains(&StaffRole::Prosecutor) {
        lead(case)
    } else if staff.contains(&StaffRole::SocialWorker) {
        Whose {
            text: Text::new("负责的社工", "the social worker"),
            accounts: case.social_worker_id.into_iter().collect(),
        }
    } else if staff.contains(&StaffRole::Chief) {
        approver(case)
    } else if staff.contains(&StaffRole::Records) {
        Whose { text: Text::new("档案人员", "records staff"), accounts: Vec::new() }
    } else if staff.contains(&StaffRole::Clerk) {
        Whose { text: Text::new("案件管理人员", "case management"), accounts: Vec::new() }
    } else {
        lead(case)
    }
}

pub(super) fn lead(case: &CaseHead) -> Whose {
    Whose {
        text: Text::new("承办人", "whoever leads the case"),
        accounts: case.lead_id.into_iter().collect(),
    }
}

pub(super) fn approver(case: &CaseHead) -> Whose {
    Whose {
        text: Text::new("检察长（审批人）", "the chief prosecutor who approves"),
        accounts: case.approver_id.into_iter().collect(),
    }
}

fn supervisors() -> Whose {
    Whose { text: Text::new("监督人员", "supervisors"), accounts: Vec::new() }
}

/// A source of law is cited as its pack cites it.
pub(super) fn same(text: &str) -> Text {
    Text::new(text, text)
}
