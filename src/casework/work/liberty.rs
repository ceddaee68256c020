//! Work on measures at liberty and on forms, in words.

use serde_json::json;

use super::Kind;
use super::words::{Said, Step, Whose, approver, lead, same};
use crate::law::Pack;
use crate::law::lateness::Standard;
use crate::law::measures::Measure;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::WorkHit;

/// What an entry says.
pub(super) fn said(kind: Kind, hit: &WorkHit, pack: Option<&Pack>) -> Said {
    let WorkHit { work, case } = hit;
    let about = work.about_id.unwrap_or_default();
    let measure = pack.and_then(|pack| pack.measures.find(&work.code));
    let name = measure.map(|measure| measure.name.clone()).unwrap_or_default();
    let law = measure.map_or_else(Text::default, |measure| same(&measure.source));
    let path = |rest: &str| format!("/api/v1/cases/{}/measures/{about}{rest}", work.case_id);
    let named = |zh: &str, en: &str| Text::new(format!("{zh}：{}", name.zh), format!("{en}: {}", name.en));
    let post = |zh: &str, en: &str, href: String, kind: &str| Step {
        text: Text::new(zh, en),
        method: "POST",
        href,
        body: Some(json!({ "kind": kind })),
    };
    match kind {
        Kind::Assessment => {
            let form = pack.and_then(|pack| pack.forms.current(&work.code));
            let name = form.map(|form| form.name.clone()).unwrap_or_default();
            Said {
                what: Text::new(format!("填写：{}", name.zh), format!("Write: {}", name.en)),
                why: Text::new("已委托，尚未提交", "it was asked for and is not submitted"),
                source: form.map_or_else(Text::default, |form| same(&form.source)),
                whose: social_worker(hit),
                step: Step {
                    text: Text::new("打开", "Open it"),
                    method: "GET",
                    href: format!("/api/v1/cases/{}/assessments/{about}", work.case_id),
                    body: None,
                },
            }
        }
        Kind::Draft => {
            let form = pack.and_then(|pack| pack.forms.current(&work.code));
            let name = form.map(|form| form.name.clone()).unwrap_or_default();
            Said {
                what: Text::new(format!("继续填写：{}", name.zh), format!("Go on with: {}", name.en)),
                why: Text::new("您的草稿尚未提交", "your draft is not submitted"),
                source: untouched(pack),
                whose: Whose {
                    text: Text::new("填写人", "who writes it"),
                    accounts: work.for_id.into_iter().collect(),
                },
                step: Step {
                    text: Text::new("打开", "Open it"),
                    method: "GET",
                    href: format!("/api/v1/cases/{}/assessments/{about}", work.case_id),
                    body: None,
                },
            }
        }
        Kind::Measure if !work.part.is_empty() => Said {
            what: named("决定是否撤销", "Decide whether to revoke"),
            why: Text::new(
                "已提请撤销，由另一人决定",
                "its revocation was asked for; another person decides",
            ),
            source: law,
            whose: approver(case),
            step: post("撤销（或者继续执行）", "Revoke (or keep on)", path("/decisions"), "revoke"),
        },
        Kind::Measure => Said {
            what: named("决定是否采取", "Decide on"),
            why: Text::new("已提议，等待决定", "it was proposed and waits for a decision"),
            source: law,
            whose: approver(case),
            step: post("决定（或者不采纳）", "Decide (or decline)", path("/decisions"), "decide"),
        },
        Kind::MeasureStart if !work.part.is_empty() => Said {
            what: named("确定由谁监督考察", "Say who supervises"),
            why: Text::new(
                "措施随案移送而来，尚无人监督考察",
                "it came with its case and nobody supervises it",
            ),
            source: Standard::Starting.source(),
            whose: social_worker(hit),
            step: post("确定", "Say who", path("/work"), "supervise"),
        },
        Kind::MeasureStart => Said {
            what: named("开始执行", "Begin"),
            why: Text::new("已决定，尚未开始", "it is decided and has not begun"),
            source: Standard::Starting.source(),
            whose: social_worker(hit),
            step: post("开始", "Begin", path("/work"), "start"),
        },
        Kind::MeasureEnd => Said {
            what: named(
                "听取本人意见、制定后续帮教计划后结束",
                "Hear the child, plan the time after, and end",
            ),
            why: Text::new("期限将届满", "its last day comes"),
            source: law,
            whose: lead(case),
            // Whoever leads it prepares the end that another decides on.
            step: if ends_it(measure, pack) {
                post("结束", "End it", path("/decisions"), "fulfil")
            } else {
                Step {
                    text: Text::new("准备结束", "Prepare its end"),
                    method: "GET",
                    href: path(""),
                    body: None,
                }
            },
        },
        Kind::MeasureBreach => Said {
            what: named("由轻到重答复违反情况", "Answer a breach, the mildest step first"),
            why: Text::new("违反情况尚未答复", "nobody has answered it"),
            source: Text::new(
                format!("TR 14；{}", Standard::Responding.source().zh),
                format!("TR 14; {}", Standard::Responding.source().en),
            ),
            whose: social_worker(hit),
            step: Step {
                body: Some(json!({"kind": "respond", "breach": work.run})),
                ..post("答复", "Answer it", path("/work"), "respond")
            },
        },
        _ => Said {
            what: named("见面", "Visit"),
            why: Text::new("已安排；见面后当日登记", "it is planned; record it on the day"),
            source: law,
            whose: social_worker(hit),
            step: Step {
                body: Some(json!({"kind": "keep_visit", "visit": work.run})),
                ..post("登记见面（或者未到）", "Record it (or the absence)", path("/work"), "keep_visit")
            },
        },
    }
}

/// Whether prosecutors decide on a measure.
fn ends_it(measure: Option<&Measure>, pack: Option<&Pack>) -> bool {
    let roles = measure.into_iter().flat_map(|measure| &measure.decided_by);
    let mut roles = roles.filter_map(|role| pack?.roles.find(role));
    roles.any(|role| role.staff.contains(&StaffRole::Prosecutor))
}

/// After how many days a draft that nobody touched is stale.
pub(super) fn untouched(pack: Option<&Pack>) -> Text {
    let days = pack.map_or(Standard::Drafting.days(), |pack| pack.stale_draft_days);
    Text::new(
        format!("本系统的办理标准：草稿 {days} 日未动即列为搁置"),
        format!("this service's own standard: a draft is stale after {days} days"),
    )
}

/// The social worker, or, where there is none, whoever leads the case.
fn social_worker(hit: &WorkHit) -> Whose {
    match hit.case.social_worker_id {
        None => lead(&hit.case),
        Some(account) => {
            Whose { text: Text::new("负责的社工", "the social worker"), accounts: vec![account] }
        }
    }
}
