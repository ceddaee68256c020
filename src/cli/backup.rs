//! `tutela backup`: the record and the key store apart, each as of one moment, and together one that fits.

use clap::Args;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use uuid::Uuid;

use super::{CliError, say};
use crate::config::{Flags, Settings};
use crate::store::{self, Db, KeyDb, StoreUrl};
use crate::vault::key_no_of;

/// How often the copies are made anew when a record went under other keys between them.
const TRIES: usize = 5;
/// Cases read at a time.
const PAGE: i64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// A directory that does not exist yet
    directory: PathBuf,
}

impl Backup {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let settings = Settings::resolve(flags)?;
        let (StoreUrl::Sqlite(_), StoreUrl::Sqlite(_)) = (&settings.database, &settings.keys) else {
            for line in POSTGRES {
                say(line);
            }
            return Ok(());
        };
        let folders = ["record", "keys"].map(|name| self.directory.join(name));
        for folder in [&self.directory, &folders[0], &folders[1]] {
            std::fs::DirBuilder::new()
                .mode(0o700)
                .create(folder)
                .map_err(|source| CliError::Write { path: folder.display().to_string(), source })?;
        }
        let [record, keys] = [folders[0].join("tutela.db"), folders[1].join("keys.db")];
        let (db, key_db) = (Db::open(&settings.database).await?, KeyDb::open(&settings.keys).await?);
        for _ in 0..TRIES {
            for file in [&record, &keys] {
                let _ = std::fs::remove_file(file);
            }
            // Keys are there before anything is sealed with them: taken in this order, no new case lacks its key.
            db.copy_to(&record).await?;
            key_db.copy_to(&keys).await?;
            if fits(&record, &keys).await? {
                db.close().await;
                key_db.close().await;
                say(format_args!("the record is in {}", record.display()));
                say(format_args!("the key store is in {}", keys.display()));
                say(
                    "Move them to different places. Keep the record's for years, the key store's for days: what is",
                );
                say("expunged comes back from an old key store. The root and sealing keys are in neither.");
                return Ok(());
            }
        }
        Err(CliError::Failed("records went under other keys again and again meanwhile; try again".into()))
    }
}

/// Whether the copied key store has the keys of every case in the copied record.
async fn fits(record: &Path, keys: &Path) -> Result<bool, CliError> {
    let db = Db::open(&StoreUrl::Sqlite(record.to_owned())).await?;
    let key_db = KeyDb::open(&StoreUrl::Sqlite(keys.to_owned())).await?;
    let mut after = Uuid::nil();
    let fits = loop {
        let page = store::page_cases(&db, after, PAGE).await?;
        let Some(last) = page.last() else { break true };
        after = last.id;
        let mut all = true;
        for case in &page {
            let key_no = i64::from(key_no_of(&case.snapshot)?);
            all &= key_db.find_case_keys(case.id).await?.iter().any(|key| key.key_no == key_no);
        }
        if !all {
            break false;
        }
    };
    db.close().await;
    key_db.close().await;
    Ok(fits)
}

/// What an operator of PostgreSQL runs; the service's own address is not shown, because it may hold a password.
const POSTGRES: [&str; 9] = [
    "PostgreSQL copies itself better than this program could. Both at once, while no record is being sealed:",
    "",
    "  pg_dump --format=custom --exclude-schema=tutela_keys --file=record.dump DATABASE",
    "  pg_dump --format=custom --schema=tutela_keys --file=keys.dump DATABASE",
    "",
    "and back, into an empty database: pg_restore --dbname=NEW record.dump && pg_restore --dbname=NEW keys.dump",
    "Keep the record's copies for years and the key store's for days: what is expunged comes back from an old key store.",
    "The same holds for base backups and archived pg_wal segments, which have both: keep them for days.",
    "The root and sealing keys are in neither.",
];
