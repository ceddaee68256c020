//! The only SQL in the house: one code path for SQLite and PostgreSQL.
//!
//! A change is a value ([`WriteSet`]): use cases load, ask the law and encrypt, then hand over everything that is to
//! be kept together with its ledger leaves, and [`commit`] keeps all of it or none. One writer an instance groups
//! waiting changes into one durable commit. On SQLite that appends their leaves to the tree; on PostgreSQL, where several
//! instances write, they go to an outbox, and one [`sequencer`] at a time moves them into the tree.

mod accounts;
pub mod audit;
mod change;
pub mod credentials;
mod error;
mod keys;
mod ledger;
mod migrate;
mod read;
mod readers;
mod rows;
pub mod sequencer;
pub mod sessions;
mod table;
mod work;
mod write;
mod writer;

pub use accounts::{
    account_by_login, account_by_token, accounts, insert_account, insert_office, insert_token, offices,
    revoke_tokens, roles_of,
};
pub use change::{WriteSet, commit};
pub use error::StoreError;
pub use keys::{CaseKeyCursor, KeyDb};
pub use ledger::{
    StoredLeafRow, checkpoints, insert_checkpoint, latest_checkpoint, leaf, leaves, leaves_of_case,
    ledger_head, load_hashes,
};
pub use read::{
    Candidate, ListScope, candidates, case_count, clocks_of, events_of, find_case, find_idempotency,
    is_untouched, list_cases, page_cases, people_of, ping, tags_of_person,
};
pub use rows::{
    AccountRoleRow, AccountRow, CaseHead, CaseRow, ClockRow, EventRow, IdempotencyRow, LeafDraft, OfficeRow,
    PersonRow, TagRow, TokenRow, chain_events, chain_people, clock_digests, tags_digest,
};
pub use work::{Db, StoreUrl};
pub use write::Write;
