//! The machine of the proceedings: which act has its place in which phase, and where it may lead.

use statig::prelude::*;

use super::motion::{Answer, Motion};
use super::{Act, Proceeding};

/// Holds nothing: the phase is the state, the answer is in the context.
pub(super) struct Course;

#[state_machine(
    initial = "Proceeding::Contact",
    state(custom, name = "Proceeding"),
    superstate(name = "Stretch"),
    visibility = "pub(super)"
)]
impl Course {
    /// Acts that no phase can shut out; release is one of them.
    #[superstate]
    fn anywhere(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Note
            | Act::Release
            | Act::Challenge
            | Act::Resolve
            | Act::Reverse
            | Act::MarkForSealing
            | Act::AnswerQuery
            | Act::Unseal
            | Act::Publish
            | Act::MakePlan => context.stay(),
            _ => Super,
        }
    }

    #[superstate(superstate = "anywhere")]
    fn ongoing(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Progress
            | Act::OrderCustody
            | Act::RenewCustody
            | Act::Restrict
            | Act::RestorativeMeeting => context.stay(),
            Act::Transfer => context.lead(event, &[Proceeding::Transferred]),
            _ => Super,
        }
    }

    #[superstate(superstate = "ongoing")]
    fn undecided(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Question | Act::Search | Act::TakeAdmission => context.stay(),
            _ => Super,
        }
    }

    #[superstate(superstate = "undecided")]
    fn before_charge(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::CloseWithoutCharge => context.lead(event, &[Proceeding::ClosedWithoutCharge]),
            _ => Super,
        }
    }

    /// A child who keeps to a plan is not locked up: diversion must be revoked first, with its own safeguards.
    #[superstate(superstate = "undecided")]
    fn in_diversion(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::OrderCustody | Act::RenewCustody => context.bar(),
            Act::VaryDiversion | Act::RecordBreach => context.stay(),
            Act::RevokeDiversion => context.lead(event, &[Proceeding::ChargeReview]),
            Act::CompleteDiversion => context.lead(event, &[Proceeding::ClosedAfterDiversion]),
            Act::CloseWithoutCharge => context.lead(event, &[Proceeding::ClosedWithoutCharge]),
            _ => Super,
        }
    }

    #[superstate(superstate = "undecided")]
    fn in_court(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::WithdrawCharge => context.lead(event, &[Proceeding::ChargeReview]),
            _ => Super,
        }
    }

    /// The record may be sealed once the decision is effective, while its measure is still carried out.
    #[superstate(superstate = "ongoing")]
    fn after_judgment(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Seal => context.stay(),
            _ => Super,
        }
    }

    #[superstate(superstate = "anywhere")]
    fn ended(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Seal => context.stay(),
            _ => Super,
        }
    }

    #[state(superstate = "before_charge")]
    fn contact(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Open => context.lead(
                event,
                &[
                    Proceeding::CustodyReview,
                    Proceeding::Investigation,
                    Proceeding::ChargeReview,
                    Proceeding::DiversionReview,
                ],
            ),
            _ => Super,
        }
    }

    #[state(superstate = "before_charge")]
    fn custody_review(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Progress => context.lead(
                event,
                &[Proceeding::Investigation, Proceeding::ChargeReview, Proceeding::DiversionReview],
            ),
            _ => Super,
        }
    }

    #[state(superstate = "before_charge")]
    fn investigation(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Progress => context.lead(
                event,
                &[Proceeding::CustodyReview, Proceeding::ChargeReview, Proceeding::DiversionReview],
            ),
            _ => Super,
        }
    }

    #[state(superstate = "before_charge")]
    fn charge_review(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Progress => context.lead(event, &[Proceeding::Investigation]),
            Act::ProposeDiversion => context.lead(event, &[Proceeding::DiversionReview]),
            Act::Divert => context.lead(event, &[Proceeding::Diverted]),
            Act::Charge => context.lead(event, &[Proceeding::Charged]),
            _ => Super,
        }
    }

    #[state(superstate = "before_charge")]
    fn diversion_review(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::ProposeDiversion => context.lead(event, &[Proceeding::ChargeReview]),
            Act::Divert => context.lead(event, &[Proceeding::Diverted]),
            Act::Charge => context.lead(event, &[Proceeding::Charged]),
            _ => Super,
        }
    }

    #[state(superstate = "in_diversion")]
    fn diverted(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::AssessDiversion => context.lead(event, &[Proceeding::DiversionAssessed]),
            _ => Super,
        }
    }

    #[state(superstate = "in_diversion")]
    fn diversion_assessed(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::AssessDiversion => context.stay(),
            Act::Charge => context.lead(event, &[Proceeding::Charged]),
            _ => Super,
        }
    }

    #[state(superstate = "in_court")]
    fn charged(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Progress | Act::Adjudicate => context.lead(event, &[Proceeding::Trial]),
            _ => Super,
        }
    }

    #[state(superstate = "in_court")]
    fn trial(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Progress => context.lead(event, &[Proceeding::Charged]),
            Act::Adjudicate => context.lead(event, &[Proceeding::ClosedAfterJudgment]),
            Act::Sentence => context.lead(event, &[Proceeding::Disposition]),
            _ => Super,
        }
    }

    #[state(superstate = "after_judgment")]
    fn disposition(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::EndMeasure => context.lead(event, &[Proceeding::Aftercare, Proceeding::ClosedAfterJudgment]),
            _ => Super,
        }
    }

    #[state(superstate = "after_judgment")]
    fn aftercare(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::EndMeasure => context.lead(event, &[Proceeding::ClosedAfterJudgment]),
            _ => Super,
        }
    }

    #[state(superstate = "ended")]
    fn closed_without_charge(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Reopen => context.lead(event, &[Proceeding::ChargeReview]),
            _ => Super,
        }
    }

    /// The way back exists only so that its refusal (I19) can explain itself, or be derogated by name.
    #[state(superstate = "ended")]
    fn closed_after_diversion(context: &mut Answer, event: &Motion<Proceeding>) -> Outcome<Proceeding> {
        match event.act {
            Act::Reopen => context.lead(event, &[Proceeding::ChargeReview]),
            _ => Super,
        }
    }

    #[state(superstate = "ended")]
    fn closed_after_judgment() -> Outcome<Proceeding> {
        Super
    }

    #[state(superstate = "ended")]
    fn transferred() -> Outcome<Proceeding> {
        Super
    }
}
