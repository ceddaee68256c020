//! The one place that decides. The full access model replaces the body of [`permit`], not its callers.

use uuid::Uuid;

use super::{OfficeTree, Viewer};
use crate::law::pack::StaffRole;

/// Names the rules below in every ledger leaf; changed whenever they change.
pub const POLICY: &str = "tutela/access/v1";

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a case at an office.
    OpenCase,
    /// Look at a case.
    ReadCase,
    /// Record or do something in a case.
    ActInCase,
    /// Decide who works on a case.
    Assign,
    /// Read which leaves the ledger has of a case.
    AuditCase,
    /// Record that a conflict of interest keeps oneself away from a case.
    ExcludeSelf,
    /// Record that a conflict of interest keeps somebody else away from a case, or lift such a record.
    Exclude,
    /// Open a case in an emergency, for reading only.
    BreakGlass,
    /// Make accounts and offices, propose who has which role.
    Administer,
    /// Decide on a change of roles that somebody else proposed.
    DecideRoles,
    /// See who works at an office.
    SeeStaff,
    /// Say who stands in for somebody else who is away.
    Deputise,
    /// Answer whether an emergency was one.
    ReviewEmergency,
}

/// What of a case decides about access; never its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            sealed: false,
            handed_over: false,
        }
    }

    /// Everybody who is assigned to it.
    pub fn assigned(&self) -> impl Iterator<Item = Uuid> {
        [self.lead, self.second, self.social_worker, self.approver].into_iter().flatten()
    }
}

/// Proof that the gate was asked and said yes. Only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    rule: &'static str,
    roles: Vec<StaffRole>,
    on_behalf: Option<Uuid>,
}

impl Permit {
    /// The rule that permitted it, for the ledger.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// The roles that this person has towards this case.
    pub fn roles(&self) -> &[StaffRole] {
        &self.roles
    }

    /// The absent person for whom this one stands in towards this case.
    pub const fn on_behalf(&self) -> Option<Uuid> {
        self.on_behalf
    }
}

/// The gate said no. Whether the person may learn that the thing exists is part of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The rule.
    pub rule: &'static str,
}

/// May this viewer do this to this case?
///
/// # Errors
/// [`Denial`] with the rule that stands against it; deny is the default.
pub fn permit(
    viewer: &Viewer,
    action: Action,
    scope: &CaseScope,
    offices: &OfficeTree,
) -> Result<Permit, Denial> {
    // Whatever else permits: who has an interest in a case is kept away from it.
    if viewer.excluded.contains(&scope.case) {
        return Err(Denial { rule: "conflict-of-interest" });
    }
    let roles = roles_towards(viewer, scope, offices);
    let on_behalf = on_behalf(viewer, scope);
    let yes = |rule, roles| Ok(Permit { rule, roles, on_behalf });
    if scope.sealed {
        return match action {
            Action::ReadCase | Action::ActInCase | Action::AuditCase
                if roles.contains(&StaffRole::Records) =>
            {
                yes("sealed-records", vec![StaffRole::Records])
            }
            // Unsealing is decided by the chief prosecutor, who may act on a sealed case without reading it.
            Action::ActInCase if roles.contains(&StaffRole::Chief) => {
                yes("sealed-chief", vec![StaffRole::Chief])
            }
            _ => Err(Denial { rule: "sealed" }),
        };
    }
    if action == Action::BreakGlass {
        // Those who answer for the office or an office above it: one of them is always on call, and nobody gets in sideways.
        let roles = answerable(viewer, scope.office, offices);
        return if roles.is_empty() { Err(Denial { rule: "no-role" }) } else { yes("break-glass", roles) };
    }
    let (rule, may) = rule_of(action);
    let reads = |r: &StaffRole| {
        !(scope.handed_over
            && action == Action::ReadCase
            && matches!(r, StaffRole::Prosecutor | StaffRole::Chief | StaffRole::SocialWorker))
    };
    let roles: Vec<StaffRole> = roles.into_iter().filter(|r| may(*r)).filter(reads).collect();
    if !roles.is_empty() {
        return yes(rule, roles);
    }
    if action == Action::ReadCase && viewer.opened.contains(&scope.case) {
        return yes("emergency", answerable(viewer, scope.office, offices));
    }
    Err(Denial { rule: "no-role" })
}

/// May this viewer do this at an office? For what concerns the office and its people and no case.
///
/// # Errors
/// [`Denial`] with the rule that stands against it; deny is the default.
pub fn permit_at(
    viewer: &Viewer,
    action: Action,
    office: Uuid,
    offices: &OfficeTree,
) -> Result<Permit, Denial> {
    let (rule, may) = rule_of(action);
    let mut roles: Vec<StaffRole> = viewer
        .grants
        .iter()
        .filter(|grant| match grant.role {
            StaffRole::Admin | StaffRole::Supervisor => offices.within(office, grant.office),
            _ => grant.office == office,
        })
        .map(|grant| grant.role)
        .filter(|role| may(*role))
        .collect();
    roles.sort();
    roles.dedup();
    if roles.is_empty() {
        return Err(Denial { rule: "no-role" });
    }
    Ok(Permit { rule, roles, on_behalf: None })
}

/// The rule of an action and the roles that it permits.
fn rule_of(action: Action) -> (&'static str, fn(StaffRole) -> bool) {
    use StaffRole::{Admin, Chief, Clerk, Prosecutor, Records, SocialWorker, Supervisor};
    match action {
        Action::OpenCase => ("open", |r| matches!(r, Clerk | Prosecutor)),
        Action::ReadCase => {
            ("read", |r| matches!(r, Prosecutor | Chief | Clerk | SocialWorker | Supervisor | Records))
        }
        Action::ActInCase => ("act", |r| matches!(r, Prosecutor | Chief | Clerk | SocialWorker | Records)),
        Action::Assign => ("assign", |r| matches!(r, Prosecutor | Chief | Clerk)),
        Action::AuditCase => ("audit", |r| matches!(r, Supervisor)),
        Action::ExcludeSelf => ("exclude-self", |r| {
            matches!(r, Prosecutor | Chief | Clerk | SocialWorker | Supervisor | Records)
        }),
        Action::Exclude => ("exclude", |r| matches!(r, Chief | Supervisor)),
        // Decided apart.
        Action::BreakGlass => ("break-glass", |_| false),
        Action::Administer => ("administer", |r| matches!(r, Admin)),
        // A small service has one administrator; who answers for the office knows whether the role is needed there.
        Action::DecideRoles => ("decide-roles", |r| matches!(r, Admin | Supervisor)),
        Action::SeeStaff => ("staff", |r| !matches!(r, StaffRole::Researcher)),
        Action::Deputise => ("deputise", |r| matches!(r, Chief | Supervisor)),
        Action::ReviewEmergency => ("review-emergency", |r| matches!(r, Supervisor)),
    }
}

/// The roles in which somebody answers for an office: chief or supervisor of it or of an office above.
fn answerable(viewer: &Viewer, office: Uuid, offices: &OfficeTree) -> Vec<StaffRole> {
    let mut roles: Vec<StaffRole> = viewer
        .grants
        .iter()
        .filter(|g| matches!(g.role, StaffRole::Chief | StaffRole::Supervisor))
        .filter(|g| offices.within(office, g.office))
        .map(|g| g.role)
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

/// For whom somebody stands in towards a case to which they are not assigned themselves.
fn on_behalf(viewer: &Viewer, scope: &CaseScope) -> Option<Uuid> {
    if scope.assigned().any(|account| account == viewer.account) {
        return None;
    }
    scope.assigned().find(|account| viewer.stands_in_for.contains(account))
}

/// The roles that somebody has towards one case.
fn roles_towards(viewer: &Viewer, scope: &CaseScope, offices: &OfficeTree) -> Vec<StaffRole> {
    let stands_in =
        |account: Option<Uuid>| account.is_some_and(|account| viewer.stands_in_for.contains(&account));
    let mut roles: Vec<StaffRole> = viewer
        .grants
        .iter()
        .filter(|grant| match grant.role {
            // Own office, and what is assigned to somebody for whom they stand in.
            StaffRole::Prosecutor => {
                grant.office == scope.office || stands_in(scope.lead) || stands_in(scope.second)
            }
            StaffRole::Chief => grant.office == scope.office || stands_in(scope.approver),
            // Own office only.
            StaffRole::Clerk | StaffRole::Records => grant.office == scope.office,
            // Only their own children, wherever the partner organisation sits in the tree.
            StaffRole::SocialWorker => {
                scope.social_worker == Some(viewer.account) || stands_in(scope.social_worker)
            }
            // Own office and below.
            StaffRole::Supervisor => offices.within(scope.office, grant.office),
            // Neither sees a case.
            StaffRole::Admin | StaffRole::Researcher => false,
        })
        .map(|grant| grant.role)
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Grant, Office, OfficeKind};
    use crate::record::Text;

    const CITY: Uuid = Uuid::from_u128(1);
    const DISTRICT: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(3);
    const ME: Uuid = Uuid::from_u128(9);
    const AWAY: Uuid = Uuid::from_u128(10);
    const CASE: Uuid = Uuid::from_u128(11);

    fn tree() -> OfficeTree {
        let kind = OfficeKind::District;
        let office = |id, parent| Office { id, parent, code: String::new(), name: Text::default(), kind };
        OfficeTree::new(vec![office(CITY, None), office(DISTRICT, Some(CITY)), office(OTHER, Some(CITY))])
    }

    fn may(role: StaffRole, office: Uuid, action: Action, scope: CaseScope) -> bool {
        let viewer = Viewer { account: ME, grants: vec![Grant { role, office }], ..Viewer::default() };
        permit(&viewer, action, &scope, &tree()).is_ok()
    }

    const fn case(social_worker: Option<Uuid>, sealed: bool) -> CaseScope {
        CaseScope { social_worker, sealed, case: CASE, ..CaseScope::at(DISTRICT) }
    }

    #[test]
    fn who_may_do_what() {
        use Action::{ActInCase, AuditCase, OpenCase, ReadCase};
        use StaffRole::{Admin, Chief, Clerk, Prosecutor, Records, Researcher, SocialWorker, Supervisor};
        let open = case(None, false);
        let mine = case(Some(ME), false);
        let sealed = case(Some(ME), true);
        for (role, office, action, scope, expected) in [
            (Prosecutor, DISTRICT, ReadCase, open, true),
            (Prosecutor, OTHER, ReadCase, open, false),
            (Prosecutor, CITY, ReadCase, open, false),
            (Prosecutor, DISTRICT, ActInCase, open, true),
            (Prosecutor, DISTRICT, ReadCase, sealed, false),
            (Chief, DISTRICT, ActInCase, open, true),
            (Clerk, DISTRICT, OpenCase, open, true),
            (Chief, DISTRICT, OpenCase, open, false),
            (SocialWorker, DISTRICT, ReadCase, open, false),
            (SocialWorker, OTHER, ReadCase, mine, true),
            (SocialWorker, DISTRICT, ReadCase, sealed, false),
            (Supervisor, CITY, ReadCase, open, true),
            (Supervisor, CITY, AuditCase, open, true),
            (Supervisor, CITY, ActInCase, open, false),
            (Supervisor, OTHER, ReadCase, open, false),
            (Supervisor, CITY, ReadCase, sealed, false),
            (Records, DISTRICT, ReadCase, sealed, true),
            (Records, OTHER, ReadCase, sealed, false),
            (Chief, DISTRICT, ReadCase, sealed, false),
            (Chief, DISTRICT, ActInCase, sealed, true),
            (Admin, DISTRICT, ReadCase, open, false),
            (Admin, DISTRICT, ActInCase, open, false),
            (Researcher, CITY, ReadCase, open, false),
        ] {
            assert_eq!(may(role, office, action, scope), expected, "{role:?} {action:?} {scope:?}");
        }
    }

    #[test]
    fn who_has_an_interest_is_kept_away_whatever_else_permits() {
        use StaffRole::{Chief, Prosecutor, Records, SocialWorker, Supervisor};
        for role in [Prosecutor, Chief, SocialWorker, Supervisor, Records] {
            for sealed in [false, true] {
                let viewer = Viewer {
                    account: ME,
                    grants: vec![Grant { role, office: DISTRICT }],
                    excluded: vec![CASE],
                    opened: vec![CASE],
                    ..Viewer::default()
                };
                let scope = CaseScope { lead: Some(ME), ..case(Some(ME), sealed) };
                for action in [Action::ReadCase, Action::ActInCase, Action::AuditCase, Action::BreakGlass] {
                    let denied = permit(&viewer, action, &scope, &tree());
                    assert_eq!(denied, Err(Denial { rule: "conflict-of-interest" }), "{role:?} {action:?}");
                }
                let other = CaseScope { case: Uuid::from_u128(12), ..scope };
                assert!(sealed || permit(&viewer, Action::ReadCase, &other, &tree()).is_ok(), "{role:?}");
            }
        }
    }

    #[test]
    fn a_deputy_may_what_the_absent_persons_assignments_allow_and_no_more() {
        let stands_in = |role, office| Viewer {
            account: ME,
            grants: vec![Grant { role, office }],
            stands_in_for: vec![AWAY],
            ..Viewer::default()
        };
        let worker = stands_in(StaffRole::SocialWorker, OTHER);
        let permitted = permit(&worker, Action::ReadCase, &case(Some(AWAY), false), &tree()).unwrap();
        assert_eq!(permitted.on_behalf(), Some(AWAY));
        assert!(permit(&worker, Action::ReadCase, &case(None, false), &tree()).is_err());
        assert!(permit(&worker, Action::ReadCase, &case(Some(AWAY), true), &tree()).is_err());
        let led = CaseScope { lead: Some(AWAY), ..case(None, false) };
        let prosecutor = stands_in(StaffRole::Prosecutor, OTHER);
        assert_eq!(permit(&prosecutor, Action::ActInCase, &led, &tree()).unwrap().on_behalf(), Some(AWAY));
        assert!(permit(&stands_in(StaffRole::Chief, OTHER), Action::ReadCase, &led, &tree()).is_err());
        let own = CaseScope { second: Some(ME), ..led };
        assert_eq!(permit(&prosecutor, Action::ActInCase, &own, &tree()).unwrap().on_behalf(), None);
    }

    #[test]
    fn glass_is_broken_from_above_for_reading_only_and_never_into_a_sealed_case() {
        use StaffRole::{Chief, Clerk, Prosecutor, Supervisor};
        for (role, office, may_break) in [
            (Chief, DISTRICT, true),
            (Chief, CITY, true),
            (Supervisor, CITY, true),
            (Chief, OTHER, false),
            (Supervisor, OTHER, false),
            (Prosecutor, DISTRICT, false),
            (Clerk, DISTRICT, false),
        ] {
            assert_eq!(may(role, office, Action::BreakGlass, case(None, false)), may_break, "{role:?}");
            assert!(!may(role, office, Action::BreakGlass, case(None, true)), "{role:?} sealed");
        }
        let grants = vec![Grant { role: Chief, office: CITY }];
        let viewer = Viewer { account: ME, grants, opened: vec![CASE], ..Viewer::default() };
        let read = permit(&viewer, Action::ReadCase, &case(None, false), &tree()).unwrap();
        assert_eq!((read.rule(), read.roles()), ("emergency", [Chief].as_slice()));
        assert!(permit(&viewer, Action::ReadCase, &case(None, true), &tree()).is_err());
        for action in [Action::ActInCase, Action::Assign, Action::AuditCase, Action::Exclude] {
            assert!(permit(&viewer, action, &case(None, false), &tree()).is_err(), "{action:?}");
        }
    }

    #[test]
    fn a_file_that_was_handed_over_may_be_closed_to_those_who_worked_on_it() {
        let handed_over = CaseScope { handed_over: true, ..case(None, false) };
        assert!(!may(StaffRole::Prosecutor, DISTRICT, Action::ReadCase, handed_over));
        assert!(may(StaffRole::Records, DISTRICT, Action::ReadCase, handed_over));
        assert!(
            may(StaffRole::Clerk, DISTRICT, Action::ActInCase, handed_over),
            "its result is still recorded"
        );
    }
}
