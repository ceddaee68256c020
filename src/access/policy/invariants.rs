//! Tries a policy set on a small world and holds it to `invariants.cedar`. `.ci/policy-proofs` proves the same
//! invariants of the program's own set over all requests; a directory's set is tried here, at start.

use cedar_policy::{Authorizer, Decision, Entities, Request};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::set::{Rules, schema};
use super::{Policy, PolicyError, Question};
use crate::access::{
    Action, Ask, Assurance, CaseScope, Grant, Office, OfficeKind, OfficeTree, Resource, Viewer,
};
use crate::law::pack::StaffRole;
use crate::record::Text;

const INVARIANTS: &str = include_str!("invariants.cedar");

/// The small world: a case's office, the one above, and another beside it.
const ABOVE: Uuid = Uuid::from_u128(1);
const HERE: Uuid = Uuid::from_u128(2);
const ELSEWHERE: Uuid = Uuid::from_u128(3);
const ME: Uuid = Uuid::from_u128(11);
const AWAY: Uuid = Uuid::from_u128(12);
const SOMEBODY: Uuid = Uuid::from_u128(13);
const CASE: Uuid = Uuid::from_u128(21);

fn tree() -> OfficeTree {
    let kind = OfficeKind::District;
    let office = |id, parent| Office { id, parent, code: String::new(), name: Text::default(), kind };
    OfficeTree::new(vec![office(ABOVE, None), office(HERE, Some(ABOVE)), office(ELSEWHERE, Some(ABOVE))])
}

/// How sure the service is of somebody, and what ties them to the case: active, second factor, fresh; excluded, opened,
/// query.
const TIES: [([bool; 3], [bool; 3]); 8] = [
    ([true, true, true], [false, false, false]),
    ([true, true, true], [true, true, true]),
    ([true, true, true], [false, true, false]),
    ([true, true, true], [false, false, true]),
    ([true, true, true], [false, true, true]),
    ([true, true, false], [false, true, true]),
    ([true, false, true], [false, true, true]),
    ([false, true, true], [false, true, true]),
];

/// Everybody who differs in something that a policy can see: one role at one office, and their ties.
fn people() -> Vec<Viewer> {
    let mut people = Vec::new();
    for role in StaffRole::ALL {
        for office in [HERE, ABOVE, ELSEWHERE] {
            for ([active, second_factor, fresh], [excluded, opened, queries]) in TIES {
                let case = |tied: bool| if tied { vec![CASE] } else { Vec::new() };
                people.push(Viewer {
                    account: ME,
                    login: String::new(),
                    active,
                    grants: vec![Grant { role, office }],
                    assurance: Assurance { second_factor, fresh },
                    stands_in_for: vec![AWAY],
                    excluded: case(excluded),
                    opened: case(opened),
                    queries: case(queries),
                });
            }
        }
    }
    people
}

/// Cases that differ in something that a policy can see.
fn cases() -> Vec<CaseScope> {
    let plain = CaseScope { case: CASE, ..CaseScope::at(HERE) };
    let all = [
        plain,
        CaseScope { lead: Some(ME), social_worker: Some(ME), approver: Some(ME), ..plain },
        CaseScope { second: Some(AWAY), social_worker: Some(AWAY), approver: Some(AWAY), ..plain },
        CaseScope { social_worker: Some(SOMEBODY), offered_to: Some(ELSEWHERE), handed_over: true, ..plain },
    ];
    all.into_iter().flat_map(|open| [open, CaseScope { sealed: true, ..open }]).collect()
}

/// What one can ask of a thing. Everybody in the small world has the same account, so they ask the same.
fn asked(policy: &Policy, thing: Resource) -> Result<Vec<(Action, Request)>, PolicyError> {
    let (nobody, offices) = (Viewer { account: ME, ..Viewer::default() }, OfficeTree::default());
    let mut requests = Vec::new();
    for action in Action::ALL.into_iter().filter(|action| action.kind() == thing.kind()) {
        let drafters: &[Option<Uuid>] =
            if action.by_two() { &[None, Some(SOMEBODY), Some(ME)] } else { &[None] };
        for drafter in drafters {
            let ask = Ask { action, drafter: *drafter };
            requests.push((action, policy.request(&Question::new(&nobody, ask, Some(thing), &offices))?));
        }
    }
    Ok(requests)
}

impl Policy {
    /// Tries every action of everybody on everything in the small world.
    ///
    /// # Errors
    /// [`PolicyError::Unsafe`] with the first invariant that is broken.
    pub fn hold_to_invariants(&self) -> Result<(), PolicyError> {
        let never = Rules::read(INVARIANTS, &schema()?)?;
        let (offices, people) = (tree(), people());
        let things = cases()
            .into_iter()
            .map(Resource::Case)
            .chain([HERE, ABOVE, ELSEWHERE].map(Resource::Office))
            .chain([Resource::Service]);
        for thing in things {
            let requests = asked(self, thing)?;
            for viewer in &people {
                let question = Question::new(viewer, Action::ReadCase.into(), Some(thing), &offices);
                let entities = self.names.entities(&question, &offices, &self.schema)?;
                self.try_all(&never, &requests, &entities).map_err(|broken| match broken {
                    Broken::Invariant(id, text, action) => {
                        let role = viewer.grants.first().map(|grant| format!("{:?}", grant.role));
                        let what = format!("{} {} {thing:?}", role.unwrap_or_default(), action.name());
                        PolicyError::Unsafe { id, text, what }
                    }
                    Broken::Policy(error) => error,
                })?;
            }
        }
        Ok(())
    }

    fn try_all(
        &self,
        never: &Rules,
        requests: &[(Action, Request)],
        entities: &Entities,
    ) -> Result<(), Broken> {
        let mut may = BTreeSet::new();
        for (action, request) in requests {
            let (decision, _) = self.answer(request, entities).map_err(Broken::Policy)?;
            if decision == Decision::Deny {
                continue;
            }
            may.insert(action.name());
            let broken = Authorizer::new().is_authorized(request, &never.set, entities);
            if let Some(place) = never.places(broken.diagnostics().reason()).first()
                && let Some((id, text)) = never.told(*place)
            {
                return Err(Broken::Invariant(id.to_owned(), text.clone(), *action));
            }
        }
        if may.contains(Action::ListCases.name()) && !may.contains(Action::ReadCase.name()) {
            let text = Text::new("列表不得宽于阅卷", "a list is never wider than reading");
            return Err(Broken::Invariant("N21".into(), text, Action::ListCases));
        }
        Ok(())
    }
}

/// Why a set is not put in force: what it permits, or that it cannot be asked.
enum Broken {
    Invariant(String, Text, Action),
    Policy(PolicyError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::policy::set::EMBEDDED;

    fn check(text: &str) -> Result<(), PolicyError> {
        Policy::from_text(text)?.hold_to_invariants()
    }

    #[test]
    fn our_own_policies_keep_every_invariant_of_the_small_world() {
        check(EMBEDDED).unwrap();
    }

    #[test]
    fn a_set_that_permits_too_much_is_refused_by_the_invariant_it_breaks() {
        let add = |more: &str| format!("{EMBEDDED}\n@id(\"more\") @zh(\"多\") @en(\"more\") {more}");
        for (invariant, more) in [
            (
                "N06",
                "permit (principal, action == Action::\"read_case\", resource) when { !resource.sealed && !principal.admin_at.isEmpty() };",
            ),
            (
                "N07",
                "permit (principal, action == Action::\"read_case\", resource) when { !resource.sealed && !principal.social_worker_at.isEmpty() };",
            ),
            (
                "N08",
                "permit (principal, action == Action::\"read_prosecution_notes\", resource) when { !principal.clerk_at.isEmpty() };",
            ),
            (
                "N09",
                "permit (principal, action == Action::\"read_counselling\", resource) when { principal.prosecutor_at.contains(resource.office) };",
            ),
            (
                "N11",
                "permit (principal, action == Action::\"assign\", resource) when { principal.opened.contains(resource) };",
            ),
            (
                "N13",
                "permit (principal, action == Action::\"break_glass\", resource) when { principal.clerk_at.contains(resource.office) };",
            ),
            (
                "N18",
                "permit (principal, action == Action::\"administer\", resource) when { principal.chief_at.contains(resource) };",
            ),
            (
                "N22",
                "permit (principal, action == Action::\"assess\", resource) when { principal.clerk_at.contains(resource.office) };",
            ),
            (
                "N23",
                "permit (principal, action == Action::\"commission\", resource) when { principal.records_at.contains(resource.office) };",
            ),
            (
                "N24",
                "permit (principal, action == Action::\"decide_measure\", resource) when { principal.clerk_at.contains(resource.office) };",
            ),
            (
                "N25",
                "permit (principal, action == Action::\"supervise_measure\", resource) when { principal.chief_at.contains(resource.office) };",
            ),
            (
                "N21",
                "permit (principal, action == Action::\"list_cases\", resource) when { principal.clerk_at.contains(resource.office) };@id(\"less\") @zh(\"少\") @en(\"less\") forbid (principal, action == Action::\"read_case\", resource) when { principal.clerk_at.contains(resource.office) };",
            ),
        ] {
            match check(&add(more)) {
                Err(PolicyError::Unsafe { id, .. }) => assert_eq!(id, invariant),
                other => panic!("{invariant}: {other:?}"),
            }
        }
    }

    #[test]
    fn without_any_one_of_its_forbids_the_set_is_refused() {
        let text = EMBEDDED;
        let forbids: Vec<&str> = text.split("\n@id(").filter(|policy| policy.contains("\nforbid")).collect();
        assert_eq!(forbids.len(), 7);
        for forbid in forbids {
            let end = forbid.find(';').unwrap();
            let left = text.replace(&format!("\n@id({}", &forbid[..=end]), "\n");
            assert!(left.len() < text.len());
            let broken = check(&left);
            // "sealed" repeats what each permit says of itself: it guards against a permit that forgets.
            let name = forbid.split('"').nth(1).unwrap();
            assert_eq!(
                matches!(broken, Err(PolicyError::Unsafe { .. })),
                name != "sealed",
                "{name}: {broken:?}"
            );
        }
    }

    #[test]
    fn what_is_not_valid_is_refused_with_its_reason() {
        let policy = |annotations: &str, condition: &str| {
            format!(
                "{annotations} permit (principal, action == Action::\"read_case\", resource) when {{ {condition} }};"
            )
        };
        let named = "@id(\"a\") @zh(\"甲\") @en(\"a\")";
        for (text, says) in [
            (policy(named, "resource.seald"), "seald"),
            (policy("@zh(\"甲\") @en(\"a\")", "true"), "@id"),
            (policy("@id(\"a\") @en(\"a\")", "true"), "@zh"),
            (policy("@id(\"a\") @zh(\"甲\") @en(\"a\") @role(\"king\")", "true"), "king"),
            (policy(named, "principal.chief_at"), ""),
            (policy(named, "true") + &policy(named, "true"), "a"),
            ("permit (principal".to_owned(), ""),
        ] {
            match Policy::from_text(&text).map(drop) {
                Err(PolicyError::Invalid(said)) => assert!(said.contains(says), "{text}: {said}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
