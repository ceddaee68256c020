//! What the code keeps to: imports point down the map in `src/lib.rs`, and each outside thing has one door.

use std::path::{Path, PathBuf};

/// From the top down, as the map says; a module imports only what stands below it.
const LAYERS: [&str; 11] =
    ["cli", "config", "jobs", "http", "demo", "draw", "casework", "access", "law", "store", "vault"];
const BOTTOM: [&str; 2] = ["ledger", "record"];

/// Modules that stand beside each other and may not know each other.
const APART: [(&str, &str); 6] = [
    ("law", "store"),
    ("law", "vault"),
    ("law", "ledger"),
    ("access", "store"),
    ("access", "vault"),
    ("vault", "ledger"),
];

/// What only one module may use, and which.
const DOORS: [(&str, &str); 7] = [
    ("cedar_policy::", "access"),
    ("sqlx::", "store"),
    ("axum::", "http"),
    ("statig::", "law"),
    ("aes_gcm::", "vault"),
    ("ed25519_dalek::", "ledger"),
    ("serde_saphyr::", "law"),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut waiting = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&root).unwrap().to_owned();
                let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
                let module = first.trim_end_matches(".rs").to_owned();
                found.push((module, inside, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 60);
    found
}

#[test]
fn imports_point_down() {
    let order: Vec<&str> = LAYERS.into_iter().chain(BOTTOM).collect();
    let place = |module: &str| order.iter().position(|m| *m == module);
    for (module, path, text) in sources() {
        let Some(own) = place(&module) else { continue };
        for other in &order {
            let imports =
                text.contains(&format!("crate::{other}::")) || text.contains(&format!("crate::{other};"));
            let upward = place(other).unwrap() < own;
            assert!(
                !(imports && upward),
                "{}: {module} imports {other}, which stands above it",
                path.display()
            );
            let apart = APART.contains(&(module.as_str(), other));
            assert!(
                !(imports && apart),
                "{}: {module} imports {other}, which it may not know",
                path.display()
            );
        }
    }
}

#[test]
fn outside_things_have_one_door() {
    for (module, path, text) in sources() {
        for (name, door) in DOORS {
            assert!(module == door || !text.contains(name), "{}: {name} outside {door}", path.display());
        }
    }
}

#[test]
fn every_module_is_on_the_map() {
    for (module, path, _) in sources() {
        let known = LAYERS.contains(&module.as_str())
            || BOTTOM.contains(&module.as_str())
            || ["lib", "main"].contains(&module.as_str());
        assert!(known, "{} is not on the map", path.display());
    }
}
