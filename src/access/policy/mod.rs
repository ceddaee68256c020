//! The policy: Cedar policies under a strict schema, and the decisions that follow from them.
//!
//! [`set`] reads and validates them, [`world`] builds the entities that they see, [`question`] remembers answers,
//! [`invariants`] holds every set to what none may permit.

mod invariants;
mod question;
mod set;
mod world;

pub(super) use question::{Question, Remembered};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, PartialEntities, PartialEntityUid, PartialRequest, Request,
    Schema,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use self::set::Rules;
use self::world::Names;
use super::OfficeTree;
use super::filter::read_residual;
use super::gate::{Denial, Permit};
use crate::record::{Filter, Text};

/// Why a policy set is not put in force.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A file cannot be read.
    #[error("cannot read the policies in {}: {source} / 无法读取策略", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The policies are not well formed, or not valid under the schema.
    #[error("the policies are not valid: {0} / 策略无效")]
    Invalid(String),
    /// The policies permit what none may.
    #[error("the policies break invariant {id} ({}): {what} / 策略违反不变量：{}", text.en, text.zh)]
    Unsafe {
        /// The invariant.
        id: String,
        /// What it says.
        text: Text,
        /// Who could do what.
        what: String,
    },
    /// Another policy is in force already.
    #[error("a policy is in force already / 策略已生效")]
    InForce,
}

impl PolicyError {
    fn of(error: impl std::error::Error) -> Self {
        Self::Invalid(chain(&error))
    }
}

/// An error with everything that led to it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

/// A policy set, validated, with what it answered before.
pub struct Policy {
    schema: Schema,
    rules: Rules,
    names: Names,
    pub(super) decisions: Remembered<Result<Permit, Denial>>,
    pub(super) filters: Remembered<Result<Arc<Filter>, Denial>>,
}

/// The policy set that is part of the program. Nothing but a broken build can make it invalid; then nobody may do
/// anything.
static EMBEDDED: LazyLock<Policy> = LazyLock::new(|| {
    Policy::embedded().unwrap_or_else(|error| {
        tracing::error!(%error, "policy");
        Policy::nothing()
    })
});
static CHOSEN: OnceLock<Policy> = OnceLock::new();

impl Policy {
    /// The policy set of this process: the one [`Policy::put_in_force`] chose, or the one that is part of the program.
    pub fn in_force() -> &'static Self {
        CHOSEN.get().unwrap_or_else(|| &EMBEDDED)
    }

    /// Puts a policy set in force for the rest of this process's life.
    ///
    /// # Errors
    /// [`PolicyError::InForce`] when that was done before.
    pub fn put_in_force(self) -> Result<(), PolicyError> {
        CHOSEN.set(self).map_err(|_| PolicyError::InForce)
    }

    /// The policy set that is part of the program.
    ///
    /// # Errors
    /// [`PolicyError::Invalid`].
    pub fn embedded() -> Result<Self, PolicyError> {
        Self::from_text(set::EMBEDDED)
    }

    /// The text of the policies that are part of the program.
    pub const fn text() -> &'static str {
        set::EMBEDDED
    }

    /// The policy set of a directory: all its `.cedar` files, in the order of their names. It takes the place of the
    /// program's own, and is held to the invariants first.
    ///
    /// # Errors
    /// [`PolicyError`]; nothing is in force then.
    pub fn load(directory: &Path) -> Result<Self, PolicyError> {
        let policy = Self::from_text(&set::read_directory(directory)?)?;
        policy.hold_to_invariants()?;
        Ok(policy)
    }

    /// A policy set from its text; validated, but not held to the invariants.
    ///
    /// # Errors
    /// [`PolicyError::Invalid`].
    pub fn from_text(text: &str) -> Result<Self, PolicyError> {
        let schema = set::schema()?;
        let rules = Rules::read(text, &schema)?;
        Ok(Self::new(schema, rules, Names::new()?))
    }

    fn new(schema: Schema, rules: Rules, names: Names) -> Self {
        Self { schema, rules, names, decisions: Remembered::default(), filters: Remembered::default() }
    }

    /// SHA-256 of the policies' text, part of every ledger leaf.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.rules.digest
    }

    /// Whether some policy speaks of a case or a person by name.
    pub(super) const fn names_somebody(&self) -> bool {
        self.rules.name_somebody
    }

    /// Asks Cedar.
    pub(super) fn decide(&self, question: &Question<'_>, offices: &OfficeTree) -> Result<Permit, Denial> {
        let answer = self.request(question).and_then(|request| {
            let entities = self.names.entities(question, offices, &self.schema)?;
            self.answer(&request, &entities)
        });
        let (decision, rules) = answer.map_err(|error| Self::broken(&error))?;
        if decision == Decision::Allow {
            return Ok(self.rules.permit(&rules, question));
        }
        Err(self.rules.denial(&rules, question.ask.action))
    }

    fn request(&self, question: &Question<'_>) -> Result<Request, PolicyError> {
        let action = question.ask.action;
        let to = question.to.as_ref().filter(|to| to.kind() == action.kind());
        let to =
            to.ok_or_else(|| PolicyError::Invalid(format!("{} is asked of another kind", action.name())))?;
        Request::new(
            self.names.account(question.viewer.account),
            self.names.action(action),
            self.names.resource(to),
            self.names.context(question.ask)?,
            Some(&self.schema),
        )
        .map_err(PolicyError::of)
    }

    /// The decision and the policies that made it. A policy that cannot be evaluated denies, whatever others say.
    fn answer(
        &self,
        request: &Request,
        entities: &Entities,
    ) -> Result<(Decision, BTreeSet<usize>), PolicyError> {
        let response = Authorizer::new().is_authorized(request, &self.rules.set, entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(PolicyError::Invalid(chain(error)));
        }
        Ok((response.decision(), self.rules.places(response.diagnostics().reason())))
    }

    /// Asks Cedar what remains of the policy when everything is known but the case.
    pub(super) fn residual(&self, question: &Question<'_>, offices: &OfficeTree) -> Result<Filter, Denial> {
        let filter = self.partial(question, offices).map_err(|error| Self::broken(&error))?;
        match filter {
            Filter::Nothing => Err(self.rules.denial(&BTreeSet::new(), question.ask.action)),
            filter => Ok(filter),
        }
    }

    fn partial(&self, question: &Question<'_>, offices: &OfficeTree) -> Result<Filter, PolicyError> {
        let entities = self.names.entities(question, offices, &self.schema)?;
        let entities = PartialEntities::from_concrete(entities, &self.schema).map_err(PolicyError::of)?;
        let request = PartialRequest::new(
            PartialEntityUid::from_concrete(self.names.account(question.viewer.account)),
            self.names.action(question.ask.action),
            PartialEntityUid::new(self.names.case.clone(), None),
            Some(Context::empty()),
            &self.schema,
        )
        .map_err(PolicyError::of)?;
        let response = self.rules.set.tpe(&request, &entities, &self.schema).map_err(PolicyError::of)?;
        read_residual(&response, offices).map_err(PolicyError::Invalid)
    }

    /// What cannot be decided is denied.
    fn broken(error: &PolicyError) -> Denial {
        tracing::error!(%error, "policy");
        let why =
            Text::new("策略无法判断，请联系管理员", "the policy cannot decide this; tell an administrator");
        Denial { rule: "policy-error", why: Arc::new(why) }
    }

    fn nothing() -> Self {
        // An empty schema and no policy: every question is denied.
        let schema = Schema::from_schema_fragments([]);
        match (schema, Names::new()) {
            (Ok(schema), Ok(names)) => Self::new(schema, Rules::default(), names),
            // Neither depends on anything but Cedar itself.
            _ => std::process::abort(),
        }
    }
}

/// A name that lives as long as the process: ids of policies are few, and leaves and errors carry them.
fn lasting(name: String) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_str()) {
        return known;
    }
    let known: &'static str = Box::leak(name.into_boxed_str());
    names.insert(known);
    known
}
