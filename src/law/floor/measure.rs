//! The machine of a measure at liberty, and the rights that each of its steps must keep. What nobody licensed is not
//! allowed; no step of a measure leads to custody, which only the case's own acts can order.

use statig::prelude::*;

use super::motion::{Answer, Motion, put};
use super::text::{Text, vocabulary};
use super::{Check, Severity};

vocabulary! {
    /// Where a measure stands.
    Stage {
        /// Somebody thinks that it would help; nothing is decided.
        Proposed, "proposed", "已提议", "Proposed";
        /// It is decided and has not begun.
        Decided, "decided", "已决定", "Decided";
        /// It runs.
        Started, "started", "执行中", "Started";
        /// It rests for a while.
        Suspended, "suspended", "中止", "Suspended";
        /// It was not decided.
        Declined, "declined", "未采纳", "Declined";
        /// The child has done what was asked.
        Fulfilled, "fulfilled", "已完成", "Fulfilled";
        /// It was taken back.
        Revoked, "revoked", "已撤销", "Revoked";
        /// Its time is over.
        Expired, "expired", "期满终止", "Expired";
    }
}

vocabulary! {
    /// A step of a measure.
    MeasureAct {
        /// It is decided.
        Decide, "decide", "决定", "Decide";
        /// It is not.
        Decline, "decline", "不采纳", "Decline";
        /// It begins.
        Start, "start", "开始执行", "Start";
        /// Its term or its conditions change.
        Vary, "vary", "变更", "Vary";
        /// It rests.
        Suspend, "suspend", "中止", "Suspend";
        /// It goes on.
        Resume, "resume", "恢复", "Resume";
        /// A plan, a visit, a breach or a response is recorded.
        Record, "record", "记录", "Record";
        /// Somebody asks for its revocation.
        AskRevocation, "ask_revocation", "提请撤销", "Ask for revocation";
        /// It is taken back.
        Revoke, "revoke", "撤销", "Revoke";
        /// It ends because what was asked is done.
        Fulfil, "fulfil", "完成", "Fulfil";
        /// It ends because its time is over.
        Expire, "expire", "期满终止", "Expire";
        /// Support goes on when it is over.
        FollowUp, "follow_up", "后续帮教", "Follow up";
    }
}

/// Holds nothing: the stage is the state, the answer is in the context.
struct Course;

#[state_machine(initial = "Stage::Proposed", state(custom, name = "Stage"), superstate(name = "Span"))]
impl Course {
    #[state]
    fn proposed(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::Decide => context.lead(event, &[Stage::Decided]),
            MeasureAct::Decline => context.lead(event, &[Stage::Declined]),
            _ => Super,
        }
    }

    /// Until it begins it binds nobody; what was decided may still be made lighter, or lapse.
    #[state]
    fn decided(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::Start => context.lead(event, &[Stage::Started]),
            MeasureAct::Vary => context.lead(event, &[Stage::Decided]),
            MeasureAct::Expire => context.lead(event, &[Stage::Expired]),
            _ => Super,
        }
    }

    /// Whether it runs or rests, it may end, and what happens is recorded.
    #[superstate]
    fn running(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::Fulfil => context.lead(event, &[Stage::Fulfilled]),
            MeasureAct::Expire => context.lead(event, &[Stage::Expired]),
            MeasureAct::Revoke => context.lead(event, &[Stage::Revoked]),
            _ => Super,
        }
    }

    #[state(superstate = "running")]
    fn started(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::Record | MeasureAct::Vary | MeasureAct::AskRevocation => {
                context.lead(event, &[Stage::Started])
            }
            MeasureAct::Suspend => context.lead(event, &[Stage::Suspended]),
            _ => Super,
        }
    }

    #[state(superstate = "running")]
    fn suspended(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::Record | MeasureAct::Vary | MeasureAct::AskRevocation => {
                context.lead(event, &[Stage::Suspended])
            }
            MeasureAct::Resume => context.lead(event, &[Stage::Started]),
            _ => Super,
        }
    }

    #[state]
    fn declined() -> Outcome<Stage> {
        Super
    }

    #[state]
    fn fulfilled(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::FollowUp => context.lead(event, &[Stage::Fulfilled]),
            _ => Super,
        }
    }

    #[state]
    fn revoked(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::FollowUp => context.lead(event, &[Stage::Revoked]),
            _ => Super,
        }
    }

    #[state]
    fn expired(context: &mut Answer, event: &Motion<Stage, MeasureAct>) -> Outcome<Stage> {
        match event.act {
            MeasureAct::FollowUp => context.lead(event, &[Stage::Expired]),
            _ => Super,
        }
    }
}

/// Whether a step may take a measure from one stage to another.
pub fn may(act: MeasureAct, from: Stage, to: Stage) -> bool {
    put(Course, from, act, to) == Answer::Licensed
}

/// What a step must keep: a right of the floor, or the least intrusive choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A right.
    Right(Check),
    /// Each milder answer is named with why it is not enough.
    LeastIntrusive,
}

impl Demand {
    /// The code shown in refusals.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Right(check) => check.code(),
            Self::LeastIntrusive => "LEAST_INTRUSIVE",
        }
    }

    /// The rule.
    pub const fn statement(self) -> Text {
        match self {
            Self::Right(check) => check.statement(),
            Self::LeastIntrusive => Text {
                zh: "采取措施前逐一说明更轻的做法为何不足；能用更轻的就不用更重的。",
                en: "Before a measure is decided each milder answer is named with why it is not enough; what is milder and enough is taken.",
            },
        }
    }

    /// Where the rule comes from.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Right(check) => check.source(),
            Self::LeastIntrusive => "CRC 40(3)(b), (4); BR 17.1(b); TR 2.6",
        }
    }

    /// The lawful alternative.
    pub const fn instead(self) -> Text {
        match self {
            Self::Right(check) => check.alternative(),
            Self::LeastIntrusive => Text {
                zh: "写明考虑过的更轻做法和理由，或者采取更轻的做法。",
                en: "Write which milder answers were weighed and why they fall short, or take one of them.",
            },
        }
    }
}

/// What is known of a step. Nothing holds unless it is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts are independent of one another")]
pub struct MeasureFacts {
    /// It has an end that lies within its limits, or takes effect at once and asks for nothing more.
    pub time_limited: bool,
    /// The pack allows as many conditions.
    pub conditions_allowed: bool,
    /// They are few enough to be kept.
    pub conditions_few: bool,
    /// The child was heard on it.
    pub child_heard: bool,
    /// It needs a consent, and somebody has not given it.
    pub consent_missing: bool,
    /// Reasons are written.
    pub reasoned: bool,
    /// The child was told how to challenge it.
    pub review_told: bool,
    /// Each milder answer is named with why it is not enough.
    pub milder_weighed: bool,
    /// Breaches were answered step by step, or the ground is serious and stated.
    pub answered_gradually: bool,
    /// The time after is planned.
    pub aftercare: bool,
}

/// Conditions above which a measure is hardly few any more.
pub const MANY: usize = 6;
/// More than this no pack may allow.
pub const MOST: usize = 10;

/// What a step falls short of. No pack, role or derogation lowers this.
pub fn shortfalls(act: MeasureAct, facts: &MeasureFacts) -> Vec<(Demand, Severity)> {
    use Demand::{LeastIntrusive, Right};
    use Severity::{Refuse, Warn};
    let reasoned = facts.reasoned && facts.review_told;
    let term = (Right(Check::I20), Refuse, facts.time_limited && facts.conditions_allowed);
    let few = (Right(Check::I20), Warn, facts.conditions_few);
    let heard = (Right(Check::I16), Refuse, facts.child_heard);
    let consent = (Right(Check::I18), Refuse, !facts.consent_missing);
    let reasons = (Right(Check::I28), Refuse, reasoned);
    let asked: &[(Demand, Severity, bool)] = match act {
        MeasureAct::Decide => {
            &[heard, consent, term, few, (LeastIntrusive, Refuse, facts.milder_weighed), reasons]
        }
        MeasureAct::Vary => &[heard, consent, term, few, reasons],
        MeasureAct::AskRevocation | MeasureAct::Revoke => {
            &[heard, (Right(Check::I22), Refuse, facts.answered_gradually), reasons]
        }
        MeasureAct::Suspend => &[(Right(Check::I28), Refuse, facts.reasoned)],
        MeasureAct::Fulfil | MeasureAct::Expire => &[(Right(Check::I35), Warn, facts.aftercare)],
        _ => &[],
    };
    let mut short: Vec<(Demand, Severity)> =
        asked.iter().filter(|(.., kept)| !kept).map(|(demand, severity, _)| (*demand, *severity)).collect();
    // A measure without an end is refused; that it has many conditions beside is no further reason.
    if short.contains(&(Right(Check::I20), Refuse)) {
        short.retain(|found| *found != (Right(Check::I20), Warn));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_begins_with_a_decision_and_ends_for_good() {
        let licensed: Vec<(MeasureAct, Stage, Stage)> = MeasureAct::ALL
            .iter()
            .flat_map(|act| Stage::ALL.iter().map(move |from| (*act, *from)))
            .flat_map(|(act, from)| Stage::ALL.iter().map(move |to| (act, from, *to)))
            .filter(|(act, from, to)| may(*act, *from, *to))
            .collect();
        assert!(licensed.contains(&(MeasureAct::Decide, Stage::Proposed, Stage::Decided)));
        assert!(licensed.iter().all(
            |(act, _, to)| *to != Stage::Decided || matches!(act, MeasureAct::Decide | MeasureAct::Vary)
        ));
        for ended in [Stage::Declined, Stage::Fulfilled, Stage::Revoked, Stage::Expired] {
            let out = licensed.iter().filter(|(_, from, to)| *from == ended && *to != ended);
            assert_eq!(out.count(), 0, "{ended:?} is the end");
        }
        let revoked = licensed.iter().filter(|(.., to)| *to == Stage::Revoked);
        let running = |from: &Stage| matches!(from, Stage::Started | Stage::Suspended | Stage::Revoked);
        assert!(revoked.into_iter().all(|(_, from, _)| running(from)));
    }

    #[test]
    fn nothing_said_is_refused_and_everything_said_passes() {
        let all = MeasureFacts {
            time_limited: true,
            conditions_allowed: true,
            conditions_few: true,
            child_heard: true,
            consent_missing: false,
            reasoned: true,
            review_told: true,
            milder_weighed: true,
            answered_gradually: true,
            aftercare: true,
        };
        for &act in MeasureAct::ALL {
            assert_eq!(shortfalls(act, &all), []);
        }
        let refuses = |act| {
            shortfalls(act, &MeasureFacts::default())
                .into_iter()
                .filter(|(_, severity)| *severity == Severity::Refuse)
                .map(|(demand, _)| demand.code())
                .collect::<Vec<_>>()
        };
        assert_eq!(refuses(MeasureAct::Decide), ["I16", "I20", "LEAST_INTRUSIVE", "I28"]);
        assert_eq!(refuses(MeasureAct::Vary), ["I16", "I20", "I28"]);
        assert_eq!(refuses(MeasureAct::Revoke), ["I16", "I22", "I28"]);
    }
}
