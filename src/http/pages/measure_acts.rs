//! What the ledger says of measures and linked files, in words.

use super::texts::T;

/// Acts by the name that their leaf has.
pub(super) const MEASURE_ACTS: &[(&str, &T)] = &[
    ("link.ended", &T { zh: "解除关联", en: "ended a link between files" }),
    ("link.list", &T { zh: "查看关联案件", en: "looked at linked files" }),
    ("link.made", &T { zh: "关联案件", en: "linked files" }),
    ("measure.aftercare", &T { zh: "制定后续帮教计划", en: "planned the time after a measure" }),
    ("measure.ask-revocation", &T { zh: "提请撤销措施", en: "asked for the revocation of a measure" }),
    ("measure.breach", &T { zh: "记录违反情况", en: "recorded a breach" }),
    ("measure.decide", &T { zh: "决定采取措施", en: "decided on a measure" }),
    ("measure.decline", &T { zh: "不采纳措施提议", en: "declined a measure" }),
    ("measure.denied", &T { zh: "被拒绝办理措施", en: "was denied a step of a measure" }),
    ("measure.expire", &T { zh: "措施期满终止", en: "let a measure expire" }),
    ("measure.fulfil", &T { zh: "确认措施完成", en: "ended a measure as fulfilled" }),
    ("measure.handed-over", &T { zh: "措施随案移送", en: "handed a measure over with its case" }),
    ("measure.keep-on", &T { zh: "不撤销，继续执行", en: "refused a revocation" }),
    ("measure.list", &T { zh: "查看措施列表", en: "looked at the measures" }),
    ("measure.plan", &T { zh: "制定帮教方案", en: "made the plan of a measure" }),
    ("measure.propose", &T { zh: "提议措施", en: "proposed a measure" }),
    ("measure.read", &T { zh: "查看措施", en: "read a measure" }),
    ("measure.respond", &T { zh: "答复违反情况", en: "answered a breach" }),
    ("measure.resume", &T { zh: "恢复执行措施", en: "resumed a measure" }),
    ("measure.revoke", &T { zh: "撤销措施", en: "revoked a measure" }),
    ("measure.school-or-work", &T { zh: "记录就学就业情况", en: "recorded school or work" }),
    ("measure.start", &T { zh: "开始执行措施", en: "began a measure" }),
    ("measure.supervise", &T { zh: "更换监督考察人", en: "changed who supervises a measure" }),
    ("measure.suspend", &T { zh: "中止措施", en: "suspended a measure" }),
    ("measure.taken-over", &T { zh: "措施随案移入", en: "took a measure over with its case" }),
    ("measure.vary", &T { zh: "变更措施", en: "varied a measure" }),
    ("measure.visit-cancelled", &T { zh: "取消见面", en: "called a visit off" }),
    ("measure.visit-corrected", &T { zh: "更正见面记录", en: "corrected a visit" }),
    ("measure.visit-kept", &T { zh: "登记见面", en: "recorded a visit" }),
    ("measure.visit-missed", &T { zh: "登记未能见面", en: "recorded a missed visit" }),
    ("measure.visit-planned", &T { zh: "安排见面", en: "planned a visit" }),
];
