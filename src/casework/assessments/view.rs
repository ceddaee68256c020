//! What somebody may see of the forms that are written about a child.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use super::draft::{classes, stays};
use super::{
    Action, AssessmentRow, AssessmentStepRow, Caller, CaseworkError, Loaded, Note, Opened, Service, actor,
    cipher, from_micros, permit, store, words_place,
};
use crate::law::expr::ChildFact;
use crate::law::forms::{Form, Side};
use crate::record::{Text, Value};
use crate::vault::Class;

/// A day, in microseconds: what is told later than this after it happened is late.
const DAY: i64 = 86_400_000_000;

/// An assessment in short.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AssessmentLine {
    /// Identity.
    pub id: Uuid,
    /// The form.
    pub form: String,
    /// The version of the form to which the answers are pinned.
    pub form_version: i64,
    /// Name of the form.
    pub name: Text,
    /// On whose side of the evidence wall it is written.
    pub side: Side,
    /// `requested`, `declined`, `withdrawn`, `drafting`, `submitted`, `returned`, `adopted` or `released`.
    pub state: String,
    /// Version, also the ETag.
    pub version: i64,
    /// Who asked for it; nobody if its writer began it unasked.
    pub requested_by: Option<Uuid>,
    /// Until when it is to be submitted.
    pub due_at: Option<DateTime<Utc>>,
    /// It is past that and not submitted.
    pub overdue: bool,
    /// Who writes it.
    pub writer: Option<Uuid>,
    /// When it was asked for or begun.
    pub begun_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
}

/// An assessment as this person may see it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AssessmentView {
    /// In short.
    #[serde(flatten)]
    pub line: AssessmentLine,
    /// What was done with it, oldest first.
    pub steps: Vec<StepView>,
    /// Versions that were submitted and that this person may read, oldest first.
    pub versions: Vec<VersionView>,
    /// As which evidence the released form offers itself; a person completes and records it.
    pub evidence: Vec<EvidenceOffer>,
    /// What the released form says of the child that the file does not know: `needs_interpreter`, `needs_accommodation`,
    /// `pregnant_or_caring`; a person takes it into the file.
    pub of_child: Vec<&'static str>,
    /// What this person can do with it now: `draft` to read what is written, `write` to go on with it, and steps.
    pub acts: Vec<&'static str>,
}

/// Forms as this person can use them in a case.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FormsOpen {
    /// Those that they can ask for.
    pub to_request: Vec<FormName>,
    /// Those that they can begin themselves.
    pub to_begin: Vec<FormName>,
}

/// A form by its name.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FormName {
    /// Code.
    pub form: String,
    /// Name.
    pub name: Text,
    /// What it is for.
    pub purpose: Text,
}

/// Something that was done.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct StepView {
    /// `request`, `accept`, `decline`, `withdraw`, `begin`, `submit`, `return`, `adopt`, `adopt-partly`, `adopt-not`,
    /// `release` or `correct`.
    pub what: String,
    /// The version of the answers that it is about.
    pub no: Option<i64>,
    /// By whom.
    pub by: Uuid,
    /// When what it tells of happened.
    pub happened_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Recorded more than a day after it happened.
    pub late: bool,
    /// What was said with it, if this person may read it.
    pub said: Option<String>,
    /// What the prosecution said to itself, if this person may read it.
    pub note: Option<String>,
}

/// A submitted version.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct VersionView {
    /// Number, from 1.
    pub no: i64,
    /// When what it tells of happened.
    pub happened_at: DateTime<Utc>,
    /// When it was submitted.
    pub recorded_at: DateTime<Utc>,
    /// Submitted more than a day after it happened.
    pub late: bool,
    /// By whom.
    pub by: Uuid,
    /// Whether it was released into the file.
    pub released: bool,
    /// The released version that it corrects.
    pub corrects: Option<i64>,
    /// Its answers, as far as this person may read them.
    #[schema(value_type = Object)]
    pub answers: Map<String, Json>,
    /// The form asks for more than this person may read.
    pub partial: bool,
}

/// Evidence of a safeguard, as far as it follows from the answers.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EvidenceOffer {
    /// The safeguard.
    pub safeguard: String,
    /// Its name.
    pub name: Text,
    /// Fields that follow from the answers.
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Json>,
}

/// What somebody may read of one assessment.
struct Sight {
    /// They stand on the side that writes it.
    own: bool,
    /// They review it.
    reviews: bool,
    /// They read it once it is released.
    reads: bool,
    /// They read what the prosecution says to itself.
    notes: bool,
    classes: Vec<Class>,
}

impl Sight {
    /// What nobody asked for and nobody has handed over is known to its own side alone.
    fn knows_of(&self, row: &AssessmentRow) -> bool {
        let handed_over = row.released > 0 || (row.submitted > 0 && self.reviews);
        self.own || row.requested_by.is_some() || handed_over
    }
}

impl Service {
    /// The forms that are or were written about the child of a case.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn assessments(
        &self,
        caller: &Caller,
        case: Uuid,
    ) -> Result<Vec<AssessmentLine>, CaseworkError> {
        let loaded = self.look(caller, case, "assessment.list").await?;
        let mut lines = Vec::new();
        for row in store::assessments_of(self.db(), case).await? {
            let form = self.form_of(&loaded, &row)?;
            if !self.sight(caller, &loaded, &form).knows_of(&row) {
                continue;
            }
            lines.push(self.in_short(&row, &form));
        }
        Ok(lines)
    }

    /// One of them, as far as this person may see it.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
    ) -> Result<AssessmentView, CaseworkError> {
        let opened = self.open_assessment(caller, case, id, Action::ReadCase).await?;
        let Opened { loaded, row, form } = &opened;
        let sight = self.sight(caller, loaded, form);
        if !sight.knows_of(row) {
            return Err(match self.not_theirs(caller, loaded, "evidence-wall").await {
                CaseworkError::NotPermitted { .. } => CaseworkError::NotFound,
                other => other,
            });
        }
        let mut note = Note::under(caller, "assessment.read", &loaded.permit, self.now());
        note.about.push(format!("assessment:{id}:{}", row.version));
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let steps = store::assessment_steps(self.db(), id).await?;
        let versions = self.versions(&sight, row, form, &steps).await?;
        let latest = versions.iter().rev().find(|version| version.released && !version.answers.is_empty());
        let (evidence, of_child) = match latest {
            Some(version) => self.offers_of(&opened, &version.answers),
            None => (Vec::new(), Vec::new()),
        };
        let mut shown = Vec::new();
        for step in steps {
            shown.push(self.step(&sight, case, step).await?);
        }
        let acts = self.acts_of(caller, &opened, &sight, &versions);
        Ok(AssessmentView {
            line: self.in_short(row, form),
            steps: shown,
            versions,
            evidence,
            of_child,
            acts,
        })
    }

    /// Which forms this person can ask for in a case, and which they can begin.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn forms_open(&self, caller: &Caller, case: Uuid) -> Result<FormsOpen, CaseworkError> {
        let loaded = self.look(caller, case, "assessment.list").await?;
        let (asks, writes) = (
            self.roles_for(caller, &loaded, Action::Commission),
            self.roles_for(caller, &loaded, Action::Assess),
        );
        let named = |form: &std::sync::Arc<Form>| FormName {
            form: form.id.clone(),
            name: form.name.clone(),
            purpose: form.purpose.clone(),
        };
        let newest = || loaded.pack.forms.newest();
        Ok(FormsOpen {
            // What the prosecution writes itself is not asked for from somebody else.
            to_request: newest()
                .filter(|form| !asks.is_empty() && form.side == Side::SocialWork)
                .map(named)
                .collect(),
            to_begin: newest()
                .filter(|form| form.written_by.iter().any(|role| writes.contains(role)))
                .map(named)
                .collect(),
        })
    }

    /// The roles of the pack in which somebody may do something; none where they may not.
    fn roles_for(&self, caller: &Caller, loaded: &Loaded, action: Action) -> Vec<String> {
        let scope = crate::casework::read::scope(&loaded.row);
        let permit = permit(&caller.viewer, action, &scope, &self.offices());
        permit.map(|permit| actor(&loaded.pack, caller, &permit).roles).unwrap_or_default()
    }

    /// What can be done from where an assessment stands, as far as this person may. Doing it asks again.
    fn acts_of(
        &self,
        caller: &Caller,
        opened: &Opened,
        sight: &Sight,
        versions: &[VersionView],
    ) -> Vec<&'static str> {
        let Opened { loaded, row, form } = opened;
        let any = |action: Action, roles: &[String]| {
            self.roles_for(caller, loaded, action).iter().any(|role| roles.contains(role))
        };
        let writes = any(Action::Assess, &form.written_by);
        let asks = !self.roles_for(caller, loaded, Action::Commission).is_empty();
        let submitted_by = versions.last().map(|version| version.by);
        let reviews =
            any(Action::Commission, &form.reviewed_by) && submitted_by != Some(caller.viewer.account);
        let released = row.state == "adopted" || (row.state == "submitted" && form.reviewed_by.is_empty());
        let at = |states: &[&str]| states.contains(&row.state.as_str());
        let all = [
            ("accept", writes && at(&["requested"])),
            ("decline", writes && at(&["requested"])),
            ("draft", sight.own && !at(&["requested", "declined", "withdrawn"])),
            ("write", writes && at(&["drafting", "returned"])),
            ("withdraw", asks && at(&["requested"])),
            ("return", reviews && at(&["submitted"])),
            ("adopt", reviews && at(&["submitted"])),
            ("release", writes && released),
            ("correct", writes && at(&["released"])),
        ];
        all.into_iter().filter(|(_, possible)| *possible).map(|(act, _)| act).collect()
    }

    fn in_short(&self, row: &AssessmentRow, form: &Form) -> AssessmentLine {
        let open = ["requested", "drafting", "returned"].contains(&row.state.as_str());
        let now = super::micros(self.now());
        AssessmentLine {
            id: row.id,
            form: row.form.clone(),
            form_version: row.form_version,
            name: form.name.clone(),
            side: form.side,
            state: row.state.clone(),
            version: row.version,
            requested_by: row.requested_by,
            due_at: row.due_at.map(from_micros),
            overdue: open && row.due_at.is_some_and(|due| due <= now),
            writer: row.writer_id,
            begun_at: from_micros(row.begun_at),
            changed_at: from_micros(row.changed_at),
        }
    }

    fn sight(&self, caller: &Caller, loaded: &Loaded, form: &Form) -> Sight {
        let scope = crate::casework::read::scope(&loaded.row);
        let ask = |action: Action| permit(&caller.viewer, action, &scope, &self.offices()).ok();
        let in_role = |permit: &crate::access::Permit, roles: &[String]| {
            actor(&loaded.pack, caller, permit).roles.iter().any(|role| roles.contains(role))
        };
        Sight {
            own: self.on_side(caller, loaded, form.side),
            reviews: ask(Action::Commission).is_some_and(|permit| in_role(&permit, &form.reviewed_by)),
            reads: in_role(&loaded.permit, &form.read_by),
            notes: ask(Action::ReadProsecutionNotes).is_some(),
            classes: self.readable(caller, &loaded.row),
        }
    }

    async fn versions(
        &self,
        sight: &Sight,
        row: &AssessmentRow,
        form: &Form,
        steps: &[AssessmentStepRow],
    ) -> Result<Vec<VersionView>, CaseworkError> {
        let of = |what: &str| -> BTreeSet<i64> {
            steps.iter().filter(|step| step.what == what).filter_map(|step| step.no).collect()
        };
        let released = of("release");
        let parts = store::assessment_versions(self.db(), row.id).await?;
        let mut versions = Vec::new();
        for (place, step) in steps.iter().enumerate().filter(|(_, step)| step.what == "submit") {
            let Some(no) = step.no else { continue };
            let is_released = released.contains(&no);
            if !(sight.own || (is_released && sight.reads) || sight.reviews) {
                continue;
            }
            // Who reviews a version reads it as who reads it once it is released: some answers never leave their side.
            let readable: Vec<Class> =
                sight.classes.iter().copied().filter(|class| sight.own || !stays(*class)).collect();
            let own = parts.iter().filter(|part| part.no == no);
            let before = steps.iter().take(place).rev();
            let corrects = before
                .take_while(|step| step.what != "submit")
                .find(|step| step.what == "correct")
                .and_then(|step| step.no);
            versions.push(VersionView {
                no,
                happened_at: from_micros(step.happened_at),
                recorded_at: from_micros(step.recorded_at),
                late: is_late(step),
                by: step.by_id,
                released: is_released,
                corrects,
                answers: self.open_answers(own, &readable).await?,
                partial: classes(form).iter().any(|class| !readable.contains(class)),
            });
        }
        Ok(versions)
    }

    async fn step(
        &self,
        sight: &Sight,
        case: Uuid,
        step: AssessmentStepRow,
    ) -> Result<StepView, CaseworkError> {
        let both = sight.own || sight.reviews || sight.notes;
        let public = step.what.starts_with("adopt") && sight.reads;
        let said = if both || public { step.said.as_deref() } else { None };
        let note = if sight.notes { step.note.as_deref() } else { None };
        Ok(StepView {
            said: self.open_words(case, &step, "said", said).await?,
            note: self.open_words(case, &step, "note", note).await?,
            no: step.no,
            by: step.by_id,
            happened_at: from_micros(step.happened_at),
            recorded_at: from_micros(step.recorded_at),
            late: is_late(&step),
            what: step.what,
        })
    }

    async fn open_words(
        &self,
        case: Uuid,
        step: &AssessmentStepRow,
        column: &'static str,
        sealed: Option<&[u8]>,
    ) -> Result<Option<String>, CaseworkError> {
        let Some(sealed) = sealed else { return Ok(None) };
        let place = words_place(case, step.id, column);
        let (seq, words): (i64, String) = cipher::open(self.keys(), &place, sealed).await?;
        if seq == step.seq {
            Ok(Some(words))
        } else {
            Err(CaseworkError::Corrupt { what: "step of an assessment" })
        }
    }

    fn offers_of(
        &self,
        opened: &Opened,
        answers: &Map<String, Json>,
    ) -> (Vec<EvidenceOffer>, Vec<&'static str>) {
        let today = super::legal(opened.loaded.pack.zone, self.now()).date();
        let about = super::about(&opened.loaded, today);
        let reading = crate::law::forms::read(&opened.form, answers, &about);
        let of_child = reading.of_child(&opened.form, &about).into_iter().map(ChildFact::as_str).collect();
        let offers = reading.evidence(&opened.form, &about).into_iter();
        let offers = offers
            .filter_map(|(safeguard, fields)| {
                let name = opened.loaded.pack.safeguards.find(&safeguard)?.name.clone();
                let fields =
                    fields.into_iter().filter_map(|(field, value)| Some((field, plain(value)?))).collect();
                Some(EvidenceOffer { safeguard, name, fields })
            })
            .collect();
        (offers, of_child)
    }
}

/// A value as a request gives it.
fn plain(value: Value) -> Option<Json> {
    Some(match value {
        Value::Bool(yes) => yes.into(),
        Value::Int(n) => n.into(),
        Value::Date(day) => day.format("%Y-%m-%d").to_string().into(),
        Value::Time(at) => at.format("%Y-%m-%dT%H:%M").to_string().into(),
        Value::Choice(option) => option.into(),
        Value::Text(_) | Value::Recorded => return None,
    })
}

const fn is_late(step: &AssessmentStepRow) -> bool {
    step.recorded_at - step.happened_at > DAY
}
