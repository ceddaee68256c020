//! The checks of the floor and what each says to people.
//!
//! Sources: CRC = Convention on the Rights of the Child; GC10, GC24 = General Comments of its Committee; BR = Beijing
//! Rules; TR = Tokyo Rules; HR = Havana Rules; BK = Bangkok Rules; RG = Riyadh Guidelines; CRPD = Convention on the
//! Rights of Persons with Disabilities; E/2002/12 = ECOSOC resolution 2002/12 on restorative justice.

use super::Text;

/// How much a check weighs when it is not satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The act passes, the shortfall is shown and logged.
    Warn,
    /// The act is refused.
    Hard,
}

macro_rules! checks {
    ($($code:ident $level:ident $source:literal
        [$title_zh:literal, $title_en:literal]
        [$says_zh:literal, $says_en:literal]
        [$instead_zh:literal, $instead_en:literal];)+) => {
        /// One right of the child that the floor tests.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum Check {
            $(#[doc = $says_en] $code,)+
        }

        impl Check {
            /// Every check, in order.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// The code shown in refusals and used in packs.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)+ }
            }

            /// The right in a few words.
            pub const fn title(self) -> Text {
                match self { $(Self::$code => Text { zh: $title_zh, en: $title_en },)+ }
            }

            /// The rule.
            pub const fn statement(self) -> Text {
                match self { $(Self::$code => Text { zh: $says_zh, en: $says_en },)+ }
            }

            /// Where the rule comes from.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$code => $source,)+ }
            }

            /// How much the check weighs in the ordinary case; see [`super::shortfall`] for the exceptions.
            pub const fn level(self) -> Level {
                match self { $(Self::$code => Level::$level,)+ }
            }

            /// What may lawfully be done instead.
            pub const fn alternative(self) -> Text {
                match self { $(Self::$code => Text { zh: $instead_zh, en: $instead_en },)+ }
            }
        }
    };
}

impl Check {
    /// Whether a pack may name the check as a derogation.
    pub const fn derogable(self) -> bool {
        !matches!(self, Self::I24)
    }
}

checks! {
    I01 Hard "CRC 40(3)(a); GC24 §22, 25"
        ["最低年龄", "Minimum age"]
        ["行为时未达本地最低年龄的儿童不受刑事追究；最低年龄低于14周岁的，始终提示。",
         "A child below the local minimum age at the time of the act is not prosecuted; a minimum below 14 is always pointed out."]
        ["不立案，转交家庭、学校或儿童保护机构。", "Open no case; refer to family, school or child protection."];
    I02 Hard "GC24 §33–34"
        ["年龄存疑", "Age in doubt"]
        ["年龄无法查清时，按较低的年龄段对待。", "Where age cannot be settled, the child is treated as belonging to the lower band."]
        ["先查清年龄，其间不羁押、不起诉。", "Settle the age first; meanwhile neither hold nor charge."];
    I03 Hard "BR 3; RG 56"
        ["身份性行为", "Status acts"]
        ["成年人实施不算违法的行为，如逃学、离家出走，不得立案。", "What an adult may do without offence, such as truancy or running away, opens no case."]
        ["转由家庭、学校或社会工作者帮助。", "Refer to family, school or a social worker."];
    I04 Hard "CRC 40(2)(b)(ii); BR 10.1"
        ["通知监护人", "Guardian told"]
        ["儿童被带走后，立即通知父母或监护人。", "Parents or guardians are told at once that the child has been apprehended."]
        ["先通知；无法通知的，记录原因并通知其他成年亲属或保护机构。", "Tell them first; if they cannot be reached, record why and tell another adult relative or a protection body."];
    I05 Hard "BR 10.2"
        ["考虑释放", "Release considered"]
        ["采取羁押前，由法官或有权人员不拖延地考虑释放。", "Before any custody a judge or competent official considers release without delay."]
        ["审查能否释放并记录结果。", "Consider release and record the result."];
    I06 Warn "GC24 §90"
        ["24小时内送交", "Before an authority in 24 hours"]
        ["被带走的儿童在24小时内送交有权机关审查。", "A child who was apprehended is brought before a competent authority within 24 hours."]
        ["立即安排审查，或者释放。", "Arrange the hearing now, or release."];
    I07 Hard "CRC 37(b); BR 13.1–13.2"
        ["羁押是最后手段", "Custody as last resort"]
        ["羁押只作最后手段：逐项写明替代措施及不采用的理由。", "Custody is the last resort: each alternative is named, with the reason why it will not do."]
        ["采取取保、监护人看管、社会观护等非羁押措施。", "Use bail, care by guardians, social observation or another measure at liberty."];
    I08 Warn "GC10 §83; GC24 §90"
        ["定期审查羁押", "Regular review of custody"]
        ["审前羁押至少每14日审查一次。", "Custody before trial is reviewed at least every 14 days."]
        ["现在进行羁押必要性审查。", "Review now whether custody is still needed."];
    I09 Warn "GC24 §90"
        ["30日内起诉或释放", "Charge within 30 days"]
        ["羁押满30日仍未起诉的，须报上级关注。", "A child held for 30 days without charge is brought to a supervisor's notice."]
        ["释放或改用非羁押措施，继续办案。", "Release or change to a measure at liberty and carry on with the case."];
    I10 Warn "GC24 §90"
        ["6个月内裁判", "Decision within 6 months"]
        ["羁押满6个月没有一审裁判的，应当释放。", "A child held for 6 months without a first-instance decision is due for release."]
        ["释放或改用非羁押措施，继续审理。", "Release or change to a measure at liberty while the trial goes on."];
    I11 Hard "CRC 37(c); BR 13.4"
        ["与成年人分开", "Apart from adults"]
        ["被羁押的儿童与成年人分开，除非为其最大利益另作安排。", "A child in custody is kept apart from adults unless the child's best interests require otherwise."]
        ["安排单独场所，或者不羁押。", "Find a separate place, or do not hold the child."];
    I12 Hard "CRC 37(d), 40(2)(b)(ii); BR 15.1; GC24 §49–51"
        ["法律帮助", "Legal assistance"]
        ["讯问、认罪和决定之前，已有免费、有效的法律帮助。", "Free and effective legal assistance is in place before questioning, admission or decision."]
        ["先通知法律援助机构指派律师。", "Have legal aid assign counsel first."];
    I13 Hard "BR 7.1, 15.2; GC24 §57"
        ["成年人在场", "Adult present"]
        ["讯问时父母或合适成年人在场。", "A parent or an appropriate adult is present at questioning."]
        ["改期，或通知其他合适成年人到场。", "Put it off, or call another appropriate adult."];
    I14 Hard "CRC 40(2)(b)(ii), (iv); BR 7.1"
        ["告知权利", "Rights explained"]
        ["首次讯问前，用儿童听得懂的话说明指控和沉默权。", "Before the first questioning, the accusation and the right to silence are explained in words a child understands."]
        ["先告知并确认已听懂。", "Explain first, and make sure that it was understood."];
    I15 Hard "CRC 40(2)(b)(vi)"
        ["翻译", "Interpreter"]
        ["需要时免费提供翻译。", "An interpreter is provided free where needed."]
        ["等翻译到场后再进行。", "Wait until an interpreter is there."];
    I16 Warn "CRC 12; BR 14.2"
        ["听取儿童意见", "The child's view"]
        ["每次决定前记录儿童本人的意见。", "The child's own view is recorded before each decision."]
        ["先与儿童谈话并记录意见。", "Talk with the child first and write the view down."];
    I17 Hard "CRC 40(3)(b); BR 11; GC24 §13–18"
        ["先考虑分流", "Diversion considered"]
        ["起诉前考虑分流，不分流的写明理由。", "Diversion is considered before a charge; not to divert is reasoned."]
        ["记录对分流的考虑，或者决定分流。", "Record the consideration, or divert."];
    I18 Hard "BR 11.3; GC24 §18"
        ["自愿分流", "Free and informed diversion"]
        ["分流须自愿承认、儿童和监护人知情书面同意，并提供法律咨询；同意可以撤回，承认不得另作证据。",
         "Diversion rests on a free admission and on informed written consent of child and guardian, with legal advice offered; consent can be withdrawn and the admission is not used elsewhere."]
        ["补全同意与咨询，或者直接不起诉。", "Complete consent and advice, or close the case without conditions."];
    I19 Hard "GC24 §18"
        ["分流完成即终结", "Completed diversion is final"]
        ["分流完成后案件彻底终结，不留犯罪记录，不得重新启动。", "A completed diversion ends the case for good, without a record of conviction; it is not opened again."]
        ["新的行为另立新案。", "Open a new case for a new act only."];
    I20 Warn "BR 5, 17.1(a); TR 11–12"
        ["相称与有限", "Proportionate and limited"]
        ["措施相称、有期限，条件少而可行。", "A measure is proportionate and has an end; its conditions are few and practical."]
        ["写明截止日期，减少条件。", "Set an end date and cut the conditions."];
    I21 Hard "BR 16.1"
        ["社会调查", "Social inquiry"]
        ["除轻微案件外，最终处分前有社会调查。", "Except in minor cases, a social inquiry comes before the final disposition."]
        ["先完成社会调查。", "Complete the inquiry first."];
    I22 Hard "TR 14.3–14.4"
        ["违反不等于羁押", "Breach is answered by steps"]
        ["违反条件不自动导致羁押或起诉：先用较轻的办法，或说明理由。", "A breach does not by itself lead to custody or charge: a milder answer is tried, or it is reasoned why not."]
        ["提醒、调整条件或加强帮教。", "Remind, change the conditions or support more."];
    I23 Warn "BR 17.1(b)–(c), 19.1"
        ["监禁限于重罪", "Custodial sentence only when grave"]
        ["监禁刑只用于严重暴力或屡次严重犯罪，且时间最短。", "Sentences of custody are for serious violence or persistent serious offending only, and for the shortest time."]
        ["建议缓刑、社区矫正等非监禁处分。", "Propose a suspended or community measure."];
    I24 Hard "CRC 37(a); BR 17.2–17.3; HR 67"
        ["绝对禁止", "Never allowed"]
        ["绝不适用死刑、不得释放的终身监禁、体罚和惩罚性单独关押。", "Never death, life without release, corporal punishment or punitive solitary confinement."]
        ["改用法律允许的措施。", "Choose a measure that is allowed."];
    I25 Hard "CRC 40(2)(b)(vii); BR 8"
        ["不公开身份", "Identity not published"]
        ["任何阶段都不向媒体或公众提供可识别儿童身份的信息。", "At no stage does anything that identifies the child reach media or public."]
        ["去除身份信息后再发布。", "Remove what identifies the child, then publish."];
    I26 Hard "BR 21"
        ["记录保密", "Records confidential"]
        ["记录保密，只供确有需要且有依据的人查阅并留痕，不得用于日后成年案件。", "Records are confidential, read only on a ground and a need that are logged, and not used in later cases as an adult."]
        ["答复没有可提供的记录。", "Answer that there is no record to be given."];
    I27 Warn "BR 20; GC24 §54–55"
        ["不拖延", "No delay"]
        ["每个阶段都有期限，逾期为监督人员所见。", "Every stage has a running clock, and a supervisor sees when it is overdue."]
        ["为本阶段设定期限。", "Set a time limit for the stage."];
    I28 Hard "CRC 40(2)(b)(v)"
        ["说理与救济", "Reasons and review"]
        ["决定写明理由，并告知如何提出异议。", "A decision states its reasons and how to challenge it."]
        ["补写理由和救济途径。", "Add the reasons and the route of review."];
    I29 Hard "BK 19"
        ["女性工作人员", "Female officer for girls"]
        ["检查和讯问女孩时有女性工作人员。", "A girl is searched and questioned with a female officer taking part."]
        ["等女性工作人员到场后再进行。", "Wait until a female officer is there."];
    I30 Hard "BK 57, 64–65"
        ["怀孕或照料子女", "Pregnant or caring girl"]
        ["怀孕或照料子女的女孩优先非羁押措施，羁押须加级批准。", "For a girl who is pregnant or cares for a child, measures at liberty come first and custody needs a higher approval."]
        ["采取非羁押措施，或报上一级批准。", "Use a measure at liberty, or ask for the higher approval."];
    I31 Warn "BR 26.4; BK 36–38"
        ["平等的机会", "Equal offer"]
        ["女孩平等获得帮教、就学、健康服务和受害筛查。", "Girls are offered programmes, schooling, health care and screening for violence equally."]
        ["在方案中写明提供的机会。", "Write the offers into the plan."];
    I32 Hard "CRPD 9, 13, 21"
        ["程序便利", "Accommodation"]
        ["首次讯问前询问并提供所需的便利。", "Before the first questioning, needed accommodation is asked about and given."]
        ["先询问，需要的先提供。", "Ask first, and give what is needed first."];
    I33 Hard "CRPD 14"
        ["残障不是羁押理由", "Disability is no reason for custody"]
        ["残障本身不得作为羁押的理由。", "Disability is never itself a reason for custody."]
        ["提供支持，采取非羁押措施。", "Give support and use a measure at liberty."];
    I34 Hard "E/2002/12"
        ["自愿的修复", "Voluntary restoration"]
        ["修复性会面双方自愿，可随时离开，谈话保密。", "A restorative meeting is voluntary for both sides, who may leave at any time; what is said stays confidential."]
        ["取得双方同意，或者不会面。", "Obtain both consents, or hold no meeting."];
    I35 Warn "BR 24, 28–29; HR 79–80"
        ["后续帮教", "Aftercare"]
        ["措施结束前制定后续帮教计划。", "A plan for the time after is made before a measure ends."]
        ["现在制定计划。", "Make the plan now."];
}
