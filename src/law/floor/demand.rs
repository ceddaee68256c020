//! Which act demands which checks, and when a check is satisfied.

use super::{Act, Check, FactName, Facts, Level, Performer, Position, Proceeding, Severity};
use super::{FactName as F, Liberty};

/// The checks that an act demands. [`Check::I19`] is demanded only where the move leaves a completed diversion;
/// [`demanded`] adds what follows from the position.
pub const fn demands(act: Act) -> &'static [Check] {
    use Check::{
        I01, I02, I03, I04, I05, I06, I07, I08, I09, I10, I11, I12, I13, I14, I15, I16, I17, I18, I19, I20,
        I21, I22, I23, I24, I25, I26, I28, I29, I30, I31, I32, I33, I34, I35,
    };
    match act {
        Act::Open => &[I01, I02, I03],
        Act::Question => &[I12, I13, I14, I15, I29, I32],
        Act::Search => &[I29],
        Act::OrderCustody => {
            &[I01, I02, I04, I05, I06, I07, I09, I10, I11, I12, I15, I16, I24, I28, I30, I33]
        }
        Act::RenewCustody => &[I07, I08, I09, I10, I12, I16, I24, I28, I30, I33],
        Act::Restrict => &[I20, I24],
        Act::TakeAdmission => &[I12, I13, I15, I32],
        Act::Divert => &[I12, I15, I16, I18, I20, I24, I28, I31],
        Act::VaryDiversion => &[I12, I15, I16, I20, I24, I28],
        Act::RevokeDiversion => &[I12, I15, I16, I22, I28],
        Act::CompleteDiversion => &[I16, I28, I35],
        Act::Charge => &[I01, I02, I12, I16, I17, I24, I28],
        Act::CloseWithoutCharge => &[I16, I28],
        Act::Sentence => &[I12, I16, I21, I23, I24, I28, I30],
        Act::EndMeasure => &[I35],
        Act::Reopen => &[I19, I28],
        Act::Resolve | Act::Reverse => &[I28],
        Act::AnswerQuery | Act::Unseal => &[I26],
        Act::Publish => &[I25],
        Act::RestorativeMeeting => &[I15, I24, I34],
        Act::MakePlan => &[I20, I24, I31],
        Act::Note
        | Act::Progress
        | Act::Release
        | Act::ProposeDiversion
        | Act::RecordBreach
        | Act::AssessDiversion
        | Act::WithdrawCharge
        | Act::Adjudicate
        | Act::Transfer
        | Act::Challenge
        | Act::MarkForSealing
        | Act::Seal => &[],
    }
}

/// What another authority is answerable for when the first file brings a child who is already held.
const FOUND_HELD: [Check; 4] = [Check::I04, Check::I05, Check::I06, Check::I11];

/// All checks that an event must answer, each with the act that demands it.
///
/// Beyond [`demands`]: an event that only releases demands nothing; every other event in a phase that goes on needs a
/// clock (I27); a child still held when the proceedings move on brings up the limits of custody (I09, I10); leaving a
/// completed diversion is answered by I19; a child found in custody at opening by I04, I05, I06 and I11.
pub fn demanded(acts: &[Act], from: Position, to: Position) -> Vec<(Act, Check)> {
    let Some(&first) = acts.iter().find(|act| **act != Act::Release) else {
        return Vec::new();
    };
    let mut all: Vec<(Act, Check)> = acts
        .iter()
        .flat_map(|&act| demands(act).iter().map(move |&check| (act, check)))
        .filter(|&(_, check)| check != Check::I19)
        .collect();
    if !to.proceeding.is_closed() {
        all.push((first, Check::I27));
    }
    if from.proceeding != to.proceeding && to.liberty == Liberty::Held {
        all.extend([(first, Check::I09), (first, Check::I10)]);
    }
    if from.proceeding == Proceeding::ClosedAfterDiversion && to.proceeding != from.proceeding {
        all.push((Act::Reopen, Check::I19));
    }
    let rises = from.liberty != Liberty::Held && to.liberty == Liberty::Held;
    if rises && acts.contains(&Act::Open) && !acts.contains(&Act::OrderCustody) {
        all.extend(FOUND_HELD.map(|check| (Act::Open, check)));
    }
    all
}

/// The facts that a check reads; no other fact changes its answer.
pub const fn reads(check: Check) -> &'static [FactName] {
    match check {
        Check::I01 => &[F::BelowMinimumAge, F::MinimumBelow14],
        Check::I02 => &[F::AgeInDoubt],
        Check::I03 => &[F::StatusOffence],
        Check::I04 => &[F::GuardianTold],
        Check::I05 => &[F::ReleaseConsidered],
        Check::I06 => &[F::AuthorityWithin24h],
        Check::I07 => &[F::AlternativesRejected],
        Check::I08 => &[F::CustodyReviewed],
        Check::I09 => &[F::HeldOver30DaysUncharged],
        Check::I10 => &[F::HeldOver6MonthsUndecided],
        Check::I11 => &[F::ApartFromAdults],
        Check::I12 => &[F::CounselAssigned],
        Check::I13 => &[F::AdultPresent],
        Check::I14 => &[F::RightsExplained],
        Check::I15 => &[F::InterpreterNeeded, F::InterpreterPresent],
        Check::I16 => &[F::ChildViewRecorded],
        Check::I17 => &[F::DiversionConsidered],
        Check::I18 => &[F::FreeAdmission, F::CounselOffered, F::ChildConsents, F::GuardianConsents],
        Check::I19 => &[],
        Check::I20 => &[F::MeasureTimeLimited, F::ConditionsFew],
        Check::I21 => &[F::SocialInquiry, F::MinorCase],
        Check::I22 => &[F::BreachAnsweredGradually],
        Check::I23 => &[F::GraveOffenceReasoned],
        Check::I24 => &[F::ProhibitedSanction],
        Check::I25 => &[F::IdentifiersRemoved],
        Check::I26 => &[F::AccessGrounded, F::TwoPersons],
        Check::I27 => &[F::StageWithoutClock],
        Check::I28 => &[F::ReasonsRecorded, F::ReviewRouteNotified],
        Check::I29 => &[F::Girl, F::FemaleOfficer],
        Check::I30 => &[F::PregnantOrCaring, F::ExtraCustodyApproval],
        Check::I31 => &[F::Girl, F::EqualOffer],
        Check::I32 => &[F::AccommodationAsked, F::AccommodationNeeded, F::AccommodationGiven],
        Check::I33 => &[F::DisabilityAsReason],
        Check::I34 => &[F::RestorativeConsents],
        Check::I35 => &[F::AftercarePlan],
    }
}

/// Whether the check's own condition holds. [`shortfall`] says what follows if not.
///
/// [`Check::I19`] never holds: it is demanded only where it is being broken. Unsealing asks [`Check::I26`] for two
/// persons as well.
pub const fn satisfied(check: Check, facts: &Facts) -> bool {
    match check {
        Check::I01 => !facts.below_minimum_age && !facts.minimum_below_14,
        Check::I02 => !facts.age_in_doubt,
        Check::I03 => !facts.status_offence,
        Check::I04 => facts.guardian_told,
        Check::I05 => facts.release_considered,
        Check::I06 => facts.authority_within_24h,
        Check::I07 => facts.alternatives_rejected,
        Check::I08 => facts.custody_reviewed,
        Check::I09 => !facts.held_over_30_days_uncharged,
        Check::I10 => !facts.held_over_6_months_undecided,
        Check::I11 => facts.apart_from_adults,
        Check::I12 => facts.counsel_assigned,
        Check::I13 => facts.adult_present,
        Check::I14 => facts.rights_explained,
        Check::I15 => !facts.interpreter_needed || facts.interpreter_present,
        Check::I16 => facts.child_view_recorded,
        Check::I17 => facts.diversion_considered,
        Check::I18 => {
            facts.free_admission && facts.counsel_offered && facts.child_consents && facts.guardian_consents
        }
        Check::I19 => false,
        Check::I20 => facts.measure_time_limited && facts.conditions_few,
        Check::I21 => facts.minor_case || facts.social_inquiry,
        Check::I22 => facts.breach_answered_gradually,
        Check::I23 => facts.grave_offence_reasoned,
        Check::I24 => !facts.prohibited_sanction,
        Check::I25 => facts.identifiers_removed,
        Check::I26 => facts.access_grounded,
        Check::I27 => !facts.stage_without_clock,
        Check::I28 => facts.reasons_recorded && facts.review_route_notified,
        Check::I29 => !facts.girl || facts.female_officer,
        Check::I30 => !facts.pregnant_or_caring || facts.extra_custody_approval,
        Check::I31 => !facts.girl || facts.equal_offer,
        Check::I32 => facts.accommodation_asked && (!facts.accommodation_needed || facts.accommodation_given),
        Check::I33 => !facts.disability_as_reason,
        Check::I34 => facts.restorative_consents,
        Check::I35 => facts.aftercare_plan,
    }
}

/// What an act falls short of, before derogations: `None` if the check holds.
///
/// The check's level decides, with these exceptions:
/// * I24 refuses whoever acts.
/// * I01 only warns where the child has reached a local minimum that lies below 14.
/// * I02 only warns at opening: a doubt can only be settled in a case that exists.
/// * Custody found at opening is another authority's act: a breach, never a reason to leave the child without a file.
pub fn shortfall(act: Act, check: Check, performer: Performer, facts: &Facts) -> Option<Severity> {
    let second_missing = act == Act::Unseal && check == Check::I26 && !facts.two_persons;
    if satisfied(check, facts) && !second_missing {
        return None;
    }
    let outside = performer == Performer::Outside || (act == Act::Open && FOUND_HELD.contains(&check));
    Some(match check {
        Check::I24 => Severity::Refuse,
        Check::I01 if !facts.below_minimum_age => Severity::Warn,
        Check::I02 if act == Act::Open => Severity::Warn,
        _ if check.level() == Level::Warn => Severity::Warn,
        _ if outside => Severity::Breach,
        _ => Severity::Refuse,
    })
}
