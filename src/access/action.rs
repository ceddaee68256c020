//! What can be asked for, and of what.

use uuid::Uuid;

/// Something that somebody wants to do. Each is an action of the policy schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See a case in a list. The policy's answer for all cases at once is a [`super::Filter`].
    ListCases,
    /// Look at a case.
    ReadCase,
    /// Look at what is known of the child's health and mind.
    ReadMedical,
    /// Look at what is known of the victim and of families.
    ReadVictim,
    /// Look at the prosecution's notes on the evidence.
    ReadProsecutionNotes,
    /// Look at counselling notes that were not released.
    ReadCounselling,
    /// Take a case's content out of the service.
    ExportCase,
    /// Record or do something in a case. Approving a draft is asked [`Action::after`] its drafter.
    ActInCase,
    /// Write a form about the child: an assessment, a plan, a visit. Whose form it is the pack says.
    Assess,
    /// Propose a measure at liberty.
    ProposeMeasure,
    /// Decide on a measure: its beginning, changes and end. Who decides the pack says.
    DecideMeasure,
    /// Start a measure, plan it, record visits and answer breaches. Whose work it is the pack says.
    SuperviseMeasure,
    /// Ask for a form to be written; return or adopt what was submitted, [`Action::after`] who submitted it.
    Commission,
    /// Decide who works on a case.
    Assign,
    /// Record that a conflict of interest keeps somebody else away from a case, or lift such a record.
    Exclude,
    /// Record that a conflict of interest keeps oneself away from a case.
    ExcludeSelf,
    /// Offer a case to another office.
    OfferTransfer,
    /// Answer such an offer.
    AnswerTransfer,
    /// Read which leaves the ledger has of a case.
    AuditCase,
    /// Answer for a clock that ended unanswered.
    AnswerFor,
    /// Read and answer complaints in a case.
    AnswerComplaint,
    /// Open a case in an emergency.
    BreakGlass,
    /// Review an emergency of an office's case, [`Action::after`] who declared it.
    ReviewEmergency,
    /// Look at a sealed case under an allowed query.
    ReadSealed,
    /// Decide on a query, [`Action::after`] who registered it.
    DecideQuery,
    /// Seal a case.
    Seal,
    /// Propose to unseal a case, or, [`Action::after`] who proposed it, do so.
    Unseal,
    /// Propose to expunge a case, or, [`Action::after`] who proposed it, do so.
    Expunge,
    /// Open a case at an office.
    OpenCase,
    /// Register a query for a sealed record at an office.
    RegisterQuery,
    /// Issue a certificate that there is no record.
    Certify,
    /// Keep accounts and offices, propose roles.
    Administer,
    /// Decide on a change of roles, [`Action::after`] who proposed it.
    DecideRoles,
    /// See who works at an office.
    SeeStaff,
    /// Say who stands in for somebody else who is away.
    Deputise,
    /// See an office's statistics.
    ReadStatistics,
    /// Search for people by name or number.
    FindPerson,
    /// See packs and offices.
    ReadRules,
    /// See the ledger's checkpoint.
    ReadLedger,
    /// Read one's own notices.
    OwnNotices,
    /// Keep one's own sessions.
    OwnSession,
}

/// The kind of thing that an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A case.
    Case,
    /// An office.
    Office,
    /// The service itself.
    Service,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 41] = [
        Self::ListCases,
        Self::ReadCase,
        Self::ReadMedical,
        Self::ReadVictim,
        Self::ReadProsecutionNotes,
        Self::ReadCounselling,
        Self::ExportCase,
        Self::ActInCase,
        Self::Assess,
        Self::ProposeMeasure,
        Self::DecideMeasure,
        Self::SuperviseMeasure,
        Self::Commission,
        Self::Assign,
        Self::Exclude,
        Self::ExcludeSelf,
        Self::OfferTransfer,
        Self::AnswerTransfer,
        Self::AuditCase,
        Self::AnswerFor,
        Self::AnswerComplaint,
        Self::BreakGlass,
        Self::ReviewEmergency,
        Self::ReadSealed,
        Self::DecideQuery,
        Self::Seal,
        Self::Unseal,
        Self::Expunge,
        Self::OpenCase,
        Self::RegisterQuery,
        Self::Certify,
        Self::Administer,
        Self::DecideRoles,
        Self::SeeStaff,
        Self::Deputise,
        Self::ReadStatistics,
        Self::FindPerson,
        Self::ReadRules,
        Self::ReadLedger,
        Self::OwnNotices,
        Self::OwnSession,
    ];

    /// Its name in the policy schema.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListCases => "list_cases",
            Self::ReadCase => "read_case",
            Self::ReadMedical => "read_medical",
            Self::ReadVictim => "read_victim",
            Self::ReadProsecutionNotes => "read_prosecution_notes",
            Self::ReadCounselling => "read_counselling",
            Self::ExportCase => "export_case",
            Self::ActInCase => "act_in_case",
            Self::Assess => "assess",
            Self::ProposeMeasure => "propose_measure",
            Self::DecideMeasure => "decide_measure",
            Self::SuperviseMeasure => "supervise_measure",
            Self::Commission => "commission",
            Self::Assign => "assign",
            Self::Exclude => "exclude",
            Self::ExcludeSelf => "exclude_self",
            Self::OfferTransfer => "offer_transfer",
            Self::AnswerTransfer => "answer_transfer",
            Self::AuditCase => "audit_case",
            Self::AnswerFor => "answer_for",
            Self::AnswerComplaint => "answer_complaint",
            Self::BreakGlass => "break_glass",
            Self::ReviewEmergency => "review_break_glass",
            Self::ReadSealed => "read_sealed",
            Self::DecideQuery => "decide_query",
            Self::Seal => "seal",
            Self::Unseal => "unseal",
            Self::Expunge => "expunge",
            Self::OpenCase => "open_case",
            Self::RegisterQuery => "register_query",
            Self::Certify => "certify",
            Self::Administer => "administer",
            Self::DecideRoles => "approve_access",
            Self::SeeStaff => "see_staff",
            Self::Deputise => "deputise",
            Self::ReadStatistics => "read_statistics",
            Self::FindPerson => "find_person",
            Self::ReadRules => "read_rules",
            Self::ReadLedger => "read_ledger",
            Self::OwnNotices => "own_notices",
            Self::OwnSession => "own_session",
        }
    }

    /// What it is done to.
    pub const fn kind(self) -> Kind {
        match self {
            Self::OpenCase
            | Self::RegisterQuery
            | Self::DecideQuery
            | Self::Certify
            | Self::Administer
            | Self::DecideRoles
            | Self::SeeStaff
            | Self::Deputise
            | Self::ReviewEmergency
            | Self::ReadStatistics => Kind::Office,
            Self::FindPerson | Self::ReadRules | Self::ReadLedger | Self::OwnNotices | Self::OwnSession => {
                Kind::Service
            }
            _ => Kind::Case,
        }
    }

    /// Whether it can be a decision on what somebody else drafted, proposed, declared or registered.
    pub const fn by_two(self) -> bool {
        matches!(
            self,
            Self::ActInCase
                | Self::Commission
                | Self::ReviewEmergency
                | Self::DecideQuery
                | Self::Unseal
                | Self::Expunge
                | Self::DecideRoles
        )
    }

    /// The action as a decision on what somebody drafted, proposed, declared or registered.
    pub const fn after(self, drafter: Uuid) -> Ask {
        Ask { action: self, drafter: Some(drafter) }
    }
}

/// An action, and who proposed what is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ask {
    /// What somebody wants to do.
    pub action: Action,
    /// Who drafted or proposed it, where two people decide.
    pub drafter: Option<Uuid>,
}

impl From<Action> for Ask {
    fn from(action: Action) -> Self {
        Self { action, drafter: None }
    }
}

/// What of a case decides about access; never its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CaseScope {
    /// The case; nil before it is opened.
    pub case: Uuid,
    /// The office that handles it.
    pub office: Uuid,
    /// Lead prosecutor.
    pub lead: Option<Uuid>,
    /// Second prosecutor.
    pub second: Option<Uuid>,
    /// Social worker.
    pub social_worker: Option<Uuid>,
    /// The chief who is to approve.
    pub approver: Option<Uuid>,
    /// The office to which it is offered, until that answers.
    pub offered_to: Option<Uuid>,
    /// Whether it is sealed.
    pub sealed: bool,
    /// Whether another office has it now and the law lets this one read it no more.
    pub handed_over: bool,
}

impl CaseScope {
    /// A case of an office that nobody is assigned to yet.
    pub const fn at(office: Uuid) -> Self {
        Self {
            case: Uuid::nil(),
            office,
            lead: None,
            second: None,
            social_worker: None,
            approver: None,
            offered_to: None,
            sealed: false,
            handed_over: false,
        }
    }

    /// Everybody who is assigned to it.
    pub fn assigned(&self) -> impl Iterator<Item = Uuid> {
        [self.lead, self.second, self.social_worker, self.approver].into_iter().flatten()
    }
}

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A case.
    Case(CaseScope),
    /// An office.
    Office(Uuid),
    /// The service itself.
    Service,
}

impl Resource {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Case(_) => Kind::Case,
            Self::Office(_) => Kind::Office,
            Self::Service => Kind::Service,
        }
    }
}

impl From<&CaseScope> for Resource {
    fn from(scope: &CaseScope) -> Self {
        Self::Case(*scope)
    }
}
