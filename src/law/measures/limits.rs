//! Whether the terms of a measure lie within what the pack and the floor allow.

use chrono::{Days, Months, NaiveDate};
use std::collections::BTreeSet;

use super::course::Terms;
use super::model::{Measure, Measures};
use super::says;
use crate::law::Reason;
use crate::record::Text;

/// What stands against terms.
pub(super) struct Limits {
    /// Against the term.
    pub(super) term: Vec<Reason>,
    /// Against the conditions.
    pub(super) conditions: Vec<Reason>,
}

/// Holds terms against the limits of their measure. The term counts from its first day; the last day may be the day
/// before the same day of the last month, or that day itself.
pub(super) fn limits(catalogue: &Measures, measure: &Measure, terms: &Terms) -> Limits {
    Limits { term: term(measure, terms), conditions: conditions(catalogue, measure, terms) }
}

fn term(measure: &Measure, terms: &Terms) -> Vec<Reason> {
    let against =
        |field: &str, zh: String, en: String| vec![says::of(measure, "MEASURE_TERM", zh, en).on(field)];
    let Some(until) = terms.until else {
        return if measure.at_once {
            Vec::new()
        } else {
            against("/until", "措施应当有明确的结束日期".into(), "a measure has a last day".into())
        };
    };
    if measure.at_once {
        let (zh, en) =
            ("此措施一经决定即告完成，没有期限", "this measure takes effect at once and has no term");
        return against("/until", zh.into(), en.into());
    }
    if until < terms.from {
        return against("/until", "结束日期早于开始日期".into(), "it ends before it begins".into());
    }
    let longest = measure.longest_months.and_then(|months| after(terms.from, months));
    if let Some(latest) = longest.filter(|latest| until > *latest) {
        return against(
            "/until",
            format!("最长至 {latest}"),
            format!("it may last until {latest} and no longer"),
        );
    }
    let shortest = measure.shortest_months.and_then(|months| after(terms.from, months));
    if let Some(earliest) =
        shortest.and_then(|day| day.checked_sub_days(Days::new(1))).filter(|earliest| until < *earliest)
    {
        return against(
            "/until",
            format!("最短至 {earliest}"),
            format!("it lasts until {earliest} at least"),
        );
    }
    Vec::new()
}

fn after(from: NaiveDate, months: u32) -> Option<NaiveDate> {
    from.checked_add_months(Months::new(months))
}

fn conditions(catalogue: &Measures, measure: &Measure, terms: &Terms) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut seen = BTreeSet::new();
    let mut hours: u32 = 0;
    for (n, bound) in terms.conditions.iter().enumerate() {
        let field = format!("/conditions/{n}");
        let known = measure.conditions.contains(&bound.condition);
        let Some(condition) = catalogue.condition(&bound.condition).filter(|_| known) else {
            let all = measure.conditions.iter().map(String::as_str);
            reasons.push(says::unknown(("条件", "condition of this measure"), &field, all));
            continue;
        };
        if !seen.insert((&bound.condition, &bound.words)) {
            let text = Text::new("同一条件写了两次", "the same condition is written twice");
            reasons.push(Reason::engine("CONDITION_TWICE", text).on(field.clone()));
        }
        for (name, words) in [("words", &bound.words), ("why", &bound.why)] {
            if words.trim().is_empty() {
                reasons.push(says::empty(&format!("{field}/{name}")));
            }
        }
        if condition.hours != bound.hours.is_some_and(|hours| hours > 0) {
            let (zh, en) = if condition.hours {
                ("此条件须写明小时数", "this condition says how many hours")
            } else {
                ("此条件不按小时计算", "this condition is not counted in hours")
            };
            reasons
                .push(says::rule("CONDITION_HOURS", &condition.source, zh, en).on(format!("{field}/hours")));
        }
        hours = hours.saturating_add(bound.hours.unwrap_or_default());
    }
    if let Some(most) = measure.most_hours.filter(|most| hours > *most) {
        let (zh, en) = (format!("总时数不超过 {most} 小时"), format!("no more than {most} hours in all"));
        reasons.push(says::of(measure, "HOURS_OVER", zh, en).on("/conditions"));
    }
    let most = measure.most_conditions;
    if terms.conditions.len() > most {
        let (zh, en) = (format!("条件不超过 {most} 项"), format!("no more than {most} conditions"));
        reasons.push(says::of(measure, "CONDITIONS_MANY", zh, en).on("/conditions"));
    }
    reasons
}
