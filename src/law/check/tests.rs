//! A small pack that is sound, what the checker says of it, and how long the packs of the service take.

use std::collections::BTreeMap;

use super::*;

/// The files of a small pack: one way into custody and out, one diversion, one charge, one end each.
pub(in crate::law) fn small_files() -> BTreeMap<String, String> {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    BTreeMap::from([
        file("pack.yaml", include_str!("tests/pack.yaml")),
        file("states.yaml", include_str!("tests/states.yaml")),
        file("events.yaml", include_str!("tests/events.yaml")),
        file("safeguards.yaml", include_str!("tests/safeguards.yaml")),
        file("clocks.yaml", include_str!("tests/clocks.yaml")),
        file("documents.yaml", include_str!("tests/documents.yaml")),
        file("forms/inquiry.yaml", include_str!("tests/forms/inquiry.yaml")),
        file("forms/inquiry.2.yaml", include_str!("tests/forms/inquiry.2.yaml")),
    ])
}

pub(in crate::law) fn load(files: &BTreeMap<String, String>) -> Pack {
    match Pack::load(files) {
        Ok(pack) => pack,
        Err(flaws) => {
            let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
            panic!("the pack does not compile:\n{}", flaws.join("\n"))
        }
    }
}

/// Files of a pack folder in the package, if it is there.
pub(in crate::law) fn folder(name: &str) -> Option<BTreeMap<String, String>> {
    fn read(at: &std::path::Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                read(&entry.path(), &format!("{name}/"), files);
            } else {
                files.insert(name, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let root = std::env::var("TUTELA_PACKS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/workflows").into());
    let at = std::path::Path::new(&root).join(name);
    let mut files = BTreeMap::new();
    at.is_dir().then(|| read(&at, "", &mut files))?;
    files.contains_key("pack.yaml").then_some(files)
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|f| format!("{:?} {f}", f.level)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sound_pack_has_no_findings() {
    let findings = check(&load(&small_files()));
    assert!(findings.is_empty(), "{}", lines(&findings));
}

#[test]
fn the_packs_of_the_service_are_sound_and_checked_quickly() {
    for name in ["cn-procuratorate", "intl-baseline"] {
        let Some(files) = folder(name) else { continue };
        let pack = load(&files);
        let start = std::time::Instant::now();
        let exploration = explore(&pack);
        let mut findings = lint(&pack);
        findings.extend(exploration.findings);
        let took = start.elapsed();
        let report = format!(
            "{name}: {} walks, {} worlds, {} steps, {took:?}\n{}",
            exploration.walks,
            exploration.worlds,
            exploration.steps,
            lines(&findings)
        );
        if std::env::var_os("TUTELA_PACKS").is_some() {
            std::fs::write(std::env::temp_dir().join(format!("{name}.check")), &report).unwrap();
        }
        assert!(exploration.complete, "{report}");
        assert!(findings.iter().all(|f| f.level != Level::Error), "{report}");
        // Ten seconds are promised of a release build; without optimisation, and beside other tests, it takes longer.
        let most = if cfg!(debug_assertions) { 40 } else { 10 };
        assert!(took.as_secs() < most, "{name} took {took:?}");
    }
}

#[test]
fn a_finding_shows_the_shortest_way_there() {
    let mut files = small_files();
    let events = files.get_mut("events.yaml").unwrap();
    *events = events.replace("{main: REVIEW}, effects: [{resume", "{}, effects: [{resume");
    let findings = check(&load(&files));
    let found = findings.iter().find(|f| f.kind == "dead-end").unwrap();
    let steps: Vec<(&str, &str)> =
        found.trace.iter().map(|step| (step.what.as_str(), step.to.main.as_str())).collect();
    assert_eq!(steps, [("E01", "REVIEW"), ("E04", "POLICE")]);
    assert_eq!(
        found.to_string(),
        "states.yaml:6:12: dead-end: nothing leads out of POLICE, and it is not an end\
         \n    E01 -> REVIEW, NONE, IDLE, OPEN\n    E04 -> POLICE, NONE, IDLE, OPEN"
    );
    let json = serde_json::to_value(found).unwrap();
    assert_eq!((&json["level"], &json["at"]["line"]), (&"error".into(), &6.into()));
}
