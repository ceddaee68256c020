//! Where a case can stand, in words that every jurisdiction shares.

use super::text::vocabulary;

vocabulary! {
    /// The parallel regions of a case.
    Region {
        /// How far the proceedings have come.
        Proceeding, "proceeding", "程序", "Proceedings";
        /// Whether the child is free.
        Liberty, "liberty", "人身自由", "Liberty";
        /// Whether a decision is being challenged.
        Remedy, "remedy", "救济", "Remedy";
        /// Whether the record is open or sealed.
        Record, "record", "案卷记录", "Record";
    }
}

vocabulary! {
    /// How far the proceedings have come.
    Proceeding {
        /// First contact with the authorities; no file yet.
        Contact, "contact", "初次接触", "First contact";
        /// Whether the child may be held is being decided.
        CustodyReview, "custody_review", "羁押审查", "Custody review";
        /// The facts are being investigated.
        Investigation, "investigation", "侦查", "Investigation";
        /// Whether to charge is being decided.
        ChargeReview, "charge_review", "审查起诉", "Charge review";
        /// Diversion has been proposed and is being decided.
        DiversionReview, "diversion_review", "拟分流审查", "Diversion review";
        /// The child is under a diversion plan.
        Diverted, "diverted", "分流考察", "Diverted";
        /// The plan has ended and its result is being assessed.
        DiversionAssessed, "diversion_assessed", "分流评估", "Diversion assessed";
        /// Charged, before trial.
        Charged, "charged", "已起诉", "Charged";
        /// Before the court.
        Trial, "trial", "审判", "Trial";
        /// A measure ordered by the court is being carried out.
        Disposition, "disposition", "执行处分", "Disposition";
        /// Support after the measure.
        Aftercare, "aftercare", "后续帮教", "Aftercare";
        /// Ended without a charge.
        ClosedWithoutCharge, "closed_without_charge", "未起诉结案", "Closed without charge";
        /// Ended because diversion was completed; closed for good.
        ClosedAfterDiversion, "closed_after_diversion", "分流完成结案", "Closed after diversion";
        /// Ended by a judgment or after its measure.
        ClosedAfterJudgment, "closed_after_judgment", "裁判后结案", "Closed after judgment";
        /// Handed to another office or jurisdiction.
        Transferred, "transferred", "已移送", "Transferred";
    }
}

impl Proceeding {
    /// The case has ended here, by a decision or by hand-over.
    pub const fn is_closed(self) -> bool {
        matches!(
            self,
            Self::ClosedWithoutCharge
                | Self::ClosedAfterDiversion
                | Self::ClosedAfterJudgment
                | Self::Transferred
        )
    }

    /// Nobody is held here: the child is diverted, or the case has ended. A case that was handed over has not ended
    /// for the child, and custody goes with it.
    pub const fn is_at_liberty(self) -> bool {
        matches!(self, Self::Diverted | Self::DiversionAssessed)
            || (self.is_closed() && !matches!(self, Self::Transferred))
    }
}

vocabulary! {
    /// Whether the child is free; ordered from free to held, so that "less" is always better for the child.
    Liberty {
        /// No restriction.
        Free, "free", "自由", "Free";
        /// At liberty under conditions: bail, residence, guarantor.
        Restricted, "restricted", "受限制", "Restricted";
        /// Deprived of liberty, whatever the local name.
        Held, "held", "被羁押", "Held";
    }
}

vocabulary! {
    /// Whether a decision is being challenged.
    Remedy {
        /// No challenge.
        Idle, "idle", "无救济程序", "No challenge";
        /// A challenge awaits its answer.
        Pending, "pending", "救济审查中", "Challenge pending";
        /// The challenged decision was set aside.
        Reversed, "reversed", "原决定已撤销", "Decision reversed";
    }
}

vocabulary! {
    /// Whether the record is open or sealed.
    Record {
        /// In ordinary use.
        Open, "open", "未封存", "Open";
        /// Must be sealed.
        SealDue, "seal_due", "应封存", "Sealing due";
        /// Sealed.
        Sealed, "sealed", "已封存", "Sealed";
        /// Opened again on a lawful ground.
        Unsealed, "unsealed", "解除封存", "Unsealed";
    }
}

/// Where one case stands in all four regions.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub struct Position {
    /// How far the proceedings have come.
    pub proceeding: Proceeding,
    /// Whether the child is free.
    pub liberty: Liberty,
    /// Whether a decision is being challenged.
    pub remedy: Remedy,
    /// Whether the record is open or sealed.
    pub record: Record,
}
