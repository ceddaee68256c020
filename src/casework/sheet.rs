//! The child's own sheet: where the case stands in plain words, who is who, what the child agreed to, what they may ask
//! for, how to complain, and the next dates. It is printed and given to the child; nobody else's affairs are on it.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::accounts::name_place;
use super::people::CHILD;
use super::proceed::Loaded;
use super::time::legal;
use super::trail::Caller;
use super::voice::VoiceView;
use super::{CaseworkError, Service};
use crate::law::case::ClockState;
use crate::law::floor::{Evidence, Stage};
use crate::law::lateness::is_over;
use crate::law::pack::ClockKind;
use crate::law::{Actor, CaseFile, Pack, offers};
use crate::record::{Text, Value};
use crate::store;

/// Persons of a case who stand by the child; nobody else of the file is on the sheet.
const BESIDE: [&str; 5] = ["legal_rep", "approp_adult", "guardian", "defender", "counsel"];

/// Somebody who has to do with the case, and in which part.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Who {
    /// Their part.
    pub part: Text,
    /// Their name.
    pub name: String,
}

/// Something with a day.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Dated {
    /// What.
    pub what: Text,
    /// When.
    pub on: NaiveDate,
}

/// The sheet.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// Number of the case.
    pub case_no: String,
    /// The child's name.
    pub name: String,
    /// The office.
    pub office: Text,
    /// The day on which it is printed.
    pub on: NaiveDate,
    /// What happens now, one sentence each.
    pub now: Vec<Text>,
    /// Who is who.
    pub people: Vec<Who>,
    /// What the child agreed to, and when.
    pub agreed: Vec<Dated>,
    /// What the child may do in the case now.
    pub may_do: Vec<Text>,
    /// What the child may ask for at any time.
    pub rights: Vec<Text>,
    /// How to complain.
    pub complaint: Text,
    /// The next dates.
    pub dates: Vec<Dated>,
    /// What the child said so far.
    pub voices: Vec<VoiceView>,
}

impl Service {
    /// The child's own sheet as of now.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn sheet(&self, caller: &Caller, case: Uuid) -> Result<Sheet, CaseworkError> {
        let loaded = self.look(caller, case, "case.sheet").await?;
        let readable = self.readable(caller, &loaded.row);
        let rows = store::people_of(self.db(), case).await?;
        let persons = self.open_people(&loaded.pack, rows, &readable).await?;
        let mut name = String::new();
        let mut people = self.staff_of(&loaded).await?;
        for person in persons.into_iter().filter(|person| !person.superseded) {
            if person.kind == CHILD {
                name = person.identity.name;
            } else if BESIDE.contains(&person.kind.as_str()) {
                people.push(Who { part: person.kind_name, name: person.identity.name });
            }
        }
        let Loaded { row, file, pack, .. } = &loaded;
        let today = legal(pack.zone, self.now());
        let (conditions, meetings) = self.of_measures(&loaded).await?;
        let mut dates = dates(pack, file, today);
        dates.extend(meetings);
        dates.sort_by_key(|date| date.on);
        Ok(Sheet {
            case_no: row.case_no.clone(),
            name,
            office: self.offices().find(row.office_id).map(|office| office.name.clone()).unwrap_or_default(),
            on: today.date(),
            now: standing(pack, file),
            people,
            agreed: agreed(pack, file).into_iter().chain(conditions).collect(),
            may_do: may_do(pack, file, today),
            rights: pack.sheet.rights.iter().map(|right| right.text.clone()).collect(),
            complaint: pack.sheet.complaint.clone(),
            dates,
            voices: self.voices_of(case).await?,
        })
    }

    /// What measures at liberty that are decided ask of the child, in words of their age, and the days to remember of them.
    async fn of_measures(&self, loaded: &Loaded) -> Result<(Vec<Dated>, Vec<Dated>), CaseworkError> {
        let (mut conditions, mut days) = (Vec::new(), Vec::new());
        let now = legal(loaded.pack.zone, self.now());
        for row in store::measures_of(self.db(), loaded.row.id).await? {
            let course = self.course_of(&row).await?;
            let binds = matches!(course.stage, Stage::Decided | Stage::Started | Stage::Suspended);
            if !binds || course.handed_over_on.is_some() {
                continue;
            }
            let name = &self.law_of(loaded, &row)?.name;
            let on = course.decided_on.unwrap_or(course.terms.from);
            let asked = course.terms.conditions.into_iter();
            conditions
                .extend(asked.map(|bound| Dated { what: Text::new(bound.words.clone(), bound.words), on }));
            let ahead = course.visits.into_iter().filter(|v| v.attendance.is_none() && v.until > now);
            days.extend(ahead.map(|visit| {
                let at = visit.from.format("%H:%M");
                let what = Text::new(
                    format!("见面：{at}，{}", visit.place),
                    format!("We meet at {at}: {}", visit.place),
                );
                Dated { what, on: visit.from.date() }
            }));
            days.extend(course.terms.until.filter(|until| *until >= now.date()).map(|on| Dated {
                what: Text::new(format!("“{}”到这一天结束", name.zh), format!("\"{}\" ends", name.en)),
                on,
            }));
        }
        Ok((conditions, days))
    }

    /// Those of the office who work on a case, with their names.
    async fn staff_of(&self, loaded: &Loaded) -> Result<Vec<Who>, CaseworkError> {
        let row = &loaded.row;
        let parts = [
            (row.lead_id, Text::new("负责你案子的检察官", "The prosecutor in charge of your case")),
            (row.second_id, Text::new("一起办案的检察官", "Another prosecutor")),
            (row.social_worker_id, Text::new("帮助你的社工", "Your social worker")),
        ];
        let mut people = Vec::new();
        for (account, part) in parts {
            let Some(account) = account else { continue };
            let Some(row) = store::account(self.db(), account).await? else { continue };
            let name = self.keys().keyring().open_domain(&name_place(account), &row.sealed_name)?;
            let name = String::from_utf8(name.to_vec())
                .map_err(|_| CaseworkError::Corrupt { what: "name of an account" })?;
            people.push(Who { part, name });
        }
        Ok(people)
    }
}

/// Where the case stands, in the pack's plain words.
fn standing(pack: &Pack, file: &CaseFile) -> Vec<Text> {
    let main = pack.main.states.find(&file.states.main).map(|state| state.plain.clone());
    let measure = pack.measure.states.find(&file.states.measure).map(|state| state.plain.clone());
    main.into_iter().chain(measure).collect()
}

/// Evidence that says what the child agreed to, as far as nobody corrected it and nothing in it says no.
fn agreed(pack: &Pack, file: &CaseFile) -> Vec<Dated> {
    let consents = [Evidence::ChildConsents, Evidence::FreeAdmission, Evidence::RestorativeConsents];
    let entries = file.evidence.iter().filter(|entry| {
        let whole = entry.superseded_by.is_none() && !entry.fields.values().any(|v| *v == Value::Bool(false));
        let rule = pack.safeguards.find(&entry.safeguard);
        whole && rule.is_some_and(|rule| rule.provides.iter().any(|given| consents.contains(given)))
    });
    entries
        .filter_map(|entry| {
            let what = pack.safeguards.find(&entry.safeguard)?.name.clone();
            Some(Dated { what, on: entry.on })
        })
        .collect()
}

/// What the law lets the child do now.
fn may_do(pack: &Pack, file: &CaseFile, now: chrono::NaiveDateTime) -> Vec<Text> {
    let child = Actor { person: Uuid::nil(), roles: vec![CHILD.to_owned()] };
    let possible = offers(pack, file, &child, now);
    let own = possible.iter().filter(|offer| {
        offer.possible
            && pack.events.find(&offer.event).is_some_and(|event| event.by.iter().any(|r| r == CHILD))
    });
    own.map(|offer| offer.name.clone()).collect()
}

/// What ends next, soonest first; what only extends another clock is no date of the child's.
fn dates(pack: &Pack, file: &CaseFile, now: chrono::NaiveDateTime) -> Vec<Dated> {
    let running = file.clocks.iter().filter(|entry| entry.state == ClockState::Running);
    let mut dates: Vec<Dated> = running
        .filter(|entry| !is_over(entry.due.at, now))
        .filter_map(|entry| {
            let rule = pack.clocks.find(&entry.clock)?;
            let own = rule.kind != ClockKind::Extension;
            own.then(|| Dated { what: rule.name.clone(), on: entry.due.due })
        })
        .collect();
    dates.sort_by_key(|date| date.on);
    dates
}
