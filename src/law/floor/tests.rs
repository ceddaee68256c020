//! What the floor refuses, warns of and lets pass.

mod moves;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const START: Position = Position {
    proceeding: Proceeding::Contact,
    liberty: Liberty::Free,
    remedy: Remedy::Idle,
    record: Record::Open,
};

fn at(proceeding: Proceeding) -> Position {
    Position { proceeding, ..START }
}

fn facts_from(bits: u64, names: &[FactName]) -> Facts {
    let mut facts = Facts::ordinary();
    for (place, &name) in names.iter().enumerate() {
        facts.set(name, bits >> place & 1 == 1);
    }
    facts
}

fn all_favourable() -> Facts {
    let mut facts = Facts::ordinary();
    for &name in FactName::ALL {
        facts.set(name, name.favourable());
    }
    facts
}

fn all_derogated() -> Derogations {
    let mut all = Derogations::default();
    for &check in Check::ALL.iter().filter(|check| check.derogable()) {
        all.insert(check).unwrap();
    }
    all
}

/// A position, and where the act takes it, so that the move is licensed.
fn licensed_move(act: Act) -> (Position, Position) {
    for &from in Proceeding::ALL.iter().filter(|&&phase| at_home(act, phase)) {
        let Some(licence) = licences(act)
            .into_iter()
            .find(|licence| licence.region == Region::Proceeding && licence.from == from.code())
        else {
            continue;
        };
        let to = Proceeding::ALL.iter().copied().find(|phase| phase.code() == licence.to).unwrap();
        return (at(from), at(to));
    }
    let home = Proceeding::ALL.iter().copied().find(|&phase| at_home(act, phase)).unwrap();
    (at(home), at(home))
}

fn decide(act: Act, from: Position, to: Position, facts: &Facts) -> Ruling {
    hear(&[act], from, to, Performer::Own, facts, &Derogations::default())
}

/// Every combination of the facts that the act's checks read: two million for custody, which takes some seconds.
#[test]
fn an_act_is_refused_exactly_when_a_hard_check_falls_short() {
    for &act in Act::ALL {
        let (from, to) = licensed_move(act);
        let checks = demanded(&[act], from, to);
        let read: BTreeSet<FactName> =
            checks.iter().flat_map(|&(_, check)| reads(check).iter().copied()).collect();
        let read: Vec<FactName> = read.into_iter().collect();
        for bits in 0..1_u64 << read.len() {
            let facts = facts_from(bits, &read);
            let broken = checks.iter().any(|&(act, check)| {
                let second = act == Act::Unseal && !facts.two_persons;
                let softened = (check == Check::I01 && !facts.below_minimum_age)
                    || (check == Check::I02 && act == Act::Open);
                check.level() == Level::Hard && !softened && (!satisfied(check, &facts) || second)
            });
            let ruling = decide(act, from, to, &facts);
            assert_eq!(ruling.unlicensed, []);
            assert_eq!(ruling.refused(), broken, "{act:?} {facts:?}");
        }
    }
}

#[test]
fn a_check_reads_only_what_it_names() {
    for &check in Check::ALL {
        let read = reads(check);
        for bits in 0..1_u64 << read.len() {
            for rest in [Facts::ordinary(), Facts::default(), all_favourable()] {
                let mut facts = rest;
                for (place, &name) in read.iter().enumerate() {
                    facts.set(name, bits >> place & 1 == 1);
                }
                assert_eq!(satisfied(check, &facts), satisfied(check, &facts_from(bits, read)), "{check:?}");
            }
        }
    }
}

#[test]
fn release_is_never_refused_and_never_even_warned() {
    let worst = Facts::default();
    for &proceeding in Proceeding::ALL {
        for &liberty in Liberty::ALL {
            for &remedy in Remedy::ALL {
                for &record in Record::ALL {
                    let from = Position { proceeding, liberty, remedy, record };
                    for &performer in Performer::ALL {
                        let to = Position { liberty: Liberty::Free, ..from };
                        let ruling =
                            hear(&[Act::Release], from, to, performer, &worst, &Derogations::default());
                        assert_eq!(ruling, Ruling { unlicensed: vec![], findings: vec![] }, "{from:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_prohibition_of_cruel_punishment_binds_everyone() {
    assert_eq!(Derogations::default().insert(Check::I24), Err(NotDerogable(Check::I24)));
    let facts = Facts { prohibited_sanction: true, ..all_favourable() };
    let to = at(Proceeding::Disposition);
    for &performer in Performer::ALL {
        let ruling = hear(&[Act::Sentence], at(Proceeding::Trial), to, performer, &facts, &all_derogated());
        assert_eq!(ruling.findings, [Finding { check: Check::I24, severity: Severity::Refuse }]);
        assert!(ruling.refused());
    }
}

#[test]
fn what_another_authority_did_is_recorded_as_a_breach() {
    let held = Position { liberty: Liberty::Held, ..at(Proceeding::Investigation) };
    let facts = Facts { guardian_told: false, ..all_favourable() };
    let hear = |performer| {
        let from = at(Proceeding::Investigation);
        hear(&[Act::OrderCustody], from, held, performer, &facts, &Derogations::default())
    };
    assert!(hear(Performer::Own).refused());
    let recorded = hear(Performer::Outside);
    assert_eq!(recorded.findings, [Finding { check: Check::I04, severity: Severity::Breach }]);
    assert!(!recorded.refused());
}

#[test]
fn a_held_child_gets_a_file_and_what_was_missed_is_shown() {
    let to = Position { liberty: Liberty::Held, ..at(Proceeding::CustodyReview) };
    let ruling = decide(Act::Open, START, to, &Facts::ordinary());
    assert!(!ruling.refused());
    let breaches: Vec<Check> = ruling
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Breach)
        .map(|found| found.check)
        .collect();
    assert_eq!(breaches, [Check::I04, Check::I05, Check::I11]);
}

#[test]
fn a_pack_may_keep_a_low_minimum_age_but_not_go_below_its_own() {
    let to = at(Proceeding::ChargeReview);
    let mut low = Derogations::default();
    low.insert(Check::I01).unwrap();
    let mut facts = Facts { minimum_below_14: true, ..Facts::ordinary() };
    let severity = |facts: &Facts, derogations: &Derogations| {
        hear(&[Act::Open], START, to, Performer::Own, facts, derogations).findings[0].severity
    };
    assert_eq!(severity(&facts, &Derogations::default()), Severity::Warn);
    assert_eq!(severity(&facts, &low), Severity::Derogated);
    facts.below_minimum_age = true;
    assert_eq!(severity(&facts, &low), Severity::Refuse);
}

#[test]
fn a_completed_diversion_is_left_only_against_i19() {
    let from = at(Proceeding::ClosedAfterDiversion);
    let facts = all_favourable();
    for &act in Act::ALL {
        for &to in Proceeding::ALL.iter().filter(|&&to| to != from.proceeding) {
            let ruling = decide(act, from, at(to), &facts);
            assert!(ruling.refused());
            assert!(
                ruling.findings.contains(&Finding { check: Check::I19, severity: Severity::Refuse })
                    || act == Act::Release
            );
        }
    }
}

#[test]
fn codes_are_the_words_of_packs() {
    fn check<T>(&value: &T, code: &str)
    where
        T: Copy + PartialEq + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned,
        T: schemars::JsonSchema,
    {
        assert_eq!(serde_json::to_value(value).unwrap(), code);
        assert_eq!(serde_json::from_value::<T>(code.into()).unwrap(), value);
        assert!(schemars::schema_for!(T).to_value().to_string().contains(&format!("\"{code}\"")));
    }
    macro_rules! agree {
        ($($list:ident)+) => {
            $(for word in $list::ALL { check(word, word.code()); })+
        };
    }
    agree!(Region Proceeding Liberty Remedy Record Act Performer Check Evidence FactName);
}

#[test]
fn evidence_fills_its_own_fact() {
    for &evidence in Evidence::ALL {
        let mut facts = Facts::ordinary();
        facts.provide(evidence);
        assert!(facts.get(evidence.fact()));
        assert_eq!(evidence.fact().code(), evidence.code());
    }
}

fn any_facts() -> impl Strategy<Value = Facts> {
    any::<u64>().prop_map(|bits| facts_from(bits, FactName::ALL))
}

fn any_position() -> impl Strategy<Value = Position> {
    let (p, l) = (proptest::sample::select(Proceeding::ALL), proptest::sample::select(Liberty::ALL));
    let (m, r) = (proptest::sample::select(Remedy::ALL), proptest::sample::select(Record::ALL));
    (p, l, m, r).prop_map(|(proceeding, liberty, remedy, record)| Position {
        proceeding,
        liberty,
        remedy,
        record,
    })
}

fn any_derogations() -> impl Strategy<Value = Derogations> {
    any::<u64>().prop_map(|bits| {
        let mut chosen = Derogations::default();
        for (place, &check) in Check::ALL.iter().enumerate() {
            if bits >> place & 1 == 1 && check.derogable() {
                chosen.insert(check).unwrap();
            }
        }
        chosen
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn more_evidence_and_more_derogations_never_refuse(
        acts in proptest::collection::vec(proptest::sample::select(Act::ALL), 1..4),
        from in any_position(),
        to in any_position(),
        performer in proptest::sample::select(Performer::ALL),
        facts in any_facts(),
        derogations in any_derogations(),
        better in proptest::sample::select(FactName::ALL),
        named in proptest::sample::select(Check::ALL),
    ) {
        let before = hear(&acts, from, to, performer, &facts, &derogations);
        let mut improved = facts;
        improved.set(better, better.favourable());
        let after = hear(&acts, from, to, performer, &improved, &derogations);
        prop_assert!(before.refused() || !after.refused());
        let none_worse = after.findings.iter().all(|found| {
            before.findings.iter().any(|known| known.check == found.check && known.severity >= found.severity)
        });
        prop_assert!(none_worse);

        let mut more = derogations.clone();
        if more.insert(named).is_ok() {
            let after = hear(&acts, from, to, performer, &facts, &more);
            prop_assert!(before.refused() || !after.refused());
            prop_assert_eq!(after.findings.len(), before.findings.len());
        }
    }

    #[test]
    fn a_ruling_is_what_its_checks_say_one_by_one(
        act in proptest::sample::select(Act::ALL),
        from in any_position(),
        to in any_position(),
        performer in proptest::sample::select(Performer::ALL),
        facts in any_facts(),
    ) {
        let ruling = hear(&[act], from, to, performer, &facts, &Derogations::default());
        let mut expected: Vec<Finding> = Vec::new();
        for &check in Check::ALL {
            let worst = demanded(&[act], from, to)
                .into_iter()
                .filter(|&(_, asked)| asked == check)
                .filter_map(|(by, check)| shortfall(by, check, performer, &facts))
                .max();
            expected.extend(worst.map(|severity| Finding { check, severity }));
        }
        let hard = expected.iter().any(|found| found.severity == Severity::Refuse);
        prop_assert_eq!(ruling.refused(), hard || !ruling.unlicensed.is_empty());
        prop_assert_eq!(ruling.findings, expected);
    }
}
