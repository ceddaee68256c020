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
    /// Make accounts and offices.
    Administer,
    /// Enter what outside bodies and children ask about sealed records of an office, and see what is to be sealed.
    KeepRecords,
    /// Decide whether an outside body may ask about sealed records of an office.
    DecideQuery,
}

/// What of a case decides about access; never its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseScope {
    /// The case; nil for one that is to be opened.
    pub case: Uuid,
    /// The office that handles it.
    pub office: Uuid,
    /// Lead prosecutor.
    pub lead: Option<Uuid>,
    /// Second prosecutor.
    pub second: Option<Uuid>,
    /// Social worker.
    pub social_worker: Option<Uuid>,
    /// Whether it is sealed.
    pub sealed: bool,
}

/// Proof that the gate was asked and said yes. Only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    rule: &'static str,
    roles: Vec<StaffRole>,
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
    let roles = roles_towards(viewer, scope, offices);
    if scope.sealed {
        return match action {
            // Its content is read by those records staff only whom an allowed query names (R 484; SM22 16).
            Action::ReadCase
                if roles.contains(&StaffRole::Records) && viewer.queries.contains(&scope.case) =>
            {
                Ok(Permit { rule: "sealed-query", roles: vec![StaffRole::Records] })
            }
            Action::ActInCase | Action::AuditCase if roles.contains(&StaffRole::Records) => {
                Ok(Permit { rule: "sealed-records", roles: vec![StaffRole::Records] })
            }
            // Unsealing is decided by the chief prosecutor, who may act on a sealed case without reading it.
            Action::ActInCase if roles.contains(&StaffRole::Chief) => {
                Ok(Permit { rule: "sealed-chief", roles: vec![StaffRole::Chief] })
            }
            _ => Err(Denial { rule: "sealed" }),
        };
    }
    let (rule, may): (&'static str, fn(StaffRole) -> bool) = match action {
        Action::OpenCase => ("open", |r| matches!(r, StaffRole::Clerk | StaffRole::Prosecutor)),
        Action::ReadCase => ("read", |r| {
            matches!(
                r,
                StaffRole::Prosecutor
                    | StaffRole::Chief
                    | StaffRole::Clerk
                    | StaffRole::SocialWorker
                    | StaffRole::Supervisor
                    | StaffRole::Records
            )
        }),
        Action::ActInCase => ("act", |r| {
            matches!(
                r,
                StaffRole::Prosecutor
                    | StaffRole::Chief
                    | StaffRole::Clerk
                    | StaffRole::SocialWorker
                    | StaffRole::Records
            )
        }),
        Action::Assign => {
            ("assign", |r| matches!(r, StaffRole::Prosecutor | StaffRole::Chief | StaffRole::Clerk))
        }
        Action::AuditCase => ("audit", |r| matches!(r, StaffRole::Supervisor)),
        Action::Administer => ("administer", |_| false),
        Action::KeepRecords => ("records", |r| matches!(r, StaffRole::Records)),
        Action::DecideQuery => ("decide-query", |r| matches!(r, StaffRole::Chief)),
    };
    let roles: Vec<StaffRole> = roles.into_iter().filter(|r| may(*r)).collect();
    if roles.is_empty() { Err(Denial { rule: "no-role" }) } else { Ok(Permit { rule, roles }) }
}

/// The roles that somebody has towards one case.
fn roles_towards(viewer: &Viewer, scope: &CaseScope, offices: &OfficeTree) -> Vec<StaffRole> {
    let mut roles: Vec<StaffRole> = viewer
        .grants
        .iter()
        .filter(|grant| match grant.role {
            // Own office only.
            StaffRole::Prosecutor | StaffRole::Chief | StaffRole::Clerk | StaffRole::Records => {
                grant.office == scope.office
            }
            // Only their own children, wherever the partner organisation sits in the tree.
            StaffRole::SocialWorker => scope.social_worker == Some(viewer.account),
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
    use crate::access::{Grant, Office};
    use crate::record::Text;

    const CITY: Uuid = Uuid::from_u128(1);
    const DISTRICT: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(3);
    const ME: Uuid = Uuid::from_u128(9);
    const CASE: Uuid = Uuid::from_u128(10);
    const QUERIED: Uuid = Uuid::from_u128(11);

    fn tree() -> OfficeTree {
        let office = |id, parent| Office { id, parent, code: String::new(), name: Text::default() };
        OfficeTree::new(vec![office(CITY, None), office(DISTRICT, Some(CITY)), office(OTHER, Some(CITY))])
    }

    fn may(role: StaffRole, office: Uuid, action: Action, scope: CaseScope) -> bool {
        let grants = vec![Grant { role, office }];
        let viewer = Viewer { account: ME, grants, queries: vec![QUERIED], ..Viewer::default() };
        permit(&viewer, action, &scope, &tree()).is_ok()
    }

    const fn case(social_worker: Option<Uuid>, sealed: bool) -> CaseScope {
        CaseScope { case: CASE, office: DISTRICT, lead: None, second: None, social_worker, sealed }
    }

    #[test]
    fn who_may_do_what() {
        use Action::{ActInCase, AuditCase, OpenCase, ReadCase};
        use StaffRole::{Admin, Chief, Clerk, Prosecutor, Records, Researcher, SocialWorker, Supervisor};
        let open = case(None, false);
        let mine = case(Some(ME), false);
        let sealed = case(Some(ME), true);
        let queried = CaseScope { case: QUERIED, ..sealed };
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
            (Records, DISTRICT, ReadCase, sealed, false),
            (Records, DISTRICT, ActInCase, sealed, true),
            (Records, DISTRICT, ReadCase, queried, true),
            (Records, OTHER, ReadCase, queried, false),
            (Prosecutor, DISTRICT, ReadCase, queried, false),
            (Chief, DISTRICT, ReadCase, sealed, false),
            (Chief, DISTRICT, ActInCase, sealed, true),
            (Admin, DISTRICT, ReadCase, open, false),
            (Admin, DISTRICT, ActInCase, open, false),
            (Researcher, CITY, ReadCase, open, false),
        ] {
            assert_eq!(may(role, office, action, scope), expected, "{role:?} {action:?} {scope:?}");
        }
    }
}
