//! Reads a policy set, and says in words what its policies decided.

use cedar_policy::{ActionConstraint, EntityUid};
use cedar_policy::{Effect, Policy as CedarPolicy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use uuid::Uuid;

use super::{PolicyError, Question, lasting};
use crate::access::gate::{Denial, Permit};
use crate::access::{Action, Resource};
use crate::law::pack::StaffRole;
use crate::record::Text;

const SCHEMA: &str = include_str!("schema.cedarschema");
/// The policies that are part of the program.
pub(super) const EMBEDDED: &str = include_str!("policies.cedar");

/// The schema of all policy sets.
pub(super) fn schema() -> Result<Schema, PolicyError> {
    Schema::from_cedarschema_str(SCHEMA).map(|(schema, _)| schema).map_err(PolicyError::of)
}

/// All `.cedar` files of a directory in the order of their names.
pub(super) fn read_directory(directory: &Path) -> Result<String, PolicyError> {
    let cannot = |path: &Path| {
        let path = path.to_owned();
        move |source| PolicyError::Read { path, source }
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(cannot(directory))? {
        let path = entry.map_err(cannot(directory))?.path();
        if path.extension().is_some_and(|e| e == "cedar") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut text = String::new();
    for path in &paths {
        text.push_str(&std::fs::read_to_string(path).map_err(cannot(path))?);
    }
    if text.is_empty() {
        return Err(PolicyError::Invalid(format!("{} holds no .cedar file", directory.display())));
    }
    Ok(text)
}

/// A policy as its annotations tell it.
struct Rule {
    id: String,
    effect: Effect,
    text: Text,
    role: Option<StaffRole>,
    /// The actions that it names; none where it speaks of all.
    actions: Option<BTreeSet<&'static str>>,
}

/// The policies in the order in which they are written.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) set: PolicySet,
    pub(super) digest: [u8; 32],
    /// Some policy speaks of a case or a person by name.
    pub(super) name_somebody: bool,
    order: Vec<Rule>,
    places: HashMap<PolicyId, usize>,
}

impl Rules {
    /// Reads and validates policies, strictly: each has an id, and a reason in both languages.
    pub(super) fn read(text: &str, schema: &Schema) -> Result<Self, PolicyError> {
        let parsed = PolicySet::from_str(text).map_err(PolicyError::of)?;
        if parsed.templates().next().is_some() {
            return Err(PolicyError::Invalid("templates are not used here".into()));
        }
        let mut policies: Vec<&CedarPolicy> = parsed.policies().collect();
        // Cedar numbers policies as they come: policy0, policy1, …
        policies.sort_by_key(|policy| {
            policy.id().to_string().trim_start_matches("policy").parse::<usize>().unwrap_or(usize::MAX)
        });
        let mut read = Self { digest: Sha256::digest(text.as_bytes()).into(), ..Self::default() };
        for policy in policies {
            let rule = rule(policy)?;
            let somebody = |uid: &EntityUid| ["Account", "Case"].contains(&uid.type_name().basename());
            read.name_somebody |= policy.entity_literals().iter().any(somebody);
            let id = PolicyId::new(&rule.id);
            read.set.add(policy.new_id(id.clone())).map_err(PolicyError::of)?;
            read.places.insert(id, read.order.len());
            read.order.push(rule);
        }
        let said = Validator::new(schema.clone()).validate(&read.set, ValidationMode::Strict);
        let wrong: Vec<String> = said
            .validation_errors()
            .map(ToString::to_string)
            .chain(said.validation_warnings().map(ToString::to_string))
            .collect();
        if wrong.is_empty() { Ok(read) } else { Err(PolicyError::Invalid(wrong.join("; "))) }
    }

    /// Where the named policies are written.
    pub(super) fn places<'a>(&self, ids: impl Iterator<Item = &'a PolicyId>) -> BTreeSet<usize> {
        ids.filter_map(|id| self.places.get(id).copied()).collect()
    }

    fn named(&self, places: &BTreeSet<usize>) -> (&'static str, Vec<&Rule>) {
        let rules: Vec<&Rule> = places.iter().filter_map(|place| self.order.get(*place)).collect();
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        (lasting(ids.join(" ")), rules)
    }

    /// What these policies permit.
    pub(super) fn permit(&self, places: &BTreeSet<usize>, question: &Question<'_>) -> Permit {
        let (rule, rules) = self.named(places);
        let roles: BTreeSet<StaffRole> = rules.iter().filter_map(|rule| rule.role).collect();
        Permit { rule, roles: roles.into_iter().collect(), on_behalf: on_behalf(question) }
    }

    /// What these policies forbid; if there are none, who may do it.
    pub(super) fn denial(&self, places: &BTreeSet<usize>, action: Action) -> Denial {
        if places.is_empty() {
            let permits = self.order.iter().filter(|rule| {
                rule.effect == Effect::Permit
                    && rule.actions.as_ref().is_none_or(|actions| actions.contains(action.name()))
            });
            let (zh, en) = join(permits);
            let why = Text::new(
                format!("您的角色不能办理此事。{zh}"),
                format!("your roles do not permit this: {en}"),
            );
            return Denial { rule: "no-role", why: Arc::new(why) };
        }
        let (rule, rules) = self.named(places);
        let (zh, en) = join(rules.into_iter());
        Denial { rule, why: Arc::new(Text::new(zh, en)) }
    }

    /// A policy's id and what it says.
    pub(super) fn told(&self, place: usize) -> Option<(&str, &Text)> {
        self.order.get(place).map(|rule| (rule.id.as_str(), &rule.text))
    }
}

/// For whom somebody stands in towards a case to which they are not assigned themselves.
fn on_behalf(question: &Question<'_>) -> Option<Uuid> {
    let Some(Resource::Case(scope)) = &question.to else { return None };
    if scope.assigned().any(|account| account == question.viewer.account) {
        return None;
    }
    scope.assigned().find(|account| question.viewer.stands_in_for.contains(account))
}

fn join<'a>(rules: impl Iterator<Item = &'a Rule>) -> (String, String) {
    let (zh, en): (Vec<&str>, Vec<&str>) =
        rules.map(|rule| (rule.text.zh.as_str(), rule.text.en.as_str())).unzip();
    (zh.join("；"), en.join("; "))
}

fn rule(policy: &CedarPolicy) -> Result<Rule, PolicyError> {
    let wanted = |key: &str| {
        let found = policy.annotation(key).filter(|value| !value.trim().is_empty()).map(str::to_owned);
        found.ok_or_else(|| PolicyError::Invalid(format!("a policy has no @{key}: {policy}")))
    };
    let id = wanted("id")?;
    if !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(PolicyError::Invalid(format!("{id}: an @id has letters, digits and hyphens")));
    }
    let role = match policy.annotation("role") {
        None => None,
        Some(role) => Some(
            serde_json::from_value(serde_json::Value::String(role.to_owned()))
                .map_err(|_| PolicyError::Invalid(format!("{id}: there is no role {role}")))?,
        ),
    };
    let named = |uids: Vec<EntityUid>| {
        let names: BTreeSet<String> = uids.iter().map(|uid| uid.id().unescaped().to_owned()).collect();
        Action::ALL.iter().map(|action| action.name()).filter(|name| names.contains(*name)).collect()
    };
    let actions = match policy.action_constraint() {
        ActionConstraint::Any => None,
        ActionConstraint::In(uids) => Some(named(uids)),
        ActionConstraint::Eq(uid) => Some(named(vec![uid])),
    };
    let text = Text::new(wanted("zh")?, wanted("en")?);
    Ok(Rule { id, effect: policy.effect(), text, role, actions })
}
