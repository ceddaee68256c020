//! The one place that decides, and what it answers.

use std::sync::Arc;
use uuid::Uuid;

use super::policy::Question;
use super::{Ask, OfficeTree, Policy, Resource, Viewer};
use crate::law::pack::StaffRole;
use crate::record::{Filter, Text};

/// Proof that the gate was asked and said yes. Only this module's policy can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    pub(super) rule: &'static str,
    pub(super) roles: Arc<[StaffRole]>,
    pub(super) on_behalf: Option<Uuid>,
}

impl Permit {
    /// The policies that permitted it, separated by spaces, for the ledger.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// The roles in which this person may do it.
    pub fn roles(&self) -> &[StaffRole] {
        &self.roles
    }

    /// The absent person for whom this one stands in towards this case.
    pub const fn on_behalf(&self) -> Option<Uuid> {
        self.on_behalf
    }
}

/// The gate said no. Whether the person may learn that the thing exists is for the use case to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The policies that forbid it, separated by spaces; `no-role` when none permits it.
    pub rule: &'static str,
    /// Why, or who may do it.
    pub why: Arc<Text>,
}

/// May this viewer do this to that, under the policy in force?
///
/// # Errors
/// [`Denial`] with the rule that stands against it; deny is the default.
pub fn permit(
    viewer: &Viewer,
    ask: impl Into<Ask>,
    to: impl Into<Resource>,
    offices: &OfficeTree,
) -> Result<Permit, Denial> {
    Policy::in_force().permit(viewer, ask.into(), to.into(), offices)
}

/// May this viewer do this at an office? For what concerns the office and its people and no case.
///
/// # Errors
/// [`Denial`] with the rule that stands against it; deny is the default.
pub fn permit_at(
    viewer: &Viewer,
    ask: impl Into<Ask>,
    office: Uuid,
    offices: &OfficeTree,
) -> Result<Permit, Denial> {
    permit(viewer, ask, Resource::Office(office), offices)
}

/// Which cases this viewer may see in a list, under the policy in force.
///
/// # Errors
/// [`Denial`] when there can be none, or when the policy asks something that no list can.
pub fn filter(viewer: &Viewer, offices: &OfficeTree) -> Result<Arc<Filter>, Denial> {
    Policy::in_force().filter(viewer, offices)
}

impl Policy {
    /// May this viewer do this to that?
    ///
    /// # Errors
    /// [`Denial`] with the rule that stands against it; deny is the default.
    pub fn permit(
        &self,
        viewer: &Viewer,
        ask: Ask,
        to: Resource,
        offices: &OfficeTree,
    ) -> Result<Permit, Denial> {
        let question = Question::new(viewer, ask, Some(to), offices);
        let question = if self.names_somebody() { question } else { question.of_strangers() };
        self.decisions.answer(&question, || self.decide(&question, offices))
    }

    /// Which cases this viewer may see in a list: the same policy, asked about all cases at once.
    ///
    /// # Errors
    /// [`Denial`] when there can be none, or when the policy asks something that no list can.
    pub fn filter(&self, viewer: &Viewer, offices: &OfficeTree) -> Result<Arc<Filter>, Denial> {
        let question = Question::new(viewer, super::Action::ListCases.into(), None, offices);
        self.filters.answer(&question, || self.residual(&question, offices).map(Arc::new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Action, Assurance, CaseScope, Grant, Office, OfficeKind};

    const CITY: Uuid = Uuid::from_u128(1);
    const DISTRICT: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(3);
    const ME: Uuid = Uuid::from_u128(9);
    const AWAY: Uuid = Uuid::from_u128(10);
    const CASE: Uuid = Uuid::from_u128(20);
    const QUERIED: Uuid = Uuid::from_u128(21);

    fn tree() -> OfficeTree {
        let kind = OfficeKind::District;
        let office = |id, parent| Office { id, parent, code: String::new(), name: Text::default(), kind };
        OfficeTree::new(vec![office(CITY, None), office(DISTRICT, Some(CITY)), office(OTHER, Some(CITY))])
    }

    fn viewer(role: StaffRole, office: Uuid) -> Viewer {
        Viewer {
            account: ME,
            active: true,
            grants: vec![Grant { role, office }],
            assurance: Assurance { second_factor: true, fresh: false },
            queries: vec![QUERIED],
            ..Viewer::default()
        }
    }

    fn may(role: StaffRole, office: Uuid, action: Action, scope: CaseScope) -> bool {
        permit(&viewer(role, office), action, &scope, &tree()).is_ok()
    }

    const fn case(social_worker: Option<Uuid>, sealed: bool) -> CaseScope {
        CaseScope { social_worker, sealed, case: CASE, ..CaseScope::at(DISTRICT) }
    }

    /// To the same person the next case of strangers is the same question, and so is the next list.
    #[test]
    fn a_decision_asked_before_is_remembered() {
        let policy = Policy::embedded().unwrap();
        let (tree, who) = (tree(), viewer(StaffRole::Prosecutor, DISTRICT));
        let ask = Ask::from(Action::ActInCase);
        let of = |case, lead| {
            Resource::Case(CaseScope {
                case: Uuid::from_u128(case),
                lead: Some(Uuid::from_u128(lead)),
                ..CaseScope::at(DISTRICT)
            })
        };
        let said = policy.permit(&who, ask, of(50, 60), &tree);
        let next = of(51, 61);
        let question = Question::new(&who, ask, Some(next), &tree).of_strangers();
        assert_eq!(policy.decisions.answer(&question, || panic!("asked again")), said);
        assert_eq!(policy.permit(&who, ask, next, &tree), said);
        let [first, again] = [(), ()].map(|()| policy.filter(&who, &tree).unwrap());
        assert!(Arc::ptr_eq(&first, &again));
    }

    #[test]
    fn who_may_do_what() {
        use Action::{ActInCase, AuditCase, ReadCase};
        use StaffRole::{Admin, Chief, Prosecutor, Records, Researcher, SocialWorker, Supervisor};
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

    /// A remembered answer is the answer: with every stranger numbered, the policy says what it says of each by name.
    #[test]
    fn strangers_are_alike() {
        let people: Vec<Uuid> = (30..34).map(Uuid::from_u128).chain([ME, AWAY]).collect();
        let mut seed = 7_u64;
        let mut draw = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % n
        };
        // What ours do not ask: whether two strangers are one.
        let odd = "@id(\"a\") @zh(\"甲\") @en(\"a\") permit (principal, action, resource is Case) when { \
                   (resource has lead && resource has second && resource.lead == resource.second) || \
                   (resource has approver && principal.stands_in_for.contains(resource.approver)) };";
        let named = format!(
            "{odd} @id(\"b\") @zh(\"乙\") @en(\"b\") forbid (principal, action, resource == Case::\"{QUERIED}\");"
        );
        let policies = [
            Policy::embedded().unwrap(),
            Policy::from_text(odd).unwrap(),
            Policy::from_text(&named).unwrap(),
        ];
        assert_eq!(policies.each_ref().map(Policy::names_somebody), [false, false, true]);
        let mut permitted = 0;
        for round in 0..6_000 {
            let mut who =
                viewer(StaffRole::ALL[draw(StaffRole::ALL.len())], [CITY, DISTRICT, OTHER][draw(3)]);
            who.stands_in_for = [AWAY].into_iter().take(draw(2)).collect();
            who.excluded = [CASE].into_iter().take(draw(2)).collect();
            let mut somebody = || people.get(draw(people.len() + 2)).copied();
            let scope = CaseScope {
                lead: somebody(),
                second: somebody(),
                social_worker: somebody(),
                approver: somebody(),
                ..CaseScope::at(DISTRICT)
            };
            let drafter = somebody();
            let scope = CaseScope {
                case: [CASE, QUERIED, Uuid::from_u128(99)][draw(3)],
                sealed: draw(4) == 0,
                ..scope
            };
            let actions = [Action::ReadCase, Action::ActInCase, Action::DecideMeasure];
            let ask = Ask { action: actions[draw(3)], drafter };
            for policy in &policies {
                let question = Question::new(&who, ask, Some(Resource::Case(scope)), &tree());
                let said = policy.decide(&question, &tree());
                assert_eq!(
                    policy.permit(&who, ask, Resource::Case(scope), &tree()),
                    said,
                    "{round} {ask:?} {scope:?}"
                );
                permitted += usize::from(said.is_ok());
            }
        }
        assert!(permitted > 1_000, "{permitted}");
    }

    #[test]
    fn who_opens_a_case_acts_at_their_own_office() {
        for (role, office, expected) in [
            (StaffRole::Clerk, DISTRICT, true),
            (StaffRole::Prosecutor, DISTRICT, true),
            (StaffRole::Chief, DISTRICT, false),
            (StaffRole::Clerk, CITY, false),
        ] {
            let answer = permit(&viewer(role, office), Action::OpenCase, Resource::Office(DISTRICT), &tree());
            assert_eq!(answer.is_ok(), expected, "{role:?}");
        }
    }

    #[test]
    fn a_permit_names_the_roles_and_the_policies_that_gave_it() {
        let mut both = viewer(StaffRole::Chief, DISTRICT);
        both.grants.push(Grant { role: StaffRole::Prosecutor, office: DISTRICT });
        both.grants.push(Grant { role: StaffRole::Supervisor, office: CITY });
        let permit = permit(&both, Action::ActInCase, &case(None, false), &tree()).unwrap();
        assert_eq!(permit.roles(), [StaffRole::Prosecutor, StaffRole::Chief]);
        assert_eq!(permit.rule(), "prosecutor-acts chief-acts");
    }

    #[test]
    fn a_denial_says_why_or_who_may() {
        let excluded = Viewer { excluded: vec![CASE], ..viewer(StaffRole::Prosecutor, DISTRICT) };
        let denial = permit(&excluded, Action::ReadCase, &case(None, false), &tree()).unwrap_err();
        assert_eq!(denial.rule, "conflict-of-interest");
        assert!(denial.why.zh.contains("回避") && denial.why.en.contains("conflict"), "{:?}", denial.why);
        let denial =
            permit(&viewer(StaffRole::Admin, CITY), Action::OpenCase, Resource::Office(CITY), &tree())
                .unwrap_err();
        assert_eq!(denial.rule, "no-role");
        assert!(denial.why.en.contains("prosecutors open cases at their own office"), "{:?}", denial.why);
    }

    #[test]
    fn an_action_asked_of_another_kind_of_thing_is_denied() {
        let denial = permit(&viewer(StaffRole::Admin, CITY), Action::Administer, Resource::Service, &tree())
            .unwrap_err();
        assert_eq!(denial.rule, "policy-error");
    }

    #[test]
    fn nothing_remembered_outlives_what_it_depends_on() {
        let scope = case(None, false);
        let mut who = viewer(StaffRole::Prosecutor, DISTRICT);
        let asked = |who: &Viewer, ask: Ask, tree: &OfficeTree| permit(who, ask, &scope, tree).is_ok();
        let act = Ask::from(Action::ActInCase);
        for _ in 0..3 {
            assert!(asked(&who, act, &tree()));
            assert!(!asked(&who, Action::ActInCase.after(ME), &tree()), "who drafted does not approve");
            who.excluded = vec![CASE];
            assert!(!asked(&who, act, &tree()));
            who.excluded.clear();
            who.assurance.second_factor = false;
            assert!(!asked(&who, act, &tree()));
            who.assurance.second_factor = true;
            who.active = false;
            assert!(!asked(&who, act, &tree()));
            who.active = true;
        }
        let boss = viewer(StaffRole::Supervisor, CITY);
        assert!(asked(&boss, Action::ReadCase.into(), &tree()));
        let kind = OfficeKind::District;
        let office = |id| Office { id, parent: None, code: String::new(), name: Text::default(), kind };
        let apart = OfficeTree::new(vec![office(CITY), office(DISTRICT)]);
        assert!(!asked(&boss, Action::ReadCase.into(), &apart), "the district is no longer below the city");
    }

    #[test]
    fn who_has_an_interest_is_kept_away_whatever_else_permits() {
        use StaffRole::{Chief, Prosecutor, Records, SocialWorker, Supervisor};
        for role in [Prosecutor, Chief, SocialWorker, Supervisor, Records] {
            for sealed in [false, true] {
                let viewer = Viewer { excluded: vec![CASE], opened: vec![CASE], ..viewer(role, DISTRICT) };
                let scope = CaseScope { lead: Some(ME), ..case(Some(ME), sealed) };
                for action in [Action::ReadCase, Action::ActInCase, Action::AuditCase, Action::BreakGlass] {
                    let denied = permit(&viewer, action, &scope, &tree()).unwrap_err();
                    assert!(denied.rule.contains("conflict-of-interest"), "{role:?} {action:?} {denied:?}");
                }
                let other = CaseScope { case: Uuid::from_u128(12), ..scope };
                assert!(sealed || permit(&viewer, Action::ReadCase, &other, &tree()).is_ok(), "{role:?}");
            }
        }
    }

    #[test]
    fn a_deputy_may_what_the_absent_persons_assignments_allow_and_no_more() {
        let stands_in = |role, office| Viewer { stands_in_for: vec![AWAY], ..viewer(role, office) };
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
            let sure =
                Viewer { assurance: Assurance { second_factor: true, fresh: true }, ..viewer(role, office) };
            let asks =
                |who: &Viewer, sealed| permit(who, Action::BreakGlass, &case(None, sealed), &tree()).is_ok();
            assert_eq!(asks(&sure, false), may_break, "{role:?}");
            assert!(!asks(&sure, true), "{role:?} sealed");
            assert!(!asks(&viewer(role, office), false), "{role:?} without a fresh factor");
        }
        let viewer = Viewer { opened: vec![CASE], ..viewer(Chief, CITY) };
        let read = permit(&viewer, Action::ReadCase, &case(None, false), &tree()).unwrap();
        assert_eq!((read.rule(), read.roles()), ("emergency-chief", [Chief].as_slice()));
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
