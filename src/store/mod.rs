//! The only SQL in the house: one code path for SQLite and PostgreSQL.
//!
//! A change is a value ([`WriteSet`]): use cases load, ask the law and encrypt, then hand over everything that is to
//! be kept together with its ledger leaves, and [`commit`] keeps all of it or none. One writer an instance groups
//! waiting changes into one durable commit. On SQLite that appends their leaves to the tree; on PostgreSQL, where several
//! instances write, they go to an outbox, and one [`sequencer`] at a time moves them into the tree.

mod accounts;
pub mod audit;
mod change;
mod error;
mod keys;
mod ledger;
mod migrate;
mod read;
mod readers;
mod records;
mod reseal;
mod rows;
pub mod sequencer;
mod table;
mod work;
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
pub use records::{
    CertificateRow, GrantRow, QueryRow, cases_to_seal, find_certificate, find_query, granted_cases,
    grants_of, lapsed_queries, page_queries,
};
pub use reseal::{
    BEGUN, Expunge, KEPT_PHASE, Reseal, answers_of, begin_reseal, details_of, end_reseal, find_reseal,
    leaf_details_of, page_tombstones, reseals_left, take_over,
};
pub use rows::{
    AccountRoleRow, AccountRow, CaseHead, CaseRow, ClockRow, DetailRow, EventRow, IdempotencyRow, LeafDraft,
    OfficeRow, PersonRow, ResealingRow, TagRow, TokenRow, TombstoneRow, chain_events, chain_people,
    clock_digests, details_digest, tags_digest,
};
pub use work::{Db, StoreUrl};
