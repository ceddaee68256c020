//! Which moves are licensed, whatever the facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::*;

/// The whole table of licences is a file, so that a change of the law shows as a change of a text.
/// Run with `BLESS=1` to write it anew.
#[test]
fn licences_are_those_of_the_table() {
    let mut table = String::new();
    for &act in Act::ALL {
        let home: Vec<&str> =
            Proceeding::ALL.iter().filter(|&&phase| at_home(act, phase)).map(|phase| phase.code()).collect();
        let home = if home.len() == Proceeding::ALL.len() { "everywhere".to_owned() } else { home.join(" ") };
        writeln!(table, "{}\n  at home: {home}", act.code()).unwrap();
        let mut moves: BTreeMap<(Region, &str), Vec<&str>> = BTreeMap::new();
        for licence in licences(act) {
            moves.entry((licence.region, licence.from)).or_default().push(licence.to);
        }
        for ((region, from), to) in moves {
            writeln!(table, "  {}: {from} -> {}", region.code(), to.join(" | ")).unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/law/floor/licences.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), table);
}

#[test]
fn every_phase_act_and_target_is_refused_unless_the_table_has_it() {
    let facts = all_favourable();
    for &act in Act::ALL {
        let table: BTreeSet<(&str, &str)> = licences(act)
            .into_iter()
            .filter(|licence| licence.region == Region::Proceeding)
            .map(|licence| (licence.from, licence.to))
            .collect();
        for &from in Proceeding::ALL {
            for &to in Proceeding::ALL {
                let allowed =
                    if from == to { at_home(act, from) } else { table.contains(&(from.code(), to.code())) };
                let ruling = decide(act, at(from), at(to), &facts);
                let finally_closed = from == Proceeding::ClosedAfterDiversion && from != to;
                assert_eq!(ruling.unlicensed.is_empty(), allowed, "{act:?} {from:?} {to:?}");
                assert_eq!(ruling.refused(), !allowed || finally_closed, "{act:?} {from:?} {to:?}");
            }
        }
    }
}

#[test]
fn liberty_remedy_and_record_move_only_by_licence() {
    let facts = all_favourable();
    for &act in Act::ALL {
        let table: BTreeSet<(Region, &str, &str)> =
            licences(act).into_iter().map(|licence| (licence.region, licence.from, licence.to)).collect();
        for &phase in Proceeding::ALL.iter().filter(|&&phase| at_home(act, phase)) {
            let here = at(phase);
            for &from in Liberty::ALL {
                for &to in Liberty::ALL {
                    let licensed = table.contains(&(Region::Liberty, from.code(), to.code()));
                    let allowed = to <= from || (licensed && !phase.is_closed());
                    let ruling = decide(
                        act,
                        Position { liberty: from, ..here },
                        Position { liberty: to, ..here },
                        &facts,
                    );
                    assert_eq!(ruling.refused(), !allowed, "{act:?} in {phase:?}: {from:?} {to:?}");
                }
            }
            for &from in Remedy::ALL {
                for &to in Remedy::ALL {
                    let allowed = from == to || table.contains(&(Region::Remedy, from.code(), to.code()));
                    let ruling = decide(
                        act,
                        Position { remedy: from, ..here },
                        Position { remedy: to, ..here },
                        &facts,
                    );
                    assert_eq!(ruling.refused(), !allowed, "{act:?} in {phase:?}: {from:?} {to:?}");
                }
            }
            for &from in Record::ALL {
                for &to in Record::ALL {
                    let allowed = from == to
                        || (from, to) == (Record::Open, Record::SealDue)
                        || table.contains(&(Region::Record, from.code(), to.code()));
                    let ruling = decide(
                        act,
                        Position { record: from, ..here },
                        Position { record: to, ..here },
                        &facts,
                    );
                    assert_eq!(ruling.refused(), !allowed, "{act:?} in {phase:?}: {from:?} {to:?}");
                }
            }
        }
    }
}

#[test]
fn nobody_is_held_in_diversion_or_in_a_case_that_ends() {
    let facts = all_favourable();
    let under_review = Position { liberty: Liberty::Held, ..at(Proceeding::ChargeReview) };
    let still_held = Position { proceeding: Proceeding::ClosedWithoutCharge, ..under_review };
    let freed = Position { liberty: Liberty::Free, ..still_held };
    assert!(decide(Act::CloseWithoutCharge, under_review, still_held, &facts).refused());
    assert!(!decide(Act::CloseWithoutCharge, under_review, freed, &facts).refused());

    let diverted = Position { proceeding: Proceeding::Diverted, ..under_review };
    assert!(decide(Act::Divert, under_review, diverted, &facts).refused());
    assert!(!decide(Act::Divert, under_review, at(Proceeding::Diverted), &facts).refused());
    let handed_over = Position { proceeding: Proceeding::Transferred, ..under_review };
    assert!(!decide(Act::Transfer, under_review, handed_over, &facts).refused());

    let free = at(Proceeding::ChargeReview);
    let acts = [Act::CloseWithoutCharge, Act::OrderCustody];
    assert!(hear(&acts, free, still_held, Performer::Own, &facts, &Derogations::default()).refused());
    let bailed = Position { liberty: Liberty::Restricted, ..freed };
    let acts = [Act::CloseWithoutCharge, Act::Restrict];
    assert!(hear(&acts, free, bailed, Performer::Own, &facts, &Derogations::default()).refused());
    // A companion act that has its place here lends none to one that has not.
    let acts = [Act::Note, Act::OrderCustody];
    assert!(hear(&acts, freed, still_held, Performer::Own, &facts, &Derogations::default()).refused());
}

#[test]
fn every_case_can_end() {
    let mut leads: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for licence in Act::ALL.iter().filter(|&&act| act != Act::Transfer).flat_map(|&act| licences(act)) {
        if licence.region == Region::Proceeding {
            leads.entry(licence.from).or_default().insert(licence.to);
        }
    }
    for &phase in Proceeding::ALL {
        let mut reached = BTreeSet::from([phase.code()]);
        let mut open = vec![phase.code()];
        while let Some(next) = open.pop() {
            for &to in leads.get(next).into_iter().flatten() {
                if reached.insert(to) {
                    open.push(to);
                }
            }
        }
        assert!(
            Proceeding::ALL.iter().any(|end| end.is_closed() && reached.contains(end.code())),
            "{phase:?} has no end but hand-over"
        );
    }
}

#[test]
fn an_event_without_acts_is_refused() {
    let facts = all_favourable();
    assert!(hear(&[], START, START, Performer::Own, &facts, &Derogations::default()).refused());
}

/// A machine that forgets a phase compiles, because statig falls through; it must then refuse.
mod forgetful {
    use statig::prelude::*;

    use crate::law::floor::Act;
    use crate::law::floor::motion::{Answer, Motion, put};

    #[derive(Clone, Copy, PartialEq)]
    enum Phase {
        Known,
        Forgotten,
    }

    struct Forgetful;

    #[state_machine(
        initial = "Phase::Known",
        state(custom, name = "Phase"),
        superstate(name = "Nothing"),
        visibility = "pub(super)"
    )]
    impl Forgetful {
        #[state]
        fn known(context: &mut Answer, event: &Motion<Phase>) -> Outcome<Phase> {
            context.lead(event, &[Phase::Forgotten])
        }
    }

    #[test]
    fn an_act_that_no_handler_takes_is_refused() {
        assert_eq!(put(Forgetful, Phase::Known, Act::Note, Phase::Forgotten), Answer::Licensed);
        for &act in Act::ALL {
            assert_eq!(put(Forgetful, Phase::Forgotten, act, Phase::Known), Answer::Refused);
        }
    }
}
