//! What an event brings with it, as booleans: evidence, what the decision record holds, and circumstances.

use super::text::vocabulary;

macro_rules! facts {
    (
        evidence { $($ev:ident $Ev:ident $ev_code:literal $ev_zh:literal $ev_en:literal;)+ }
        decision { $($de:ident $De:ident $de_code:literal $de_zh:literal $de_en:literal;)+ }
        circumstances { $($ci:ident $Ci:ident $ci_code:literal $cautious:literal $ci_zh:literal $ci_en:literal;)+ }
    ) => {
        vocabulary! {
            /// Evidence that a pack's safeguard may provide once it is met.
            Evidence { $(#[doc = $ev_en] $Ev, $ev_code, $ev_zh, $ev_en;)+ }
        }

        vocabulary! {
            /// The names of all facts, so that a checker can enumerate those that matter.
            FactName {
                $(#[doc = $ev_en] $Ev, $ev_code, $ev_zh, $ev_en;)+
                $(#[doc = $de_en] $De, $de_code, $de_zh, $de_en;)+
                $(#[doc = $ci_en] $Ci, $ci_code, $ci_zh, $ci_en;)+
            }
        }

        /// What is known about one event. The default assumes the worst: nothing was done and every
        /// circumstance speaks for caution.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
        pub struct Facts {
            $(#[doc = $ev_en] pub $ev: bool,)+
            $(#[doc = $de_en] pub $de: bool,)+
            $(#[doc = $ci_en] pub $ci: bool,)+
        }

        impl Default for Facts {
            fn default() -> Self {
                Self { $($ev: false,)+ $($de: false,)+ $($ci: $cautious,)+ }
            }
        }

        impl Facts {
            /// Nothing was done yet, and no circumstance calls for special care.
            pub const fn ordinary() -> Self {
                Self { $($ev: false,)+ $($de: false,)+ $($ci: !$cautious,)+ }
            }

            /// Reads one fact.
            pub const fn get(&self, name: FactName) -> bool {
                match name {
                    $(FactName::$Ev => self.$ev,)+
                    $(FactName::$De => self.$de,)+
                    $(FactName::$Ci => self.$ci,)+
                }
            }

            /// Writes one fact.
            pub const fn set(&mut self, name: FactName, value: bool) {
                match name {
                    $(FactName::$Ev => self.$ev = value,)+
                    $(FactName::$De => self.$de = value,)+
                    $(FactName::$Ci => self.$ci = value,)+
                }
            }

            /// A safeguard is met: its evidence counts as given.
            pub const fn provide(&mut self, evidence: Evidence) {
                self.set(evidence.fact(), true);
            }
        }

        impl Evidence {
            /// The fact that this evidence makes true.
            pub const fn fact(self) -> FactName {
                match self { $(Self::$Ev => FactName::$Ev,)+ }
            }
        }

        impl FactName {
            /// The value that never makes a check harder to satisfy.
            pub const fn favourable(self) -> bool {
                match self {
                    $(Self::$Ev => true,)+
                    $(Self::$De => true,)+
                    $(Self::$Ci => !$cautious,)+
                }
            }
        }
    };
}

facts! {
    evidence {
        guardian_told GuardianTold "guardian_told" "已通知监护人" "A parent or guardian was told.";
        release_considered ReleaseConsidered "release_considered" "已考虑释放" "Release was considered by a competent official.";
        authority_within_24h AuthorityWithin24h "authority_within_24h" "24小时内送交有权机关" "The child was brought before a competent authority within 24 hours.";
        custody_reviewed CustodyReviewed "custody_reviewed" "羁押已定期审查" "The custody was reviewed within the last 14 days.";
        apart_from_adults ApartFromAdults "apart_from_adults" "与成年人分开" "The child is kept apart from adults, or a best-interest note says why not.";
        counsel_assigned CounselAssigned "counsel_assigned" "已有辩护人" "Counsel is retained or assigned.";
        adult_present AdultPresent "adult_present" "适当的成年人在场" "A parent or an appropriate adult is present.";
        rights_explained RightsExplained "rights_explained" "已告知权利" "Rights and the accusation were explained in plain words.";
        interpreter_present InterpreterPresent "interpreter_present" "翻译在场" "An interpreter is present.";
        child_consents ChildConsents "child_consents" "未成年人同意" "The child consents in writing, being informed.";
        guardian_consents GuardianConsents "guardian_consents" "监护人同意" "A parent or guardian consents in writing.";
        free_admission FreeAdmission "free_admission" "自愿承认" "The child admits the act freely.";
        counsel_offered CounselOffered "counsel_offered" "已提供法律咨询" "Legal advice on the diversion was offered.";
        measure_time_limited MeasureTimeLimited "measure_time_limited" "措施有期限" "The measure has an end date.";
        conditions_few ConditionsFew "conditions_few" "条件少而可行" "The conditions are few and practical.";
        social_inquiry SocialInquiry "social_inquiry" "社会调查报告" "A social inquiry report is on file.";
        breach_answered_gradually BreachAnsweredGradually "breach_answered_gradually" "违反后逐步应对" "Milder answers to the breach were tried, or it is reasoned why not.";
        grave_offence_reasoned GraveOffenceReasoned "grave_offence_reasoned" "重罪理由已说明" "It is reasoned that the offence is gravely violent or persistent and the time the shortest.";
        identifiers_removed IdentifiersRemoved "identifiers_removed" "已去除身份信息" "What could identify the child was removed.";
        access_grounded AccessGrounded "access_grounded" "查阅有法定依据" "The access has a lawful ground and is logged.";
        two_persons TwoPersons "two_persons" "两人共同批准" "Two persons approved.";
        female_officer FemaleOfficer "female_officer" "女性工作人员在场" "A female officer takes part.";
        extra_custody_approval ExtraCustodyApproval "extra_custody_approval" "羁押加级批准" "Non-custodial measures came first and a higher approval was given.";
        equal_offer EqualOffer "equal_offer" "平等提供帮教" "Programmes, schooling and health care were offered equally.";
        accommodation_asked AccommodationAsked "accommodation_asked" "已询问便利需求" "The child was asked what accommodation is needed.";
        accommodation_given AccommodationGiven "accommodation_given" "已提供便利" "The accommodation needed is given.";
        restorative_consents RestorativeConsents "restorative_consents" "双方自愿" "Child and victim both consent and know that they may leave.";
        aftercare_plan AftercarePlan "aftercare_plan" "后续帮教计划" "An aftercare plan is made.";
    }
    decision {
        reasons_recorded ReasonsRecorded "reasons_recorded" "已写明理由" "The decision states its reasons.";
        review_route_notified ReviewRouteNotified "review_route_notified" "已告知救济途径" "The way to challenge the decision was notified.";
        alternatives_rejected AlternativesRejected "alternatives_rejected" "已逐项说明替代措施" "Each alternative is named and rejected with a reason.";
        child_view_recorded ChildViewRecorded "child_view_recorded" "已记录未成年人意见" "The child's own view is recorded.";
        diversion_considered DiversionConsidered "diversion_considered" "已考虑分流" "Diversion was considered, and a refusal is reasoned.";
    }
    circumstances {
        below_minimum_age BelowMinimumAge "below_minimum_age" true "未达刑事责任年龄" "The child was below the jurisdiction's own minimum age.";
        minimum_below_14 MinimumBelow14 "minimum_below_14" true "最低年龄低于14周岁" "The jurisdiction's minimum age for this case is below 14.";
        age_in_doubt AgeInDoubt "age_in_doubt" true "年龄存疑" "The age is in doubt where it matters.";
        status_offence StatusOffence "status_offence" true "仅为身份性不良行为" "The act is no offence for an adult.";
        girl Girl "girl" true "女性未成年人" "The child is a girl.";
        interpreter_needed InterpreterNeeded "interpreter_needed" true "需要翻译" "The child needs an interpreter.";
        accommodation_needed AccommodationNeeded "accommodation_needed" true "需要便利措施" "The child needs accommodation.";
        pregnant_or_caring PregnantOrCaring "pregnant_or_caring" true "怀孕或照料子女" "The child is pregnant or cares for a child of her own.";
        disability_as_reason DisabilityAsReason "disability_as_reason" true "以残障为理由" "Disability is given as a reason for custody.";
        prohibited_sanction ProhibitedSanction "prohibited_sanction" true "禁止的制裁" "The sanction is one of those never allowed for a child.";
        minor_case MinorCase "minor_case" false "轻微案件" "The case is minor.";
        held_over_30_days_uncharged HeldOver30DaysUncharged "held_over_30_days_uncharged" true "羁押满30日未起诉" "Held for more than 30 days without charge.";
        held_over_6_months_undecided HeldOver6MonthsUndecided "held_over_6_months_undecided" true "羁押满6个月未一审裁判" "Held for more than 6 months without a first-instance decision.";
        stage_without_clock StageWithoutClock "stage_without_clock" true "本阶段无期限" "No clock runs in the present stage.";
    }
}
