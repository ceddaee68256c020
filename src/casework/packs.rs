//! The packs that are in force: embedded in the program, or from a directory.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::time::legal;
use crate::law::Pack;
use crate::law::measures::Measure;
use crate::law::pack::Flaw;

#[derive(rust_embed::RustEmbed)]
#[folder = "workflows/"]
struct Embedded;

/// Files of one pack by path within its folder.
pub type PackFiles = BTreeMap<String, String>;

/// Why packs could not be loaded. Nothing is loaded then.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A directory or file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The pack has flaws.
    #[error("the pack {pack} has {} flaw(s):\n{}", flaws.len(), list(flaws))]
    Flawed {
        /// The pack.
        pack: String,
        /// Its flaws.
        flaws: Vec<Flaw>,
    },
}

fn list(flaws: &[Flaw]) -> String {
    flaws.iter().map(|flaw| format!("  {flaw}")).collect::<Vec<_>>().join("\n")
}

/// Every pack in force, by identity and version.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    packs: BTreeMap<(String, String), Arc<Pack>>,
}

impl Packs {
    /// The packs that are part of the program, or all folders of `directory` instead.
    ///
    /// # Errors
    /// [`PackError`] for the first pack that does not load.
    pub fn load(directory: Option<&Path>) -> Result<Self, PackError> {
        let all = match directory {
            None => embedded(),
            Some(directory) => folders(directory)?,
        };
        let mut packs = BTreeMap::new();
        for (name, files) in all {
            let pack = Pack::load(&files).map_err(|flaws| PackError::Flawed { pack: name, flaws })?;
            packs.insert((pack.id.clone(), pack.version.clone()), Arc::new(pack));
        }
        Ok(Self { packs })
    }

    /// The pack and version that a case is pinned to.
    pub fn pinned(&self, id: &str, version: &str) -> Option<&Arc<Pack>> {
        self.packs.get(&(id.to_owned(), version.to_owned()))
    }

    /// The latest version of a pack that is in force at a moment, by the day of its own zone.
    pub fn current(&self, id: &str, at: DateTime<Utc>) -> Option<&Arc<Pack>> {
        self.packs
            .values()
            .filter(|p| p.id == id && p.effective_from <= legal(p.zone, at).date())
            .max_by(|a, b| (a.effective_from, &a.version).cmp(&(b.effective_from, &b.version)))
    }

    /// A measure in the law of a case; a case that moved to a newer version of its pack still finds it in an older.
    pub fn measure<'a>(&'a self, pack: &'a Pack, kind: &str) -> Option<&'a Measure> {
        let others = || {
            let same = self.all().filter(|other| other.id == pack.id);
            same.filter_map(|other| other.measures.find(kind)).last()
        };
        pack.measures.find(kind).or_else(others)
    }

    /// All packs.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Pack>> {
        self.packs.values()
    }
}

/// Files of the embedded packs, by pack.
pub fn embedded() -> BTreeMap<String, PackFiles> {
    let mut all: BTreeMap<String, PackFiles> = BTreeMap::new();
    for path in Embedded::iter() {
        let Some((pack, file)) =
            path.split_once('/').filter(|(_, file)| Path::new(file).extension().is_some_and(|e| e == "yaml"))
        else {
            continue;
        };
        let Some(found) = Embedded::get(&path) else { continue };
        let text = String::from_utf8_lossy(&found.data).into_owned();
        all.entry(pack.to_owned()).or_default().insert(file.to_owned(), text);
    }
    all
}

/// Files of one pack's folder.
///
/// # Errors
/// [`PackError::Read`].
pub fn folder(directory: &Path) -> Result<PackFiles, PackError> {
    let mut files = PackFiles::new();
    collect(directory, directory, &mut files)?;
    Ok(files)
}

fn folders(directory: &Path) -> Result<BTreeMap<String, PackFiles>, PackError> {
    let mut all = BTreeMap::new();
    for entry in read_dir(directory)? {
        if entry.join("pack.yaml").is_file() {
            let name = entry.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            all.insert(name, folder(&entry)?);
        }
    }
    Ok(all)
}

fn collect(root: &Path, directory: &Path, files: &mut PackFiles) -> Result<(), PackError> {
    for path in read_dir(directory)? {
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "yaml")
            && let Ok(name) = path.strip_prefix(root)
        {
            let text = std::fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
            files.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
    Ok(())
}

fn read_dir(directory: &Path) -> Result<Vec<std::path::PathBuf>, PackError> {
    let entries = std::fs::read_dir(directory).map_err(|source| unreadable(directory, source))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|source| unreadable(directory, source))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, source: std::io::Error) -> PackError {
    PackError::Read { path: path.display().to_string(), source }
}
