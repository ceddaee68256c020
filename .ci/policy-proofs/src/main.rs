//! Proves each invariant of `src/access/policy/invariants.cedar` over all requests and all entities: adding it to the
//! policies as a forbid takes no permission away. Then shows that the prover is not fooled: planted falsehoods and
//! policies that permit too much are refuted, each with a counterexample that Cedar itself confirms.

use cedar_policy::{
    ActionConstraint, Authorizer, Decision, Effect, EntityUid, Policy, PolicyId, PolicySet, RequestEnv, Schema,
};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicy, CompiledPolicySet};
use std::error::Error;
use std::str::FromStr;
use std::time::Instant;

const SCHEMA: &str = include_str!("../../../src/access/policy/schema.cedarschema");
const POLICIES: &str = include_str!("../../../src/access/policy/policies.cedar");
const INVARIANTS: &str = include_str!("../../../src/access/policy/invariants.cedar");

/// Statements that are not true of the policies. Each is refuted, or the prover proves anything.
const FALSEHOODS: [(&str, &str); 4] = [
    ("nobody reads a case", r#"forbid (principal, action == Action::"read_case", resource);"#),
    (
        "a supervisor reads only at their own office",
        r#"forbid (principal, action == Action::"read_case", resource)
           when { principal.prosecutor_at.isEmpty() && principal.chief_at.isEmpty() && principal.clerk_at.isEmpty() &&
                  principal.social_worker_at.isEmpty() && principal.records_at.isEmpty() }
           unless { principal.supervisor_at.contains(resource.office) };"#,
    ),
    (
        "an emergency needs no step-up to be of use, so opened cases stay closed",
        r#"forbid (principal, action == Action::"read_medical", resource) when { principal.opened.contains(resource) };"#,
    ),
    (
        "nobody touches a sealed record",
        r#"forbid (principal, action, resource is Case) when { resource.sealed };"#,
    ),
];

/// Permissions that break an invariant when they are added.
const EXCESSES: [(&str, &str); 5] = [
    ("N06", r#"permit (principal, action == Action::"read_case", resource) when { resource.office in principal.admin_at };"#),
    ("N04", r#"permit (principal, action == Action::"read_sealed", resource) when { principal.records_at.contains(resource.office) };"#),
    ("N09", r#"permit (principal, action == Action::"read_counselling", resource) when { principal.prosecutor_at.contains(resource.office) };"#),
    ("N11", r#"permit (principal, action == Action::"act_in_case", resource) when { principal.opened.contains(resource) && !resource.sealed };"#),
    ("N15", r#"permit (principal, action == Action::"act_in_case", resource) when { resource.office in principal.supervisor_at && !resource.sealed };"#),
];

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Prover {
    schema: Schema,
    solver: CedarSymCompiler<LocalSolver>,
    queries: usize,
}

impl Prover {
    /// A request that `more` permits and `fewer` does not, if there can be one, confirmed by Cedar.
    async fn counterexample(&mut self, more: &PolicySet, fewer: &PolicySet, env: &RequestEnv) -> Outcome<Option<String>> {
        self.queries += 1;
        let wide = CompiledPolicySet::compile(more, env, &self.schema)?;
        let narrow = CompiledPolicySet::compile(fewer, env, &self.schema)?;
        let Some(found) = self.solver.check_implies_with_counterexample_opt(&wide, &narrow).await? else {
            return Ok(None);
        };
        let decide = |set| Authorizer::new().is_authorized(&found.request, set, &found.entities).decision();
        if decide(more) != Decision::Allow || decide(fewer) != Decision::Deny {
            return Err(format!("Cedar does not confirm the counterexample for {}", env.action()).into());
        }
        Ok(Some(format!("{}", found.request)))
    }

    /// The first request that the policies permit and the invariant forbids, if there can be one.
    async fn broken(&mut self, policies: &PolicySet, invariant: &Policy) -> Outcome<Option<String>> {
        let id = PolicyId::new("invariant");
        let mut held = policies.clone();
        held.add(invariant.new_id(id))?;
        let envs: Vec<RequestEnv> = self.schema.request_envs().filter(|env| speaks_of(invariant, env.action())).collect();
        if envs.is_empty() {
            return Err(format!("{} speaks of no action", invariant.id()).into());
        }
        for env in &envs {
            if let Some(found) = self.counterexample(policies, &held, env).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Whether a policy's head names this action; of others it says nothing.
fn speaks_of(policy: &Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(named) => named == *action,
        ActionConstraint::In(named) => named.contains(action),
    }
}

fn read(text: &str) -> Outcome<Vec<Policy>> {
    let set = PolicySet::from_str(text)?;
    let mut policies: Vec<Policy> = set.policies().cloned().collect();
    policies.sort_by_key(|policy| name(policy));
    Ok(policies)
}

fn name(policy: &Policy) -> String {
    policy.annotation("id").map_or_else(|| policy.id().to_string(), str::to_owned)
}

fn set(policies: &[Policy]) -> Outcome<PolicySet> {
    Ok(PolicySet::from_policies(policies.iter().map(|policy| policy.new_id(PolicyId::new(name(policy)))))?)
}

fn one(text: &str) -> Outcome<Policy> {
    Ok(Policy::parse(Some(PolicyId::new("planted")), text)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let begun = Instant::now();
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA)?;
    let solver = CedarSymCompiler::new(LocalSolver::cvc5()?)?;
    let mut prover = Prover { schema, solver, queries: 0 };
    let policies = read(POLICIES)?;
    let ours = set(&policies)?;
    let invariants = read(INVARIANTS)?;

    for policy in &policies {
        for env in prover.schema.request_envs().filter(|env| speaks_of(policy, env.action())).collect::<Vec<_>>() {
            prover.queries += 1;
            let compiled = CompiledPolicy::compile(policy, &env, &prover.schema)?;
            if !prover.solver.check_never_errors_opt(&compiled).await? {
                return Err(format!("{} can fail to be evaluated for {}", name(policy), env.action()).into());
            }
        }
    }
    println!("{} policies: none can ever fail to be evaluated", policies.len());

    for invariant in &invariants {
        if let Some(found) = prover.broken(&ours, invariant).await? {
            return Err(format!("{} is broken by {found}", name(invariant)).into());
        }
        println!("{} proved: {}", name(invariant), invariant.annotation("en").unwrap_or_default());
    }

    // A list is never wider than reading: what is permitted as a list is permitted with the two actions exchanged.
    let exchanged = POLICIES
        .replace("Action::\"list_cases\"", "Action::\"…\"")
        .replace("Action::\"read_case\"", "Action::\"list_cases\"")
        .replace("Action::\"…\"", "Action::\"read_case\"");
    let exchanged = set(&read(&exchanged)?)?;
    let as_list: Vec<RequestEnv> =
        prover.schema.request_envs().filter(|env| env.action().id().unescaped() == "list_cases").collect();
    let [as_list] = as_list.as_slice() else { return Err("list_cases is asked of one kind of thing".into()) };
    if let Some(found) = prover.counterexample(&ours, &exchanged, as_list).await? {
        return Err(format!("N21 is broken by {found}").into());
    }
    println!("N21 proved: a list is never wider than reading");
    if prover.counterexample(&exchanged, &ours, as_list).await?.is_none() {
        return Err("planted falsehood not refuted: reading is never wider than a list".into());
    }

    for (said, text) in FALSEHOODS {
        let Some(found) = prover.broken(&ours, &one(text)?).await? else {
            return Err(format!("planted falsehood not refuted: {said}").into());
        };
        println!("refuted: {said}: {found}");
    }
    for (invariant, text) in EXCESSES {
        let mut excess = ours.clone();
        excess.add(one(text)?)?;
        let held = invariants.iter().find(|known| name(known) == invariant).ok_or("no such invariant")?;
        if prover.broken(&excess, held).await?.is_none() {
            return Err(format!("{invariant} does not notice {text}").into());
        }
        println!("{invariant} notices: {text}");
    }
    for forbid in policies.iter().filter(|policy| policy.effect() == Effect::Forbid && name(policy) != "sealed") {
        let without: Vec<Policy> = policies.iter().filter(|policy| name(policy) != name(forbid)).cloned().collect();
        let without = set(&without)?;
        let mut noticed = None;
        for invariant in &invariants {
            if noticed.is_none() && prover.broken(&without, invariant).await?.is_some() {
                noticed = Some(name(invariant));
            }
        }
        let noticed = noticed.ok_or_else(|| format!("nothing notices that {} is gone", name(forbid)))?;
        println!("{noticed} notices that {} is gone", name(forbid));
    }
    println!("{} questions to the solver in {:.1} s", prover.queries, begun.elapsed().as_secs_f32());
    Ok(())
}
