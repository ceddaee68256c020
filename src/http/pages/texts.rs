//! Every visible text of the pages, in both languages. What a pack or the law says comes with them from there.
//!
//! A pair of braces in a text stands for what is put in its place.

/// A text of the interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct T {
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

macro_rules! texts {
    ($($name:ident = $zh:literal, $en:literal;)*) => {
        $(pub(in crate::http::pages) const $name: &T = &T { zh: $zh, en: $en };)*
        #[cfg(test)]
        pub(in crate::http::pages) const ALL: &[(&str, &T)] = &[$((stringify!($name), $name)),*];
    };
}
pub(super) use texts;

mod work;

pub(super) use work::*;

texts! {
    // The frame of every page.
    BRAND = "未成年人案件", "children’s cases";
    SKIP = "跳到正文", "Skip to the content";
    NAV = "主导航", "Main";
    FOOT = "仅限本案办理使用。每次查阅均留痕。", "For work on these cases only. Every look is recorded.";
    HOME = "今日工作", "Today";
    CASES = "案件", "Cases";
    OPEN_CASE = "受理案件", "Open a case";
    LEDGER = "办案留痕", "Audit";
    EMERGENCIES = "紧急查阅", "Emergencies";
    STAFF = "人员与机关", "People and offices";
    PACKS = "办案规则", "Rules";
    STATUS = "系统状态", "Status";
    SIGN_OUT = "退出", "Sign out";
    FIND = "查找", "Find";
    FIND_LABEL = "姓名、拼音、身份证号或案号", "Name, pinyin, ID or case number";
    FIND_HINT = "须为完整姓名。仅显示您有权查阅的案件；每次查找均留痕。", "The full name. Only cases that you may read are shown; every search is recorded.";
    IDLE_TEXT = "您即将因长时间未操作而退出。已填写的内容不会丢失。", "You will be signed out soon because nothing happened for a while. What you have typed is not lost.";
    IDLE_STAY = "继续工作", "Stay signed in";
    SOMEBODY = "未知人员", "somebody";
    NOBODY = "无", "nobody";
    YES = "是", "Yes";
    NO = "否", "No";
    SOMETHING_WRONG = "请更正以下内容", "There is a problem";

    // Problems.
    WANTED = "需要：", "Wanted: ";
    BACK_KEEPS = "返回上一页，已填写的内容仍在。", "Go back: what you typed is still there.";
    TO_HOME = "回到今日工作", "Go to today’s work";
    SESSION_ENDED = "登录已失效", "You have been signed out";
    SESSION_ENDED_KEPT = "您填写的内容已保留，尚未提交。", "What you typed is kept. It has not been sent yet.";
    SIGN_IN_ELSEWHERE = "在新窗口重新登录", "Sign in again in a new window";
    THEN_SEND_AGAIN = "然后回到这里，再次提交：", "Then come back here and send it again:";
    SEND_AGAIN = "再次提交", "Send again";
    SENT_BEFORE = "已经提交过", "Already sent";
    SENT_BEFORE_ONCE = "这份表单已提交，只办理了一次，没有重复办理。只显示一次的内容不再显示。", "This form was sent and done once; nothing was done again. What is shown only once is not shown again.";
    SENT_BEFORE_OTHER = "这份表单已按当时的内容提交并办理。现在的内容与当时不同，尚未提交。", "This form was sent and done with what it held then. What it holds now is different and has not been sent.";
    SENT_BEFORE_LOOK = "查看办理结果", "See what came of it";
    SEND_THIS_TOO = "将现在的内容另行提交", "Send this as well";
    CONFIRMED = "身份已确认", "Confirmed";
    CONFIRMED_GO_ON = "刚才填写的内容仍在，可继续提交。", "What you typed is kept; go on with it.";
    GO_ON = "继续", "Continue";
    CONFIRM = "确认", "Confirm";
    CONTINUE = "继续访问", "Continue to Tutela";
    CONTINUE_WHY = "您从其他网站来到这里。为安全起见，请点击继续。", "You came from another site. To keep your session safe, it takes one more click.";
    STEP_UP = "请再次确认身份", "Confirm that it is you";
    STEP_UP_WHY = "此事关系重大。请再输入一次口令或一次性验证码，五分钟内有效。", "This is a grave act. Give your password or a one-time code once more; it counts for five minutes.";

    // Signing in.
    SIGN_IN = "登录", "Sign in";
    LOGIN = "登录名", "Sign-in name";
    PASSWORD = "口令", "Password";
    OR_CODE = "或者一次性验证码", "Or a one-time code";
    WITH_PASSKEY = "使用通行密钥", "Use a passkey";
    PASSKEY_INSTEAD = "改用通行密钥", "Register a passkey instead";
    PASSKEY_FAILED = "通行密钥未能通过，请重试或改用其他方式。", "The passkey was not accepted. Try again or use another way.";
    NO_WAY_IN = "无法登录？", "Cannot sign in?";
    NO_WAY_IN_TEXT = "请联系本院系统管理员，管理员可发给您新的邀请码。邀请码仅可使用一次。", "Ask your office’s administrator for a new invitation. It is good once.";
    HAVE_INVITATION = "我有邀请码", "I have an invitation";
    SECOND_FACTOR = "第二步验证", "Second step";
    CODE = "一次性验证码", "One-time code";
    CODE_HINT = "验证器应用显示的六位数字", "Six digits, as your authenticator shows them";
    RECOVERY_INSTEAD = "没有验证器？使用恢复码", "No authenticator at hand? Use a recovery code";
    RECOVERY_CODE = "恢复码", "Recovery code";
    RECOVERY_CODES = "恢复码", "Recovery codes";
    RECOVERY_CODES_TEXT = "每个恢复码可代替一次性验证码使用一次。请抄下并妥善保管，此页只显示一次。", "Each is good once in place of a one-time code. Write them down and keep them safe: they are shown only now.";
    INVITATION = "首次登录", "Your first sign-in";
    INVITATION_TEXT = "请设置口令，随后设置一次性验证码。", "Choose a password; then set up one-time codes.";
    INVITATION_CODE = "邀请码", "Invitation";
    NEW_PASSWORD = "新口令", "New password";
    PASSWORD_NOW = "现有口令", "Password until now";
    PASSWORD_HINT = "15 至 128 个字符；几个不相关的词即可，不要求符号", "15 to 128 characters. A few unrelated words do; no symbols are required";
    PASSWORD_AGAIN = "再次输入新口令", "New password again";
    PASSWORDS_DIFFER = "两次输入的口令不一致", "The two passwords are not the same";
    ENROL = "设置一次性验证码", "Set up one-time codes";
    ENROL_TEXT = "用手机上的验证器应用扫描，然后输入其显示的六位数字。", "Scan this with an authenticator on your telephone, then type the six digits that it shows.";
    QR = "二维码", "QR code";
    ENROL_BY_HAND = "无法扫描？请手工输入密钥：", "Cannot scan it? Type this key:";
    ENROL_ON_THIS = "在本设备的验证器中打开", "Open it in an authenticator on this device";
    BY_PROVIDER_BUTTON = "统一身份认证登录", "Sign in through the identity provider";
    AWAY_TEXT = "您将离开本系统，在统一身份认证处登录后返回。", "You leave this service, sign in there, and come back.";
    ARRIVED = "登录成功", "You are signed in";
    DEMO = "演示入口", "The demo’s door";
    DEMO_TEXT = "所有人员、案件均为虚构。选择一个身份进入。", "Everybody and every case here is invented. Choose who to be.";
    DEMO_PASSWORD = "须再次确认身份时，所有人的口令均为", "Where something asks to confirm who you are, everybody’s password is";
    ENTER = "进入", "Enter";
    ENTER_AS = "以{}的身份进入", "Enter as {}";

    // The account.
    REMINDERS = "提醒", "Reminders";
    CHILDREN = "我的孩子", "My children";
    ACCOUNT = "我的账号", "My account";
    NAME = "姓名", "Name";
    ROLE = "角色", "Role";
    OFFICE = "机关", "Office";
    SESSIONS = "登录中的设备", "Where you are signed in";
    BROWSER = "浏览器", "Browser";
    SHOWN = "验证方式", "Signed in with";
    BEGUN = "登录时间", "Since";
    LAST_USED = "最近使用", "Last used";
    THIS_ONE = "当前", "this one";
    END_SESSION = "结束", "End";
    END_OTHERS = "结束其他全部登录", "End all others";
    WAYS_IN = "登录方式", "Ways to sign in";
    SET_ON = "设置于 {}", "set on {}";
    NOT_SET = "未设置", "not set";
    LEFT = "剩余 {} 个", "{} left";
    PASSKEYS = "通行密钥", "Passkeys";
    NEW_RECOVERY_CODES = "生成新的恢复码", "New recovery codes";
    ADD_PASSKEY = "添加通行密钥", "Add a passkey";
    THIS_DEVICE = "本设备", "this device";
    CHANGE_PASSWORD = "更改口令", "Change the password";
    BY_PASSWORD_TOTP = "口令和一次性验证码", "password and one-time code";
    BY_PASSWORD_RECOVERY = "口令和恢复码", "password and recovery code";
    BY_PASSKEY = "通行密钥", "passkey";
    BY_PROVIDER = "统一身份认证", "identity provider";

    // Roles.
    ROLE_PROSECUTOR = "检察官", "Prosecutor";
    ROLE_CHIEF = "检察长", "Chief prosecutor";
    ROLE_CLERK = "案件管理", "Case management";
    ROLE_SOCIAL_WORKER = "司法社工", "Social worker";
    ROLE_SUPERVISOR = "监督", "Supervisor";
    ROLE_RECORDS = "档案", "Records";
    ROLE_ADMIN = "系统管理员", "Administrator";
    ROLE_RESEARCHER = "研究", "Researcher";

    // Lists.
    OVERDUE = "已逾期", "Overdue";
    DUE_TODAY = "今日到期", "Due today";
    DUE_THIS_WEEK = "七日内到期", "Due within seven days";
    NOTICES = "通知", "Notices";
    MARK_READ = "标为已读", "Mark as read";
    CASE = "案号", "Case";
    STANDS = "状态", "Where it stands";
    NEXT_DUE = "最近期限", "Next due";
    LEAD = "承办人", "Lead";
    CHOOSE = "选择", "Choose";
    TO_APPROVE = "待审批", "to approve";
    NOTHING_RUNS = "无进行中的期限", "no clock runs";
    WHICH_LIST = "案件范围", "Which cases";
    LIST_MINE = "我的案件", "Mine";
    LIST_OFFICE = "本院案件", "My office";
    LIST_UNASSIGNED = "未分配", "Unassigned";
    NO_CASES = "没有案件。", "No cases.";
    NEXT_PAGE = "下一页", "Next page";
    FOUND = "找到 {} 件", "{} found";
    FOUND_NOTHING = "没有您有权查阅的案件与此相符。请核对全名，或改用案号查找。", "No case that you may read fits. Check the full name, or search by the case number.";
    CHILD = "未成年人", "Child";
    LATE = "逾期 {} 天", "{} days overdue";
    LATE_ONE = "逾期 {} 天", "{} day overdue";
    TODAY = "今日到期", "due today";
    TOMORROW = "明日到期", "due tomorrow";
    DAYS_LEFT = "剩 {} 天", "{} days left";
    ASSIGN_CHOSEN = "分配所选案件", "Assign the chosen cases";
    AS_WHAT = "担任", "As";
    TO_WHOM = "登录名", "Sign-in name";
    ASSIGN = "分配", "Assign";
    PLACE_LEAD = "承办检察官", "Lead prosecutor";
    PLACE_SECOND = "协办检察官", "Second prosecutor";
    PLACE_SOCIAL_WORKER = "司法社工", "Social worker";
    PLACE_APPROVER = "审批人", "Approver";

    // A case.
    NAME_HIDDEN = "姓名不公开", "Name not shown";
    GIRL = "女", "Girl";
    BOY = "男", "Boy";
    AGE_UNKNOWN = "年龄未查明", "age unknown";
    AGED = "{}周岁", "aged {}";
    AGE_THEN = "涉案时{}周岁", "{} at the time";
    BIRTH_UNPROVED = "出生日期未证实", "birth date not proved";
    NEEDS_INTERPRETER = "需要翻译", "needs an interpreter";
    NEEDS_ACCOMMODATION = "需要程序便利", "needs accommodation";
    DAYS_HELD = "羁押天数", "days held";
    HELD_DAY = "羁押第 {} 天", "held, day {}";
    SINCE = "自 {}", "since {}";
    CASE_NAV = "本案页面", "Pages of this case";
    TAB_OVERVIEW = "概览", "Overview";
    TAB_JOURNAL = "办案记录", "Journal";
    TAB_PEOPLE = "人员", "People";
    TAB_WAY = "流程图", "Way";
    TAB_FORMS = "调查评估", "Assessments";
    TAB_CHILD = "未成年人", "The child";
    TAB_AUDIT = "查阅留痕", "Who looked";
    ATTENTION = "需要您注意", "Needs your attention";
    ACTS = "可以办理", "What can be done";
    NO_ACTS = "目前没有您可以办理的事项。", "Nothing can be done by you at this point.";
    NEEDS_APPROVAL = "须审批", "needs approval";
    NOT_YET = "条件尚未具备", "Not yet possible";
    MISSING = "尚缺 {} 项", "{} missing";
    RECORD_IT = "去记录", "Record it";
    RECORDED_BY = "由{}记录", "Recorded by: {}";
    INSTEAD = "可以改为：{}", "Lawful instead: {}";
    OF_OTHERS = "由他人办理的事项（{}）", "What others can do ({})";
    SAFEGUARDS = "权利保障", "Safeguards";
    STILL_OPEN = "{} 项待落实", "{} open";
    THE_RULE = "规则说明", "What the rule says";
    MET = "已落实", "met";
    OPEN = "待落实", "open";
    MET_ALREADY = "已落实的保障（{}）", "Already met ({})";
    WITH_ACT = "随办理记录", "given with the act";
    CLOCKS = "期限", "Clocks";
    CLOCKS_DRAWN = "期限时间线；下表内容相同", "The clocks on a line of time; the table below says the same";
    CLOCK = "期限", "Clock";
    DUE = "届满", "Due";
    NOW = "今天", "today";
    SUSPENDED = "中止", "suspended";
    DAYS_KEPT = "保留 {} 天", "{} days kept";
    ROLLED = "按日计算为 {}，顺延至工作日", "{} by bare counting, moved to a working day";
    PROVISIONAL = "节假日历未公布，暂定", "provisional: that year’s holidays are not known yet";
    RESUMED_AT_END = "于最后一日恢复计算，请核对", "resumed on its very last day: check it";
    DOCUMENTS = "文书", "Documents";
    NOT_RECEIVED = "尚未送达", "not received yet";
    TO_BE_MADE = "待制作", "to be made";
    MAKE_ANOTHER = "制作文书", "Make a document";
    RIGHTS_FLOOR = "权利底线提示", "Where the rights floor was touched";
    DRAFT_WAITS = "“{}”待审批", "“{}” waits for approval";
    DOCUMENT_OWED = "《{}》应当制作", "“{}” is to be made";
    DOCUMENT_UNSERVED = "《{}》尚未全部送达", "“{}” has not reached everybody";
    SUGGESTED = "法律提示：{}", "The law suggests: {}";
    BREACH = "曾有违反：{}", "A right was broken: {}";
    MATTER = "{}：{}", "{}: {}";
    DOCUMENTS_DONE = "已制作并送达的文书（{}）", "Made and received ({})";
    DONE = "已记录，第 {} 号。", "Recorded as entry {}.";
    RECORDED = "已记录", "recorded";
    OPTIONAL = "（选填）", "(optional)";

    // Doing something.
    WHAT_HAPPENED = "办理情况", "What happened";
    WHAT_IS_RECORDED = "记录内容", "What is recorded";
    HAPPENED_AT = "发生时间", "When";
    HAPPENED_AT_HINT = "不填即为现在", "Now, unless you say otherwise";
    RIGHT_NOW = "现在", "now";
    WHOSE_ACT = "由谁作出", "Whose act it is";
    DECISION = "决定", "The decision";
    REASONS = "理由", "Reasons";
    CHILD_VIEW = "未成年人的意见", "The child’s own view";
    CHILD_VIEW_HINT = "尽量记录原话", "In the child’s words, as far as possible";
    DIVERSION = "能否不进入审判（分流）及理由", "Why diversion is or is not possible";
    REVIEW_ROUTE = "已告知救济途径", "The ways to challenge it were explained";
    SANCTION = "拟议的处分", "A sanction proposed";
    SANCTION_NONE = "无", "None";
    SANCTION_NON_CUSTODIAL = "非监禁", "Non-custodial";
    SANCTION_CUSTODIAL = "监禁", "Custodial";
    ALTERNATIVES = "考虑过的更轻措施", "Milder measures considered";
    ALTERNATIVES_HINT = "限制人身自由时，须说明更轻的措施为何不够。", "Where liberty is restricted, say why nothing milder is enough.";
    ALTERNATIVE = "措施 {}", "Measure {}";
    WHY_NOT = "措施 {} 为何不够", "Why measure {} is not enough";
    DRAFT_FIRST = "此决定由您拟稿，由另一人审批后生效。", "You draft this decision; it takes effect when another person approves it.";
    MAKE = "制作《{}》", "Make “{}”";
    RECEIVED = "《{}》送达", "“{}” was received";
    RECIPIENTS = "受送达人", "Received by";
    RECEIVED_ON = "送达日期", "Received on";
    DRAFT_OF = "审批：{}", "Approve: {}";
    DRAFT_NUMBER = "草稿编号", "Draft";
    APPROVES = "审批草稿", "Approves draft";
    APPROVE = "同意", "Approve";
    SEND_BACK = "退回", "Send back";
    YOUR_ANSWER = "您的意见", "Your answer";
    WHY_SENT_BACK = "退回理由", "Why it is sent back";
    WHY_SENT_BACK_HINT = "仅退回时填写", "Only when it is sent back";
    GO_ON_BECAUSE = "{}：继续办理的理由", "{}: why it is done nevertheless";
    GO_ON_ANYWAY = "提示事项仍继续办理", "Going on despite a warning";
    GO_ON_ANYWAY_HINT = "以下规则为提示性规则。写明理由后可以继续；理由将入卷。", "These rules warn. With a written reason you may go on; it is put on file.";
    CHECK = "核对", "Check";
    CANCEL = "取消", "Cancel";
    CHECK_TITLE = "请核对后提交", "Check before you send";
    NOTED = "将一并记录的提示", "Warnings that will be noted";
    SEND = "提交", "Send";
    CHANGE = "修改", "Change";
    CONFLICT = "本案刚刚被他人更改", "Somebody else changed this case meanwhile";
    CONFLICT_TEXT = "您填写的内容已保留，尚未提交。请查看最新情况，再决定是否提交。", "What you typed is kept; it has not been sent. See what changed, then decide whether to send it.";
    LATEST = "最近的记录", "The latest entries";
    SEE_CASE = "在新窗口查看本案", "See the case in a new window";
    YOUR_FORM = "您填写的内容", "What you typed";
    CHECK_AGAIN = "按最新情况核对", "Check it against the case as it is now";

    // The journal and the way.
    KIND_ACT = "办理", "act";
    KIND_DRAFT = "拟稿", "draft";
    KIND_RETURN = "退回", "sent back";
    KIND_EVIDENCE = "保障", "safeguard";
    KIND_ISSUE = "文书", "document";
    KIND_SERVE = "送达", "service";
    KIND_CHILD = "更正", "correction";
    SHOW_ONLY = "只显示", "Show only";
    EVERYTHING = "全部", "Everything";
    SHOW = "显示", "Show";
    SHOW_ALL = "显示全部", "Show everything";
    NO_ENTRIES = "没有记录。", "No entries.";
    RECORDED_LATE = "补记于 {}", "recorded late, {}";
    SUPERSEDED_BY = "已由第 {} 号更正", "Corrected by entry {}";
    SUPERSEDES = "更正第 {} 号", "Corrects entry {}";
    WHAT_WAS_RECORDED = "记录内容", "What was recorded";
    CORRECT_ENTRY = "更正此记录", "Correct this entry";
    CORRECTS = "您正在更正第 {} 号记录。原记录保留，并标为已更正。", "You are correcting entry {}. It stays on file, marked as corrected.";
    SEALED_ENTRY = "此条已单独封存，文字不予显示", "Sealed by itself: its words are kept away from everybody";
    EARLIER_ENTRIES = "更早的记录", "Earlier entries";
    WHO_RECORDED = "记录人", "Recorded by";
    EVERYBODY = "所有人", "Everybody";
    BORN = "出生日期", "Born";
    WHY = "理由", "Why";
    WAY_TEXT = "本案走过的路径以橙色标出，当前状态为深色。", "The way that this case took is orange; where it stands now is dark.";
    WAY_ALONE = "单独打开图", "Open the picture alone";
    WAY_ALT = "本案在程序图上的路径；下方列表内容相同", "The case’s way on the diagram of its rules; the list below says the same";
    WAY_STEPS = "步骤", "Steps";

    // People and assignment.
    IN_THE_CASE = "本案人员", "In the case";
    WHO_IT_IS = "身份信息", "Who it is";
    ADD_PERSON = "添加人员", "Add a person";
    CORRECT_PERSON = "更正人员信息", "Correct a person";
    CORRECT = "更正{}的信息", "Correct {}";
    CORRECTION_KEEPS = "更正后，原记录仍保留并标为已更正。", "The entry before stays on file, marked as corrected.";
    SAVE = "保存", "Save";
    ALSO_KNOWN_AS = "曾用名、化名", "Also known as";
    ALSO_KNOWN_AS_HINT = "多个请用顿号分隔", "Several, separated by commas";
    ID_NUMBER = "身份证号码", "Identity number";
    ID_NUMBER_HINT = "18 位", "18 digits";
    RELATION = "与未成年人的关系", "Relation to the child";
    PHONE = "电话", "Telephone";
    ADDRESS = "住址", "Address";
    SCHOOL = "学校或单位", "School or work";
    NOTE = "备注", "Note";
    WHO_WORKS = "办案人员", "Who works on it";
    FROM_UNTIL = "起止", "From – until";
    ASSIGNED = "已分配 {} 件", "{} assigned";
    NOT_ASSIGNED = "{} 件未能分配", "{} could not be assigned";
    SEE_CASE_HERE = "查看案件", "See the case";

    // Opening a case.
    OPEN_TEXT = "收到的是什么？", "What has arrived?";
    THE_CHILD = "未成年人", "The child";
    LAW_ASKS = "法律所需信息", "What the law asks";
    THE_FILE = "案卷", "The file";
    SEX = "性别", "Sex";
    BIRTH_PROVED = "出生日期有证据证实", "The date of birth is proved";
    PREGNANT = "怀孕或者正在抚育子女", "Pregnant, or caring for a child of her own";
    CORRECT_FACTS = "更正", "Correct";
    CORRECT_CHILD = "更正未成年人的基本情况", "Correct what is known of the child";
    CORRECT_CHILD_LEAD = "年龄、性别和特殊需要决定适用哪些保障。更正留有记录，此前的记录不会消失。", "Age, sex and needs decide which protection applies. A correction is an entry of its own; what was recorded before stays.";
    CORRECT_CHILD_WHY = "依据什么得知，例如出生证明、便利筛查", "How it is known: a birth certificate, a screening";
    HANGS_ON_CHILD = "此项还取决于案卷中未成年人的基本情况。", "This also hangs on what the file knows of the child.";
    OFFENCE_ON = "涉案日期", "Day of the alleged offence";
    OWN_NUMBER = "本院案号", "Your office’s number";
    OWN_NUMBER_HINT = "不填则自动生成", "One is made if you leave it out";
    RECEIVED_AT = "收到时间", "Received";
    OPEN_IT = "受理", "Open the case";

    // Audit.
    LEDGER_TEXT = "本院及下级院案件的全部查阅与办理留痕，最新在前。", "Every look and every act in the cases of your office and below, newest first.";
    SIGNED_NAME = "登录名", "Sign-in name";
    FROM_DAY = "自", "From";
    UNTIL_DAY = "至", "Until";
    NOTHING_FITS = "没有符合条件的留痕。", "No entry fits.";
    WHO_LOOKED = "谁查阅过本案", "Who looked at this child’s file";
    UNDER_RULE = "依据规则", "Under which rule";
    DID = "做了什么", "What was done";
    LAST_TIME = "最近一次", "Last time";
    TRAIL = "留痕", "The trail";
    OUTCOME = "结果", "Outcome";
    ALLOWED = "已允许", "allowed";
    DENIED = "未允许", "not allowed";
    EARLIER = "更早的记录", "Earlier entries";
    CHECK_LEAF = "核验第 {} 号留痕", "Check entry {}";
    LEAF = "第 {} 号留痕", "Entry {} of the ledger";
    PROVED = "已核验", "proved";
    PROVED_TEXT = "此条留痕包含在已签名的账本中，服务器已核验其证明。", "This entry is in the signed ledger; the service has verified the proof below.";
    LEAF_ITSELF = "留痕原文", "The entry itself";
    PROOF = "证明", "The proof";
    PROOF_TEXT = "任何人凭公钥即可独立核验，无须信任本系统。", "Anybody can verify it with the public key alone, without trusting this service.";
    PUBLIC_KEY = "公钥", "The public key";
    THE_SERVICE = "本系统", "The service";
    ACT_DENIED = "被拒绝访问", "was denied access";
    ACT_ACT = "办理事项", "acted in the case";
    ACT_ASSIGN = "分配案件", "assigned the case";
    ACT_ASSIGNMENTS = "查看办案人员", "looked at who works on it";
    ACT_AUDIT = "查看留痕", "looked at the trail";
    ACT_BREAK_GLASS = "紧急查阅", "opened it in an emergency";
    ACT_CLOCKS = "查看期限", "looked at the clocks";
    ACT_CONSIDER = "核对拟办事项", "asked what the law would say";
    ACT_CORRECT = "更正未成年人信息", "corrected what is known of the child";
    ACT_CASE_DENIED = "被拒绝查阅本案", "was denied the case";
    ACT_DRAFT = "拟稿", "drafted a decision";
    ACT_EVIDENCE = "记录保障", "recorded a safeguard";
    ACT_EXCLUDE = "登记回避", "recorded a conflict of interest";
    ACT_EXCLUSION_LIFT = "解除回避", "lifted a conflict of interest";
    ACT_EXCLUSIONS = "查看回避记录", "looked at conflicts of interest";
    ACT_FOUND = "查找到本案", "found the case by a search";
    ACT_HANDOVER = "移交案件", "handed the case over";
    ACT_ISSUE = "制作文书", "made a document";
    ACT_JOURNAL = "查看办案记录", "read the journal";
    ACT_CHILDREN = "查看所帮助的未成年人名单", "looked at the list of the children they help";
    ACT_LIST = "查看案件列表", "looked at a list";
    ACT_LOOKERS = "查看谁查阅过", "asked who looked";
    ACT_OFFERS = "查看可办理事项", "asked what can be done";
    ACT_OPEN = "受理案件", "opened the case";
    ACT_PEOPLE = "查看人员", "looked at the persons";
    ACT_PERSON = "添加或更正人员", "added or corrected a person";
    ACT_PROOF = "核验留痕", "checked an entry of the ledger";
    ACT_READ = "查阅本案", "read the case";
    ACT_REFUSED = "依法未获办理", "was refused by law";
    ACT_RETURN = "退回草稿", "sent a draft back";
    ACT_SAFEGUARDS = "查看保障", "looked at the safeguards";
    ACT_SEARCH = "查找", "searched";
    ACT_SERVE = "记录送达", "recorded a receipt";
    ACT_TRANSFER_IN = "接收移送", "took the case over";
    ACT_TRANSFER_OFFER = "提出移送", "offered the case to another office";
    ACT_TRANSFER_OUT = "移送他院", "transferred the case";
    ACT_TRANSFER_REFUSE = "拒绝接收", "refused to take the case over";
    ACT_TRANSFER_WITHDRAW = "撤回移送", "withdrew the offer";
    ACT_TRANSFERS = "查看移送", "looked at transfers";
    ACT_EXPUNGE = "销毁案卷", "expunged the case";
    ACT_ITEMS = "查看单独封存的记录", "looked at entries sealed by themselves";
    ACT_ITEM_SEAL = "单独封存一条记录", "sealed an entry";
    ACT_ITEM_UNSEAL = "解除一条记录的封存", "unsealed an entry";
    ACT_ITEM_PROPOSED = "提出解除一条记录的封存", "proposed to unseal an entry";
    ACT_CERTIFICATE = "出具证明", "issued a certificate";
    ACT_QUERY_GRANTED = "批准查询", "granted a query";
    ACT_QUERY = "登记查询", "registered a query";
    ACT_QUEUE = "查看封存队列", "looked at the queue of records to seal";
    ACT_FORM_ACCEPT = "接受委托", "accepted an assessment";
    ACT_FORM_ADOPT = "采纳或不采纳评估", "adopted an assessment or did not";
    ACT_FORM_BEGIN = "开始填写表单", "began a form";
    ACT_FORM_CORRECT = "更正评估", "corrected an assessment";
    ACT_FORM_DECLINE = "谢绝委托", "declined an assessment";
    ACT_FORM_DENIED = "被拒绝查阅评估", "was denied an assessment";
    ACT_FORM_DRAFT = "保存表单草稿", "saved the draft of a form";
    ACT_FORM_LIST = "查看评估列表", "looked at the assessments";
    ACT_FORM_READ = "查阅评估", "read an assessment";
    ACT_FORM_READ_DRAFT = "查看表单草稿", "looked at the draft of a form";
    ACT_FORM_RELEASE = "将评估归入案卷", "released an assessment into the file";
    ACT_FORM_REQUEST = "委托评估", "asked for an assessment";
    ACT_FORM_RETURN = "退回评估", "sent an assessment back";
    ACT_FORM_SUBMIT = "提交评估", "submitted an assessment";
    ACT_FORM_WITHDRAW = "撤回委托", "withdrew the request for an assessment";
    ACT_MISSES = "查看错过的期限", "looked at missed clocks";
    ACT_SHEET = "打印告知单", "printed the child’s sheet";
    ACT_VOICE = "记录未成年人的话", "recorded what the child said";
    ACT_VOICES = "查看未成年人的话", "read what the child said";
    ACT_COMPLAINT_ANSWER = "答复投诉", "answered a complaint";
    ACT_COMPLAINT_ASSIGN = "指定投诉答复人", "said who answers a complaint";
    ACT_COMPLAINT_DENIED = "被拒绝办理投诉", "was denied a complaint";
    ACT_COMPLAINT_LIST = "查看投诉", "looked at complaints";
    ACT_COMPLAINT = "登记投诉", "recorded a complaint";
    ACT_EMERGENCY_DENIED = "被拒绝紧急查阅", "was denied an emergency";
    ACT_EMERGENCY_LIST = "查看紧急查阅", "looked at emergencies";
    ACT_LEDGER = "查看留痕", "read the ledger";
    ACT_CERTIFICATE_READ = "查看证明", "read a certificate";
    ACT_QUERY_ALLOWED = "准许查询", "allowed a query";
    ACT_QUERY_LAPSED = "查询逾期未决，视为不许可", "a query lapsed";
    ACT_QUERY_LIST = "查看查询", "looked at queries";
    ACT_QUERY_READ = "查看一件查询", "read a query";
    ACT_QUERY_REFUSED = "不准许查询", "refused a query";
    ACT_WORK_ANSWER = "说明错过期限的原因", "answered for a missed clock";
    ACT_WORK_LAST_DAY = "提示今日到期", "told of a last day";
    ACT_WORK_LIST = "查看工作清单", "looked at the worklist";
    ACT_WORK_DERIVE = "补录应办事项", "derived what is to be done";
    ACT_WORK_SEEN = "已阅新分配的案件", "took note of an assignment";
    ACT_WORK_OVER = "提示已逾期", "told of a missed clock";
    ACT_WORK_WARNING = "提示即将到期", "warned that a clock ends";
    ACT_EMERGENCY_REVIEW = "审查紧急查阅", "reviewed an emergency";

    // The office.
    NO_EMERGENCIES = "没有待审查的紧急查阅。", "No emergency waits for a review.";
    REVIEW_BY = "应于 {} 前审查", "to be reviewed by {}";
    WAS_IT_ONE = "紧急查阅是否合理", "Was it justified?";
    REVIEWED = "提交审查意见", "Record the review";
    PACKS_TEXT = "案件依受理时的规则版本办理。每条规则均注明来源。", "A case stays with the version of the rules under which it was opened. Every rule names its source.";
    JURISDICTION = "法域", "Jurisdiction";
    VERSION = "版本", "Version";
    IN_FORCE = "施行日期", "In force from";
    HOLDS = "内容", "Holds";
    EVENTS = "{} 项事项", "{} events";
    SAFEGUARDS_N = "{} 项保障", "{} safeguards";
    CLOCKS_N = "{} 个期限", "{} clocks";
    PACK_CHECK = "校验", "Check";
    PACK_CHECKED = "载入时已通过校验", "passed when it was loaded";
    DIAGRAM_ALT = "程序图；下方表格列出保障与期限", "Diagram of the proceeding; safeguards and clocks are in the tables below";
    CODE_OF = "编号", "Code";
    NAME_OF = "名称", "Name";
    SOURCE = "依据", "Source";
    DEROGATIONS = "与权利底线不一致之处", "Where it departs from the rights floor";
    CHANGES_WAIT = "待决定的角色变更", "Changes of roles that wait";
    PROPOSED_BY = "提出人", "Proposed by";
    REFUSE = "不同意", "Refuse";
    WHO_WORKS_HERE = "本机关人员", "Who works here";
    NOT_ACTIVE = "已停用", "not active";
    SUSPEND = "停用", "Suspend";
    REACTIVATE = "恢复使用", "Reactivate";
    ADD_ACCOUNT = "新建账号", "Add an account";
    ADD_ACCOUNT_TEXT = "角色由您提出，由另一名管理员或监督人员决定。", "You propose the role; another administrator or a supervisor decides.";
    THE_LEDGER = "账本", "The ledger";
    SIGNED_LEAVES = "已签名 {} 条", "{} entries are under the latest signature";
    NOT_SIGNED = "尚未签名", "Not signed yet";
    DATABASE = "数据库", "Database";
}

#[cfg(test)]
mod tests {
    use super::{ALL, work};
    use crate::http::pages::{desk_texts, measures, papers};
    use std::path::Path;

    #[test]
    fn every_text_is_there_in_both_languages() {
        let all = [ALL, work::ALL, papers::texts::ALL, desk_texts::ALL, measures::texts::ALL];
        for (name, text) in all.concat() {
            assert!(!text.zh.trim().is_empty() && !text.en.trim().is_empty(), "{name}");
            assert_eq!(text.zh.matches("{}").count(), text.en.matches("{}").count(), "{name}: its places");
            let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(!text.en.chars().any(chinese), "{name}: Chinese in the English text");
            let places_only = text.en.trim_matches(|c: char| !c.is_alphabetic()).is_empty();
            assert!(text.zh.chars().any(chinese) || places_only, "{name}: no Chinese in the Chinese text");
        }
    }

    /// A template holds no words of its own: what a person reads comes from the table, a pack or the record.
    #[test]
    fn no_template_has_words_of_its_own() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/pages/templates");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut plain = String::new();
            let mut rest = text.as_str();
            while let Some(begin) = rest.find(['{', '<']) {
                plain.push_str(&rest[..begin]);
                rest = &rest[begin..];
                let end = ["{{", "{%", "{#", "<"].iter().find(|mark| rest.starts_with(**mark)).map(|mark| {
                    match *mark {
                        "{{" => "}}",
                        "{%" => "%}",
                        "{#" => "#}",
                        _ => ">",
                    }
                });
                let Some(end) = end else {
                    rest = &rest[1..];
                    continue;
                };
                // An expression within a tag is part of the tag.
                let mut at = 0;
                loop {
                    let next = rest[at..].find(end).unwrap_or_else(|| panic!("{}: no {end}", path.display()));
                    at += next + end.len();
                    let whole =
                        |open, close| rest[..at].matches(open).count() == rest[..at].matches(close).count();
                    if end != ">" || (whole("{{", "}}") && whole("{%", "%}")) {
                        break;
                    }
                }
                rest = &rest[at..];
            }
            plain.push_str(rest);
            let words = plain.replace("Tutela", "").replace("&amp;", "");
            let word =
                words.split_whitespace().find(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
            assert_eq!(word, None, "{}", path.display());
            seen += 1;
        }
        assert!(seen > 10);
    }
}
