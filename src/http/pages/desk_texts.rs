//! Texts of the pages for supervisors, records staff and administrators, in both languages; in the form of [`super::texts`].

use super::texts::{T, texts};

texts! {
    // Outcomes.
    OUTCOMES = "办案成效", "Outcomes";
    OUTCOMES_LEAD = "{}及下级院，按年度合计。每个数字旁注明统计口径。", "{} and the offices below, by year. Beside each number stands what it counts.";
    YEAR = "年度", "Year";
    AS_CSV = "下载本页数字（CSV）", "Download these numbers (CSV)";
    WHAT_IS_LEFT_OUT = "哪些数字不显示", "Which numbers are not shown";
    STAR = "* 表示不显示", "* is not shown";
    WHAT = "事项", "What";
    TOTAL = "合计", "All";
    NOTHING_COUNTED = "本年度没有可统计的事项。", "Nothing was counted in this year.";
    TABLE_OF = "{}：表", "{}: table";
    DRAWN_OF = "{}：图；下表内容相同", "{}: drawn; the table below says the same";
    TIME_TO_DECISION = "办理时长", "Time to decision";
    COUNTED = "件数", "Number";
    MEDIAN = "中位数（天）", "Median (days)";
    NINTH_DECILE = "九成不超过（天）", "Nine in ten within (days)";
    DAYS_N = "{} 天", "{} days";
    ASKED_FOR = "要求", "Asked for";
    ON_TIME = "按时", "On time";
    SHARE = "按时率", "Share on time";
    OF_GIRLS = "女：按时／要求", "Girls: on time / asked for";
    OF_BOYS = "男：按时／要求", "Boys: on time / asked for";
    BY_QUARTER = "按季度", "By quarter";
    BY_SEX = "按性别", "By sex";
    BY_AGE = "按涉案时年龄", "By age at the alleged act";
    BY_OFFICE = "按机关", "By office";

    ACT_OUTCOMES_DERIVE = "为统计补计本案事项", "counted what was done, for statistics";
    ACT_OUTCOMES_EXPORT = "导出办案成效数字", "took the outcomes’ numbers away";
    ACT_OUTCOMES_READ = "查看办案成效", "looked at the outcomes";

    // Records.
    TO_SEAL = "待封存", "To be sealed";
    TO_SEAL_LEAD = "依法应当封存而尚未封存的记录，期限最近的在前。封存后，本案从所有列表和查找中消失。", "Records that the law wants sealed and that are not, soonest due first. A sealed case leaves every list and search.";
    NOTHING_TO_SEAL = "没有待封存的记录。", "No record waits to be sealed.";
    SEAL_BY = "封存期限", "Seal by";
    SEAL_IT = "封存", "Seal it";
    SEAL_ENTRY_ONLY = "单独封存一条记录", "Seal a single entry";
    MORE_RECORDS = "下一页", "Next page";
    QUERIES = "封存查询", "Queries";
    QUERIES_LEAD = "外部单位就封存记录提出的查询。登记时不查找任何记录；逾期未决定的视为不准许。", "Queries of outside bodies for sealed records. Entering one looks nothing up; one that nobody decides in time counts as refused.";
    NO_QUERIES = "没有查询。", "No queries.";
    NEW_QUERY = "登记查询", "Enter a query";
    ASKED_BY = "查询单位", "Asked by";
    ABOUT_WHOM = "被查询人", "About whom";
    STATE = "状态", "State";
    DECIDE_BY = "决定期限", "Decide by";
    QUERY_PENDING = "待决定", "to be decided";
    QUERY_ALLOWED = "准许", "allowed";
    QUERY_REFUSED = "不准许", "refused";
    QUERY_LAPSED = "逾期，视为不准许", "lapsed, counts as refused";
    QUERY_OF = "查询：{}", "Query of {}";
    THE_APPLICATION = "申请", "The application";
    RULES = "适用规则", "Under which rules";
    APPLICANT = "查询单位和经办人", "The unit that asks, and who came for it";
    BASIS = "查询依据", "Basis";
    BASIS_JUSTICE = "司法机关办案需要", "A justice organ needs it for a case";
    BASIS_RULE = "有关单位根据国家规定", "A unit asks under a national rule";
    BASIS_NONE = "均不是（照常登记，不予准许）", "Neither (it is entered all the same, and refused)";
    RULE_CITED = "所依据的规定或案件", "The rule or the case relied on";
    PURPOSE = "用途和范围", "What for, and how much of it";
    WHOSE_NAME = "被查询人姓名", "Full name of the person asked about";
    LETTER = "公函文号", "Number of the unit’s letter";
    WRITTEN = "书面申请", "The application is in writing";
    VERIFIED = "已核实来人身份", "The identity of who came is verified";
    UNDERTAKING = "已签署保密承诺书", "The undertaking of confidentiality is signed";
    ENTER_QUERY = "登记", "Enter";
    THE_DECISION = "决定", "The decision";
    DECISION_LEAD = "决定由登记人以外的人作出。无论有无记录，答复相同。", "Somebody else than who entered it decides. The answer is the same whether there is a record or not.";
    ALLOW = "准许", "Allow";
    NOT_ALLOW = "不准许", "Refuse";
    GROUNDS = "理由", "Grounds";
    READERS = "由谁查阅", "Who may read";
    READERS_HINT = "仅准许时选择；须为本院档案人员", "Only if it is allowed; records staff of this office";
    FOR_DAYS = "查阅期限（天）", "For how many days";
    FOR_DAYS_HINT = "1 至 30", "1 to 30";
    DECIDE = "作出决定", "Decide";
    THE_ANSWER = "对外答复", "The answer to the unit";
    MAY_READ_UNTIL = "可以查阅至", "May be read until";
    RECORDS_FOUND = "准许查阅的记录", "Records that may be read";
    RECORD_N = "记录 {}", "Record {}";
    CAP = "法定最长期限", "The law’s longest time";
    ASKED_ON = "登记时间", "Entered";
    NEW_CERTIFICATE = "出具无犯罪记录证明", "Issue a no-record certificate";
    CERTIFICATE_LEAD = "对记录已封存的人，与没有记录的人，出具同样的证明。", "Somebody whose record is sealed gets the same certificate as somebody who has none.";
    WHO_ASKS = "申请人", "Who asks";
    HIMSELF = "本人", "The person";
    REPRESENTATIVE = "法定代理人", "The legal representative";
    ABOUT_NAME = "证明对象姓名", "Full name of the person it is about";
    IDENTITY_CHECKED = "已核实申请人身份", "The identity of who asks is verified";
    ISSUE = "出具", "Issue";
    CERTIFICATE = "无犯罪记录证明", "No-record certificate";
    CERTIFICATE_NO = "证明编号：{}", "No. {}";
    PERSON_ASKED = "证明对象", "Concerning";
    SEAL_OF_OFFICE = "（单位盖章）", "(seal of the office)";
    SIGNED_BY = "经办人（签名）", "Signature";
    PRINT_HINT = "请用浏览器打印（A4）。", "Print it with the browser (A4).";

    // Entries sealed by themselves.
    ITEMS = "单独封存的记录", "Entries sealed by themselves";
    ITEMS_LEAD = "单独封存一条记录的文字，案件照常办理；日期、数字和选项保留。解除须由两人先后提出，并当场再次验证身份。", "The words of an entry are sealed while the case goes on; days, numbers and choices stay. Two people, one after the other, put them back, each confirming who they are.";
    NO_ITEMS = "没有单独封存的记录。", "No entry is sealed by itself.";
    ENTRY_N = "第 {} 号", "Entry {}";
    SEALED_BY = "封存人", "Sealed by";
    PROPOSED_UNSEAL = "已提出解除：{}", "{} has proposed to put it back";
    PUT_BACK = "已解除封存：{}", "put back by {}";
    SEAL_ENTRY = "封存一条记录", "Seal an entry";
    WHICH_ENTRY = "哪一条", "Which entry";
    WHY_UNDER_RULE = "理由和依据", "Why, and under which rule";
    AT_LEAST_TEN = "至少十个字", "At least ten characters";
    PROPOSE_BACK = "提出解除封存", "Propose to put it back";
    CONFIRM_BACK = "同意解除封存", "Put it back";

    // Cases that go to another office.
    TRANSFERS = "移送", "Transfers";
    TRANSFERS_LEAD = "等待答复的移送。接收前，移送院继续办理，期限照常计算。", "Offers that wait for an answer. Until one is accepted, the office that offers goes on with the case and its clocks run.";
    NO_TRANSFERS = "没有等待答复的移送。", "No offer waits for an answer.";
    TO_ANOTHER_OFFICE = "移送其他机关", "Offer it to another office";
    TO_OFFICE = "移送至", "To which office";
    TOLD_THERE = "告知接收院的理由", "What that office is told about it";
    OFFER_LEAD = "接收院接收前不作任何更改。", "Nothing changes until the other office accepts.";
    OFFER_CASE = "移送案件：{}", "Offer {} to another office";
    OFFER = "提出移送", "Offer it";
    ACCEPT_LEAD = "强制措施、退回次数等由移送院的案卷带来，不必填写。", "The measure, returns and other facts come with the file; only what they do not say is asked.";
    TAKE_OVER_FROM = "接收 {} 移送的案件", "Take over the case that {} offers";
    TAKE_OVER = "接收", "Take it over";
    REFUSE_OFFER = "拒绝接收", "Refuse it";
    WITHDRAW_OFFER = "撤回移送", "Withdraw it";

    // Conflicts of interest and emergencies.
    EXCLUSIONS = "回避", "Conflicts of interest";
    EXCLUSIONS_LEAD = "登记回避后，该人无论以何种角色都不能查阅和办理本案，其分工随即结束。", "Whoever has one is kept away from the case in every role; their assignments to it end at once.";
    KEPT_AWAY = "回避人员", "Who is kept away";
    KEPT_AWAY_HINT = "不选则为本人", "Yourself if you choose nobody";
    RECORD_CONFLICT = "登记回避", "Record a conflict of interest";
    LIFT = "解除", "Lift it";
    LIFTED = "已解除", "lifted";
    BREAK_GLASS = "紧急查阅", "Open a case in an emergency";
    BREAK_GLASS_LEAD = "仅供查阅，最长一小时。承办人和监督人员立即得到通知，事后由他人审查。须当场再次验证身份。", "For reading, for an hour at most. The lead and the supervisors are told at once, and somebody else reviews it. You are asked to confirm who you are.";
    THE_EMERGENCY = "紧急情况", "The emergency";
    AT_LEAST_TWENTY = "至少二十个字", "At least twenty characters";
    MINUTES = "分钟", "Minutes";
    MINUTES_HINT = "最多 60", "60 at most";
    OPEN_NOW = "立即查阅", "Open it now";

    // Copies that leave the house.
    COPIES = "案卷副本", "Copies of the file";
    COPIES_LEAD = "凡向院外提供案卷副本，须记明提供给谁、作何用途；封存时应当收回。医疗、被害人材料以及谈心记录不随副本提供。", "Whenever a copy leaves the house it is written down for whom and what for; when the record is sealed it is recalled. Medical and victims’ files and counselling notes stay.";
    NO_COPIES = "尚未提供副本", "None has left.";
    MAKE_COPY = "制作副本", "Make a copy";
    COPY_RECIPIENT = "接收方", "Who gets it";
    COPY_PARTY = "办案机关或者诉讼参与人", "somebody with a part in the case";
    COPY_OTHER = "其他人（隐去身份和内容）", "anybody else (without names and words)";
    COPY_TO = "提供给", "For whom";
    COPY_PURPOSE = "用途", "What for";
    COPY_PURPOSE_HINT = "至少十个字", "At least ten characters";
    COPY_MADE = "制作", "Made";
    COPY_BACK = "收回", "Came back";
    COPY_RECALL = "记为已收回或者销毁", "Came back, or was destroyed";
    COPY_OUT = "尚未收回", "not yet";
    COPY_OF = "案卷副本", "Copy of the file";
    COPY_NO = "副本编号", "Number of the copy";
    COPY_WARNING = "本副本涉及未成年人，仅供所列用途使用，不得公开或者转交他人。", "This copy is about a child. It is for the purpose named here and nobody else; it is not to be published or passed on.";
    COPY_STANDS = "案件情况", "The case";
    COPY_AGED = "行为时 {} 周岁", "aged {} at the alleged act";
    COPY_CLOCKS = "期限", "Periods";
    COPY_DIGEST = "内容摘要（SHA-256）：{}", "SHA-256 of the content: {}";
    COPY_CLOCK = "期限名称", "Period";
    ACT_COPY = "制作了案卷副本", "made a copy of the file";
    ACT_COPIES = "查看了案卷副本登记", "looked at the copies of the file";
    ACT_COPY_RECALLED = "登记案卷副本已收回", "wrote down that a copy came back";

    // The ledger about people.
    LEDGER_CASES = "案件留痕", "About cases";
    LEDGER_PEOPLE = "人员留痕", "About people";
    LEDGER_PEOPLE_TEXT = "与本院及下级院工作人员有关的账号、角色和登录留痕，最新在前。", "Accounts, roles and signing in of those who work at your office and below, newest first.";
    ACT_LEDGER_PEOPLE = "查看人员留痕", "read the ledger about people";

    // Tokens.
    TOKENS = "程序令牌", "Tokens for programs";
    TOKENS_LEAD = "供您自己的程序使用，权限与您相同或仅限读取。", "For programs of your own: they may what you may, or only read.";
    TOKEN_LABEL = "用途", "What it is for";
    TOKEN_SCOPE = "权限", "What it may do";
    TOKEN_READ = "只读", "Read";
    TOKEN_WRITE = "读写", "Read and write";
    TOKEN_DAYS = "有效天数", "Days";
    MAKE_TOKEN = "生成令牌", "Make a token";
    TOKEN_MADE = "令牌已生成", "The token";
    TOKEN_ONCE = "令牌只显示这一次，请立即妥善保存。", "It is shown only now: keep it somewhere safe.";
    ENDS_ON = "有效期至 {}", "until {}";
    END_TOKEN = "作废", "End it";

    // One person who works here, and a new office.
    ROLES = "角色", "Roles";
    CHANGE_GRANT = "授予", "grant";
    CHANGE_END = "终止", "end";
    INVITE = "邀请登录", "invite";
    PROPOSE_INVITE = "提出邀请", "Propose an invitation";
    INVITE_LEAD = "首次登录，或者丢失了全部登录凭据时，需要邀请码。由一人提出，另一人决定并转交本人。", "To sign in for the first time, or after everything was lost, a person needs an invitation. One proposes it; another decides, and hands it over.";
    INVITATION = "邀请码", "The invitation";
    INVITATION_ONCE = "邀请码只显示这一次，三日内有效，只能使用一次。请当面或者以其他可靠方式交给本人；使用后，此前的登录凭据全部失效。", "It is shown only now, is good once and for three days. Hand it over in person or by another safe way; when it is used, what the person could show before ends.";
    END_ROLE = "提出终止", "Propose to end it";
    PROPOSE_ROLE = "提出授予", "Propose to grant it";
    DEPUTIES = "代理人", "Who stands in";
    DEPUTY = "代理人姓名", "Deputy";
    ADD_DEPUTY = "指定代理人", "Say who stands in";
    END_DEPUTY = "终止代理", "End it";
    ENDED = "已终止", "ended";
    HAND_OVER = "移交案件", "Hand the caseload over";
    HAND_OVER_LEAD = "此人的全部分工移交一名同事；中断后再次提交，从剩余部分继续。", "All assignments of this person go to a colleague. Broken off, it goes on with what is left.";
    NEW_OFFICE = "新建机关", "A new office";
    CODE_HINT = "1 至 20 个字母、数字或连字符", "1 to 20 letters, digits or hyphens";
    KIND_OF_OFFICE = "机关类别", "What it is";
    KIND_NATIONAL = "最高人民检察院", "National";
    KIND_PROVINCIAL = "省级人民检察院", "Provincial";
    KIND_MUNICIPAL = "市级人民检察院", "Municipal";
    KIND_DISTRICT = "基层人民检察院", "District";
    KIND_PARTNER = "社会工作服务机构", "Organisation for social work";
    NAME_ZH = "中文名称", "Name in Chinese";
    NAME_EN = "英文名称", "Name in English";
    OFFICE_ABOVE = "上级机关", "The office above";

    // What an administrator looks after.
    CASES_BY_VERSION = "各版本案件数", "Cases by version";
    CASES_UNDER = "{} 件案件", "{} cases";
    KEYS = "密钥", "Keys";
    KEY_FOR = "用途", "What it is for";
    KEY_EPOCH = "代", "Generation";
    KEY_CASES = "封装案件密钥", "wraps the keys of cases";
    KEY_INDEX = "姓名和证件号码索引", "index of names and identity numbers";
    KEY_ACCOUNTS = "账号信息", "what is sealed of accounts";
    KEY_PASSWORDS = "口令", "passwords";
    KEY_LEDGER = "账本签名", "signs the ledger";
    KEY_SEALED = "已封存的案件", "sealed cases";
    KEY_ACTIVE = "使用中", "in use";
    KEY_OPENS = "仅用于解密", "only opens what it sealed";
    KEY_GONE = "已销毁", "destroyed";
}
