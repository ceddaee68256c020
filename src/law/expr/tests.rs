use super::*;
use chrono::NaiveDate;
use std::collections::BTreeMap;

fn names() -> Names {
    Names {
        facts: BTreeMap::from([
            ("returns".into(), Type::Int),
            ("ground".into(), Type::Choice(vec!["new_crime".into(), "breach".into()])),
        ]),
        inputs: BTreeMap::from([("note".into(), Type::Text), ("months".into(), Type::Int)]),
        clocks: vec!["K19".into()],
        in_act: true,
        ..Names::default()
    }
}

struct Known(BTreeMap<Var, Value>);

impl Facts for Known {
    fn value(&self, var: &Var) -> Option<Value> {
        self.0.get(var).cloned()
    }
    fn has(&self, var: &Var) -> Option<bool> {
        Some(self.0.contains_key(var))
    }
    fn met(&self, _: &str) -> Option<bool> {
        None
    }
    fn done(&self, _: &str) -> Option<bool> {
        None
    }
    fn done_in_stage(&self, _: &str) -> Option<bool> {
        None
    }
    fn running(&self, _: &str) -> Option<bool> {
        None
    }
    fn overdue(&self, _: &str) -> Option<bool> {
        None
    }
    fn due(&self, _: &str) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2026, 6, 1)
    }
    fn made(&self, _: &str) -> Option<bool> {
        None
    }
    fn served(&self, _: &str) -> Option<bool> {
        None
    }
}

fn check(text: &str, facts: &[(Var, Value)]) -> Option<bool> {
    let expr = parse(text, &names(), &Type::Bool).unwrap_or_else(|flaw| panic!("{text}: {flaw:?}"));
    holds(&expr, &Known(facts.iter().cloned().collect()))
}

#[test]
fn unknown_values_never_count_as_yes() {
    let returns = |n| (Var::Fact("returns".into()), Value::Int(n));
    assert_eq!(check("case.returns < 2", &[returns(1)]), Some(true));
    assert_eq!(check("case.returns < 2", &[]), None);
    assert_eq!(check("case.returns < 2 && false", &[]), Some(false));
    assert_eq!(check("case.returns < 2 || true", &[]), Some(true));
    assert_eq!(check("!(case.returns < 2)", &[]), None);
    assert_eq!(check("has(input.note)", &[]), Some(false));
    assert_eq!(
        check(
            "case.ground in ['new_crime']",
            &[(Var::Fact("ground".into()), Value::Choice("breach".into()))]
        ),
        Some(false)
    );
    let on = NaiveDate::from_ymd_opt(2026, 5, 16).map(Value::Date).unwrap();
    assert_eq!(check("act.on <= add_days(due('K19'), -15)", &[(Var::ActOn, on.clone())]), Some(true));
    assert_eq!(check("act.on <= add_days(due('K19'), -17)", &[(Var::ActOn, on)]), Some(false));
}

#[test]
fn flaws_say_where_and_what_was_expected() {
    for (text, offset, says) in [
        ("case.return < 2", 4, "unknown name 'case.return'"),
        ("case.returns && true", 4, "a whole number, expected a yes/no value"),
        ("case.ground == 'escape'", 15, "'escape' is not one of 'new_crime', 'breach'"),
        ("running('K91')", 8, "'K91' is not declared"),
        ("input.note == 'x'", 5, "only be asked for with has"),
        ("case.returns <", 14, "not an expression"),
        ("months > 2", 0, "unknown name 'months'"),
        ("[1,2].all(x, x > 0)", 9, "not allowed"),
        ("case.returns", 4, "a whole number, expected a yes/no value"),
    ] {
        let flaw = parse(text, &names(), &Type::Bool).expect_err(text);
        assert!(flaw.message.contains(says), "{text}: {}", flaw.message);
        assert!(flaw.offset.abs_diff(offset) <= 2, "{text}: offset {} for {offset}", flaw.offset);
    }
}
