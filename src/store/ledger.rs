//! The ledger's rows: leaves, tiles, head, checkpoints.

use sqlx::{FromRow, QueryBuilder, SqliteConnection};
use uuid::Uuid;

use super::rows::LeafDraft;
use super::work::on;
use super::write::{Write, values};
use super::{Db, StoreError};
use crate::ledger::merkle::{Loaded, Needs, Tile, TileId, Tiler};
use crate::ledger::{Frontier, Hash, leaf_hash};

const INSERT_TILES: &str = "INSERT INTO ledger_tile (level, idx, hashes) ";
const INSERT_HEAD: &str = "INSERT INTO ledger_head (id, size, frontier) VALUES (1, ";
const REPLACE_HEAD: &str =
    ") ON CONFLICT (id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier";
pub(super) const HEAD: &str = "SELECT frontier FROM ledger_head WHERE id = 1";
pub(super) const HASHES: &str =
    "SELECT seq, leaf_hash FROM ledger_leaf WHERE seq >= $1 AND seq < $2 ORDER BY seq";
pub(super) const TILE: &str = "SELECT hashes FROM ledger_tile WHERE level = $1 AND idx = $2";
const LEAF: &str =
    "SELECT seq, leaf, leaf_hash, detail, case_id, actor_id, at, act FROM ledger_leaf WHERE seq = $1";
const LEAVES: &str = "SELECT seq, leaf, leaf_hash, detail, case_id, actor_id, at, act FROM ledger_leaf WHERE seq >= $1 ORDER BY seq LIMIT $2";
const LEAVES_OF_CASE: &str = "SELECT seq, leaf, leaf_hash, detail, case_id, actor_id, at, act FROM ledger_leaf WHERE case_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
const ALL_LEAVES_OF_CASE: &str = "SELECT seq, leaf, leaf_hash, detail, case_id, actor_id, at, act FROM ledger_leaf WHERE case_id = $1 ORDER BY seq";
const LATEST_CHECKPOINT: &str = "SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1";
const CHECKPOINTS: &str = "SELECT size, note FROM ledger_checkpoint ORDER BY size";
const INSERT_CHECKPOINT: &str =
    "INSERT INTO ledger_checkpoint (size, note, at) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING";

/// A leaf as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct StoredLeafRow {
    pub seq: u64,
    pub leaf: Vec<u8>,
    pub leaf_hash: Vec<u8>,
    pub detail: Option<Vec<u8>>,
    pub case_id: Option<Uuid>,
    pub actor_id: Option<Uuid>,
    pub at: i64,
    pub act: String,
}

/// A leaf as the drivers know it.
#[derive(FromRow)]
pub(super) struct LeafRow {
    pub(super) seq: i64,
    pub(super) leaf: Vec<u8>,
    pub(super) leaf_hash: Vec<u8>,
    pub(super) detail: Option<Vec<u8>>,
    pub(super) case_id: Option<Uuid>,
    pub(super) actor_id: Option<Uuid>,
    pub(super) at: i64,
    pub(super) act: String,
}

impl TryFrom<LeafRow> for StoredLeafRow {
    type Error = StoreError;

    fn try_from(row: LeafRow) -> Result<Self, StoreError> {
        let seq = u64::try_from(row.seq)
            .map_err(|_| StoreError::Corrupt { table: "ledger_leaf", column: "seq" })?;
        let LeafRow { leaf, leaf_hash, detail, case_id, actor_id, at, act, .. } = row;
        Ok(Self { seq, leaf, leaf_hash, detail, case_id, actor_id, at, act })
    }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn head(bytes: Option<(Vec<u8>,)>) -> Result<Frontier, StoreError> {
    match bytes {
        None => Ok(Frontier::new()),
        Some((bytes,)) => Frontier::from_bytes(&bytes)
            .map_err(|_| StoreError::Corrupt { table: "ledger_head", column: "frontier" }),
    }
}

/// The tree's frontier.
///
/// # Errors
/// What the database says.
pub async fn ledger_head(db: &Db) -> Result<Frontier, StoreError> {
    head(on!(db, |pool| sqlx::query_as(HEAD).fetch_optional(pool).await)?)
}

/// Reads the hashes that a proof needs.
///
/// # Errors
/// What the database says; a hash that is missing shows when the proof is made.
pub async fn load_hashes(db: &Db, needs: &Needs) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded::new();
    for range in &needs.leaves {
        let (from, to) = (number(range.start), number(range.end));
        let rows: Vec<(i64, Vec<u8>)> =
            on!(db, |pool| sqlx::query_as(HASHES).bind(from).bind(to).fetch_all(pool).await)?;
        add_leaves(&mut loaded, rows)?;
    }
    for id in &needs.tiles {
        let found: Option<(Vec<u8>,)> = on!(db, |pool| sqlx::query_as(TILE)
            .bind(i64::from(id.level))
            .bind(number(id.index))
            .fetch_optional(pool)
            .await)?;
        if let Some((hashes,)) = found {
            loaded.add_tile(*id, &hashes);
        }
    }
    Ok(loaded)
}

fn add_leaves(loaded: &mut Loaded, rows: Vec<(i64, Vec<u8>)>) -> Result<(), StoreError> {
    for (seq, hash) in rows {
        let corrupt = |column| StoreError::Corrupt { table: "ledger_leaf", column };
        let hash: Hash = hash.as_slice().try_into().map_err(|_| corrupt("leaf_hash"))?;
        loaded.add_leaf(u64::try_from(seq).map_err(|_| corrupt("seq"))?, hash);
    }
    Ok(())
}

/// Appends leaves to the tree: gives their rows and the tiles that became full.
pub(super) fn grow<'a>(
    tiler: &mut Tiler,
    drafts: impl Iterator<Item = &'a LeafDraft>,
) -> (Vec<LeafRow>, Vec<Tile>) {
    let mut tiles = Vec::new();
    let rows = drafts.map(|draft| {
        let seq = number(tiler.frontier().len());
        let hash = leaf_hash(&draft.leaf);
        tiles.extend(tiler.push(hash));
        let LeafDraft { leaf, detail, case_id, actor_id, at, act } = draft.clone();
        LeafRow { seq, leaf, leaf_hash: hash.to_vec(), detail, case_id, actor_id, at, act }
    });
    (rows.collect(), tiles)
}

/// Statements that keep a grown tree, for either driver: its new tiles and its head.
macro_rules! grown_for {
    ($tiles:ident, $head:ident, $database:ty) => {
        /// Adds the insert of tiles; there is at least one.
        pub(super) fn $tiles(to: &mut QueryBuilder<$database>, tiles: &[Tile]) {
            to.push(INSERT_TILES).push_values(tiles, |mut b, tile| {
                b.push_bind(i64::from(tile.id.level)).push_bind(number(tile.id.index)).push_bind(&tile.bytes);
            });
        }

        /// Adds the replacement of the head.
        pub(super) fn $head(to: &mut QueryBuilder<$database>, frontier: &Frontier) {
            to.push(INSERT_HEAD).push_bind(number(frontier.len()));
            to.push(", ").push_bind(frontier.to_bytes()).push(REPLACE_HEAD);
        }
    };
}
grown_for!(tiles_of_sqlite, head_of_sqlite, sqlx::Sqlite);
grown_for!(tiles_of_postgres, head_of_postgres, sqlx::Postgres);

/// The tree ready to grow, on either driver's connection.
macro_rules! tiler_for {
    ($name:ident, $connection:ty) => {
        pub(super) async fn $name(connection: &mut $connection) -> Result<Tiler, StoreError> {
            let frontier = head(sqlx::query_as(HEAD).fetch_optional(&mut *connection).await?)?;
            let needs = Needs::resume(frontier.len());
            let mut loaded = Loaded::new();
            for range in &needs.leaves {
                let rows = sqlx::query_as(HASHES)
                    .bind(number(range.start))
                    .bind(number(range.end))
                    .fetch_all(&mut *connection)
                    .await?;
                add_leaves(&mut loaded, rows)?;
            }
            for id in &needs.tiles {
                let TileId { level, index } = *id;
                let found: Option<(Vec<u8>,)> = sqlx::query_as(TILE)
                    .bind(i64::from(level))
                    .bind(number(index))
                    .fetch_optional(&mut *connection)
                    .await?;
                if let Some((hashes,)) = found {
                    loaded.add_tile(*id, &hashes);
                }
            }
            Tiler::resume(frontier, &loaded)
                .map_err(|_| StoreError::Corrupt { table: "ledger_leaf", column: "leaf_hash" })
        }
    };
}

tiler_for!(tiler_of_sqlite, SqliteConnection);
tiler_for!(tiler_of_postgres, sqlx::PgConnection);

/// A leaf.
///
/// # Errors
/// What the database says.
pub async fn leaf(db: &Db, seq: u64) -> Result<Option<StoredLeafRow>, StoreError> {
    let row: Option<LeafRow> =
        on!(db, |pool| sqlx::query_as(LEAF).bind(number(seq)).fetch_optional(pool).await)?;
    row.map(StoredLeafRow::try_from).transpose()
}

/// Leaves from a number on, in order.
///
/// # Errors
/// What the database says.
pub async fn leaves(db: &Db, from: u64, limit: i64) -> Result<Vec<StoredLeafRow>, StoreError> {
    let rows: Vec<LeafRow> =
        on!(db, |pool| sqlx::query_as(LEAVES).bind(number(from)).bind(limit).fetch_all(pool).await)?;
    rows.into_iter().map(StoredLeafRow::try_from).collect()
}

/// Leaves that name a case, newest first.
///
/// # Errors
/// What the database says.
pub async fn leaves_of_case(
    db: &Db,
    case: Uuid,
    before: Option<u64>,
    limit: i64,
) -> Result<Vec<StoredLeafRow>, StoreError> {
    let before = before.map_or(i64::MAX, number);
    let rows: Vec<LeafRow> = on!(db, |pool| sqlx::query_as(LEAVES_OF_CASE)
        .bind(case)
        .bind(before)
        .bind(limit)
        .fetch_all(pool)
        .await)?;
    rows.into_iter().map(StoredLeafRow::try_from).collect()
}

/// All leaves that name a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn all_leaves_of_case(db: &Db, case: Uuid) -> Result<Vec<StoredLeafRow>, StoreError> {
    let rows: Vec<LeafRow> =
        on!(db, |pool| sqlx::query_as(ALL_LEAVES_OF_CASE).bind(case).fetch_all(pool).await)?;
    rows.into_iter().map(StoredLeafRow::try_from).collect()
}

/// The latest checkpoint: its size and note.
///
/// # Errors
/// What the database says.
pub async fn latest_checkpoint(db: &Db) -> Result<Option<(u64, String)>, StoreError> {
    let row: Option<(i64, String)> =
        on!(db, |pool| sqlx::query_as(LATEST_CHECKPOINT).fetch_optional(pool).await)?;
    row.map(sized).transpose()
}

/// All checkpoints, oldest first.
///
/// # Errors
/// What the database says.
pub async fn checkpoints(db: &Db) -> Result<Vec<(u64, String)>, StoreError> {
    let rows: Vec<(i64, String)> = on!(db, |pool| sqlx::query_as(CHECKPOINTS).fetch_all(pool).await)?;
    rows.into_iter().map(sized).collect()
}

fn sized((size, note): (i64, String)) -> Result<(u64, String), StoreError> {
    let size = u64::try_from(size)
        .map_err(|_| StoreError::Corrupt { table: "ledger_checkpoint", column: "size" })?;
    Ok((size, note))
}

/// Keeps a checkpoint; one of the same size that is there already stays.
pub fn insert_checkpoint(size: u64, note: &str, at: i64) -> Write {
    Write::new(INSERT_CHECKPOINT, values![number(size), note, at])
}
