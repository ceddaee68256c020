//! Words of the worklist, of answers for what was missed, and of a team's work.

use super::T;

texts! {
    // Home.
    NEW_HERE = "新分配、新移送", "New for you";
    AWAITING_APPROVAL = "待审批", "Approvals that wait for you";
    DUE_LATER = "以后", "Later";
    OF_COLLEAGUES = "同案其他人员的事项", "What colleagues have to do in these cases";
    OF_COLLEAGUES_HINT = "由案件的其他办案人员办理，供您了解。", "Others who work on these cases do this; it is here so that you know.";
    OF_OTHERS_PERIODS = "他方期限", "Periods of others";
    OF_OTHERS_PERIODS_HINT = "由其他机关或当事人遵守，不计入您的逾期。", "Other authorities and parties keep these. Nothing of it counts as late here.";
    ALL_LATE = "查看全部逾期事项", "See everything that is overdue";
    PERIOD_OVER = "已届满", "period over";
    WHAT_TO_DO = "待办事项", "What to do";
    WHOSE_WORK = "事项范围", "Whose work";
    WORK_MINE = "我的事项", "Mine";
    WORK_OFFICE = "本院事项", "My office";
    WORK_UNASSIGNED = "未分配案件的事项", "Unassigned cases";
    WORK_OF = "{}的事项", "Work of {}";
    ONLY_KIND = "只看", "Only";
    ALL_KINDS = "全部事项", "Everything";
    AND_MORE = "{}+", "{}+";
    MY_CHILDREN = "我负责的未成年人", "My children";
    NOTHING_TO_DO = "目前没有待办事项。", "Nothing is waiting for you.";
    NOTHING_WHY = "案件分配给您之后，期限、待制作和待送达的文书会自动列在这里，完成后自动消失，无须登记。",
        "Once a case is yours, its time limits and the documents to make and to serve appear here by themselves, and leave when they are done. Nothing has to be entered by hand.";
    NOTHING_OFFICE = "本院目前没有待办事项。", "Nothing is waiting in your office.";
    NOTHING_UNASSIGNED = "所有案件均已确定承办人。", "Every case has somebody who leads it.";
    NOTHING_OF_KIND = "没有此类事项。", "Nothing of this kind is waiting.";
    SEE_EVERYTHING = "查看全部事项", "See everything";

    // The homes of roles without a worklist.
    HOME_RECORDS = "在这里查找未封存的案卷；封存、查询和证明从上方进入。",
        "Find a file that is not sealed here; sealing, queries and certificates are in the menu above.";
    HOME_ADMIN = "您管理账号、机关和规则，不接触案件。", "You keep accounts, offices and rules; no case is shown to you.";
    HOME_RESEARCHER = "您可以查看办案规则和汇总统计，不接触案件。", "You see the rules and totals; no case is shown to you.";
    TO_SEAL = "待封存案件：{} 件", "{} to be sealed";
    TO_DECIDE = "待决定的角色变更：{} 项", "{} changes of roles wait for a decision";
    IS_STAFF = "谁在哪个机关以何种角色工作；新建、停用账号，决定角色变更。", "Who works where and as what; new accounts, suspensions, changes of roles.";
    IS_PACKS = "每个法域的程序、保障、期限及其依据。", "Each jurisdiction’s proceeding, safeguards and time limits, with their sources.";
    IS_STATUS = "账本签名、数据库和规则版本。", "The ledger’s signature, the databases, the versions of the rules.";
    IS_RECORDS = "应当封存的案件；封存单条记录；出具无犯罪记录证明。", "Cases that must be sealed, single entries, and certificates of no record.";
    IS_QUERIES = "外单位对封存记录的查询：登记、由检察长决定、告知结果。", "What outside bodies ask about sealed records: entered here, decided by the chief, answered.";
    IS_OUTCOMES = "决定、用时、期限、保障的统计；小数不显示，可导出。", "Decisions, time taken, time limits and safeguards as numbers; small ones left out; also as a file.";
    IS_FIND = "按完整姓名、身份证号或案号查找。", "By full name, identity number or case number.";

    // Missed time limits.
    TAB_MISSED = "逾期与权利受损的说明", "What was missed or broken";
    MISSED_TEXT = "期限届满而未办理的、权利受损的，由承办人或监督人员说明。说明入卷，不影响继续办理。",
        "Whoever leads the case, or a supervisor, answers for a time limit that passed or a right that was broken. The answer is put on file; the work goes on.";
    NO_MISSES = "本案没有逾期的期限，也没有受损的权利。", "No time limit of this case was missed and no right broken.";
    ENDED_ON = "届满：{}", "Ended {}";
    BROKEN_ON = "权利受损：{}，办案记录第 {} 号", "A right was broken, {}, journal entry {}";
    WHY_MISSED = "原因", "Why it came to that";
    WHY_MISSED_HINT = "如实说明原因，以及对未成年人的影响", "The reason, and what it meant for the child";
    WHAT_WAS_DONE = "已采取的措施", "What was done";
    WHAT_WAS_DONE_HINT = "例如：何时补办、向谁报告、如何避免再次发生", "For example: when it was made good, who was told, how it will not happen again";
    GIVE_ANSWER = "提交说明", "Put the answer on file";
    ANSWERED = "已说明", "answered";
    NOT_ANSWERED = "待说明", "to be answered for";
    ANSWERED_BY = "{} 于 {} 说明", "Answered by {}, {}";
    ANSWER_KEPT = "说明已入卷。", "The answer is on file.";
    ANSWERED_MEANWHILE = "他人已先作出说明，您填写的内容未提交。", "Somebody answered meanwhile; what you typed was not sent.";
    ANSWERS_WHO = "由承办人或监督人员说明。", "Whoever leads the case, or a supervisor, answers.";

    // A team.
    TEAM = "团队工作", "Team";
    NO_TEAM = "您负责的机关目前没有案件。", "The offices that you answer for have no cases.";
    FROM_ELSEWHERE = "其他机构", "from another organisation";
    CASES_UNASSIGNED = "件未分配", "without a lead";
    APPROVALS_WAIT = "件待审批", "waiting for approval";
    MISSED_OPEN = "项逾期待说明", "missed time limits to answer for";
    BREACHES_OPEN = "项权利受损待处理", "broken safeguards to look into";
    REVIEWS_OPEN = "次紧急查阅待复核", "emergencies to review";
    OPEN_CASES = "在办案件", "Open cases";
    STALE_DRAFTS = "滞留草稿", "Drafts that wait too long";
    SEE_AND_REASSIGN = "查看、调整", "See and reassign";
    HOME_WORK = "事项", "Work";
    CASES_OF = "{}的案件", "Cases of {}";
    REASSIGN_TEXT = "勾选案件，再选择接手的人。接手的人会收到通知，变更记入留痕。",
        "Tick the cases, then say who takes them. Whoever takes them is told, and the ledger keeps it.";

    ACT_WORK_TEAM = "查看团队工作", "looked at a team’s work";

    // Typing.
    DRAFT_RESTORED = "已恢复您上次未提交的内容。", "What you typed before and did not send is here again.";
    DRAFT_DISCARD = "清除", "Discard it";
}
