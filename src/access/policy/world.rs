//! The entities that the policies see, built from a question.

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression, Schema,
};
use std::collections::{HashMap, HashSet};
use std::str::FromStr as _;
use uuid::Uuid;

use super::{PolicyError, Question};
use crate::access::{Action, Ask, CaseScope, OfficeTree, Resource, Viewer};
use crate::law::pack::StaffRole;

/// The attribute in which the offices of a role are.
const ROLES: [(StaffRole, &str); 8] = [
    (StaffRole::Prosecutor, "prosecutor_at"),
    (StaffRole::Chief, "chief_at"),
    (StaffRole::Clerk, "clerk_at"),
    (StaffRole::SocialWorker, "social_worker_at"),
    (StaffRole::Supervisor, "supervisor_at"),
    (StaffRole::Records, "records_at"),
    (StaffRole::Admin, "admin_at"),
    (StaffRole::Researcher, "researcher_at"),
];

/// The types of the schema, and how things are named in it.
#[derive(Clone)]
pub(super) struct Names {
    account: EntityTypeName,
    pub(super) case: EntityTypeName,
    office: EntityTypeName,
    service: EntityTypeName,
    action: EntityTypeName,
}

impl Names {
    pub(super) fn new() -> Result<Self, PolicyError> {
        let name = |name: &str| EntityTypeName::from_str(name).map_err(PolicyError::of);
        Ok(Self {
            account: name("Account")?,
            case: name("Case")?,
            office: name("Office")?,
            service: name("Service")?,
            action: name("Action")?,
        })
    }

    pub(super) fn account(&self, id: Uuid) -> EntityUid {
        uid(&self.account, id)
    }

    fn case(&self, id: Uuid) -> EntityUid {
        uid(&self.case, id)
    }

    fn office(&self, id: Uuid) -> EntityUid {
        uid(&self.office, id)
    }

    pub(super) fn action(&self, action: Action) -> EntityUid {
        EntityUid::from_type_name_and_id(self.action.clone(), EntityId::new(action.name()))
    }

    pub(super) fn resource(&self, to: &Resource) -> EntityUid {
        match to {
            Resource::Case(scope) => self.case(scope.case),
            Resource::Office(office) => self.office(*office),
            Resource::Service => {
                EntityUid::from_type_name_and_id(self.service.clone(), EntityId::new("tutela"))
            }
        }
    }

    pub(super) fn context(&self, ask: Ask) -> Result<Context, PolicyError> {
        let drafter = ask.drafter.map(|id| ("drafter".to_owned(), entity(self.account(id))));
        Context::from_pairs(drafter).map_err(PolicyError::of)
    }

    /// The viewer, what is asked about, and the offices that either touches with those above them.
    pub(super) fn entities(
        &self,
        question: &Question<'_>,
        offices: &OfficeTree,
        schema: &Schema,
    ) -> Result<Entities, PolicyError> {
        let mut touched: Vec<Uuid> = question.viewer.grants.iter().map(|g| g.office).collect();
        let mut all = vec![self.viewer(&question.viewer)?];
        match &question.to {
            Some(Resource::Case(scope)) => {
                touched.push(scope.office);
                touched.extend(scope.offered_to);
                all.push(self.scope(scope)?);
            }
            Some(Resource::Office(office)) => touched.push(*office),
            Some(service @ Resource::Service) => {
                all.push(Entity::new_no_attrs(self.resource(service), HashSet::new()));
            }
            None => {}
        }
        let mut seen = HashSet::new();
        for office in touched {
            let upwards: Vec<Uuid> = offices.upwards(office).collect();
            for (place, id) in upwards.iter().enumerate() {
                if seen.insert(*id) {
                    let above = upwards.get(place + 1).map(|above| self.office(*above));
                    all.push(Entity::new_no_attrs(self.office(*id), above.into_iter().collect()));
                }
            }
        }
        Entities::from_entities(all, Some(schema)).map_err(PolicyError::of)
    }

    fn viewer(&self, viewer: &Viewer) -> Result<Entity, PolicyError> {
        let flag = |name: &str, value| (name.to_owned(), RestrictedExpression::new_bool(value));
        let cases = |name: &str, ids: &[Uuid]| (name.to_owned(), set(ids.iter().map(|id| self.case(*id))));
        let mut attributes = HashMap::from([
            flag("active", viewer.active),
            flag("second_factor", viewer.assurance.second_factor),
            flag("fresh", viewer.assurance.fresh),
            cases("excluded", &viewer.excluded),
            cases("opened", &viewer.opened),
            cases("queries", &viewer.queries),
            ("stands_in_for".to_owned(), set(viewer.stands_in_for.iter().map(|id| self.account(*id)))),
        ]);
        for (role, name) in ROLES {
            attributes.insert(name.to_owned(), set(viewer.offices(role).map(|id| self.office(id))));
        }
        Entity::new(self.account(viewer.account), attributes, HashSet::new()).map_err(PolicyError::of)
    }

    fn scope(&self, scope: &CaseScope) -> Result<Entity, PolicyError> {
        let mut attributes = HashMap::from([
            ("office".to_owned(), entity(self.office(scope.office))),
            ("sealed".to_owned(), RestrictedExpression::new_bool(scope.sealed)),
            ("handed_over".to_owned(), RestrictedExpression::new_bool(scope.handed_over)),
        ]);
        for (name, account) in [
            ("lead", scope.lead),
            ("second", scope.second),
            ("social_worker", scope.social_worker),
            ("approver", scope.approver),
        ] {
            attributes.extend(account.map(|id| (name.to_owned(), entity(self.account(id)))));
        }
        attributes.extend(scope.offered_to.map(|id| ("offered_to".to_owned(), entity(self.office(id)))));
        Entity::new(self.case(scope.case), attributes, HashSet::new()).map_err(PolicyError::of)
    }
}

fn uid(kind: &EntityTypeName, id: Uuid) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id.to_string()))
}

fn entity(uid: EntityUid) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid)
}

fn set(uids: impl Iterator<Item = EntityUid>) -> RestrictedExpression {
    RestrictedExpression::new_set(uids.map(entity))
}
