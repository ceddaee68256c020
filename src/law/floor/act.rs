//! What can be done in a case, as the floor sees it.

use super::text::vocabulary;

vocabulary! {
    /// What an event of a pack does, in words that every jurisdiction shares.
    Act {
        /// The first file is received.
        Open, "open", "受理", "Open the case";
        /// Something is recorded; nothing moves.
        Note, "note", "记录", "Record a note";
        /// A neutral procedural step.
        Progress, "progress", "程序推进", "Procedural step";
        /// The child is questioned.
        Question, "question", "讯问", "Question the child";
        /// The child is searched.
        Search, "search", "人身检查", "Search the child";
        /// The child is deprived of liberty.
        OrderCustody, "order_custody", "决定羁押", "Order custody";
        /// Custody is prolonged.
        RenewCustody, "renew_custody", "延长羁押", "Renew custody";
        /// Liberty is put under conditions instead of custody.
        Restrict, "restrict", "采取非羁押措施", "Restrict liberty";
        /// The child is set free. No check and no phase may stand in its way.
        Release, "release", "释放", "Release";
        /// An admission is taken in a form that has legal effect.
        TakeAdmission, "take_admission", "签署认罪文书", "Take an admission";
        /// Diversion is proposed, or the proposal is withdrawn.
        ProposeDiversion, "propose_diversion", "提出分流", "Propose diversion";
        /// The child is diverted from prosecution under a plan.
        Divert, "divert", "决定分流", "Divert";
        /// Length or conditions of the plan change.
        VaryDiversion, "vary_diversion", "变更分流条件", "Vary diversion";
        /// A breach of the plan is recorded.
        RecordBreach, "record_breach", "记录违反情况", "Record a breach";
        /// The plan has ended; its result is assessed.
        AssessDiversion, "assess_diversion", "分流期满评估", "Assess diversion";
        /// The diversion is revoked.
        RevokeDiversion, "revoke_diversion", "撤销分流", "Revoke diversion";
        /// The diversion is completed and the case closed for good.
        CompleteDiversion, "complete_diversion", "分流完成", "Complete diversion";
        /// The child is charged.
        Charge, "charge", "提起公诉", "Charge";
        /// The charge is withdrawn.
        WithdrawCharge, "withdraw_charge", "撤回起诉", "Withdraw the charge";
        /// The case is closed without a charge.
        CloseWithoutCharge, "close_without_charge", "不起诉或撤案", "Close without charge";
        /// The court takes up the case or decides it.
        Adjudicate, "adjudicate", "审理裁判", "Adjudicate";
        /// The court orders a measure or a sentence.
        Sentence, "sentence", "判处", "Sentence";
        /// A measure or its aftercare ends.
        EndMeasure, "end_measure", "执行完毕", "End the measure";
        /// The case is handed to another office.
        Transfer, "transfer", "移送", "Transfer";
        /// A closed case is opened again.
        Reopen, "reopen", "重新启动", "Reopen";
        /// A decision is challenged.
        Challenge, "challenge", "提出异议或申诉", "Challenge a decision";
        /// A challenge is answered and the decision stands.
        Resolve, "resolve", "维持原决定", "Resolve a challenge";
        /// A challenge succeeds.
        Reverse, "reverse", "撤销原决定", "Reverse a decision";
        /// The record is marked as one that must be sealed.
        MarkForSealing, "mark_for_sealing", "标记应封存", "Mark for sealing";
        /// The record is sealed.
        Seal, "seal", "封存", "Seal the record";
        /// A question about a record is answered.
        AnswerQuery, "answer_query", "答复查询", "Answer a query";
        /// A sealed record is opened again.
        Unseal, "unseal", "解除封存", "Unseal the record";
        /// Something leaves to the public or the media.
        Publish, "publish", "对外发布", "Publish";
        /// Child and victim meet.
        RestorativeMeeting, "restorative_meeting", "修复性会面", "Restorative meeting";
        /// A plan of support is made.
        MakePlan, "make_plan", "制定帮教方案", "Make a plan";
    }
}

vocabulary! {
    /// Whose act it is.
    Performer {
        /// The office that uses the service: a broken right refuses the act.
        Own, "own", "本机关", "This office";
        /// Another authority has already acted and it is being recorded: a broken right is recorded as a breach.
        Outside, "outside", "其他机关", "Another authority";
    }
}
