//! What the acts of a case came to, as rows that can be counted. Made in the change that does the act.

use chrono::{Datelike as _, NaiveDate};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::law::age::age_on;
use crate::law::floor::Stage;
use crate::law::measures::Course;
use crate::law::{CaseFile, Pack};
use crate::record::{Child, Sex};
use crate::store::{CaseRow, OutcomeRow};

/// Where bands of age begin: criminal responsibility for the gravest acts and in general, and majority in most laws.
pub(in crate::casework) const BANDS: [i64; 4] = [0, 14, 16, 18];

/// Warnings that were answered, by journal entry.
pub(in crate::casework) type Warnings = BTreeMap<u32, Vec<String>>;

/// The rows of the acts after a journal entry.
pub(in crate::casework) fn after(
    pack: &Pack,
    row: &CaseRow,
    file: &CaseFile,
    entry: u32,
    warnings: &Warnings,
) -> Vec<OutcomeRow> {
    let done = || file.done.iter().flat_map(|(code, times)| times.iter().map(move |doing| (code, doing)));
    let Some((_, opening)) = done().min_by_key(|(_, doing)| doing.seq) else { return Vec::new() };
    let (sex, band) = class(pack, &file.child, file.offence.on);
    let mut rows = Vec::new();
    for (code, doing) in done().filter(|(_, doing)| doing.seq > entry) {
        let Some(event) = pack.events.find(code) else { continue };
        let warned = warnings.get(&doing.seq).map(Vec::as_slice).unwrap_or_default();
        let (mut met, mut unmet) = (Vec::new(), Vec::new());
        for (safeguard, _) in &event.safeguards {
            let there = |e: &&crate::law::case::EvidenceEntry| {
                &e.safeguard == safeguard && e.seq <= doing.seq && e.superseded_by.is_none()
            };
            if warned.contains(safeguard) {
                unmet.push(safeguard.as_str());
            } else if file.evidence.iter().any(|e| there(&e)) {
                met.push(safeguard.as_str());
            }
        }
        let kind = if doing.seq == opening.seq {
            "opened"
        } else if pack.outcomes.iter().any(|outcome| outcome.suggest.contains(code)) {
            "outcome"
        } else if event.decision {
            "decision"
        } else if met.is_empty() && unmet.is_empty() {
            continue;
        } else {
            "act"
        };
        let days = (doing.on - opening.on).num_days().max(0);
        rows.push(OutcomeRow {
            // No time in it, unlike the other identities here.
            id: Uuid::new_v4(),
            case_id: (row.sealed == 0).then_some(row.id),
            at_office: row.office_id,
            pack_id: pack.id.clone(),
            kind: kind.to_owned(),
            code: code.clone(),
            sex: sex.to_owned(),
            band,
            quarter: quarter_of(doing.on),
            days: if row.sealed == 0 { days } else { days / 10 * 10 },
            met: met.join(" "),
            unmet: unmet.join(" "),
        });
    }
    rows
}

/// The row of a measure at liberty that has ended, if it has: of which kind, and how.
pub(in crate::casework) fn of_measure(
    pack: &Pack,
    row: &CaseRow,
    file: &CaseFile,
    kind: &str,
    course: &Course,
) -> Option<OutcomeRow> {
    let ended = matches!(course.stage, Stage::Fulfilled | Stage::Revoked | Stage::Expired);
    let on = course.ended_on.filter(|_| ended && course.handed_over_on.is_none())?;
    let opened = file.done.values().flatten().min_by_key(|doing| doing.seq).map(|doing| doing.on)?;
    let (sex, band) = class(pack, &file.child, file.offence.on);
    let days = (on - opened).num_days().max(0);
    Some(OutcomeRow {
        id: Uuid::new_v4(),
        case_id: (row.sealed == 0).then_some(row.id),
        at_office: row.office_id,
        pack_id: pack.id.clone(),
        kind: course.stage.code().to_owned(),
        code: kind.to_owned(),
        sex: sex.to_owned(),
        band,
        quarter: quarter_of(on),
        days: if row.sealed == 0 { days } else { days / 10 * 10 },
        met: String::new(),
        unmet: String::new(),
    })
}

/// The coarse class in which a child is counted: sex, and the band of age at the alleged act.
pub(in crate::casework) fn class(pack: &Pack, child: &Child, on: NaiveDate) -> (&'static str, i64) {
    let sex = match child.sex {
        Sex::Girl => "girl",
        Sex::Boy => "boy",
    };
    let age = age_on(child.born, on, pack.age.reached).map_or(0, i64::from);
    let band = BANDS.into_iter().rev().find(|begin| *begin <= age).unwrap_or_default();
    (sex, band)
}

/// A quarter of a year as it is stored: 20261 is the first of 2026.
pub(in crate::casework) fn quarter_of(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 10 + i64::from(day.month0() / 3) + 1
}
