//! Every visible text of the pages about forms and about what is the child's own, in both languages.

use crate::http::pages::texts::{T, texts};

texts! {
    // Lists.
    FORMS_OPEN = "进行中", "Under way";
    FORMS_DONE = "已结束", "Done";
    NO_FORMS = "还没有调查、评估、方案或者记录。", "No assessment, plan or record has been asked for or begun yet.";
    FORM = "表单", "Form";
    STATE = "状态", "State";
    UNTIL = "期限", "Due";
    WHO_WRITES = "撰写人", "Written by";
    ASKED_BY = "委托人", "Asked for by";
    LAST_CHANGE = "最近更新", "Last change";
    NOT_DUE = "无期限", "no due date";
    LATE_MARK = "已逾期", "Late";
    ASK_FOR = "委托撰写", "Ask for a form";
    ASK_FOR_HINT = "由社工撰写；按期提交，退回、采纳均写明理由。", "A social worker writes it. You will return or adopt it, with reasons.";
    WHICH_FORM = "哪一份", "Which form";
    DUE_DAY = "最迟提交日期", "Last day to submit it";
    WHAT_FOR = "用途和关注点", "What it is needed for";
    ASK = "委托", "Ask for it";
    BEGIN = "自行撰写", "Begin one yourself";
    BEGIN_HINT = "公开之前，只有撰写一方可以看到。", "Until you release it, only your own side sees it.";
    BEGIN_BUTTON = "开始撰写", "Begin";

    // States.
    REQUESTED = "待答复", "Waits for an answer";
    DECLINED = "已谢绝", "Declined";
    WITHDRAWN = "已撤回", "Withdrawn";
    DRAFTING = "撰写中", "Being written";
    SUBMITTED = "已提交", "Submitted";
    RETURNED = "已退回修改", "Returned";
    ADOPTED = "已审阅", "Reviewed";
    RELEASED = "已入卷", "In the file";

    // One assessment.
    ACCEPT = "接受", "Accept";
    ACCEPT_HINT = "接受后即可撰写；内容只有本方可见，直到提交。", "You can write at once. Nobody outside your side reads it before you submit.";
    DECLINE = "谢绝", "Decline";
    DECLINE_WHY = "谢绝的理由", "Why you decline";
    DECLINE_HINT = "例如有利害关系、时间冲突。委托人会看到。", "For example a conflict of interest, or no time. Who asked will read it.";
    WITHDRAW = "撤回委托", "Withdraw the request";
    WITHDRAW_WHY = "撤回的理由", "Why it is withdrawn";
    RETURN = "退回修改", "Return it";
    RETURN_WHAT = "需要补充或者说明的", "What is missing or unclear";
    RETURN_HINT = "撰写人会看到。", "The writer will read this.";
    ADOPT = "审阅结论", "Review it";
    ADOPT_HOW = "采纳程度", "How far it is adopted";
    ADOPT_WHOLLY = "采纳", "Adopted";
    ADOPT_PARTLY = "部分采纳", "Adopted in part";
    ADOPT_NOT = "不采纳", "Not adopted";
    ADOPT_WHY = "理由", "Reasons";
    ADOPT_HINT = "无论是否采纳，报告均可入卷。它为决定提供参考，不代替决定。", "Whatever the answer, the report can be released. It informs the decision on the case and is none.";
    OWN_NOTE = "检察机关内部备注", "A note for the prosecution alone";
    OWN_NOTE_HINT = "社工看不到。", "The social worker does not see it.";
    RELEASE = "公开入卷", "Release into the file";
    RELEASE_HINT = "公开后，本表载明的人员可以阅读；工作手记等仍只属于本方。", "Whoever the form names can read it from now on. Working notes stay with you.";
    CORRECT = "更正", "Correct it";
    CORRECT_WHY = "更正什么，为什么", "What is corrected, and why";
    CORRECT_HINT = "已入卷的版本保留；更正作为新版本提交并标明。", "The released version stays. The correction becomes a further version and says so.";
    WRITE = "继续撰写", "Go on writing";
    READ_DRAFT = "查看草稿", "Read the draft";
    WHAT_HAPPENED = "经过", "What has happened";
    VERSIONS = "提交的版本", "Submitted versions";
    NO_VERSIONS = "没有可供您阅读的版本。", "There is no version that you may read yet.";
    VERSION = "第{}版", "Version {}";
    READ_VERSION = "阅读第{}版", "Read version {}";
    SUBMITTED_BY = "{}提交", "Submitted by {}";
    RELEASED_MARK = "已入卷", "In the file";
    CORRECTS = "更正第{}版", "Corrects version {}";
    LATE_ENTRY = "事后补记", "Recorded late";
    HAPPENED = "发生于{}", "Happened {}";
    CHILDREN_IN_ALL = "共 {} 名", "{} in all";
    PREVIOUS_PAGE = "上一页", "Previous page";
    OF_CHILD = "表中所述，案卷尚未记载", "It says what the file does not know yet";
    INTO_FILE = "记入案卷", "Take it into the file";
    AS_EVIDENCE = "可作为以下保障措施的记录", "It can be recorded as evidence of";
    RECORD_EVIDENCE = "去记录", "Record it";
    MOVED_ON = "有人刚刚办理了此表。您填写的内容仍在，请查看最新状态后再提交。", "Somebody has just done something with this form. What you typed is kept: look at where it stands now, then send it again.";
    NO_ACTS = "现在没有需要您办理的。", "There is nothing for you to do with it now.";
    YOUR_STEP = "您可以", "What you can do";

    // Steps.
    DID_REQUEST = "委托", "Asked for";
    DID_BEGIN = "开始撰写", "Begun";
    DID_ACCEPT = "接受", "Accepted";
    DID_DECLINE = "谢绝", "Declined";
    DID_WITHDRAW = "撤回", "Withdrawn";
    DID_SUBMIT = "提交", "Submitted";
    DID_RETURN = "退回", "Returned";
    DID_ADOPT = "采纳", "Adopted";
    DID_ADOPT_PARTLY = "部分采纳", "Adopted in part";
    DID_ADOPT_NOT = "不采纳", "Not adopted";
    DID_RELEASE = "公开入卷", "Released into the file";
    DID_CORRECT = "启动更正", "Taken up again to be corrected";
    DONE_STEP = "已办理：{}", "Done: {}";

    // Writing.
    PARTS = "各部分", "Sections";
    PARTS_HINT = "可以按任意顺序填写，随时离开；已填写的都会保存。", "Fill them in in any order and leave when you like: what you have written is kept.";
    PART_EMPTY = "未开始", "Not begun";
    PART_OPTIONAL = "选填", "Optional";
    SAVED = "已保存。", "Saved.";
    PART_DONE = "已完成", "Done";
    PART_TO_DO = "还有{}项", "{} to do";
    PART_WRONG = "{}项需更正", "{} to mend";
    PARTS_DONE = "已完成 {} / {}", "{} of {} done";
    READ_OVER = "通读并提交", "Read it over and submit";
    SAVE = "保存", "Save";
    SAVE_NEXT = "保存并继续", "Save and go on";
    BACK = "返回", "Back";
    TO_PARTS = "返回各部分", "Back to the sections";
    SAVED_AT = "已保存 {}", "Saved {}";
    SAVING = "正在保存…", "Saving…";
    NO_LINE = "未能保存：连接中断。内容仍在本页，将自动重试。", "Not saved: no connection. What you typed is still here; it is tried again by itself.";
    SIGNED_OUT = "未能保存：您已退出登录。请在新窗口登录，本页内容仍在，将自动保存。", "Not saved: you have been signed out. Sign in in a new window; what you typed is still here and is then saved by itself.";
    ELSEWHERE = "未自动保存：此部分已在别处修改。请点“保存”，对照后再决定。", "Not saved by itself: this was changed elsewhere. Press “Save” to see both and decide.";
    REFUSED = "未能保存。请点“保存”查看原因。", "Not saved. Press “Save” to see why.";
    MORE_ASKED = "已保存。根据您的回答，还有问题需要填写。", "Saved. Your answers lead to further questions below.";
    LOOK_AGAIN = "已保存。有内容需要更正。", "Saved. Something needs to be mended.";
    ADD_ROW = "再加一项：{}", "Add another: {}";
    REMOVE_ROW = "删除第{}项", "Remove {}";
    ROW = "第{}项", "No. {}";
    CHANGED_TITLE = "此部分已在别处修改", "This was changed elsewhere";
    CHANGED_TEXT = "下面是您填写的内容，尚未保存；与已保存的不同之处，旁边写明了已保存的内容。再次保存将以您的内容为准。", "Below is what you typed; it is not saved yet. Where it differs from what is saved, the saved answer stands beside it. Saving again keeps yours.";
    IS_SAVED = "已保存的内容：", "Saved: ";
    NOTHING_SAVED = "（空）", "(nothing)";
    NO_ANSWER = "未填", "No answer";
    LIST_COMMA = "、", ", ";
    WITH_UNIT = "{}（{}）", "{} ({})";
    PERSON_NAME = "姓名", "Name";
    PERSON_RELATION = "关系", "Relation";
    PERSON_ORGANISATION = "单位", "Organisation";
    PERSON_CONTACT = "联系方式", "How to reach them";
    SCORE = "分值仅供参考，不作决定依据。", "Scores inform; they never decide.";
    CLASS_IDENTITY = "身份信息", "Identity";
    CLASS_MEDICAL = "健康信息", "Health";
    CLASS_FAMILY = "被害人、家庭信息", "Victim and family";
    CLASS_SCREENING = "仅社工可见，不公开", "Social worker only, never released";
    CLASS_COUNSELLING = "仅社工可见，不公开", "Social worker’s notes, never released";

    // Reading over, submitting.
    CHECK_TITLE = "通读：{}", "Read it over: {}";
    NOT_READY = "提交前还须处理", "Before it can be submitted";
    READY = "已填写完整，可以提交。", "Everything that is asked is answered. It can be submitted.";
    HAPPENED_WHEN = "所述事情发生的时间", "When what it tells of happened";
    HAPPENED_WHEN_HINT = "不填即为现在。晚于一天补记的会标明。", "Now, unless you say otherwise. What is recorded more than a day later is marked so.";
    SUBMIT = "提交", "Submit";
    SUBMIT_HINT = "提交后形成一个不再更改的版本。工作手记等只属于本方的内容不随之提交。", "It becomes a version that nobody changes any more. Working notes stay with you.";
    LEFT_OUT = "保留在草稿中、不会提交的回答", "Kept in the draft, not submitted";
    LEFT_OUT_HINT = "由于其他回答的变化，不再询问这些问题。", "Other answers have changed, so these questions are not asked any more.";
    NOTHING_WRITTEN = "未填写", "Not answered";
    CHANGE_PART = "修改“{}”", "Change “{}”";
    WITHOUT_NOTES = "您可以阅读其中一部分；其余内容只属于撰写一方或者限定人员。", "You may read a part of it. The rest is for the side that wrote it, or for fewer people.";
    CHANGES_MARKED = "与第{}版相比的变化已标出。", "What changed since version {} is marked.";
    CHANGE_NEW = "新增", "New";
    CHANGE_CHANGED = "有改动", "Changed";
    CHANGE_GONE = "已删去", "Removed";
    BEFORE = "原为：", "Before: ";
    PRINT_HINT = "用浏览器的打印功能可打印为A4。", "Print it on A4 with your browser.";
    REVIEWED_AS = "审阅结论：{}", "Review: {}";
    SIGN_WRITERS = "撰写人签名", "Signatures of the writers";
    SIGN_DATE = "日期", "Date";

    // A social worker's children.
    CHILDREN_HINT = "由您帮助的未成年人；最急的在前。", "The children whom you help, the most pressing first.";
    NO_CHILDREN = "目前没有分派给您的未成年人。", "No child is assigned to you at present.";
    CHILD_LATE = "您有 {} 项逾期", "{} of yours late";
    NEXT_FORM = "最近要交的", "Next to submit";
    NEXT_VISIT = "下次见面", "Next visit";
    NEXT_CLOCK = "案件最近的期限", "The case’s next time limit";
    NEXT_OTHER = "最近的事项", "Next to do";
    NOTHING_LATE = "您没有逾期事项", "Nothing of yours is late";

    // The child.
    SHEET_TITLE = "给未成年人的说明", "The child’s sheet";
    SHEET_HINT = "用浅显的话写明：现在怎样、谁是谁、同意过什么、可以要求什么、怎样投诉、接下来的日子。打印后当面给本人讲解。", "In plain words: what happens, who is who, what was agreed, what the child may ask for, how to complain, the next dates. Print it and go through it together.";
    SHEET_ZH = "打印中文版", "Print it in Chinese";
    SHEET_EN = "打印英文版", "Print it in English";
    VOICES = "本人的话", "In the child’s own words";
    NO_VOICES = "还没有记录。", "Nothing is recorded yet.";
    ADD_VOICE = "记录本人的话", "Record what the child said";
    VOICE_ON = "日期", "Day";
    VOICE_ABOUT = "关于什么", "What about";
    VOICE_ABOUT_HINT = "例如某个问题、决定或者措施。", "A question, a decision, a measure.";
    VOICE_WORDS = "原话", "In their own words";
    VOICE_BY = "由谁说明", "Who explained it";
    VOICE_UNDERSTOOD = "本人说是否听懂", "Did they understand, as they say it";
    UNDERSTOOD_YES = "听懂了", "Yes";
    UNDERSTOOD_PARTLY = "听懂一部分，将再说明", "In part: it is explained again";
    UNDERSTOOD_NO = "没听懂，将再说明", "No: it is explained again";
    UNDERSTOOD_UNSAID = "不愿说", "Did not want to say";
    RECORD = "记录", "Record";
    ADD_COMPLAINT = "记录投诉", "Record a complaint";
    COMPLAINT_HINT = "交给不是被投诉人的监督人员，十五日内答复。记录后，您不能查看或者更改答复。", "It goes to a supervisor who is not its subject and is answered within 15 days. You neither see nor change what becomes of it.";
    COMPLAINT_BY = "谁提出", "Who complains";
    COMPLAINT_BY_HINT = "本人，或者代为提出的人及其身份。", "The child, or who does it for them and in which role.";
    COMPLAINT_WORDS = "投诉内容（原话）", "What it says, in their own words";
    COMPLAINT_ABOUT = "被投诉的工作人员", "The member of staff it is about";
    COMPLAINT_NONE = "不针对某个人", "nobody in particular";
    COMPLAINT_DONE = "投诉已记录，监督人员已收到通知。", "The complaint is recorded; the supervisors have been told.";
    VOICE_DONE = "已记录。", "Recorded.";

    // Where somebody is reached.
    REACH_LEAD = "期限和待办可以出现在您自己的日历和邮箱里。其中没有任何姓名。", "Time limits and tasks can appear in your own calendar and mail. No name is ever in them.";
    FEED = "日历订阅", "Calendar";
    FEED_NONE = "尚未生成地址。", "It has no address yet.";
    FEED_SINCE = "地址生成于{}。地址只显示一次；如已遗失，请重新生成，旧地址随即失效。", "It has had its address since {}. The address is shown once; if it is lost, make a new one, and the old one ends.";
    FEED_MAKE = "生成地址", "Make an address";
    FEED_AGAIN = "重新生成", "Make a new address";
    FEED_END = "停用", "Take it away";
    FEED_SHOWN = "您的日历地址，只显示这一次：", "The address of your calendar, shown this once:";
    FEED_SHOWN_HINT = "把它加入日历程序的“订阅”。知道此地址的人能看到您的期限和案号，请勿转发。", "Add it to your calendar program as a subscription. Whoever knows it sees your due dates and case numbers: pass it on to nobody.";
    MAIL = "邮件提醒", "E-mail";
    MAIL_ADDRESS = "邮箱地址", "E-mail address";
    MAIL_NONE = "尚未设置邮箱。", "No address is set.";
    MAIL_SET = "保存", "Save";
    MAIL_END = "不再接收", "No e-mail any more";
    MAIL_HINT = "邮件只写案号、期限和链接。", "A message has the case number, the due time and a link.";
    MAIL_WRONG = "请填写邮箱地址，如 name@example.org", "Give an e-mail address such as name@example.org";
}
