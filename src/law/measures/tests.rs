//! What the checker says of a catalogue, and that no catalogue lowers the floor.

use crate::law::Pack;
use crate::law::check::tests::small_files;

const CATALOGUE: &str = r"conditions:
  - {id: contact, name: {zh: 联系, en: Keep in touch}, source: TR 12, confidence: P}
  - {id: service, name: {zh: 服务, en: Service}, source: BR 18, confidence: P, hours: true}
responses:
  - {id: talk, name: {zh: 谈话, en: Talk}}
  - {id: reminder, name: {zh: 提醒, en: Reminder}}
measures:
  - id: plan
    name: {zh: 方案, en: Plan}
    about: {zh: 帮助, en: Help}
    source: BR 11
    confidence: P
    proposed_by: [worker]
    decided_by: [chief]
    supervised_by: [worker]
    longest_months: 6
    conditions: [contact]
    contact: {at_least: 1, at_most: 4, per: month}
    revocation: {grounds: [{id: repeated, name: {zh: 多次, en: Repeated}, source: TR 14, breaches: 2}]}
";

/// What is wrong with the small pack when a part of its catalogue is another.
fn flaws(part: &str, other: &str) -> Vec<String> {
    assert!(CATALOGUE.contains(part), "{part}");
    let mut files = small_files();
    files.insert("measures.yaml".into(), CATALOGUE.replace(part, other));
    Pack::load(&files).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_catalogue_is_read_and_its_flaws_have_their_place() {
    assert_eq!(flaws("TR 14", "TR 14"), [""; 0]);
    for (part, other, says) in [
        ("    longest_months: 6\n", "", "measures.yaml:8:9: a measure has an end"),
        (
            "longest_months: 6",
            "longest_months: 6\n    shortest_months: 7",
            "measures.yaml:8:9: `shortest_months`",
        ),
        (
            "longest_months: 6",
            "longest_months: 6\n    most_conditions: 11",
            "no measure carries more than 10",
        ),
        ("breaches: 2", "breaches: 1", "measures.yaml:19:33: one minor breach is never a ground"),
        (
            "conditions: [contact]",
            "conditions: [curfew]",
            "measures.yaml:17:18: condition 'curfew' is not declared",
        ),
        ("conditions: [contact]", "conditions: [service]", "`most_hours` goes with"),
        ("decided_by: [chief]", "decided_by: [king]", "measures.yaml:14:18: role 'king' is not declared"),
        ("longest_months: 6", "longest_months: 6\n    event: E99", "event 'E99' is not declared"),
        ("at_least: 1", "at_least: 9", "`at_most` is not below `at_least`"),
        ("  - {id: reminder, name: {zh: 提醒, en: Reminder}}\n", "", "answered in steps"),
        ("longest_months: 6", "at_once: true", "takes effect at once has no term"),
        ("en: Plan}", "en: \"\"}", "both languages"),
        ("longest_months", "longest_month", "longest_month"),
    ] {
        let found = flaws(part, other);
        assert!(found.iter().any(|flaw| flaw.contains(says)), "{other}: {found:?}");
    }
}
